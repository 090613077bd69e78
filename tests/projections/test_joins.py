"""A read model is never further in the log than those it joins, whoever holds them up and however folds are cut."""

import asyncio
import random
from datetime import date

import asyncpg
import pytest

from cairn.domain.event import Event
from projections.engine.catalog import folding, joined_by
from projections.engine.catch_up import catch_up, wait_for
from projections.engine.rebuild import differences, rebuild
from tests.projections.given import GOAL, active, joined, launched, opened, readings, record
from tests.projections.stories import scored
from tests.projections.test_laws_of_following import caught_up, disturbed

DEPENDENTS = ("progress", "score", "dashboard")
JOINS = [(model.name, other.name) for model in folding().values() for other in joined_by(model)]


def year() -> list[Event]:
    """Events for every read model: some that only goals read, some that only those who join them read."""
    scores = [scored(GOAL, period, days) for days, period in enumerate(("M01", "M02", "Q1"), 10)]
    batches = [readings((date(2026, 1, day), "10")) for day in range(5, 12)]
    return [launched(), joined("lin"), opened(), *active(), *batches, *scores]


async def cursors(pool: asyncpg.Pool) -> dict[str, int]:
    rows = await pool.fetch("select name, cursor from read.projection where name not like '%:%'")
    return {row["name"]: row["cursor"] for row in rows}


def ahead(at: dict[str, int]) -> list[tuple[str, str]]:
    """Who is further than one it joins."""
    return [(name, other) for name, other in JOINS if at.get(name, 0) > at.get(other, 0)]


@pytest.mark.parametrize("window", [1, 3, 20_000])
async def test_who_joins_a_read_model_that_is_held_up_waits_for_it_and_nobody_else_does(
    pool: asyncpg.Pool, window: int
) -> None:
    end = await record(pool, *year())
    await catch_up(pool, upto=3)
    async with pool.acquire() as other, other.transaction():
        await other.execute("select from read.projection where name = 'goal' for update")
        waiting = asyncio.create_task(catch_up(pool, window=window))
        for name in ("reading", "person", "history", "refused"):
            assert await wait_for(pool, name, end, 10) == end
        at = await cursors(pool)
        assert {name: at[name] for name in ("goal", *DEPENDENTS)} == dict.fromkeys(("goal", *DEPENDENTS), 3)
        assert await pool.fetchval("select count(*) from read.goal_score") == 0
        assert not waiting.done()
    assert await waiting == dict.fromkeys(folding(), end)
    for name in folding():
        assert all(table.equal for table in await differences(pool, name)), name


async def test_asking_for_a_read_model_brings_up_those_it_joins_first(pool: asyncpg.Pool) -> None:
    end = await record(pool, *year())
    assert await catch_up(pool, names=["score"]) == {"goal": end, "score": end}
    assert await cursors(pool) == {"goal": end, "score": end}


async def test_a_read_model_that_is_already_ahead_waits_until_it_is_overtaken(pool: asyncpg.Pool) -> None:
    end = await record(pool, *year())
    await catch_up(pool)
    await pool.execute("update read.projection set cursor = 2 where name = 'goal'")
    more = await record(pool, scored(GOAL, "Q2", 30))
    assert await catch_up(pool, upto=end) == dict.fromkeys(folding(), end)
    assert await catch_up(pool) == dict.fromkeys(folding(), more)


async def test_a_rebuild_goes_no_further_than_those_it_joins(pool: asyncpg.Pool) -> None:
    end = await record(pool, *year())
    await catch_up(pool, upto=end - 2)
    assert all(table.equal for table in await rebuild(pool, "score"))
    assert await pool.fetchval("select max(position) from read.goal_score") == end - 2
    assert ahead(await cursors(pool)) == []
    await catch_up(pool)
    assert all(table.equal for table in await differences(pool, "score"))


async def test_waiting_for_a_read_model_waits_for_those_it_joins(pool: asyncpg.Pool) -> None:
    end = await record(pool, *year())
    await catch_up(pool, names=["goal", "person"])
    with pytest.raises(TimeoutError, match=f"inbox joins check_in, which is at 0, not yet at {end}"):
        await wait_for(pool, "inbox", end, 0.02)
    await catch_up(pool)
    assert await wait_for(pool, "inbox", end, 5) == end


async def test_nobody_is_ever_seen_ahead_though_followers_are_cancelled_and_cut_off(
    pool: asyncpg.Pool,
) -> None:
    pairs = ", ".join(f"('{name}', '{other}')" for name, other in JOINS)
    await pool.execute("create table seen (name text not null, cursor bigint, other text, behind bigint)")
    await pool.execute(f"""
        create function see() returns trigger language plpgsql as $$
        begin
            insert into public.seen
            select a.name, a.cursor, b.name, b.cursor
            from (values {pairs}) j(name, other)
            join read.projection a on a.name = j.name join read.projection b on b.name = j.other
            where a.cursor > b.cursor;
            return null;
        end $$""")
    await pool.execute(
        "create trigger see after update on read.projection for each statement execute function see()"
    )
    try:
        await record(pool, *year())
        await disturbed(pool, random.Random(11), rounds=8)
        await record(
            pool, *(scored(GOAL, period, 40) for period in ("M03", "Q2")), opened("sheet-2026-qi-1", ())
        )
        await disturbed(pool, random.Random(12), rounds=8)
        await caught_up(pool)
        assert await pool.fetch("select * from seen") == []
        assert set((await cursors(pool)).values()) == {
            await pool.fetchval("select count(*) from ledger.event")
        }
    finally:
        await pool.execute("drop trigger see on read.projection; drop function see; drop table seen")


def test_the_story_of_the_year_is_about_everybody() -> None:
    types = {event.type for event in year()}
    assert all(types & set(folding()[name].event_types) for name in DEPENDENTS)
