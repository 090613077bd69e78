"""An event that cannot be folded parks its stream in that read model: it is shown, never skipped silently."""

import asyncio
from datetime import date
from uuid import uuid4

import asyncpg
import pytest

from cairn.domain.coverage import Whom
from cairn.domain.goal.events import GoalSubmitted
from cairn.domain.registry import decode
from cairn.domain.skipping import EventSkipped
from cairn.ledger import Ledger, NewEvent, migrate, open_pool
from projections.engine.catch_up import catch_up, status
from projections.engine.parking import parked, retry, skip, skipped
from projections.engine.rebuild import differences
from projections.engine.sql import MIGRATIONS
from projections.models.goal import goal, goals
from projections.models.reading import evidence
from tests.databases import Databases
from tests.projections.given import (
    AT,
    GOAL,
    active,
    append,
    drafted,
    later,
    new,
    readings,
    record,
    record_raw,
    seal,
)

OTHER = "goal-2026-qi-1"
BAD = '{"feed": "crm", "rows": [{"metric": "sales", "subject": "lin", "on": "soon", "value": "1"}]}'
JANUARY = (date(2026, 1, 1), date(2026, 1, 31))


async def test_a_poison_event_parks_its_stream_and_no_other(pool: asyncpg.Pool) -> None:
    await record_raw(pool, GOAL, "GoalSubmitted", "{}")
    position = await record(pool, *active(OTHER))
    assert (await catch_up(pool, window=3))["goal"] == position
    [stuck] = await parked(pool, "goal")
    assert (stuck.stream, stuck.position, stuck.type, stuck.behind) == (GOAL, 1, "GoalSubmitted", 0)
    assert stuck.reason == f"GoalSubmitted as event 1 of {GOAL}: a goal starts with GoalDrafted"
    assert await goal(pool, GOAL) is None
    found = await goal(pool, OTHER)
    assert found is not None and found.stage == "active"


async def test_poison_is_found_in_large_windows_as_in_small_ones(pool: asyncpg.Pool) -> None:
    await record_raw(pool, GOAL, "GoalSubmitted", "{}")
    await record(pool, *active())
    await catch_up(pool, names=["goal"])
    assert [each.position for each in await parked(pool, "goal")] == [1]


async def test_later_events_of_a_parked_stream_stay_behind_it(pool: asyncpg.Pool) -> None:
    await record_raw(pool, GOAL, "GoalSubmitted", "{}")
    await catch_up(pool)
    await record(pool, drafted())
    await catch_up(pool)
    assert await goal(pool, GOAL) is None
    assert [(each.position, each.behind) for each in await parked(pool, "cascade")] == [(1, 1)]


async def test_only_the_read_model_that_cannot_fold_it_parks_the_stream(pool: asyncpg.Pool) -> None:
    await record_raw(pool, GOAL, "GoalSubmitted", "{}")
    await catch_up(pool)
    assert {each.name: each.parked for each in await status(pool) if each.parked} == {"goal": 1}


@pytest.mark.parametrize("data", [r'{"goal": "a\u0000b"}', '{"goal": []}', "[]", '"text"', "1e999999999"])
async def test_any_error_that_one_event_causes_parks_its_stream_alone(pool: asyncpg.Pool, data: str) -> None:
    """parked: not a list of known errors, but any."""
    await record_raw(pool, GOAL, "GoalDrafted", data)
    last = await record(pool, *active(OTHER), readings((date(2026, 1, 5), "1")))
    reached = await catch_up(pool)
    assert set(reached.values()) == {last}
    assert {each.stream for each in await parked(pool)} == {GOAL}
    found = await goal(pool, OTHER)
    assert found is not None and found.stage == "active"


