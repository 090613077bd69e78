"""Followers of the log: each event of their types once and in order, and one bad event holds back its stream alone."""

import asyncio
import random
from typing import Any

import asyncpg
import pytest

from cairn.ledger import (
    AwayFromHome,
    Ledger,
    NewerEvent,
    PositionMoved,
    StoredEvent,
    StreamAppend,
    Subscription,
    ask_again,
    leave_out,
    parked_streams,
    subscriptions,
)
from cairn.ledger.type_reader import _SQL as STORE
from cairn.ledger.type_reader import TypeReader
from tests.ledger.given import event, seal_all, to

Pool = Any
NAME, TYPES = "starter", ("GoalDrafted", "CycleLaunched")


def drafted(stream: str, expected: int = 0, n: int = 1, type_: str = "GoalDrafted") -> StreamAppend:
    events = [event(stream, "draft", expected + ordinal, type=type_) for ordinal in range(n)]
    return StreamAppend(stream, expected, events)


def bad(*versions: tuple[str, int]) -> Any:
    """A handler that cannot take these events, and notes the others."""

    async def handle(row: StoredEvent) -> None:
        if (row.stream, row.version) in versions:
            raise ValueError(f"{row.stream} {row.version} makes no sense")
        handle.taken.append((row.stream, row.version))  # type: ignore[attr-defined]

    handle.taken = []  # type: ignore[attr-defined]
    return handle


async def take_all(following: Subscription, handle: Any, limit: int = 500) -> None:
    await following.do_what_is_asked(handle)
    while (page := await following.next(limit)).events:
        await following.take(page, handle)


async def plan_of(pool: Pool, types: list[str]) -> str:
    """How Postgres reads a page of these types: the plan of the statement inside the function."""
    body = await pool.fetchval("select prosrc from pg_proc where proname = 'of_types'")
    for name, value in {
        "after_epoch": "0",
        "after_xid": "'0'::xid8",
        "after_id": "0",
        "upto": "100000",
        "types": "'{" + ",".join(types) + "}'::text[]",
        "kinds": "null::text[]",
        "at_most": "500",
        "subscription": f"'{NAME}'",
    }.items():
        body = body.replace(f"of_types.{name}", value)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off; set local enable_bitmapscan = off")
        rows = await connection.fetch(f"explain (analyze, timing off) {body}")
    return "\n".join(row[0] for row in rows)


@pytest.fixture
def ledger(pool: Pool) -> Ledger:
    return Ledger(pool)


@pytest.mark.parametrize("limit", [1, 2, 7, 500])
async def test_all_events_of_its_types_come_once_in_sealed_order_with_their_positions(
    pool: Pool, ledger: Ledger, limit: int
) -> None:
    dice = random.Random(3)
    for n in range(40):
        type_ = dice.choice([*TYPES, "GoalSubmitted", "CheckedIn"])
        await ledger.append([drafted(f"goal-{n}", n=dice.choice([1, 2, 3]), type_=type_)])
        if n % 5 == 0:
            await seal_all(pool)
    await seal_all(pool)
    wanted = [each for each in await ledger.read_sealed(after=0) if each.type in TYPES]
    following, seen = ledger.subscribe(NAME, TYPES), []
    while (page := await following.next(limit)).events:
        seen += page.events
        await following.take(page, bad())
    assert seen == wanted
    assert await ledger.subscribe(NAME, TYPES).position() == page.after


async def test_only_streams_of_its_kinds_come(pool: Pool, ledger: Ledger) -> None:
    await ledger.append([drafted("goal-1", type_="SignalRefused"), drafted("cycle-1", type_="SignalRefused")])
    await seal_all(pool)
    page = await ledger.subscribe("of cycles", ["SignalRefused"], ["cycle"]).next(10)
    assert [each.stream for each in page.events] == ["cycle-1"]


async def test_what_lies_between_its_events_is_not_read(pool: Pool, ledger: Ledger) -> None:
    """scan: the plan of a page over rare types reads the events it gives, however long the log is."""
    await ledger.append([drafted("goal-first")])
    await ledger.append([to(f"goal-{n}", 0, "submit", 10) for n in range(300)])
    await ledger.append([drafted("goal-last")])
    await seal_all(pool)
    await pool.execute("vacuum analyze ledger.event")
    plan = await plan_of(pool, list(TYPES))
    read = [line for line in plan.splitlines() if "on event l" in line]
    assert len(read) == 1 and "Index Scan using event_by_type" in read[0]
    assert "Rows Removed by Filter" not in plan
    assert [each.stream for each in (await ledger.subscribe(NAME, TYPES).next(9)).events] == [
        "goal-first",
        "goal-last",
    ]


