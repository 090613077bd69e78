"""A read model built anew from the log is equal to the live one, and takes its place while people read."""

import asyncio

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cairn.domain.event import Event
from cairn.domain.goal.events import GoalSubmitted
from projections.engine import rebuild as rebuilding
from projections.engine.catalog import folding
from projections.engine.catch_up import catch_up
from projections.engine.parking import parked, skip
from projections.engine.rebuild import differences, rebuild
from projections.models.goal import goal, goals
from tests.projections.given import GOAL, active, drafted, later, launched, opened, record, record_raw
from tests.projections.stories import histories

WAITS = "wait_event_type = 'Lock' and datname = current_database()"
LAW = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))


@LAW
@given(history=histories(), window=st.integers(1, 9), cycle_first=st.booleans())
async def test_live_in_any_windows_equals_rebuilt_in_one(
    pool: asyncpg.Pool, history: list[Event], window: int, cycle_first: bool
) -> None:
    events = [launched(), *history] if cycle_first else [*history, launched()]
    await record(pool, *events)
    await catch_up(pool, window=window)
    assert await parked(pool) == []
    for name in folding():
        for table in await differences(pool, name):
            assert table.equal, (name, table)


async def test_a_damaged_read_model_is_mended_and_the_difference_told(pool: asyncpg.Pool) -> None:
    await record(pool, opened(), *active(), drafted("goal-2026-lin-2"))
    await catch_up(pool)
    await pool.execute("update read.goal set title = 'wrong' where goal = $1", GOAL)
    await pool.execute("delete from read.goal where goal = 'goal-2026-lin-2'")
    first = (await rebuild(pool, "goal"))[0]
    assert (first.table, first.live, first.rebuilt, first.only_live, first.only_rebuilt) == (
        "goal",
        1,
        2,
        1,
        2,
    )
    assert any("wrong" in example for example in first.examples)
    assert all(table.equal for table in await differences(pool, "goal"))
    found = await goal(pool, GOAL)
    assert found is not None and found.title == "销售额"


async def test_looking_for_differences_leaves_the_live_tables_and_nothing_beside_them(
    pool: asyncpg.Pool,
) -> None:
    await record(pool, *active())
    await catch_up(pool)
    await pool.execute("update read.goal set title = 'wrong'")
    assert not (await differences(pool, "goal"))[0].equal
    found = await goal(pool, GOAL)
    assert found is not None and found.title == "wrong"
    left = "select count(*) from pg_namespace where nspname like 'rebuild%'"
    assert await pool.fetchval(left) == 0
    assert await pool.fetchval("select count(*) from read.projection where name like '%:%'") == 0


async def test_readers_and_the_live_fold_go_on_during_a_rebuild(pool: asyncpg.Pool) -> None:
    names = [f"goal-2026-lin-{number}" for number in range(40)]
    await record(pool, *(drafted(name) for name in names))
    await catch_up(pool)
    seen: list[int] = []
    done = asyncio.Event()

    async def read() -> None:
        while not done.is_set():
            seen.append(len(await goals(pool, owners=["lin"])))
            await asyncio.sleep(0.005)

    async def write() -> None:
        for number in range(40, 48):
            await record(pool, drafted(f"goal-2026-lin-{number}"))
            await catch_up(pool, names=["goal"])

    readers = [asyncio.create_task(read()) for _ in range(2)]
    writer = asyncio.create_task(write())
    for _ in range(2):
        await rebuild(pool, "goal")
    await writer
    done.set()
    await asyncio.gather(*readers)
    assert seen and min(seen) >= 40
    assert len(await goals(pool, owners=["lin"])) == 48
    assert all(table.equal for table in await differences(pool, "goal"))