async def test_a_good_batch_before_and_after_the_poison_counts(pool: asyncpg.Pool) -> None:
    await record(pool, *(readings((date(2026, 1, day), "1")) for day in range(1, 6)))
    await record_raw(pool, "feed-crm", "ReadingsRecorded", BAD)
    await record(pool, *(readings((date(2026, 1, day), "1")) for day in range(6, 11)))
    await catch_up(pool)
    assert len((await evidence(pool, "sales", Whom(subject="lin", holder="lin"), *JANUARY)).readings) == 10
    assert [(each.projection, each.stream) for each in await parked(pool)] == [
        ("progress", "feed-crm"),
        ("reading", "feed-crm"),
    ]


async def test_a_retry_without_a_cure_keeps_the_stream_parked_and_counts(pool: asyncpg.Pool) -> None:
    await record_raw(pool, GOAL, "GoalSubmitted", "{}")
    await catch_up(pool)
    assert await retry(pool, "goal", GOAL) is False
    [stuck] = await parked(pool)
    assert (stuck.attempts, stuck.position) == (2, 1)


async def test_a_retry_after_the_cure_folds_the_stream_to_where_the_others_are(pool: asyncpg.Pool) -> None:
    await pool.execute("alter table read.goal add constraint nobody check (owner <> 'lin')")
    await record(pool, *active(), *active(OTHER, owner="qi"))
    await catch_up(pool)
    assert [each.stream for each in await parked(pool)] == [GOAL]
    await pool.execute("alter table read.goal drop constraint nobody")
    assert await retry(pool, "goal", GOAL) is True
    found = await goal(pool, GOAL)
    assert found is not None and (found.stage, found.version) == ("active", 4)
    assert all(table.equal for table in await differences(pool, "goal"))
    await record(pool, GoalSubmitted(goal=GOAL, by="lin", at=later(9)))
    await catch_up(pool)
    found = await goal(pool, GOAL)
    assert found is not None and found.version == 5


async def test_a_reading_that_waited_does_not_replace_one_that_came_later(pool: asyncpg.Pool) -> None:
    await pool.execute("alter table read.reading add constraint dull check (value <> 1)")
    await record(
        pool, readings((date(2026, 1, 5), "1"), feed="crm"), readings((date(2026, 1, 5), "2"), feed="erp")
    )
    await catch_up(pool)
    await pool.execute("alter table read.reading drop constraint dull")
    assert await retry(pool, "reading", "feed-crm") is True
    [counts] = (await evidence(pool, "sales", Whom(subject="lin", holder="lin"), *JANUARY)).readings
    assert counts.value == 2
    assert all(table.equal for table in await differences(pool, "reading"))


async def test_skipping_leaves_out_the_event_alone_and_says_who_and_why(pool: asyncpg.Pool) -> None:
    await record(pool, drafted())
    await record_raw(pool, GOAL, "AdjustmentRequested", '{"expires_at": "soon"}')
    await record(pool, GoalSubmitted(goal=GOAL, by="lin", at=later(1)))
    await catch_up(pool)
    assert await skip(pool, "goal", GOAL, reason="written by a broken importer", by="ops") is True
    [left_out] = await skipped(pool, "goal")
    assert (left_out.position, left_out.reason, left_out.by) == (2, "written by a broken importer", "ops")
    found = await goal(pool, GOAL)
    assert found is not None and found.stage == "submitted"
    assert await parked(pool) == []
    assert all(table.equal for table in await differences(pool, "goal"))


async def test_skipping_is_itself_recorded_in_the_log(pool: asyncpg.Pool) -> None:
    await record(pool, drafted())
    await record_raw(pool, GOAL, "AdjustmentRequested", '{"expires_at": "soon"}')
    await catch_up(pool)
    await skip(pool, "goal", GOAL, reason="written by a broken importer", by="ops")
    [stored] = await Ledger(pool).read_stream("projection-goal")
    decision = decode(stored.type, stored.data)
    assert isinstance(decision, EventSkipped)
    assert (decision.projection, decision.position, decision.event_stream) == ("goal", 2, GOAL)
    assert (decision.event_type, decision.reason) == ("AdjustmentRequested", "written by a broken importer")
    assert (decision.by, stored.actor) == ("ops", "ops")


