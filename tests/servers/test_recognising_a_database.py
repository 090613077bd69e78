"""An embedded Postgres whose record is lost is recognised by its lock file, and asked where that is not enough."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from cairn.settings import Settings
from cairn_portal.servers import data_folder, down, postgres
from cairn_portal.servers.steps import quietly
from tests.servers.starting import START, environment_of, pids, started


def dated(lock: Path, started: int) -> None:
    """Writes another start time (Unix seconds) into a database's lock file."""
    lines = lock.read_text().splitlines(keepends=True)
    lock.write_text("".join([*lines[:2], f"{started}\n", *lines[3:]]))


async def test_a_server_whose_record_was_lost_is_found_again(shared: Settings) -> None:
    await started(shared)
    running = pids(shared)["postgres"]
    (shared.home / "run" / "postgres.json").unlink()
    await started(shared)
    assert pids(shared)["postgres"] == running


async def test_a_database_whose_clock_was_set_meanwhile_is_asked_whose_it_is(shared: Settings) -> None:
    await started(shared)
    running = pids(shared)["postgres"]
    (shared.home / "run" / "postgres.json").unlink()
    dated(shared.home / "postgres" / "postmaster.pid", started=1)
    await started(shared)
    assert pids(shared)["postgres"] == running


async def test_a_lock_that_names_the_database_of_another_folder_is_stale(
    shared: Settings, fresh: Settings
) -> None:
    await started(shared)
    data_folder.make(fresh.home)
    await postgres.start(fresh, quietly, durable=False)
    down(fresh)
    lock = fresh.home / "postgres" / "postmaster.pid"
    lock.write_text((shared.home / "postgres" / "postmaster.pid").read_text())
    dated(lock, started=1)
    assert down(fresh) == []
    assert await postgres.start(fresh, quietly, durable=False)
    assert pids(fresh)["postgres"] != pids(shared)["postgres"]


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root and setpriv")
async def test_root_that_may_not_look_into_processes_as_in_a_container_finds_them_too(
    shared: Settings,
) -> None:
    await started(shared)
    running = pids(shared)
    (shared.home / "run" / "postgres.json").unlink()
    again = ["setpriv", "--bounding-set=-sys_ptrace", sys.executable, "-c", START]
    process = await asyncio.create_subprocess_exec(*again, env=environment_of(shared))
    assert await process.wait() == 0
    assert pids(shared) == running
