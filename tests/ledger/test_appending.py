"""An append is all or nothing, exactly once, at exactly the versions its caller has seen."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from cairn.ledger import (
    Appended,
    EventRefused,
    IdReused,
    Ledger,
    PartlyRecorded,
    StreamAppend,
    WrongExpectedVersion,
    open_pool,
)
from tests.ledger.given import NEW_YEAR, event, event_id, to

Pool = Any


async def drawn(pool: Pool) -> int:
    """How many event ids the sequence has given out."""
    last: int = await pool.fetchval(
        "select case when is_called then last_value else 0 end from ledger.event_id"
    )
    return last


async def test_one_append_extends_many_streams(pool: Pool) -> None:
    ledger = Ledger(pool)
    await ledger.append([to("sheet-1", 0, "open")])

    outcome = await ledger.append(
        [to("goal-b", 0, "launch", 2), to("sheet-1", 1, "launch"), to("goal-a", 0, "launch")]
    )

    assert outcome == Appended({"goal-b": 2, "sheet-1": 2, "goal-a": 1}, replayed=False)
    streams = await ledger.read_streams(["goal-a", "goal-b", "sheet-1", "goal-none"])
    assert {name: [e.version for e in events] for name, events in streams.items()} == {
        "goal-a": [1],
        "goal-b": [1, 2],
        "sheet-1": [1, 2],
        "goal-none": [],
    }


async def test_an_append_is_one_round_trip_in_a_prepared_statement(database: str) -> None:
    asked: list[str] = []
    async with await open_pool(database, size=1) as single:
        ledger = Ledger(single)
        for at in range(4):
            if at == 1:  # the first time, asyncpg prepares the statements and learns their types
                async with single.acquire() as connection:
                    connection.add_query_logger(lambda query: asked.append(query.query))
            await ledger.append([to(f"goal-{at}", 0, "launch", 3), to(f"sheet-{at}", 0, "launch", 2)])
            await ledger.append([to(f"cycle-{at}", 0, "launch")])
        statements = list(asked)
        prepared = {
            row["statement"] for row in await single.fetch("select statement from pg_prepared_statements")
        }

    assert len(statements) == 6
    assert len(set(statements)) == 2
    assert set(statements) <= prepared


async def test_what_is_stored_is_what_was_given_byte_for_byte(pool: Pool) -> None:
    text = '{"title" :  "营收 +20 %", "weight": 0.250, "weight": 1e2, "n": "\\u0000"}'
    given = event(
        "goal-1", "submit", data=text, correlation="req-1", causation="run-1", subject="lin", cycle="2025"
    )
    await Ledger(pool).append([StreamAppend("goal-1", 0, [given])])

    [stored] = await Ledger(pool).read_stream("goal-1")

    assert stored.data == text
    assert (stored.id, stored.type, stored.actor, stored.occurred_at) == (
        given.id,
        given.type,
        "lin",
        NEW_YEAR,
    )
    assert (stored.correlation, stored.causation, stored.subject, stored.cycle) == (
        "req-1",
        "run-1",
        "lin",
        "2025",
    )
    assert stored.position is None


async def test_a_conflict_names_the_losers_writes_nothing_and_draws_no_id(pool: Pool) -> None:
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "submit", 2), to("goal-2", 0, "submit")])
    before = await drawn(pool)

    with pytest.raises(WrongExpectedVersion, match=r"goal-1 has version 2 instead of 1") as refused:
        await ledger.append(
            [to("goal-1", 1, "approve"), to("goal-2", 1, "approve"), to("goal-3", 4, "approve")]
        )

    assert refused.value.losers == {"goal-1": (1, 2), "goal-3": (4, 0)}
    assert await drawn(pool) == before
    assert len(await ledger.read_stream("goal-2")) == 1


async def test_a_conflict_on_a_single_event_names_the_loser(pool: Pool) -> None:
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "submit", 2)])
    before = await drawn(pool)
    for expected, actual, stream in [(1, 2, "goal-1"), (5, 2, "goal-1"), (1, 0, "goal-none")]:
        with pytest.raises(WrongExpectedVersion) as refused:
            await ledger.append([to(stream, expected, "approve")])
        assert refused.value.losers == {stream: (expected, actual)}
    assert await drawn(pool) == before


async def test_a_stream_that_should_be_new_and_is_not_is_named_and_nothing_is_written(pool: Pool) -> None:
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "submit", 2)])
    for appends in ([to("goal-1", 0, "draft")], [to("goal-2", 0, "draft"), to("goal-1", 0, "draft", 3)]):
        with pytest.raises(WrongExpectedVersion) as refused:
            await ledger.append(appends)
        assert refused.value.losers == {"goal-1": (0, 2)}
    assert await pool.fetchval("select count(*) from ledger.event") == 2


@pytest.mark.parametrize("n", [1, 3])
async def test_a_retry_gives_the_earlier_result_even_if_the_version_moved_on(pool: Pool, n: int) -> None:
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "submit")])
    first = await ledger.append([to("goal-1", 1, "adjust", n)])
    await ledger.append([to("goal-1", 1 + n, "confirm")])

    for expected in (1, 2 + n, 0):  # as the first time, as read anew, and as never right
        again = await ledger.append([to("goal-1", expected, "adjust", n)])
        assert again == Appended(first.versions, replayed=True)

    assert [e.version for e in await ledger.read_stream("goal-1")] == list(range(1, 3 + n))


async def test_a_retry_over_many_streams_gives_the_earlier_versions(pool: Pool) -> None:
    ledger = Ledger(pool)
    launch = [to("goal-b", 0, "launch", 2), to("goal-a", 0, "launch"), to("cycle-1", 0, "launch")]
    await ledger.append(launch)
    await ledger.append([to("goal-b", 2, "submit"), to("cycle-1", 1, "next")])

    assert await ledger.append(launch) == Appended({"goal-b": 2, "goal-a": 1, "cycle-1": 1}, replayed=True)


async def test_the_same_append_sent_many_times_at_once_is_recorded_once(pool: Pool) -> None:
    ledger = Ledger(pool)
    for n, streams in [(1, ["goal-1"]), (3, ["goal-2"]), (2, ["goal-4", "goal-3"])]:
        same = [to(stream, 0, "launch", n) for stream in streams]
        outcomes = await asyncio.gather(*[ledger.append(same) for _ in range(12)])
        assert sorted(outcome.replayed for outcome in outcomes) == [False] + [True] * 11
        assert {frozenset(outcome.versions.items()) for outcome in outcomes} == {
            frozenset((s, n) for s in streams)
        }


@pytest.mark.parametrize("expected", [0, 2, 7])
async def test_partly_recorded_ids_are_refused_and_named(pool: Pool, expected: int) -> None:
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "submit", 2)])

    with pytest.raises(PartlyRecorded) as refused:
        await ledger.append([to("goal-1", expected, "submit", 3)])

    assert refused.value.missing == {event_id("goal-1", "submit", 2)}
    assert refused.value.streams == ("goal-1",)
    assert len(await ledger.read_stream("goal-1")) == 2


async def test_an_id_that_another_stream_has_is_refused(pool: Pool) -> None:
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "submit")])

    with pytest.raises(IdReused, match="is version 1 of goal-1") as refused:
        await ledger.append([StreamAppend("goal-2", 0, [event("goal-1", "submit")])])

    assert refused.value.reused == {event_id("goal-1", "submit"): ("goal-2", "goal-1", 1)}
    assert await ledger.read_stream("goal-2") == []


@pytest.mark.parametrize("expected", [0, 1, 2, 7])
@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize(
    "other",
    [{"data": '{"command": "other"}'}, {"type": "GoalApproved"}, {"actor": "wang"}, {"schema_version": 2}],
)
async def test_an_id_recorded_with_other_content_is_refused(
    pool: Pool, other: dict[str, Any], n: int, expected: int
) -> None:
    ledger = Ledger(pool)
    first = to("goal-1", 0, "submit", n)
    await ledger.append([first])

    changed = [*first.events[:-1], first.events[-1]._replace(**other)]
    with pytest.raises(IdReused) as refused:
        await ledger.append([StreamAppend("goal-1", expected, changed)])

    assert refused.value.reused == {first.events[-1].id: ("goal-1", "goal-1", n)}
    assert len(await ledger.read_stream("goal-1")) == n


async def test_ids_swapped_between_two_streams_are_refused(pool: Pool) -> None:
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "submit"), to("goal-2", 0, "submit")])

    for expected in (0, 1):
        with pytest.raises(IdReused) as refused:
            await ledger.append(
                [
                    StreamAppend("goal-1", expected, [event("goal-2", "submit")]),
                    StreamAppend("goal-2", expected, [event("goal-1", "submit")]),
                ]
            )
        assert refused.value.streams == ("goal-1", "goal-2")
    assert await pool.fetchval("select count(*) from ledger.event") == 2


async def test_when_and_why_an_event_was_recorded_first_does_not_make_a_retry_another_append(
    pool: Pool,
) -> None:
    ledger = Ledger(pool)
    first = event("goal-1", "submit", causation="run-1")
    await ledger.append([StreamAppend("goal-1", 0, [first])])
    again = first._replace(causation="run-2", occurred_at=NEW_YEAR + timedelta(seconds=1))
    assert (await ledger.append([StreamAppend("goal-1", 1, [again])])).replayed


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"data": "{not json"}, "not JSON"),
        ({"actor": "lin\nzhang"}, "line break"),
        ({"actor": ""}, "lacks its type, actor"),
        ({"occurred_at": NEW_YEAR.replace(tzinfo=None)}, "no time zone"),
        ({"subject": "a" * 6000}, "characters at most"),
        ({"type": "T" * 501}, "500 characters at most"),
        ({"actor": "li\0n"}, "holds a NUL"),
    ],
)
@pytest.mark.parametrize("n", [1, 2])
async def test_an_event_that_cannot_be_kept_is_refused_in_words(
    pool: Pool, fields: dict[str, Any], reason: str, n: int
) -> None:
    events = [event("goal-1", "submit", ordinal, **fields) for ordinal in range(n)]
    with pytest.raises(EventRefused, match=reason):
        await Ledger(pool).append([StreamAppend("goal-1", 0, events)])
    assert await Ledger(pool).read_stream("goal-1") == []


async def test_a_stream_of_the_longest_name_and_type_is_kept_and_one_longer_is_refused(pool: Pool) -> None:
    longest = "goal-" + "界" * 495
    kept = event(longest, "submit", type="类" * 500, actor="人" * 1000)
    await Ledger(pool).append([StreamAppend(longest, 0, [kept])])
    assert await Ledger(pool).version_of(longest) == 1
    with pytest.raises(EventRefused, match="500 characters at most"):
        await Ledger(pool).append([to(longest + "x", 0, "submit")])


async def test_an_append_names_each_stream_and_each_id_once(pool: Pool) -> None:
    with pytest.raises(EventRefused, match="twice"):
        await Ledger(pool).append([to("goal-1", 0, "a"), to("goal-1", 1, "b")])
    with pytest.raises(EventRefused, match="same id"):
        await Ledger(pool).append([StreamAppend("goal-1", 0, [event("goal-1", "a"), event("goal-1", "a")])])


async def test_an_append_inside_a_transaction_that_has_written_is_refused(pool: Pool) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("create temporary table scratch ()")
        with pytest.raises(asyncpg.PostgresError, match="transaction of its own"):
            await connection.fetchval(
                "select ledger.append_one('g', 0, gen_random_uuid(), 'T', 1, now(), 'a', '', '', '', '', '1')"
            )
        await transaction.rollback()


async def test_two_writers_of_the_same_version_have_one_winner(pool: Pool) -> None:
    ledger = Ledger(pool)
    appends = [[to("goal-1", 0, f"command-{i}"), to("goal-2", 0, f"command-{i}")] for i in range(16)]
    outcomes = await asyncio.gather(*map(ledger.append, appends), return_exceptions=True)

    assert sum(isinstance(outcome, Appended) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, WrongExpectedVersion) for outcome in outcomes) == 15
    for outcome in outcomes:
        if isinstance(outcome, WrongExpectedVersion):
            assert set(outcome.losers.values()) == {(0, 1)}
