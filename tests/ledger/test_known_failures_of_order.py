"""Where other event stores lost, froze or misplaced events: each named after what must not happen here.

The comments name the source as project#number; docs/known-failures.md has the whole list.
"""

import asyncio
from typing import Any

import asyncpg
import pytest

from cairn.ledger import (
    Appended,
    EventRefused,
    Ledger,
    Sealer,
    StreamAppend,
    WrongExpectedVersion,
    horizon,
)
from tests.ledger.disturbing import beside, stalling, stands_still
from tests.ledger.given import event, seal_all, to
from tests.ledger.laws import Witness, broken_laws, record_of

Pool = Any


async def test_losing_appends_leave_no_hole_that_somebody_waits_for(pool: Pool, database: str) -> None:
    # marten#4749, #4765, #4771: the loser of a conflict burns a number and a waiter waits for it for ever.
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "first")])
    for number in range(30):
        with pytest.raises(WrongExpectedVersion):
            await ledger.append([to("goal-1", 0, f"late-{number}")])
    await ledger.append([to("goal-1", 1, "second")])
    async with beside(Sealer(database, interval=0.002).run()):
        assert await ledger.wait_sealed("goal-1", 2, 5) == 2


async def test_ids_that_were_drawn_and_rolled_back_leave_no_gap_for_readers(pool: Pool) -> None:
    # AxonFramework#1241, #2231, #2728, #2936, #2958: gaps in the sequence fill tokens, slow replays, or stop them.
    ledger = Ledger(pool)
    for number in range(5):
        await ledger.append([to("goal-1", number, f"c{number}")])
        await pool.execute("select nextval('ledger.event_id') from generate_series(1, 20000)")
        with pytest.raises(EventRefused):
            await ledger.append([StreamAppend("goal-2", 0, [event("goal-2", "bad", data="{")])])
    await seal_all(pool)
    assert [e.position for e in await ledger.read_sealed(after=0)] == [1, 2, 3, 4, 5]
    assert [e.version for e in await ledger.read_sealed(after=3, limit=1)] == [4]


async def test_sessions_that_idle_or_only_read_do_not_freeze_the_order(pool: Pool, database: str) -> None:
    # marten#5108, #5125: an idle session with an advisory lock froze the high-water mark for good.
    idle = [await asyncpg.connect(database, server_settings={"application_name": "idle"}) for _ in range(4)]
    try:
        await idle[0].execute("select pg_advisory_lock(77)")
        await idle[1].execute("begin; select count(*) from ledger.event")
        await idle[2].execute("begin isolation level repeatable read; select count(*) from ledger.event")
        await idle[3].execute("begin; select pg_advisory_xact_lock(78)")
        await Ledger(pool).append([to("goal-1", 0, "first", 3)])
        assert await seal_all(pool) == 3
    finally:
        for each in idle:
            await each.close()


async def test_a_writer_in_another_database_holds_the_order_back_and_is_named(
    pool: Pool, databases: Any
) -> None:
    # An open transaction of a neighbour (Temporal's own database, say) hides new events, and nobody can tell why.
    elsewhere = await databases.empty()
    neighbour = await asyncpg.connect(elsewhere, server_settings={"application_name": "neighbour"})
    await neighbour.execute("begin; create table slow ()")
    await Ledger(pool).append([to("goal-1", 0, "first")])
    assert await Sealer(pool).seal_once() == 0
    held = await horizon(pool)
    assert (held.unsealed, held.application) == (1, "neighbour")
    assert elsewhere.endswith(f"/{held.database}")
    await neighbour.close()
    assert await seal_all(pool) == 1
    await databases.drop(elsewhere)


async def test_a_later_id_in_an_earlier_transaction_is_not_passed_by(pool: Pool, stallable: str) -> None:
    # SQLStreamStore#121 and its successors: a newer transaction took the lower number, so a reader that looks at
    # running transactions only where it sees a gap passes the older one by.
    ledger = Ledger(pool)
    async with stalling(stallable, with_its_id=False) as slow:
        begun = slow.begins(slow.ledger.append([to("goal-slow", 0, "slow")]))
        await stands_still(pool)
        await ledger.append([to("goal-quick", 0, "quick")])
        assert await Sealer(pool).seal_once() == 0
    await begun
    await seal_all(pool)
    ids = await pool.fetch("select stream from ledger.event order by id")
    assert [row[0] for row in ids] == ["goal-quick", "goal-slow"]
    assert [e.stream for e in await ledger.read_sealed(after=0)] == ["goal-slow", "goal-quick"]