async def test_positions_are_counted_in_the_segments_of_the_events_and_nowhere_else(
    pool: Pool, ledger: Ledger
) -> None:
    """scan: a page of rare types once had its positions from a look at the whole log."""
    for n in range(40):
        await ledger.append([to(f"goal-{n}-{m}", 0, "submit", 10) for m in range(10)])
        await ledger.append([drafted(f"goal-{n}")])
        await seal_all(pool)
    await pool.execute("vacuum analyze ledger.event, ledger.segment")
    following = TypeReader(pool, TYPES)
    keys = [each.key for each in await following.page(await ledger.sealed_position(), 20)]
    columns = [list(column) for column in zip(*keys, strict=True)]
    rows = await pool.fetch(f"explain (analyze, timing off) {STORE['positions']}", *columns)
    plan = "\n".join(row[0] for row in rows)
    assert "Rows Removed by Join Filter" not in plan
    [read] = [line for line in plan.splitlines() if "on event e" in line]
    assert "loops=20)" in read


async def test_an_event_that_cannot_be_taken_parks_its_stream_and_no_other(
    pool: Pool, ledger: Ledger
) -> None:
    await ledger.append([drafted("goal-1", n=2), drafted("goal-2"), drafted("goal-3")])
    await seal_all(pool)
    handle = bad(("goal-1", 1))
    await take_all(ledger.subscribe(NAME, TYPES), handle)
    await ledger.append([drafted("goal-1", 2), drafted("goal-4")])
    await seal_all(pool)
    await take_all(ledger.subscribe(NAME, TYPES), handle)
    assert handle.taken == [("goal-2", 1), ("goal-3", 1), ("goal-4", 1)]
    [stuck] = await parked_streams(pool)
    assert (stuck.subscription, stuck.stream, stuck.version, stuck.position) == (NAME, "goal-1", 1, 1)
    assert (stuck.type, stuck.reason, stuck.behind) == ("GoalDrafted", "goal-1 1 makes no sense", 2)
    [following] = await subscriptions(pool)
    assert (following.name, following.position, following.waiting, following.parked) == (NAME, 6, 0, 1)


async def test_a_parked_stream_that_is_tried_again_goes_on_to_where_the_others_are(
    pool: Pool, ledger: Ledger
) -> None:
    await ledger.append([drafted("goal-1", n=3), drafted("goal-2")])
    await seal_all(pool)
    following = ledger.subscribe(NAME, TYPES)
    await take_all(following, bad(("goal-1", 2)))
    still, cured = bad(("goal-1", 3)), bad()
    await ask_again(pool, NAME, "goal-1")
    await take_all(following, still)
    [stuck] = await parked_streams(pool)
    assert (stuck.version, stuck.attempts, stuck.asked) == (3, 2, None)
    await take_all(following, cured)
    assert cured.taken == []  # nobody asked
    await ask_again(pool, NAME, "goal-1")
    await take_all(following, cured)
    assert (still.taken, cured.taken) == ([("goal-1", 2)], [("goal-1", 3)])
    assert await parked_streams(pool) == []


async def test_what_waits_for_a_newer_program_is_tried_again_by_that_one_and_by_no_other(
    pool: Pool, ledger: Ledger
) -> None:
    later = event("goal-1", "draft", type="GoalDrafted", schema_version=2)
    await ledger.append([StreamAppend("goal-1", 0, [later]), drafted("goal-2")])
    await seal_all(pool)
    following = ledger.subscribe(NAME, TYPES)

    async def older(row: StoredEvent) -> None:
        if row.schema_version > 1:
            raise NewerEvent(row.type, row.schema_version, 1)
        raise ValueError("for another reason")

    await take_all(following, older)
    await following.ask_for_known({"GoalDrafted": 1})
    assert [each.asked for each in await parked_streams(pool)] == [None, None]
    await following.ask_for_known({"GoalDrafted": 2})
    assert {each.stream: each.asked for each in await parked_streams(pool)} == {
        "goal-1": "retry",
        "goal-2": None,
    }
    handle = bad()
    await take_all(following, handle)
    assert handle.taken == [("goal-1", 1)]
    assert [each.stream for each in await parked_streams(pool)] == ["goal-2"]


