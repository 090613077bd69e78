"""Which program is to be the Temporal server: one that is there, a download, one built by Go."""

import asyncio
import os
import re
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cairn.settings import Settings
from cairn_portal.servers import data_folder, go_build
from cairn_portal.servers.problem import ServerProblem
from cairn_portal.servers.steps import OnStep, Step
from cairn_portal.servers.temporal_ready import too_old

SERVER = go_build.Source("go.temporal.io/server", "cmd/server", "v1.32.1", "temporal-server")
WEB_UI = go_build.Source("github.com/temporalio/ui-server/v2", "cmd/server", "v2.54.1", "temporal-ui")
DOWNLOAD_HOST = "temporal.download"
NEED = (
    "Cairn needs a Temporal server 1.32 or newer and found no way to get one. Any of these helps: "
    "install the `temporal` command line tool 1.9 or newer (docs.temporal.io/cli); "
    "install Go 1.26.8 or newer (go.dev/dl), Cairn then builds the server once; "
    "or set CAIRN_TEMPORAL_ADDRESS to host:port of a server you have."
)


@dataclass(frozen=True)
class Program:
    """A Temporal server on this machine: the bare one built by Go, or the `temporal` tool that holds one."""

    kind: Literal["server", "cli"]
    path: Path
    version: str
    origin: str

    def __str__(self) -> str:
        return f"Temporal server {self.version}, {self.origin}: {self.path}"


def present(settings: Settings) -> Program | None:
    """The program to use if it is on this machine already; looks, but gets nothing."""
    on_path = shutil.which("temporal")
    candidates = [
        _cli(Path(on_path), "on PATH") if on_path else None,
        *(_cli(file, "downloaded") for file in sorted(_downloads(settings).glob("temporal-sdk-python-*"))),
        _built(settings),
    ]
    return next((program for program in candidates if program is not None), None)


async def found(settings: Settings, on_step: OnStep) -> Program:
    """The program to use, downloaded or built into the cache if need be. Raises `ServerProblem`."""
    program = present(settings)
    if program is not None:
        return program
    async with data_folder.locked(settings.cache, on_step, "getting the Temporal server"):
        program = present(settings) or await _downloaded(settings, on_step)
        if program is not None:
            return program
        if go_build.go() is None:
            raise ServerProblem(NEED)
        await go_build.build(SERVER, settings.cache, on_step)
    program = _built(settings)
    if program is None:
        raise ServerProblem(NEED)
    return program


def _cli(path: Path, origin: str) -> Program | None:
    """The command line tool, if the server inside is new enough."""
    version = go_build.output_of(str(path), "--version")
    inside = re.search(r"Server (\d+\.\d+\.\d+)", version)
    if inside is None or too_old(inside[1]):
        return None
    return Program("cli", path, inside[1], origin)


def _built(settings: Settings) -> Program | None:
    path = SERVER.program(settings.cache)
    if not path.exists():
        return None
    return Program("server", path, SERVER.version.removeprefix("v"), "built with Go")


def _downloads(settings: Settings) -> Path:
    return settings.cache / "temporal-cli"


async def _downloaded(settings: Settings, on_step: OnStep) -> Program | None:
    """The SDK's own download, if its host can be reached; None without a word otherwise: Go comes next."""
    if not await asyncio.to_thread(_reachable):
        return None
    on_step(Step("download", "Temporal: downloading the server"))
    folder = _downloads(settings)
    folder.mkdir(parents=True, exist_ok=True)
    fetching = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cairn_portal.servers.download", str(folder)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await asyncio.wait_for(fetching.wait(), timeout=180)
    except TimeoutError:
        fetching.kill()
        await fetching.wait()
    program = present(settings)
    outcome = str(program) if program else "Temporal: the download did not succeed"
    on_step(Step("download", outcome, finished=True))
    return program


def _reachable() -> bool:
    """A quick look, so that a machine without this way out loses two seconds and not a minute."""
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")):
        return True
    try:
        with socket.create_connection((DOWNLOAD_HOST, 443), timeout=2):
            return True
    except OSError:
        return False
