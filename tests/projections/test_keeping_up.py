"""Read models follow the sealed log: once, for good, in windows, from many places at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from time import monotonic

import asyncpg
import pytest

from cairn.domain.goal.events import GoalSubmitted
from projections.engine.catalog import folding
from projections.engine.catch_up import Follower, catch_up, status, wait_for
from projections.engine.sql import queries
from projections.models.goal import goal
from tests.projections.given import (
    GOAL,
    active,
    append,
    drafted,
    later,
    launched,
    new,
    opened,
    readings,
    record,
)


async def test_every_read_model_is_brought_to_the_last_seal(pool: asyncpg.Pool) -> None:
    position = await record(pool, launched(), opened(), *active())
    assert await catch_up(pool) == dict.fromkeys(folding(), position)


async def test_catching_up_again_changes_nothing(pool: asyncpg.Pool) -> None:
    await record(pool, opened(), *active(), readings((date(2026, 1, 5), "10")))
    await catch_up(pool)
    before = await goal(pool, GOAL)
    await catch_up(pool)
    assert await goal(pool, GOAL) == before


async def test_only_the_asked_read_models_move_and_those_they_join(
    pool: asyncpg.Pool,
) -> None:
    position = await record(pool, *active())
    joined = ["goal", "check_in", "person", "dashboard", "rating", "inbox"]
    assert await catch_up(pool, names=["inbox"]) == dict.fromkeys(joined, position)


async def test_an_unknown_read_model_is_refused_with_the_names_there_are(pool: asyncpg.Pool) -> None:
    with pytest.raises(
        LookupError, match="no read model 'goals'; there are administration, amendment, appraisal"
    ):
        await catch_up(pool, names=["goals"])


async def test_catching_up_stops_at_the_asked_position(pool: asyncpg.Pool) -> None:
    await record(pool, *active())
    await catch_up(pool, names=["goal"], upto=2)
    found = await goal(pool, GOAL)
    assert found is not None and found.stage == "submitted"


async def test_many_catching_up_at_once_fold_each_event_once(pool: asyncpg.Pool) -> None:
    days = [readings((date(2026, 1, 5), str(n))) for n in range(30)]
    await record(pool, opened(), *active(), *days)
    await asyncio.gather(*(catch_up(pool, window=size) for size in (1, 2, 3, 5)))
    assert await pool.fetchval("select count(*) from read.reading") == 30
    assert await pool.fetchval("select count(*) from read.reading where superseded_by is null") == 1
    found = await goal(pool, GOAL)
    assert found is not None and (found.version, found.stage) == (4, "active")


async def test_read_models_that_a_window_does_not_concern_are_moved_on_together(pool: asyncpg.Pool) -> None:
    await record(pool, opened(), *active())
    await catch_up(pool)
    position = await record(pool, readings((date(2026, 1, 5), "10")))
    await catch_up(pool)
    moved = await pool.fetch(
        "select xmin::text as by, array_agg(name) as names from read.projection group by 1"
    )
    together = max((row["names"] for row in moved), key=len)
    assert {"goal", "person", "score", "dashboard", "refused"} <= set(together)
    assert "reading" not in together
    assert {row["cursor"] for row in await pool.fetch("select cursor from read.projection")} == {position}


async def test_a_cursor_that_somebody_holds_keeps_no_other_read_model_waiting(pool: asyncpg.Pool) -> None:
    position = await record(pool, *active(), readings((date(2026, 1, 5), "10")))
    await catch_up(pool, upto=1)
    async with pool.acquire() as other, other.transaction():
        await other.execute("select from read.projection where name = 'goal' for update")
        waiting = asyncio.create_task(catch_up(pool))
        assert await wait_for(pool, "reading", position, 5) == position
        assert await wait_for(pool, "person", position, 5) == position
        assert not waiting.done()
    assert await waiting == dict.fromkeys(folding(), position)


async def test_a_backlog_larger_than_a_window_is_folded_window_by_window(pool: asyncpg.Pool) -> None:
    position = await record(
        pool, opened(), *active(), *(readings((date(2026, 1, n), "1")) for n in range(1, 20))
    )
    assert await catch_up(pool, window=4) == dict.fromkeys(folding(), position)
    assert await pool.fetchval("select count(*) from read.reading") == 19


def test_every_fold_is_short_enough_to_be_planned_once() -> None:
    assert {name for name in folding() if len(queries(name)["fold"].encode()) > 15 * 1024} == set()


async def test_status_says_how_far_behind_each_read_model_is(pool: asyncpg.Pool) -> None:
    await record(pool, *active())
    await catch_up(pool, names=["goal"])
    await record(pool, drafted("goal-2026-lin-2"))
    by_name = {each.name: each for each in await status(pool)}
    assert set(by_name) == set(folding())
    assert (by_name["goal"].cursor, by_name["goal"].lag_events) == (4, 1)
    assert by_name["goal"].lag_seconds > 0
    assert (by_name["score"].cursor, by_name["score"].lag_events) == (0, 5)


@asynccontextmanager
async def following(follower: Follower) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(follower.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_writer_waits_until_people_read_what_it_wrote(pool: asyncpg.Pool) -> None:
    async with following(Follower(pool)):
        position = await record(pool, opened(), *active())
        assert await wait_for(pool, "inbox", position, 5) >= position
        found = await goal(pool, GOAL)
        assert found is not None and found.stage == "active"


async def test_waiting_for_what_does_not_come_says_how_far_the_read_model_is(pool: asyncpg.Pool) -> None:
    with pytest.raises(TimeoutError, match="goal is at 0, not yet at 7"):
        await wait_for(pool, "goal", 7, 0.02)


async def test_a_seal_wakes_the_follower_long_before_it_would_look_by_itself(pool: asyncpg.Pool) -> None:
    async with following(Follower(pool, poll=30)):
        await asyncio.sleep(0.2)
        started = monotonic()
        await wait_for(pool, "goal", await record(pool, *active()), 5)
        assert monotonic() - started < 3


async def test_the_follower_goes_on_after_its_connections_are_killed(pool: asyncpg.Pool) -> None:
    async with following(Follower(pool, poll=0.05)) as task:
        await wait_for(pool, "goal", await record(pool, drafted()), 5)
        await kill_everybody_else(pool)
        position = await record(pool, GoalSubmitted(goal=GOAL, by="lin", at=later(1)))
        await wait_for(pool, "goal", position, 5)
        assert not task.done()


async def kill_everybody_else(pool: asyncpg.Pool) -> None:
    others = (
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )
    async with pool.acquire() as connection:
        await connection.execute(others)


async def test_what_is_not_sealed_is_not_folded(pool: asyncpg.Pool) -> None:
    await record(pool, drafted())
    await append(pool, GOAL, [new(GoalSubmitted(goal=GOAL, by="lin", at=later(1)))])
    assert await catch_up(pool, names=["goal"]) == {"goal": 1}