async def test_a_rebuild_with_the_fold_mended_frees_what_was_parked(pool: asyncpg.Pool) -> None:
    await pool.execute("alter table read.goal add constraint nobody check (owner <> 'lin')")
    await record(pool, *active())
    await catch_up(pool)
    assert len(await parked(pool)) == 1
    await pool.execute("alter table read.goal drop constraint nobody")
    await rebuild(pool, "goal")
    assert await parked(pool) == []
    assert await goal(pool, GOAL) is not None


async def test_what_cannot_be_folded_is_parked_in_the_rebuilt_read_model_too(pool: asyncpg.Pool) -> None:
    await record_raw(pool, GOAL, "GoalSubmitted", "{}")
    await catch_up(pool)
    await rebuild(pool, "goal")
    assert [(each.projection, each.stream) for each in await parked(pool)] == [("goal", GOAL)]


async def test_a_rebuilt_table_keeps_its_keys_its_indexes_and_who_may_read_it(pool: asyncpg.Pool) -> None:
    indexes = "select count(*) from pg_indexes where schemaname = 'read' and tablename = 'goal'"
    before = await pool.fetchval(indexes)
    await rebuild(pool, "goal")
    assert await pool.fetchval(indexes) == before
    assert await pool.fetchval("select has_table_privilege('cairn_reader', 'read.goal', 'select')")


async def test_a_rebuilt_table_keeps_the_names_of_its_indexes_and_constraints(pool: asyncpg.Pool) -> None:
    names = """
        select c.relname::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
        from pg_index join pg_class c on c.oid = indrelid
        where c.relnamespace = 'read'::regnamespace order by 2"""
    before = await pool.fetch(names)
    for name in folding():
        await rebuild(pool, name)
    assert await pool.fetch(names) == before


async def test_what_a_killed_rebuild_left_behind_does_not_disturb_the_next(pool: asyncpg.Pool) -> None:
    position = await record(pool, opened(), *active())
    await catch_up(pool)
    await pool.execute("create schema rebuild_goal; create table rebuild_goal.goal (goal text)")
    for key in ("goal:rebuild", "goal:rebuild:0", "goal:rebuild:3"):
        await pool.execute("insert into read.projection (name, cursor) values ($1, $2)", key, position)
        await pool.execute("insert into read.parked values ($1, $2, 1, 'GoalDrafted', 'x')", key, GOAL)
    assert all(table.equal for table in await rebuild(pool, "goal"))
    assert await goal(pool, GOAL) is not None
    assert await parked(pool) == []
    assert await pool.fetchval("select count(*) from read.projection where name like '%:%'") == 0


async def test_a_rebuild_cut_off_in_the_middle_changes_nothing_and_the_next_one_works(
    pool: asyncpg.Pool,
) -> None:
    await record(pool, *(drafted(f"goal-2026-lin-{number}") for number in range(40)))
    await catch_up(pool)
    await pool.execute("update read.goal set title = 'wrong'")
    async with pool.acquire() as holder:
        held = holder.transaction()
        await held.start()
        # A slow machine takes longer than a session may wait within its transaction.
        await holder.execute("set idle_in_transaction_session_timeout = 0; set transaction_timeout = 0")
        await holder.execute("select from read.projection where name = 'goal' for update")
        doomed = asyncio.create_task(rebuild(pool, "goal"))
        await _until_somebody_waits(pool)
        await pool.execute(f"select pg_terminate_backend(pid) from pg_stat_activity where {WAITS}")
        await asyncio.gather(doomed, return_exceptions=True)
        await held.rollback()  # and with it the limits are as they were
    found = await goal(pool, "goal-2026-lin-1")
    assert found is not None and found.title == "wrong"
    await rebuild(pool, "goal")
    found = await goal(pool, "goal-2026-lin-1")
    assert found is not None and found.title == "销售额"


