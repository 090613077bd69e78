"""Whatever happens to those who fold, in whatever windows: the read models are what a rebuild makes of the log."""

import asyncio
import random
from contextlib import suppress
from datetime import date

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cairn.domain.event import Event
from projections.engine.catalog import folding
from projections.engine.catch_up import Follower, catch_up
from projections.engine.parking import parked
from projections.engine.rebuild import differences, rebuild
from tests.projections.given import active, launched, opened, readings, record
from tests.projections.stories import histories

LAW = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
KILL = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and random() < $1
"""
LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


async def disturbed(pool: asyncpg.Pool, choice: random.Random, rounds: int = 6) -> None:
    """Two followers at a time in windows of their own, cancelled in the middle of their work or cut off."""
    for _ in range(rounds):
        followers = [Follower(pool, poll=0.01, window=choice.randint(1, 7)) for _ in range(2)]
        tasks = [asyncio.create_task(follower.run()) for follower in followers]
        await asyncio.sleep(choice.uniform(0.002, 0.03))
        if choice.random() < 0.5:
            with suppress(*LOST):
                await pool.execute(KILL, 0.4)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def caught_up(pool: asyncpg.Pool) -> None:
    """Up to the last seal, over connections that may have been cut off before."""
    for _ in range(20):
        with suppress(*LOST):
            await catch_up(pool)
            return
    raise AssertionError("the pool does not recover")


@LAW
@given(history=histories(), seed=st.integers(0, 2**32))
async def test_followers_cancelled_and_cut_off_in_any_windows_fold_what_a_rebuild_folds(
    pool: asyncpg.Pool, history: list[Event], seed: int
) -> None:
    await record(pool, launched(), *history)
    await disturbed(pool, random.Random(seed))
    await caught_up(pool)
    assert await parked(pool) == []
    for name in folding():
        for table in await differences(pool, name):
            assert table.equal, (name, table)


async def test_a_cursor_sees_each_event_once_though_its_followers_are_cut_off(pool: asyncpg.Pool) -> None:
    await pool.execute("create table seen (position bigint not null)")
    await pool.execute("""
        create function see() returns trigger language plpgsql as $$
        begin
            insert into public.seen select generate_series(old.cursor + 1, new.cursor) where new.name = 'reading';
            return new;
        end $$""")
    await pool.execute(
        "create trigger see after update on read.projection for each row execute function see()"
    )
    try:
        batches = [readings((date(2026, 1, 5), str(number))) for number in range(60)]
        end = await record(pool, opened(), *active(), *batches)
        await disturbed(pool, random.Random(4), rounds=12)
        await caught_up(pool)
        seen = [row[0] for row in await pool.fetch("select position from seen order by position")]
        assert seen == list(range(1, end + 1))
        assert await pool.fetchval("select count(*) from read.reading") == 60
    finally:
        await pool.execute("drop trigger see on read.projection; drop function see; drop table seen")


@LAW
@given(history=histories(), partitions=st.integers(2, 4))
async def test_rebuilt_in_partitions_equals_rebuilt_in_one(
    pool: asyncpg.Pool, history: list[Event], partitions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.engine.rebuild.LAST_STRETCH", 0)
    await record(pool, launched(), *history)
    await catch_up(pool)
    for name in folding():
        for table in await rebuild(pool, name, partitions=partitions):
            assert table.equal, (name, table)
        for table in await differences(pool, name, partitions=1):
            assert table.equal, (name, table)
