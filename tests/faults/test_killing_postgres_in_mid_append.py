"""Postgres is killed in the middle of appends: what was acknowledged is there, the rest whole or not at all, and
sealer, follower and waiters go on by themselves."""

import asyncio
import os
import random
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio

from cairn.ledger import LOST, Ledger, Sealer, migrate, open_pool
from cairn.settings import Settings
from cairn_portal.servers import data_folder, postgres
from cairn_portal.servers.process import running
from projections.engine.catch_up import Follower, wait_for
from projections.engine.sql import MIGRATIONS
from tests.ledger.disturbing import Appender, beside, reads_with_a_cursor
from tests.ledger.laws import Witness, as_of_breaks, broken_laws, read_model_breaks, record_of

STREAMS = [f"feed-{number}" for number in range(4)]
KILLS = 3


def quietly(*_: object) -> None:
    """Nobody watches."""


@pytest_asyncio.fixture(loop_scope="session")
async def own() -> AsyncIterator[Settings]:
    """A Postgres to be killed."""
    home = Path(tempfile.mkdtemp(prefix="cairn-test-"))
    data_folder.make(home)
    settings = Settings(home=home, database=None, temporal_address=None)
    await postgres.start(settings, quietly, durable=False)
    yield settings
    postgres.stop(home)
    shutil.rmtree(home, ignore_errors=True)


async def kill_everything(settings: Settings, dsn: str) -> None:
    """Ends the whole server without a word, and starts it again on the port it had."""
    found = running(settings.home, postgres.NAME)
    assert found is not None
    os.kill(found.pid, signal.SIGKILL)
    while found.alive():  # noqa: ASYNC110 - it is a process
        await asyncio.sleep(0.01)
    assert await postgres.start(settings, quietly, durable=False) == dsn


async def kill_one_session(dsn: str) -> None:
    """Ends the process behind one appender: Postgres then throws everybody out and recovers by itself."""
    connection = await asyncpg.connect(dsn)
    pid = await connection.fetchval(
        "select pid from pg_stat_activity where application_name = 'appender' and datname = current_database()"
    )
    await connection.close()
    if pid is not None:
        os.kill(pid, signal.SIGKILL)


async def kills(settings: Settings, dsn: str, witness: Witness, done: asyncio.Event) -> None:
    """The whole server and a single session in turn, each after a random number of appends."""
    dice = random.Random(9)
    for turn in range(KILLS):
        enough = len(witness.told) + dice.randrange(20, 80)
        while len(witness.told) < enough:  # noqa: ASYNC110 - the appenders do not count
            await asyncio.sleep(0.001)
        if turn % 2:
            await kill_one_session(dsn)
        else:
            await kill_everything(settings, dsn)
    done.set()


async def works_until(done: asyncio.Event, appender: Appender) -> None:
    while not done.is_set():
        await appender.works(5)


async def test_no_law_breaks_when_postgres_is_killed_in_the_middle_of_appends(own: Settings) -> None:
    dsn, witness, over, killed = postgres.address(own.home), Witness(), asyncio.Event(), asyncio.Event()
    await migrate(dsn, folders=[MIGRATIONS])
    async with (
        await open_pool(dsn, size=8, application="appender") as appenders,
        await open_pool(dsn, size=8, application="reader") as others,
        beside(Sealer(dsn, interval=0.002).run(), Follower(others, ("reading",), poll=0.05).run()),
        asyncio.timeout(55),
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(reads_with_a_cursor(Ledger(others), "reader", witness, over))
        ledger = Ledger(appenders)
        async with asyncio.TaskGroup() as work:
            work.create_task(kills(own, dsn, witness, killed))
            for number in range(8):
                work.create_task(works_until(killed, Appender(f"a{number}", ledger, STREAMS, witness)))
        await wait_for(others, "reading", await _all_sealed(others), 20)
        over.set()

    async with await open_pool(dsn, size=2) as pool:
        record = await record_of(pool)
        assert len(witness.told) > 20 * KILLS
        assert broken_laws(record, witness) == []
        assert await read_model_breaks(pool, record.events) == []
        assert await as_of_breaks(Ledger(pool), record.events, random.Random(9)) == []


async def _all_sealed(pool: Any) -> int:
    """Waits until the sealer has sealed whatever is recorded; the last position."""
    while True:
        try:
            count = await pool.fetchval("select count(*) from ledger.event")
            if (position := await Ledger(pool).sealed_position()) == count:
                return position
        except LOST:
            pass
        await asyncio.sleep(0.01)
