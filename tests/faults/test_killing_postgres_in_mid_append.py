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

from cairn.ledger import LOST, Ledger, Sealer, SealRefused, migrate, open_pool
from cairn.settings import Settings
from cairn_portal.servers import data_folder, postgres
from cairn_portal.servers.process import running
from projections.engine.catch_up import Follower, wait_for
from projections.engine.sql import MIGRATIONS
from tests.ledger.disturbing import Appender, beside, reads_with_a_cursor
from tests.ledger.given import seal_all, to
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


async def test_a_dump_restored_into_another_cluster_reads_the_same_and_goes_on_in_a_new_epoch(
    own: Settings, postgres_server: str
) -> None:
    # sliceworkz/eventstore#143, #165: transaction ids start anew there, so old events vanish and new ones come first.
    here = postgres.address(own.home)
    await migrate(here)
    async with await open_pool(here, size=2) as pool:
        for version in range(6):
            await Ledger(pool).append(
                [to("goal-1", version, f"c{version}"), to(f"goal-x{version}", 0, "c", 2)]
            )
        await seal_all(pool)
        before = await Ledger(pool).read_sealed(after=0)
    server = await asyncpg.connect(postgres_server)
    name = f"restored_{os.getpid()}"
    await server.execute(f"create database {name}")
    there = f"{postgres_server.rsplit('/', 1)[0]}/{name}"
    try:
        await migrate(there)  # roles belong to the cluster: a dump expects to find them
        await server.execute(f"drop database {name}")
        await server.execute(f"create database {name}")
        await _dump_and_restore(here, there)
        await _goes_on_there(there, before)
    finally:
        await server.execute(f"drop database {name} with (force)")
        await server.close()


async def _dump_and_restore(here: str, there: str) -> None:
    programs = postgres.programs()
    dump = await asyncio.create_subprocess_exec(
        programs / "pg_dump", here, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    text, words = await dump.communicate()
    assert dump.returncode == 0, words.decode()
    restore = await asyncio.create_subprocess_exec(
        programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", there,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, words = await restore.communicate(text)
    assert restore.returncode == 0, words.decode()


async def _goes_on_there(there: str, before: list[Any]) -> None:
    async with await open_pool(there, size=2) as pool:
        ledger = Ledger(pool)
        assert await ledger.read_sealed(after=0) == before
        refused = None
        try:
            await Sealer(pool).seal_once()
        except SealRefused as error:
            refused = str(error)
        assert refused is not None and "another Postgres cluster" in refused
        await pool.execute(
            "insert into ledger.epoch (no, system_identifier) select 2, system_identifier from pg_control_system()"
        )
        await ledger.append([to("goal-1", 6, "after the restore")])
        await seal_all(pool)
        after = await ledger.read_sealed(after=0)
        assert after[:-1] == before
        assert (after[-1].stream, after[-1].version, after[-1].position) == ("goal-1", 7, len(before) + 1)