async def test_streams_parked_in_different_partitions_are_all_parked_in_the_rebuilt_read_model(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.engine.rebuild.LAST_STRETCH", 0)
    for number in range(8):
        await record_raw(pool, f"goal-2026-lin-{number}", "GoalSubmitted", "{}")
    await catch_up(pool)
    before = await parked(pool)
    await rebuild(pool, "goal", partitions=4)
    after = await parked(pool)
    assert len(after) == 8
    assert [(p.projection, p.stream, p.position) for p in after] == [
        (p.projection, p.stream, p.position) for p in before
    ]


async def test_an_event_left_out_while_a_rebuild_was_under_way_is_left_out_of_the_rebuilt_too(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.engine.rebuild.LAST_STRETCH", 0)
    await record(pool, drafted())
    await record_raw(pool, GOAL, "AdjustmentRequested", '{"expires_at": "soon"}')
    await record(pool, GoalSubmitted(goal=GOAL, by="lin", at=later(1)))
    await catch_up(pool)
    index = rebuilding._create_indexes

    async def index_later(site: rebuilding._Rebuild) -> None:
        assert await skip(pool, "goal", GOAL, reason="broken", by="ops")
        await index(site)

    monkeypatch.setattr("projections.engine.rebuild._create_indexes", index_later)
    assert all(table.equal for table in await rebuild(pool, "goal"))
    assert await parked(pool) == []
    found = await goal(pool, GOAL)
    assert found is not None and found.stage == "submitted"


async def test_two_rebuilds_of_one_read_model_do_not_mix(pool: asyncpg.Pool) -> None:
    await record(pool, *active())
    await catch_up(pool)
    async with pool.acquire() as other:
        await other.execute("select pg_advisory_lock(hashtext('goal:rebuild'))")
        with pytest.raises(RuntimeError, match="goal is being rebuilt already"):
            await rebuild(pool, "goal")
        await other.execute("select pg_advisory_unlock(hashtext('goal:rebuild'))")


async def test_a_swap_stopped_by_a_reader_in_the_other_order_is_begun_again(pool: asyncpg.Pool) -> None:
    await record(pool, opened(), *active())
    await catch_up(pool)
    async with pool.acquire() as reader:
        async with reader.transaction():
            await reader.fetch("select * from read.sheet")
            rebuilt = asyncio.create_task(rebuild(pool, "goal"))
            await _until_somebody_waits(pool)
            # The swap has `goal` and waits for `sheet`: each of the two now waits for the other.
            assert len(await reader.fetch("select * from read.goal")) == 1
        assert all(table.equal for table in await rebuilt)
    assert await goal(pool, GOAL) is not None


async def test_a_swap_locks_every_table_before_it_changes_any(pool: asyncpg.Pool) -> None:
    """A vacuum of the new tables waits for changes of theirs while it keeps the tables from being locked."""
    await record(pool, *active())
    await catch_up(pool)
    await pool.execute("create role reads_goals")
    try:
        await pool.execute("grant select on read.goal to reads_goals")
        async with pool.acquire() as reader:
            async with reader.transaction():
                await reader.fetch("select * from read.goal")
                rebuilt = asyncio.create_task(rebuild(pool, "goal"))
                await _until_somebody_waits(pool)
                granted = "select relacl::text from pg_class where oid = 'rebuild_goal.goal'::regclass for share nowait"
                await pool.fetchval(granted)  # refused if a change of the table's row were under way
            assert all(table.equal for table in await rebuilt)
    finally:
        await pool.execute("drop owned by reads_goals; drop role reads_goals")


async def test_a_rebuild_tells_how_far_it_is(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.engine.rebuild.LAST_STRETCH", 0)
    position = await record(pool, *active())
    await catch_up(pool)
    told: list[tuple[int, int]] = []
    await rebuild(pool, "goal", lambda done, of: told.append((done, of)))
    assert told == [(position, position)]


async def _until_somebody_waits(pool: asyncpg.Pool) -> None:
    """Until a session of this database waits for a lock."""
    async with asyncio.timeout(5):
        while True:
            if await pool.fetchval(f"select count(*) from pg_stat_activity where {WAITS}"):
                return
            await asyncio.sleep(0.01)
