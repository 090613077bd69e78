"""A rebuild holds nothing back: while it compares, builds indexes or waits for its swap, what is recorded is sealed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from cairn.ledger import Ledger, Sealer
from projections.engine import comparing
from projections.engine import rebuild as rebuilding
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import rebuild
from tests.ledger.disturbing import batch, beside

PATIENCE = 20  # seconds


async def sealing_goes_on(pool: asyncpg.Pool, stream: str) -> None:
    """Something recorded now is sealed while whatever else runs goes on running."""
    ledger = Ledger(pool)
    await ledger.append([batch(stream, 0, "now", 1)])
    await ledger.wait_sealed(stream, 1, PATIENCE)


async def filled(pool: asyncpg.Pool) -> None:
    await Ledger(pool).append([batch(f"feed-{n}", 0, "first", 5) for n in range(10)])
    await Sealer(pool).seal_once()
    await catch_up(pool)


@asynccontextmanager
async def reading(dsn: str, statement: str, *, one_snapshot: bool = False) -> AsyncIterator[None]:
    """Somebody who has begun to read and takes his time; with `one_snapshot` all as it was when he began, as a dump."""
    connection = await asyncpg.connect(dsn)
    held = connection.transaction(
        isolation="repeatable_read" if one_snapshot else "read_committed", readonly=True
    )
    await held.start()
    await connection.execute(statement)
    try:
        yield
    finally:
        await connection.close()


async def waits_for(pool: asyncpg.Pool, question: str) -> None:
    """Until the database shows it."""
    async with asyncio.timeout(PATIENCE):
        while not await pool.fetchval(question):  # noqa: ASYNC110 - the answer is in the database
            await asyncio.sleep(0.01)


async def test_comparing_holds_no_transaction_id(
    pool: asyncpg.Pool, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(pool)

    async def slowly(*arguments: Any) -> Any:
        await sealing_goes_on(pool, "feed-while-comparing")
        return await comparing.compare(*arguments)

    monkeypatch.setattr(rebuilding, "compare", slowly)
    async with beside(Sealer(shared).run()):
        assert all(each.equal for each in await rebuild(pool, "reading"))
    assert await pool.fetchval("select count(*) from read.reading") > 0


async def test_building_an_index_holds_no_transaction_id(
    pool: asyncpg.Pool, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "SMALL_TABLE", 0)  # as if all were large
    await filled(pool)
    # A concurrent build waits for whoever might still read the table as it was.
    async with beside(Sealer(shared).run()):
        async with reading(shared, "select count(*) from read.goal", one_snapshot=True):
            work = asyncio.create_task(rebuild(pool, "history"))
            await waits_for(
                pool,
                "select count(*) > 0 from pg_stat_activity where query ilike 'create index concurrently%'"
                " and wait_event_type = 'Lock' and datname = current_database()",
            )
            await sealing_goes_on(pool, "feed-while-building")
            assert not work.done()
        assert all(each.equal for each in await work)


async def test_waiting_for_the_swap_holds_nothing_back_and_lets_others_read(
    pool: asyncpg.Pool, shared: str
) -> None:
    await filled(pool)
    async with beside(Sealer(shared).run()):
        async with reading(shared, "select count(*) from read.reading"):
            work = asyncio.create_task(rebuild(pool, "reading", partitions=1))
            await waits_for(
                pool,
                "select count(*) > 0 from pg_stat_activity where query like 'lock table read.reading%'"
                " and datname = current_database()",
            )
            await sealing_goes_on(pool, "feed-while-waiting")
            async with asyncio.timeout(PATIENCE):
                assert await pool.fetchval("select count(*) from read.reading") > 0
            assert not work.done()
        assert all(each.equal for each in await work)


async def test_a_swap_that_never_gets_its_moment_gives_up_and_leaves_all_as_it_was(
    pool: asyncpg.Pool, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(pool)
    monkeypatch.setattr(rebuilding, "ATTEMPTS", 2)
    async with reading(shared, "select count(*) from read.reading"):
        before = await pool.fetchval("select 'read.reading'::regclass::oid")
        with pytest.raises(rebuilding.SwapGaveUp):
            await rebuild(pool, "reading", partitions=1)
        assert await pool.fetchval("select 'read.reading'::regclass::oid") == before
    assert await pool.fetchval("select count(*) from pg_namespace where nspname like 'rebuild%'") == 0
