"""A rehearsal whose driver and worker are killed at a random moment ends with the scores of an undisturbed one."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest_asyncio
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from cairn.settings import Settings
from cairn_portal.rehearsal.clock import RehearsalClock
from cairn_portal.rehearsal.drive import Rehearsal
from cairn_portal.rehearsal.run import forget, home_of, rehearsal_servers
from cairn_portal.rehearsal.script import load_script
from cairn_portal.servers import ServerProblem, postgres
from cairn_portal.servers.process import running
from tests.faults.rehearsing import EXAMPLE, quietly, settings_in
from tests.workflows.company import eventually

ROOT = Path(__file__).parents[2]
FILE = load_script(EXAMPLE / "cycle.yaml")
INSTANTS = 15
"""Of seventeen; the moment of the kill lies between the start and a second after one of them."""
SCORED = 3 * (3 * 5 - 4 + 5 + 1)
SCORES = """
select stream, type, data->>'period' as period, data->>'points' as points, data->>'grade' as grade
from ledger.event where type in ('GoalScored', 'SheetScored', 'ResultIssued') order by 1, 2, 3, version
"""
CASES = """
select stream, version, type, (occurred_at at time zone 'Asia/Shanghai')::date as day
from ledger.event where split_part(stream, '-', 1) in ('feedback', 'promise', 'handover') order by 1, 2
"""
HAPPENED = {
    "feedback-2026-E1-1": [
        "FeedbackObserved", "CaseReminded", "FeedbackOverdue", "FeedbackGiven", "FeedbackFollowedUp",
    ],
    "handover-2026-company-1": ["HandoverMade", "EntriesMade", "MessageTaken"],
    "promise-2026-E2-1": [
        "PromiseMade", "CaseReminded", "PromiseOverdue", "PromiseKept", "PromiseContested", "PromiseReleased",
    ],
}  # fmt: skip
SAID_ON = {
    "FeedbackObserved": date(2026, 1, 15), "FeedbackGiven": date(2026, 4, 9), "FeedbackFollowedUp": date(2026, 4, 13),
    "PromiseMade": date(2026, 1, 15), "PromiseKept": date(2026, 4, 9), "PromiseContested": date(2026, 4, 13),
    "PromiseReleased": date(2026, 7, 6), "HandoverMade": date(2027, 3, 1), "MessageTaken": date(2027, 3, 3),
}  # fmt: skip
"""The days of the script's acts: a promise that is contested had ended, and its workflow with it."""


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
    assert await asyncio.wait_for(driver.wait(), 300) == 0


async def asked(settings: Settings, query: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(postgres.address(home_of(settings, FILE)))
    try:
        rows: list[asyncpg.Record] = await connection.fetch(query)
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


async def test_a_rehearsal_killed_and_begun_again_ends_with_the_same_scores_and_cases(
    homes: tuple[Settings, Settings],
) -> None:
    calm, disturbed = homes
    undisturbed, driver = await begun(calm), await begun(disturbed)
    await eventually(lambda: has_played(disturbed, random.randint(0, INSTANTS)))
    await asyncio.sleep(random.uniform(0, 1))
    await killed(driver, disturbed)
    await ended_well(await begun(disturbed))
    await ended_well(undisturbed)
    expected = await asked(calm, SCORES)
    assert len(expected) == SCORED
    assert await asked(disturbed, SCORES) == expected
    cases = await asked(calm, CASES)
    happened: dict[str, list[str]] = {}
    for row in cases:
        happened.setdefault(row["stream"], []).append(row["type"])
    assert happened == HAPPENED
    assert {row["type"]: row["day"] for row in cases if row["type"] in SAID_ON} == SAID_ON
    assert await asked(disturbed, CASES) == cases


async def test_a_launch_that_an_ended_run_had_asked_for_is_taken_up_by_its_own_clock(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "two")
    async with rehearsal_servers(settings, FILE, quietly) as (own, application, client):
        earlier, later = (Rehearsal(own, FILE, EXAMPLE, application, client, quietly) for _ in range(2))
        await earlier.prepare()
        await later.prepare()
        assert later.clock_offset != earlier.clock_offset
        plan = await earlier.launch()
        assert await later.launch() == plan
        assert later.resumed
        assert later.clock.clock_offset == earlier.clock.clock_offset


@workflow.defn
class Days:
    """Wakes up every day for a hundred days."""

    @workflow.run
    async def run(self) -> None:
        for _ in range(100):
            await workflow.sleep(timedelta(days=1))


async def test_a_clock_that_is_taken_up_while_it_is_moved_goes_no_further_than_it_is_told(
    temporal_client: Client,
) -> None:
    """Whoever moved it was killed, and so was the worker: the move goes on once there is another one."""
    queue, begins = f"days-{uuid4()}", datetime.now(UTC)
    days = await temporal_client.start_workflow(Days.run, id=queue, task_queue=queue)
    skipper, clock = TimeSkipper(temporal_client), RehearsalClock(temporal_client, 0)

    def working() -> Worker:
        return Worker(
            temporal_client, task_queue=queue, workflows=[Days], workflow_runner=UnsandboxedWorkflowRunner()
        )

    async with working():
        await skipper.fast_forward(days, timedelta(days=3))
    killed = asyncio.create_task(skipper.fast_forward(days, timedelta(days=10)))
    await eventually(lambda: is_moved(skipper, days))
    killed.cancel()
    taken_up = asyncio.create_task(clock.refresh(days.id))
    await asyncio.wait([taken_up], timeout=1)
    async with working():
        await taken_up
        await eventually(lambda: stands_still(skipper, days))
        await clock.advance(days.id, begins + timedelta(days=10))
        assert await skipper.get_current_time(days) - begins < timedelta(days=11)
    await days.terminate()


async def is_moved(skipper: TimeSkipper, handle: WorkflowHandle[Any, Any]) -> bool:
    info = await skipper.get_time_skipping_info(handle)
    assert info is not None
    return info.effective_config.enabled


async def stands_still(skipper: TimeSkipper, handle: WorkflowHandle[Any, Any]) -> bool:
    """Whether every move has come to its end."""
    return not await is_moved(skipper, handle)


async def has_played(settings: Settings, instants: int) -> bool:
    """Whether a rehearsal has come through so many of its instants; at zero, whether its servers are up."""
    try:
        connection = await asyncpg.connect(postgres.address(home_of(settings, FILE)))
    except (ServerProblem, OSError, asyncpg.PostgresError):
        return False
    try:
        query = "select count(*) from ledger.event where stream = 'rehearsal-2026'"
        played: int = await connection.fetchval(query)
        return played >= instants
    except asyncpg.UndefinedTableError:
        return False
    finally:
        await connection.close()
