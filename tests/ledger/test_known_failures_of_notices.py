"""Where notices were lost, dammed up every commit, or took their listeners with them: none of it may happen here.

The comments name the source as project#number; docs/known-failures.md has the whole list.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from cairn.ledger import LOST, Ledger, Sealer, open_pool, sealer
from projections.engine.catch_up import Follower, status, wait_for
from tests.ledger.disturbing import batch, beside
from tests.ledger.given import seal_all, to

Pool = Any


async def end_all(pool: Pool, name: str) -> int:
    """Ends every session of that name; how many there were."""
    rows = await pool.fetch(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and application_name = $1",
        name,
    )
    return len(rows)


async def insistently(wait: Callable[[str, int, float], Awaitable[int]], stream: str, version: int) -> int:
    """Asks once more where the question itself met a connection that had been cut."""
    for _ in range(20):
        with contextlib.suppress(*LOST):
            return await wait(stream, version, 10)
    raise AssertionError("there is no connection to be had")


async def until(pool: Pool, question: str) -> None:
    """Waits until the database says yes."""
    async with asyncio.timeout(10):
        while not await pool.fetchval(question):  # noqa: ASYNC110 - the answer is in the database
            await asyncio.sleep(0.005)


async def in_trouble(follower: Follower, *, no_more: bool = False) -> None:
    """Waits until the follower says that something is wrong, or that nothing is any more."""
    async with asyncio.timeout(10):
        while (follower.last_error is None) != no_more:  # noqa: ASYNC110 - it tells nobody by itself
            await asyncio.sleep(0.01)


async def test_a_lost_notice_makes_nobody_wait_for_ever(
    pool: Pool, readable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # pyeventsourcing#305: whoever waits for a notice that is lost blocks for ever. Here none is ever sent.
    text = sealer._SQL["seal"]
    assert "pg_notify('cairn_sealed', position::text)" in text
    silent = text.replace("pg_notify('cairn_sealed', position::text)", "null")
    monkeypatch.setitem(sealer._SQL, "seal", silent)
    ledger = Ledger(pool)
    async with beside(Sealer(readable, interval=0.002).run(), Follower(pool, ("reading",), poll=0.05).run()):
        await ledger.append([batch("feed-1", 0, "first", 2)])
        position = await ledger.wait_sealed("feed-1", 2, 10)
        assert await wait_for(pool, "reading", position, 10) == position == 2


async def test_a_connection_that_dies_while_it_listens_stops_neither_followers_nor_waiters(
    pool: Pool, readable: str
) -> None:
    # marten#4961, commanded/eventstore#127, #309, NeoHaskell#397: the listener dies, or misses what came while it
    # connected again, and the read models stop without a word.
    async with (
        await open_pool(readable, size=3, application="follower") as following,
        await open_pool(readable, size=3, application="waiter") as waiting,
        beside(Sealer(readable, interval=0.002).run(), Follower(following, ("reading",), poll=0.05).run()),
    ):
        ledger, patient = Ledger(pool), Ledger(waiting)
        for version in range(4):
            await ledger.append([batch("feed-1", version, f"c{version}", 1)])
            assert await insistently(patient.wait_sealed, "feed-1", version + 1) == version + 1
            assert await wait_for(pool, "reading", version + 1, 10) == version + 1
            assert await end_all(pool, "follower") and await end_all(pool, "waiter")


async def test_a_waiter_whose_connection_is_cut_while_it_waits_still_gets_its_position(
    pool: Pool, database: str
) -> None:
    # commanded/eventstore#309 once more: what is sealed while nobody listens is found when somebody listens again.
    async with await open_pool(database, size=3, application="waiter") as waiting:
        await Ledger(pool).append([to("goal-1", 0, "first")])
        begun = asyncio.create_task(Ledger(waiting).wait_sealed("goal-1", 1, 10))
        await until(
            pool,
            "select exists (select from pg_stat_activity where query like '%last_xid%limit 1%'"
            " and application_name = 'waiter' and datname = current_database())",
        )
        assert await end_all(pool, "waiter")
        await seal_all(pool)
        assert await begun == 1


async def test_appends_send_no_notice_and_a_seal_sends_one(pool: Pool, database: str) -> None:
    # factcast#3911, Panurus#1934, graph-node#1248, #1266: one NOTIFY for each append and all commits queue up for it.
    heard: list[object] = []
    listener = await asyncpg.connect(database)
    await listener.add_listener("cairn_sealed", lambda *notice: heard.append(notice[3]))
    for number in range(20):
        await Ledger(pool).append([to(f"goal-{number}", 0, "launch", 2)])
    await listener.fetchval("select 1")
    assert heard == []
    await seal_all(pool)
    await listener.fetchval("select 1")
    assert heard == ["40"]
    await listener.close()


async def test_many_who_wait_share_one_connection(pool: Pool, readable: str) -> None:
    # marten#1869, marten#5167, JasperFx/jasperfx#494: every waiter or heartbeat takes a connection until none is left.
    async with (
        await open_pool(readable, size=4, application="waiter") as waiting,
        await open_pool(readable, size=4, application="follower") as following,
        beside(Follower(following, ("reading",), poll=0.05).run()),
    ):
        ledger = Ledger(waiting)
        await ledger.append([batch("feed-1", 0, "first", 300)])
        waiters = [asyncio.create_task(ledger.wait_sealed("feed-1", n, 30)) for n in range(1, 301)]
        async with asyncio.timeout(30):
            # Each asks where its event is, on any connection; then one stays in use.
            looks_with_one_in_use = 0
            while looks_with_one_in_use < 10:
                await asyncio.sleep(0.02)
                in_use = waiting.get_size() - waiting.get_idle_size()
                looks_with_one_in_use = looks_with_one_in_use + 1 if in_use == 1 else 0
        sessions = await pool.fetch(
            "select application_name, count(*) from pg_stat_activity"
            " where datname = current_database() and query like 'LISTEN%' or query like '%last_key%' group by 1"
        )
        busy = {row["application_name"]: row["count"] for row in sessions}
        assert busy.get("waiter", 0) <= 1
        assert waiting.get_size() <= 4
        async with beside(Sealer(readable, interval=0.002).run()):
            assert await asyncio.gather(*waiters) == list(range(1, 301))
            await wait_for(pool, "reading", 300, 10)
        assert following.get_size() <= 4


async def test_a_follower_that_cannot_go_on_says_why_and_goes_on_when_it_can(
    pool: Pool, readable: str
) -> None:
    # KurrentDB#1056, #1218, #1330, #1392: subscriptions stop quietly, or stay stopped until somebody restarts them.
    ledger, follower = Ledger(pool), Follower(pool, ("reading",), poll=0.02)
    await pool.execute("alter table read.reading rename column value to amount")
    async with beside(Sealer(readable, interval=0.002).run(), follower.run()):
        await ledger.append([batch("feed-1", 0, "first", 1)])
        await in_trouble(follower)
        [behind] = [each for each in await status(pool) if each.name == "reading"]
        assert (behind.cursor, behind.lag_events) == (0, 1) and behind.lag_seconds > 0
        assert "value" in str(follower.last_error)
        await pool.execute("alter table read.reading rename column amount to value")
        assert await wait_for(pool, "reading", 1, 10) == 1
        await in_trouble(follower, no_more=True)