async def test_twenty_at_once_to_a_new_stream_do_not_all_succeed(pool: Pool) -> None:
    # eventuous#553, #582: twenty parallel appends all "succeed" and ten events are lost.
    ledger = Ledger(pool)
    appends = [[to("goal-1", 0, f"c{number}")] for number in range(20)]
    outcomes = await asyncio.gather(*map(ledger.append, appends), return_exceptions=True)
    succeeded = [append for append, end in zip(appends, outcomes, strict=True) if isinstance(end, Appended)]
    assert len(succeeded) == 1
    assert [e.id for e in await ledger.read_stream("goal-1")] == [succeeded[0][0].events[0].id]


async def test_appends_that_have_no_stream_in_common_never_conflict(pool: Pool) -> None:
    # dcb-event-store#13: serialisable transactions refuse appends that have nothing to do with each other.
    ledger = Ledger(pool)
    async with asyncio.TaskGroup() as all_at_once:
        for number in range(60):
            appends = [to(f"goal-{number}", 0, "launch", 2), to(f"sheet-{number}", 0, "launch")]
            all_at_once.create_task(ledger.append(appends))
    assert await seal_all(pool) == 180


async def test_appends_over_the_same_streams_in_opposite_orders_do_not_deadlock(pool: Pool) -> None:
    # LanternOps/breeze#1240: locks taken in the order of the rows deadlock; the caller gets an error that is no answer.
    ledger = Ledger(pool)
    names = [f"goal-{number}" for number in range(6)]
    for version in range(5):
        orders = [names, names[::-1], names[3:] + names[:3], names[::2] + names[1::2]] * 4
        outcomes = await asyncio.gather(
            *(
                ledger.append([to(name, version, f"c{version}-{turn}") for name in order])
                for turn, order in enumerate(orders)
            ),
            return_exceptions=True,
        )
        assert sum(isinstance(outcome, Appended) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, WrongExpectedVersion) for outcome in outcomes) == 15
    await seal_all(pool)
    assert broken_laws(await record_of(pool), Witness()) == []


async def test_an_append_does_not_wait_for_another_one_to_end(pool: Pool, stallable: str) -> None:
    # commanded/eventstore#139, RailsEventStore#403, prooph/pdo-event-store#189, open-msupply#11036: one lock or one
    # counter for all, held until the commit, makes a single writer of them and lets them queue up behind the slowest.
    async with stalling(stallable) as stalled:
        stalled.begins(stalled.ledger.append([to("goal-slow", 0, "slow", 2), to("goal-slower", 0, "slow")]))
        await stands_still(pool)
        async with asyncio.timeout(5):
            for number in range(20):
                await Ledger(pool).append([to(f"goal-{number}", 0, "quick", 2)])
        locks = await pool.fetch(
            "select distinct l.mode from pg_locks l join pg_stat_activity a using (pid)"
            " where l.locktype = 'relation' and l.granted and a.application_name like 'stalled writer%'"
        )
        assert {row["mode"] for row in locks} <= {"AccessShareLock", "RowShareLock", "RowExclusiveLock"}


async def test_events_recorded_in_one_moment_keep_the_order_in_which_they_were_given(pool: Pool) -> None:
    # marten#4952, #4964, #4977: mechanisms inside one command that let the order of ids and of commits differ.
    ledger = Ledger(pool)
    for number in range(20):
        await ledger.append([to("goal-b", 2 * number, f"c{number}", 2), to("goal-a", number, f"c{number}")])
    await seal_all(pool)
    order = [(e.stream, e.version) for e in await ledger.read_sealed(after=0)]
    assert order == [
        pair
        for number in range(20)
        for pair in (("goal-b", 2 * number + 1), ("goal-b", 2 * number + 2), ("goal-a", number + 1))
    ]
