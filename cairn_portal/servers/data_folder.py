"""The folder of all data: made ready, locked while servers start, checked for room, and what it remembers."""

import asyncio
import fcntl
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TextIO

from cairn.i18n import Message, message
from cairn_portal.servers.problem import ServerProblem
from cairn_portal.servers.steps import OnStep, Step

PRIVATE = ("logs", "run", "temporal")
"""Folders in the data folder that nobody else has a reason to enter; Postgres sees to its own."""
ROOM_TO_START = 500 * 1024**2  # bytes: two fresh databases with their write-ahead logs take about 120 MB


def make(home: Path) -> None:
    """Creates the folder, for its owner alone and kept out of version control wherever it lies.

    Others may not look into one that an earlier version made either; passing through it stays allowed where it was, for
    a Postgres that runs as a user of its own.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for place in (home, *(home / name for name in PRIVATE)):
            if place.exists() and place.stat().st_uid == os.geteuid():
                place.chmod(place.stat().st_mode & (0o711 if place == home else 0o700))
        for file in (*home.glob("logs/*"), *home.glob("temporal/*"), *home.glob("*.json")):
            if file.is_file() and file.stat().st_uid == os.geteuid():
                file.chmod(0o600)
        ignore = home / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError as refused:
        raise ServerProblem(
            message(
                "The data folder {home} cannot be written: {reason}. Set CAIRN_HOME to a folder of "
                "yours, or give yourself the right to write there.",
                home=home,
                reason=refused.strerror,
            )
        ) from refused


def require_room(folder: Path, needed: int, purpose: Message) -> None:
    """Refuses to go on where the disk could not take what is to be written: half a database helps nobody."""
    free = shutil.disk_usage(existing(folder)).free
    if free < needed:
        raise ServerProblem(
            message(
                "The disk under {folder} is full: {purpose} needs {needed}, {free} are free. "
                "Free some space, or point CAIRN_HOME and CAIRN_CACHE to a larger disk.",
                folder=folder,
                purpose=purpose,
                needed=megabytes(needed),
                free=megabytes(free),
            )
        )


def existing(folder: Path) -> Path:
    """The folder itself or the nearest one above it that is there."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def megabytes(size: int) -> str:
    return f"{size / 1024**2:,.0f} MB"


@asynccontextmanager
async def locked(folder: Path, on_step: OnStep, purpose: Message) -> AsyncIterator[None]:
    """One at a time. The kernel holds the lock, not the file: it ends with its process and never is stale."""
    with _lock_file(folder) as file:
        waiting = False
        while not _taken(file.fileno()):
            if not waiting:
                file.seek(0)
                on_step(
                    Step(
                        "lock",
                        message(
                            "Process {pid} is {purpose}; waiting for it",
                            pid=file.read().strip() or "?",
                            purpose=purpose,
                        ),
                    )
                )
                waiting = True
            await asyncio.sleep(0.1)
        if waiting:
            on_step(Step("lock", message("The other process is done"), finished=True))
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _lock_file(folder: Path) -> TextIO:
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / "lock").open("a+")


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def remembered(home: Path, server: str) -> dict[str, Any]:
    """What a server used last time (its ports, its password); empty the first time."""
    try:
        known = json.loads((home / "servers.json").read_text())
    except (OSError, ValueError):
        return {}
    return dict(known.get(server, {})) if isinstance(known, dict) else {}


def remember(home: Path, server: str, facts: dict[str, Any]) -> None:
    """Keeps a server's ports and password for the next start, readable by the owner alone."""
    file = home / "servers.json"
    try:
        known = json.loads(file.read_text())
    except (OSError, ValueError):
        known = {}
    known[server] = facts
    draft = file.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(known, indent=2) + "\n")
    draft.replace(file)
