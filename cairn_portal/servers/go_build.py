"""Builds a program with Go into the cache, once per machine, counting packages so that people see it move."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cairn_portal.servers import data_folder
from cairn_portal.servers.problem import ServerProblem
from cairn_portal.servers.steps import OnStep, Step

OLDEST_GO = (1, 26, 8)
ROOM_TO_BUILD = 4 * 1024**3  # bytes: Go keeps about 1.5 GB of sources and 2 GB of compiled packages
USUAL_PLACE = Path("/usr/local/go/bin/go")


@dataclass(frozen=True)
class Source:
    """A program in a Go module at a version; `name` is what the cache calls it."""

    module: str
    package: str
    version: str
    name: str

    def program(self, cache: Path) -> Path:
        """Where the built program lies in the cache; a new version is a new file."""
        return cache / f"{self.name}-{self.version}"


def output_of(*command: str) -> str:
    """What a small command prints; empty if it cannot be run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def go() -> str | None:
    """The Go command, if it is new enough; else None."""
    for place in (shutil.which("go"), str(USUAL_PLACE)):
        version = re.search(r"go(\d+)\.(\d+)(?:\.(\d+))?", output_of(place, "version")) if place else None
        if version and tuple(int(part or 0) for part in version.groups()) >= OLDEST_GO:
            return place
    return None


async def build(source: Source, cache: Path, on_step: OnStep) -> Path:
    """Builds the program into the cache: minutes the first time; the caller holds the cache's lock.

    Raises `ServerProblem`.
    """
    command = go()
    if command is None:
        oldest = ".".join(map(str, OLDEST_GO))
        raise ServerProblem(f"Building {source.name} needs Go {oldest} or newer (go.dev/dl).")
    data_folder.require_room(cache, ROOM_TO_BUILD, f"building {source.name}")
    _clear(cache)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=cache) as folder:
        built = await _built(source, command, Path(folder), on_step)
        built.replace(source.program(cache))
    on_step(Step(source.name, f"{source.name} {source.version}: built", finished=True))
    return source.program(cache)


def _clear(cache: Path) -> None:
    """Removes what a killed build left; the caller's lock says that none is under way."""
    for left in cache.glob(".building-*"):
        shutil.rmtree(left, ignore_errors=True)


async def _built(source: Source, command: str, folder: Path, on_step: OnStep) -> Path:
    def tell(text: str, done: int | None = None, total: int | None = None) -> None:
        on_step(Step(source.name, f"{source.name} {source.version}: {text}", done, total))

    tell("getting its source")
    sources = await _sources(source, command, folder)

    def downloading(line: str) -> None:
        if line.startswith("go: downloading "):
            tell(f"getting {line.split()[2]}")

    stale = ["list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", f"./{source.package}"]
    packages = await _run([command, *stale], sources, folder, downloading)
    # What Go has in its own cache is not built again.
    total = len([package for package in packages if package])
    compiled = 0

    def counting(line: str) -> None:
        nonlocal compiled
        if not line.startswith("go: "):
            compiled += 1
            tell("building with Go, once (minutes)", min(compiled, total), total)

    tell("building with Go, once (minutes)", 0, total)
    target = f"{source.module}/{source.package}@{source.version}"
    await _run([command, "install", "-v", "-ldflags=-s -w", target], folder, folder, counting)
    return folder / Path(source.package).name


async def _sources(source: Source, command: str, folder: Path) -> Path:
    """The module's folder in Go's own cache; only from inside it can its packages be listed and counted."""
    wanted = f"{source.module}@{source.version}"
    lines = await _run([command, "mod", "download", "-json", wanted], folder, folder, lambda _: None)
    return Path(json.loads("\n".join(lines))["Dir"])


async def _run(
    command: Sequence[str], cwd: Path, bin_folder: Path, heard: Callable[[str], None]
) -> list[str]:
    """Runs Go; passes on its stderr line by line, gives its stdout. Raises with the last words it said."""
    going = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env={**os.environ, "GOBIN": str(bin_folder), "GOWORK": "off"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert going.stdout is not None and going.stderr is not None
    said: list[str] = []

    async def listen(stream: asyncio.StreamReader) -> None:
        async for line in stream:
            said.append(line.decode(errors="replace").rstrip())
            heard(said[-1])

    try:
        output, _ = await asyncio.gather(going.stdout.read(), listen(going.stderr))
        code = await going.wait()
    finally:
        if going.returncode is None:
            going.kill()
    if code != 0:
        raise ServerProblem(f"`{' '.join(command)}` failed:\n" + "\n".join(said[-8:]))
    return output.decode().splitlines()
