"""An event that cannot be folded parks its stream in that read model: it is shown, never skipped silently."""

from datetime import date

import asyncpg
import pytest

from cairn.domain.goal.events import GoalSubmitted
from projections.catch_up import catch_up, status
from projections.goal import goal
from projections.parking import parked, retry, skip, skipped
from projections.reading import evidence
from projections.rebuild import differences
from tests.projections.given import GOAL, active, drafted, later, readings, record, record_raw, seal

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
    assert [(each.position, each.behind) for each in await parked(pool, "inbox")] == [(1, 1)]


async def test_only_the_read_model_that_cannot_fold_it_parks_the_stream(pool: asyncpg.Pool) -> None:
    await record_raw(pool, GOAL, "GoalSubmitted", "{}")
    await catch_up(pool)
    assert {each.name: each.parked for each in await status(pool) if each.parked} == {"goal": 1}


async def test_a_good_batch_before_and_after_the_poison_counts(pool: asyncpg.Pool) -> None:
    await record(pool, *(readings((date(2026, 1, day), "1")) for day in range(1, 6)))
    await record_raw(pool, "feed-crm", "ReadingsRecorded", BAD)
    await record(pool, *(readings((date(2026, 1, day), "1")) for day in range(6, 11)))
    await catch_up(pool)
    assert len((await evidence(pool, "sales", "lin", *JANUARY)).readings) == 10
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
    [counts] = (await evidence(pool, "sales", "lin", *JANUARY)).readings
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
