"""Temporal's own web UI beside the embedded server, for who wants to see the workflows at work."""

import asyncio
import time
from pathlib import Path

from cairn.settings import Settings
from cairn_portal.servers import data_folder, go_build, process, temporal
from cairn_portal.servers.ports import HOST, port_for
from cairn_portal.servers.steps import OnStep, Step
from cairn_portal.servers.temporal_program import WEB_UI

NAME = "temporal-ui"
PATIENCE = 10.0  # seconds


async def start(settings: Settings, on_step: OnStep) -> str | None:
    """The UI's address, or None where there is no way to get it: everything else works without."""
    home = settings.home
    if data_folder.remembered(home, NAME).get("inside"):
        return f"http://{HOST}:{temporal.ui_port(home)}"  # the command line tool serves it itself
    running = process.running(home, NAME)
    if running is not None:
        return f"http://{running.address}"
    program = await _program(settings, on_step)
    if program is None:
        on_step(Step(NAME, "Temporal's web UI: left out, it needs Go 1.26.8 or newer", finished=True))
        return None
    on_step(Step(NAME, "Temporal's web UI: starting"))
    port = port_for("Temporal's web UI", settings.ui_port, temporal.ui_port(home), "CAIRN_UI_PORT")
    data_folder.remember(home, NAME, {"port": port})
    folder = _configured(settings, port)
    command = [str(program), "--root", str(folder), "--config", ".", "--env", "development", "start"]
    running = process.start(home, NAME, command, cwd=folder, address=f"{HOST}:{port}")
    if not await _answers(running, port):
        on_step(Step(NAME, f"Temporal's web UI: did not start, see {running.log}", finished=True))
        return None
    on_step(Step(NAME, f"Temporal's web UI: ready on http://{HOST}:{port}", finished=True))
    return f"http://{HOST}:{port}"


async def _program(settings: Settings, on_step: OnStep) -> Path | None:
    path = WEB_UI.program(settings.cache)
    if path.exists() or go_build.go() is None:
        return path if path.exists() else None
    async with data_folder.locked(settings.cache, on_step, "building Temporal's web UI"):
        return path if path.exists() else await go_build.build(WEB_UI, settings.cache, on_step)


def _configured(settings: Settings, port: int) -> Path:
    folder = settings.home / "temporal-ui"
    folder.mkdir(parents=True, exist_ok=True)
    server = process.running(settings.home, temporal.NAME)
    address = server.address if server is not None else settings.temporal_address
    text = f"temporalGrpcAddress: {address}\nhost: {HOST}\nport: {port}\nenableUi: true\n"
    (folder / "development.yaml").write_text(text)
    return folder


async def _answers(running: process.Process, port: int) -> bool:
    until = time.monotonic() + PATIENCE
    while running.alive() and time.monotonic() < until:
        try:
            _, writer = await asyncio.open_connection(HOST, port)
            writer.close()
            return True
        except OSError:
            await asyncio.sleep(0.02)
    return False