async def test_an_event_that_is_left_out_stays_out_when_all_is_read_once_more(
    pool: Pool, ledger: Ledger
) -> None:
    await ledger.append([drafted("goal-1", n=3)])
    await seal_all(pool)
    following, handle = ledger.subscribe(NAME, TYPES), bad(("goal-1", 2))
    await take_all(following, handle)
    await leave_out(pool, NAME, "goal-1", 2)
    await take_all(following, handle)
    assert handle.taken == [("goal-1", 1), ("goal-1", 3)]
    await following.rewind()
    await take_all(following, handle)
    assert handle.taken[2:] == [("goal-1", 1), ("goal-1", 3)] and await parked_streams(pool) == []


async def test_a_stream_that_is_not_parked_cannot_be_asked_for(pool: Pool) -> None:
    with pytest.raises(LookupError, match="goal-1 is not parked in starter"):
        await ask_again(pool, NAME, "goal-1")


@pytest.mark.parametrize(
    "error",
    [asyncpg.ConnectionDoesNotExistError(), TimeoutError(), AwayFromHome(), asyncpg.UndefinedTableError()],
    ids=lambda error: type(error).__name__,
)
async def test_what_is_no_events_fault_parks_nothing_and_comes_again(
    pool: Pool, ledger: Ledger, error: Exception
) -> None:
    await ledger.append([drafted("goal-1"), drafted("goal-2")])
    await seal_all(pool)
    following = ledger.subscribe(NAME, TYPES)

    async def away(row: StoredEvent) -> None:
        if row.stream == "goal-1":
            raise error

    with pytest.raises(type(error)):
        await following.take(await following.next(10), away)
    assert await parked_streams(pool) == [] and await following.position() == 0
    handle = bad()
    await take_all(following, handle)
    assert handle.taken == [("goal-1", 1), ("goal-2", 1)]


async def test_of_two_that_move_the_position_the_later_one_is_told_and_parks_nothing(
    pool: Pool, ledger: Ledger
) -> None:
    await ledger.append([drafted("goal-1")])
    await seal_all(pool)
    first, second = ledger.subscribe(NAME, TYPES), ledger.subscribe(NAME, TYPES)
    pages = await first.next(10), await second.next(10)
    await first.take(pages[0], bad())
    with pytest.raises(PositionMoved):
        await second.take(pages[1], bad(("goal-1", 1)))
    assert await parked_streams(pool) == []
    assert (await second.next(10)).events == []


async def test_streams_are_taken_side_by_side_and_each_in_its_order(pool: Pool, ledger: Ledger) -> None:
    await ledger.append([drafted(f"goal-{n}", n=3) for n in range(8)])
    await seal_all(pool)
    following, order, together = ledger.subscribe(NAME, TYPES), [], set()
    running: set[str] = set()

    async def handle(row: StoredEvent) -> None:
        running.add(row.stream)
        together.add(len(running))
        await asyncio.sleep(0)
        order.append((row.stream, row.version))
        running.discard(row.stream)

    await following.take(await following.next(100), handle, at_once=4)
    assert max(together) == 4
    assert all([v for s, v in order if s == f"goal-{n}"] == [1, 2, 3] for n in range(8))


async def test_a_subscription_that_is_behind_says_by_how_much(pool: Pool, ledger: Ledger) -> None:
    following = ledger.subscribe(NAME, TYPES)
    await following.position()
    await ledger.append([drafted("goal-1", n=2)])
    await ledger.append([to("goal-1", 2, "submit")])
    await seal_all(pool)
    [late] = await subscriptions(pool, NAME)
    assert (late.position, late.waiting) == (0, 2) and late.lag > 0
    await take_all(following, bad())
    [level] = await subscriptions(pool, NAME)
    assert (level.position, level.waiting, level.lag) == (3, 0, 0)


async def test_a_log_that_holds_nothing_for_it_is_no_reason_to_write(pool: Pool, ledger: Ledger) -> None:
    following = ledger.subscribe(NAME, TYPES)
    await following.position()
    before = await pool.fetchval("select xmin::text from ledger.subscription")
    for n in range(5):
        await ledger.append([to(f"goal-{n}", 0, "submit")])
        await seal_all(pool)
        page = await following.next(10)
        await following.take(page, bad())
    assert await pool.fetchval("select xmin::text from ledger.subscription") == before


async def test_an_error_with_a_nul_or_of_any_length_is_kept_as_a_reason(pool: Pool, ledger: Ledger) -> None:
    await ledger.append([drafted("goal-1")])
    await seal_all(pool)

    async def handle(_row: StoredEvent) -> None:
        raise ValueError("a\0b\n" + "c" * 5000)

    await take_all(ledger.subscribe(NAME, TYPES), handle)
    [stuck] = await parked_streams(pool)
    assert stuck.reason.startswith("ab ccc") and len(stuck.reason) == 501
