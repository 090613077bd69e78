"""The embedded Temporal server: the command line tool's own, on SQLite in the data folder, web UI inside."""

import asyncio
import json
import signal
import time
from pathlib import Path

from temporalio.client import Client

from cairn.i18n import Message, marked, message
from cairn.settings import Settings
from cairn_portal.servers import data_folder, process, temporal_program
from cairn_portal.servers.ports import HOST, port_for, taken
from cairn_portal.servers.problem import ServerProblem
from cairn_portal.servers.process import Process
from cairn_portal.servers.steps import OnStep, Step
from cairn_portal.servers.temporal_ready import SEARCH_ATTRIBUTES, keep_histories, make_usable

NAME = "temporal"
UI = marked("Temporal's web UI")
PATIENCE = 60.0  # seconds
# Commands, launches and lists of one company never meet a limit meant for shared clusters; a new search attribute is
# known at once. deploy/temporal/dynamic.yaml asks the same of a server in a container.
DYNAMIC = {
    # One server has one partition of a task queue: from others, tasks reach an idle worker by ten a second.
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
    "history.maxInFlightUpdates": "100",
    "history.maxTotalUpdates": "10000",
    # A worker that stands still is found out by its connection, and its polls take no more tasks.
    "frontend.keepAliveTime": "5s",
    "frontend.keepAliveTimeout": "5s",
    "frontend.namespaceRPS": "20000",
    "frontend.namespaceRPS.visibility": "1000",
    "system.visibilityPersistenceMaxReadQPS": "10000",
    "system.namespaceCacheRefreshInterval": "250ms",
    "system.forceSearchAttributesCacheRefreshOnRead": "true",
    # A workflow whose tasks fail again and again is listed as such after two of them, not after some minutes.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": "2",
    # The tool keeps 8,096 workflows in memory, too few for a large company; this is the server's own default.
    "history.hostLevelCacheMaxSize": "128000",
    # A company's server tells nobody that it exists.
    "frontend.enableServerVersionCheck": "false",
}
# Rehearsals skip time, which they do on servers of their own alone; each skip takes 10 ms and not a second.
SKIPPING = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "history.timerProcessorMaxTimeShift": "10ms",
}
# SQLite need not wait for the disk: what a power failure takes is restarted from the ledger. A killed server
# loses nothing.
PRAGMAS = {"journal_mode": "wal", "synchronous": "0", "busy_timeout": "10000"}


async def start(settings: Settings, on_step: OnStep) -> str:
    """Brings the embedded server up, or finds it up; gives its address host:port. Raises `ServerProblem`."""
    home = settings.home
    on_step(Step(NAME, message("Temporal: starting")))
    server = process.running(home, NAME)
    client = await _client_of(server) if server is not None else None
    if server is None or client is None:
        program = await temporal_program.found(settings, on_step)
        on_step(Step(NAME, message("Temporal: starting")))
        server = _spawn(settings, program.path)
        client = await _client_of(server)
    if client is None:
        raise ServerProblem(_explained(server, home))
    await make_usable(client, settings.namespace)
    await keep_histories(client, settings.namespace)
    on_step(Step(NAME, message("Temporal: ready on {address}", address=server.address), finished=True))
    return server.address


def ui_url(home: Path) -> str | None:
    """Where the web UI of the embedded server is, while that runs."""
    return f"http://{HOST}:{_known_port(home, 'ui_port')}" if process.running(home, NAME) else None


def stop(home: Path) -> bool:
    """Lets the server write what it has and end. False if it was not running."""
    server = process.running(home, NAME)
    if server is not None:
        process.stop(home, server, by=signal.SIGTERM, patience=20.0)
    return server is not None


def _known_port(home: Path, which: str) -> int | None:
    """The port that the server (`port`) or its web UI (`ui_port`) had last time."""
    return data_folder.remembered(home, NAME).get(which)


def _spawn(settings: Settings, program: Path) -> Process:
    home = settings.home
    port = port_for("Temporal", settings.temporal_port, _known_port(home, "port"), "CAIRN_TEMPORAL_PORT")
    ui_port = port_for(UI, settings.ui_port, _known_port(home, "ui_port"), "CAIRN_UI_PORT", but={port})
    data_folder.remember(home, NAME, {"port": port, "ui_port": ui_port})
    folder = home / NAME
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [str(program), *_arguments(settings.namespace, folder / "temporal.db", port, ui_port)]
    env = temporal_program.environment()
    return process.start(home, NAME, command, env=env, cwd=folder, address=f"{HOST}:{port}")


def _arguments(namespace: str, database: Path, port: int, ui_port: int) -> list[str]:
    """The command of the tool that starts the server; all its other ports are chosen by the tool."""
    arguments = ["server", "start-dev", *temporal_program.NO_SETTINGS, "--log-level", "warn", "--ip", HOST]
    arguments += ["--port", str(port), "--ui-port", str(ui_port), "--ui-disable-news-fetch"]
    arguments += ["--db-filename", str(database), "--namespace", namespace]
    for name in SEARCH_ATTRIBUTES:
        arguments += ["--search-attribute", f"{name}=Keyword"]
    for pragma, value in PRAGMAS.items():
        arguments += ["--sqlite-pragma", f"{pragma}={value}"]
    for key, value in (DYNAMIC | SKIPPING).items():
        plain = value in ("true", "false") or value.isdigit()
        arguments += ["--dynamic-config-value", f"{key}={value if plain else json.dumps(value)}"]
    return arguments


async def _client_of(server: Process) -> Client | None:
    """A client once the server lets us in; None if the server ends before."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            return await Client.connect(server.address)
        except RuntimeError:
            if not server.alive():
                return None
        await asyncio.sleep(0.02)
    raise ServerProblem(
        message(
            "Temporal did not answer on {address} within {patience:.0f} seconds. The end of {log}:\n{end}",
            address=server.address,
            patience=PATIENCE,
            log=server.log,
            end=process.last_lines(server.log),
        )
    )


def _explained(server: Process, home: Path) -> Message:
    end = process.last_lines(server.log)
    if "address already in use" in end:
        ui = "UI port" in end
        port = _known_port(home, "ui_port" if ui else "port") or 0
        return taken(UI, port, "CAIRN_UI_PORT") if ui else taken("Temporal", port, "CAIRN_TEMPORAL_PORT")
    if "no space left" in end or "disk is full" in end:
        return message(
            "Temporal stopped because the disk under {home} is full. Free some space and start again.",
            home=home,
        )
    return message("Temporal did not start. The end of {log}:\n{end}", log=server.log, end=end)