async def test_leaving_out_the_same_event_twice_at_once_is_recorded_once(pool: asyncpg.Pool) -> None:
    await record(pool, drafted())
    await record_raw(pool, GOAL, "AdjustmentRequested", '{"expires_at": "soon"}')
    await catch_up(pool)
    twice = (skip(pool, "goal", GOAL, reason="x", by=by) for by in ("ops", "hua"))
    done = await asyncio.gather(*twice, return_exceptions=True)
    assert {type(each) for each in done} == {bool, LookupError}
    assert len(await Ledger(pool).read_stream("projection-goal")) == 1


async def test_what_was_left_out_stays_out_when_all_read_models_are_dropped_and_made_anew(
    databases: Databases,
) -> None:
    dsn = await databases.migrated()
    await migrate(dsn, folders=[MIGRATIONS])
    async with await open_pool(dsn, size=6) as pool:
        await record(pool, drafted())
        await record_raw(pool, GOAL, "AdjustmentRequested", '{"expires_at": "soon"}')
        await record(pool, GoalSubmitted(goal=GOAL, by="lin", at=later(1)))
        await catch_up(pool)
        await skip(pool, "goal", GOAL, reason="x", by="ops")
        await pool.execute(
            "drop schema read cascade; delete from migration.applied where folder = 'projections'"
        )
        await migrate(dsn, folders=[MIGRATIONS])
    async with await open_pool(dsn, size=6) as pool:
        await catch_up(pool)
        assert await parked(pool) == []
        assert [(each.position, each.by) for each in await skipped(pool, "goal")] == [(2, "ops")]
        found = await goal(pool, GOAL)
        assert found is not None and found.stage == "submitted"
    await databases.drop(dsn)


async def test_each_of_many_poison_events_is_found_and_all_else_is_folded(pool: asyncpg.Pool) -> None:
    good = [f"goal-2026-qi-{number}" for number in range(60)]
    for number, name in enumerate(good):
        await append(pool, name, [new(event) for event in active(name)])
        if number % 7 == 0:
            kind = "GoalSubmitted" if number % 2 else "SheetOpened"
            bad = NewEvent(uuid4(), kind, '{"since": "soon"}', AT, "lin")
            await append(pool, f"bad-{number}", [bad])
    await append(pool, "bad-56", [new(drafted("bad-56"))])
    await seal(pool)
    await catch_up(pool, names=["goal"])
    assert {each.stream for each in await parked(pool, "goal")} == {
        f"bad-{number}" for number in range(0, 60, 7)
    }
    assert {(each.goal, each.stage) for each in await goals(pool)} == {(name, "active") for name in good}


async def test_skipping_one_poison_event_stops_at_the_next(pool: asyncpg.Pool) -> None:
    await record(pool, drafted())
    await record_raw(pool, GOAL, "AdjustmentRequested", '{"expires_at": "soon"}')
    await record_raw(pool, GOAL, "GoalDrafted", "{}")
    await catch_up(pool)
    assert await skip(pool, "goal", GOAL, reason="x", by="ops") is False
    [stuck] = await parked(pool, "goal")
    assert (stuck.position, stuck.type) == (3, "GoalDrafted")


async def test_skipping_needs_a_reason_and_a_parked_stream(pool: asyncpg.Pool) -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        await skip(pool, "goal", GOAL, reason=" ", by="ops")
    await seal(pool)
    with pytest.raises(LookupError, match="is not parked in the read model goal"):
        await retry(pool, "goal", GOAL)


async def test_a_broken_statement_is_nobodys_event_and_parks_nothing(pool: asyncpg.Pool) -> None:
    await record(pool, *active())
    await pool.execute("alter table read.goal rename column title to heading")
    with pytest.raises(asyncpg.PostgresError):
        await catch_up(pool, names=["goal"])
    await pool.execute("alter table read.goal rename column heading to title")
    assert await parked(pool) == []
    assert await pool.fetchval("select cursor from read.projection where name = 'goal'") == 0
