"""Where read models elsewhere froze, doubled, skipped or erased what they hold: none of it may happen here.

The comments name the source as project#number; docs/known-failures.md has the whole list.
"""

import asyncio
from typing import Any

import asyncpg
import pytest

from cairn.ledger import Ledger, StreamAppend
from projections.engine.catalog import folding
from projections.engine.catch_up import catch_up, status
from projections.engine.parking import parked
from projections.engine.rebuild import differences, rebuild
from tests.ledger.disturbing import batch
from tests.ledger.given import event, seal_all
from tests.ledger.laws import read_model_breaks, record_of

Pool = Any
BAD = '{"feed": "crm", "rows": [{"metric": "m1", "subject": "lin", "on": "soon", "value": "1"}]}'


@pytest.fixture
async def ledger(pool: Pool, readable: str) -> Ledger:
    """A ledger with read models beside it."""
    return Ledger(pool)


async def brought(ledger: Ledger, stream: str, first: int, n: int) -> None:
    """Appends n batches of readings, one append each."""
    for version in range(first, first + n):
        await ledger.append([batch(stream, version, f"c{version}", 1)])


def broken_batch(stream: str, expected: int) -> StreamAppend:
    """Readings that no read model can make sense of."""
    return StreamAppend(
        stream, expected, [event(stream, f"bad-{expected}", type="ReadingsRecorded", data=BAD)]
    )


async def test_one_bad_event_does_not_stop_the_streams_of_others(pool: Pool, ledger: Ledger) -> None:
    # fisher#5, marten#2317, KurrentDB#2807: one event that cannot be read stops, or hangs, everybody's projection.
    await brought(ledger, "feed-a", 0, 5)
    await ledger.append([broken_batch("feed-bad", 0)])
    await brought(ledger, "feed-a", 5, 5)
    await ledger.append([batch("feed-bad", 1, "behind", 1)])
    last = await seal_all(pool)
    assert await catch_up(pool, names=["reading"]) == {"reading": last}
    good = [e for e in (await record_of(pool)).events if e.stream == "feed-a"]
    assert [line for line in await read_model_breaks(pool, good) if "differ" in line] == []
    assert [(each.stream, each.position, each.behind) for each in await parked(pool, "reading")] == [
        ("feed-bad", 6, 1)
    ]


async def test_a_bad_event_is_not_let_go_when_it_cannot_be_parked(pool: Pool, ledger: Ledger) -> None:
    # marten#5229: the dead letter could not be written, that was swallowed, and the event was gone.
    await ledger.append([broken_batch("feed-bad", 0)])
    await seal_all(pool)
    await pool.execute("alter table read.parked add constraint full_up check (stream <> 'feed-bad')")
    with pytest.raises(asyncpg.PostgresError):
        await catch_up(pool, names=["reading"])
    assert await pool.fetchval("select cursor from read.projection where name = 'reading'") == 0
    await pool.execute("alter table read.parked drop constraint full_up")
    assert await catch_up(pool, names=["reading"]) == {"reading": 1}
    assert [each.stream for each in await parked(pool, "reading")] == ["feed-bad"]


async def test_events_are_not_applied_twice_by_two_that_fold_at_once(pool: Pool, ledger: Ledger) -> None:
    # commanded-ecto-projections#49: the version was read outside the transaction, so an event was applied twice.
    await brought(ledger, "feed-a", 0, 40)
    await seal_all(pool)
    await asyncio.gather(*(catch_up(pool, names=["reading"], window=size) for size in (1, 1, 2, 3, 5, 8)))
    assert await read_model_breaks(pool, (await record_of(pool)).events) == []


async def test_a_read_model_of_rare_events_reaches_the_end_of_a_log_without_them(
    pool: Pool, ledger: Ledger
) -> None:
    # marten#3705: looking for the next event of a rare type walks the whole log and times out.
    await brought(ledger, "feed-a", 0, 30)
    last = await seal_all(pool)
    assert await catch_up(pool) == dict.fromkeys(folding(), last)
    assert {each.lag_events for each in await status(pool)} == {0}


async def test_a_rebuild_neither_erases_nor_invents_anything(pool: Pool, ledger: Ledger) -> None:
    # marten#3690: the optimised rebuild began by erasing and ended before it had written all again.
    await brought(ledger, "feed-a", 0, 30)
    await seal_all(pool)
    await catch_up(pool, names=["reading"])
    for _ in range(2):
        assert all(table.equal for table in await rebuild(pool, "reading"))
        assert await read_model_breaks(pool, (await record_of(pool)).events) == []


async def test_rebuilding_every_read_model_at_once_does_not_freeze_while_events_arrive(
    pool: Pool, ledger: Ledger
) -> None:
    # marten#4721, #4727: a rebuild of several projections together froze, as the live ones went on.
    await brought(ledger, "feed-a", 0, 10)
    await seal_all(pool)
    await catch_up(pool)

    async def arrive() -> None:
        for first in range(10, 20, 2):
            await brought(ledger, "feed-a", first, 2)
            await seal_all(pool)
            await catch_up(pool)

    async with asyncio.timeout(20):
        arriving = asyncio.create_task(arrive())
        for turn in range(0, len(folding()), 2):
            await asyncio.gather(*(rebuild(pool, name) for name in list(folding())[turn : turn + 2]))
        await arriving
    assert await read_model_breaks(pool, (await record_of(pool)).events) == []


async def test_a_rebuild_that_was_killed_disturbs_neither_the_live_one_nor_the_next(
    pool: Pool, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    # marten#4721 once more: what a dead rebuild leaves behind must not hold up the next one.
    monkeypatch.setattr("projections.engine.rebuild.LAST_STRETCH", 0)
    await brought(ledger, "feed-a", 0, 10)
    await seal_all(pool)
    await catch_up(pool, names=["reading"])

    def cut(*_: int) -> None:
        raise ConnectionAbortedError("the machine is gone")

    with pytest.raises(ConnectionAbortedError):
        await rebuild(pool, "reading", cut)
    assert await read_model_breaks(pool, (await record_of(pool)).events) == []
    assert all(table.equal for table in await differences(pool, "reading"))
