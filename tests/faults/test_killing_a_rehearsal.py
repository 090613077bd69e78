"""A rehearsal whose driver and worker are killed at a random moment ends with the scores of an undisturbed one."""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest_asyncio
from tests.faults.rehearsing import EXAMPLE, settings_in
from tests.workflows.company import eventually

from cairn.settings import Settings
from cairn_portal.rehearsal.plan import load_cycle_file
from cairn_portal.rehearsal.run import forget, home_of
from cairn_portal.servers import postgres
from cairn_portal.servers.process import running

ROOT = Path(__file__).parents[2]
FILE = load_cycle_file(EXAMPLE / "cycle.yaml")
KILLS = 2
SCORES = """
select stream, type, data->>'period' as period, data->>'points' as points, data->>'grade' as grade
from ledger.event where type in ('GoalScored', 'SheetScored', 'ResultIssued') order by 1, 2, 3, version
"""


@pytest_asyncio.fixture(loop_scope="session")
async def homes(tmp_path: Path) -> AsyncIterator[tuple[Settings, Settings]]:
    """Data folders of two rehearsals of the same year."""
    made = settings_in(tmp_path / "calm"), settings_in(tmp_path / "killed")
    yield made
    for settings in made:
        forget(settings, FILE)


async def begun(settings: Settings) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "tests.faults.rehearsing", str(settings.home)]
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL)


async def ended_well(driver: asyncio.subprocess.Process) -> None:
    assert await asyncio.wait_for(driver.wait(), 120) == 0


async def scores(settings: Settings) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(postgres.address(home_of(settings, FILE)))
    try:
        rows: list[asyncpg.Record] = await connection.fetch(SCORES)
        return rows
    finally:
        await connection.close()


async def killed(driver: asyncio.subprocess.Process, settings: Settings) -> bool:
    """Kills driver and worker at once; False if the year was over before."""
    if driver.returncode is not None:
        return False
    driver.send_signal(signal.SIGKILL)
    worker = running(home_of(settings, FILE), "worker")
    if worker is not None:
        os.kill(worker.pid, signal.SIGKILL)
    await driver.wait()
    return True


async def test_a_rehearsal_killed_and_begun_again_ends_with_the_same_scores(homes: tuple[Settings, Settings]) -> None:
    calm, disturbed = homes
    start = time.monotonic()
    await ended_well(await begun(calm))
    lasted = time.monotonic() - start
    for _ in range(KILLS):
        driver = await begun(disturbed)

        async def works() -> bool:
            return running(home_of(disturbed, FILE), "worker") is not None

        await eventually(works)
        await asyncio.sleep(random.uniform(0, lasted / KILLS))
        await killed(driver, disturbed)
    await ended_well(await begun(disturbed))
    expected = await scores(calm)
    assert len(expected) > 20
    assert await scores(disturbed) == expected
