"""The sealer freezes one dense order that no later commit can change."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from cairn.ledger import AwayFromHome, Ledger, Sealer, StoredEvent, horizon
from cairn.ledger.merkle import GENESIS, chained_root, leaf, tree
from tests.ledger.disturbing import prepare_stalls, stalling, stands_still
from tests.ledger.given import seal_all, to

Pool = Any


async def write_at_random(pool: Pool, *, writers: int, appends: int, seed: int = 7) -> int:
    """Many writers at once, each extending streams of its own by some events; returns how many in all."""
    dice = random.Random(seed)
    ledger = Ledger(pool)

    async def writer(number: int) -> int:
        versions = dict.fromkeys((f"goal-{number}-{i}" for i in range(3)), 0)
        for command in range(appends):
            names = dice.sample(sorted(versions), dice.choice([1, 1, 1, 2]))
            batch = [to(name, versions[name], f"c{command}", dice.choice([1, 1, 3])) for name in names]
            versions |= (await ledger.append(batch)).versions
        return sum(versions.values())

    return sum(await asyncio.gather(*map(writer, range(writers))))


@contextlib.asynccontextmanager
async def running(*sealers: Sealer) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """Runs sealers beside the test."""
    tasks = [asyncio.create_task(sealer.run()) for sealer in sealers]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def stalled_writer(dsn: str) -> AsyncIterator[None]:
    """A writer that has drawn its transaction id and its event id, and commits only at the end."""
    await prepare_stalls(dsn)
    async with stalling(dsn) as stalled, asyncpg.create_pool(dsn, min_size=1, max_size=1) as watching:
        begun = stalled.begins(stalled.ledger.append([to("goal-stalled", 0, "stalled")]))
        await stands_still(watching)
        yield
    await begun


async def test_sealed_positions_are_dense_and_each_streams_versions_ascend(pool: Pool, database: str) -> None:
    async with running(Sealer(database, interval=0.002)):
        written = await write_at_random(pool, writers=16, appends=20)
    last = await seal_all(pool)
    sealed = await Ledger(pool).read_sealed(after=0, limit=10_000)

    assert last == written == await Ledger(pool).sealed_position()
    assert [event.position for event in sealed] == list(range(1, written + 1))
    seen: dict[str, int] = {}
    for event in sealed:
        assert event.version == seen.get(event.stream, 0) + 1
        seen[event.stream] = event.version
    assert await pool.fetchval("select count(*) from ledger.segment") > 1


async def test_any_window_of_positions_is_the_same_part_of_the_order(pool: Pool, database: str) -> None:
    async with running(Sealer(database, interval=0.002)):
        await write_at_random(pool, writers=8, appends=20)
    last = await seal_all(pool)
    ledger, dice = Ledger(pool), random.Random(3)
    whole = await ledger.read_sealed(after=0, limit=10_000)
    for _ in range(40):
        after = dice.randrange(last)
        upto = dice.randrange(after, last + 20)
        assert await ledger.read_sealed(after=after, upto=upto, limit=10_000) == whole[after:upto]
        assert await ledger.read_sealed(after=after, limit=5) == whole[after : after + 5]
    assert await ledger.read_sealed(after=last) == []
    assert await ledger.read_sealed(after=0, types=["Other"]) == []
    assert await ledger.read_sealed(after=3, upto=9, types=["GoalSubmitted"], limit=4) == whole[3:7]


async def test_events_of_one_append_stay_together_in_the_order_given(pool: Pool) -> None:
    ledger = Ledger(pool)
    await ledger.append(
        [to("goal-b", 0, "launch", 2), to("cycle", 0, "launch"), to("goal-a", 0, "launch", 2)]
    )
    await seal_all(pool)
    order = [(event.stream, event.version) for event in await ledger.read_sealed(after=0)]
    assert order == [("goal-b", 1), ("goal-b", 2), ("cycle", 1), ("goal-a", 1), ("goal-a", 2)]


Read = Callable[[int], Awaitable[list[tuple[int, Any]]]]


async def follow(read: Read, done: asyncio.Event) -> list[Any]:
    """A reader that keeps a cursor and asks for what comes after it, until nothing comes any more."""
    cursor, seen = 0, []
    while True:
        finished = done.is_set()
        rows = await read(cursor)
        seen += [what for _, what in rows]
        cursor = rows[-1][0] if rows else cursor
        if finished and not rows:
            return seen


async def race(pool: Pool, database: str, read: Read) -> tuple[int, list[int]]:
    """16 writers and two that stall one after the other, against three readers at full speed; (written, what each
    reader saw). A stalled writer has drawn its transaction id and its event id and commits later."""
    await prepare_stalls(database)
    done = asyncio.Event()
    readers = [asyncio.create_task(follow(read, done)) for _ in range(3)]
    async with running(Sealer(database, interval=0.002)):
        writing = asyncio.create_task(write_at_random(pool, writers=16, appends=25))
        stalls = [asyncio.create_task(stall(database, number)) for number in range(2)]
        written = await writing + sum(await asyncio.gather(*stalls))
        await seal_all(pool)
        done.set()
        seen = await asyncio.wait_for(asyncio.gather(*readers), 10)
    for each in seen:
        assert len(each) == len(set(each))
    return written, [len(each) for each in seen]


async def stall(database: str, number: int, times: int = 4) -> int:
    """Appends one event after the other, each time holding the transaction open for a while; how many."""
    for time_ in range(times):
        async with stalling(database) as stalled:
            begun = stalled.begins(stalled.ledger.append([to(f"goal-stalled-{number}", time_, f"c{time_}")]))
            await asyncio.sleep(0.1)
        await begun
    return times


async def test_a_reader_of_sealed_positions_never_misses_an_event(pool: Pool, database: str) -> None:
    async def read(cursor: int) -> list[tuple[int, Any]]:
        return [(e.position or 0, e.id) for e in await Ledger(pool).read_sealed(after=cursor)]

    written, seen = await race(pool, database, read)
    assert seen == [written] * 3


async def test_a_reader_of_ids_beyond_the_last_one_does_miss_events(pool: Pool, database: str) -> None:
    async def read(cursor: int) -> list[tuple[int, Any]]:
        rows = await pool.fetch("select id, event_id from ledger.event where id > $1 order by id", cursor)
        return [(row["id"], row["event_id"]) for row in rows]

    written, seen = await race(pool, database, read)
    assert min(seen) < written


async def test_nothing_above_a_stalled_writer_is_sealed_and_the_horizon_names_it(
    pool: Pool, database: str
) -> None:
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "before")])
    await seal_all(pool)
    async with stalled_writer(database):
        await ledger.append([to("goal-1", 1, "after", 2)])
        assert await Sealer(pool).seal_once() == 1
        held = await horizon(pool)
        assert (held.sealed, held.unsealed) == (1, 2)
        assert held.application is not None and held.application.startswith("stalled writer")
        assert held.database == urlsplit(database).path[1:]
        assert held.pid is not None and held.oldest_xid is not None and held.age is not None
        assert held.lag > 0
    assert await seal_all(pool) == 4
    free = await horizon(pool)
    assert (free.unsealed, free.lag, free.pid) == (0, 0.0, None)
    assert [e.stream for e in await ledger.read_sealed(after=0)] == [
        "goal-1",
        "goal-stalled",
        "goal-1",
        "goal-1",
    ]


async def test_whoever_waits_gets_the_position_once_the_event_is_sealed(pool: Pool, database: str) -> None:
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "a"), to("goal-2", 0, "a", 2)])
    waiting = [asyncio.create_task(ledger.wait_sealed("goal-2", version, 5)) for version in (1, 2)]
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in waiting)
    began = time.monotonic()
    await seal_all(pool)
    assert await asyncio.gather(*waiting) == [2, 3]
    assert time.monotonic() - began < 0.2  # woken by the notice: the poll alone would often take longer
    assert await ledger.wait_sealed("goal-1", 1, 0) == 1


async def test_waiting_ends_in_words_when_nobody_seals_or_nothing_is_there(pool: Pool) -> None:
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "a")])
    with pytest.raises(TimeoutError, match="is a sealer running"):
        await ledger.wait_sealed("goal-1", 1, 0.05)
    with pytest.raises(LookupError, match="no version 2"):
        await ledger.wait_sealed("goal-1", 2, 0.05)


async def test_waiting_needs_one_connection_and_lets_the_pool_close(database: str, pool: Pool) -> None:
    async with asyncpg.create_pool(database, min_size=1, max_size=1) as single:
        ledger = Ledger(single)
        await ledger.append([to("goal-1", 0, "a")])
        waiting = asyncio.create_task(ledger.wait_sealed("goal-1", 1, 5))
        await asyncio.sleep(0.05)
        await seal_all(pool)
        assert await waiting == 1
        await asyncio.wait_for(single.close(), 1)


async def test_another_sealer_takes_over_when_the_leaders_session_ends(pool: Pool, database: str) -> None:
    ledger = Ledger(pool)
    leader = (
        "select pid from pg_locks where locktype = 'advisory' and objid = 1 and granted"
        " and database = (select oid from pg_database where datname = current_database())"
    )
    async with running(Sealer(database), Sealer(database)):
        await ledger.append([to("goal-1", 0, "a")])
        assert await ledger.wait_sealed("goal-1", 1, 5) == 1
        first = await pool.fetchval(leader)
        await pool.execute("select pg_terminate_backend($1)", first)
        await ledger.append([to("goal-1", 1, "b")])
        assert await ledger.wait_sealed("goal-1", 2, 5) == 2
        assert await pool.fetchval(leader) not in (first, None)


async def test_sealers_that_seal_at_the_same_time_make_one_order(pool: Pool, database: str) -> None:
    async with running(Sealer(database, interval=0)):
        writing = asyncio.create_task(write_at_random(pool, writers=8, appends=15))
        while not writing.done():
            await Sealer(pool).seal_once()
    last = await seal_all(pool)
    assert last == await writing
    gaps = await pool.fetchval(
        "select count(*) from (select base_position, prev_root,"
        " lag(base_position + n, 1, 0::bigint) over (order by no) as expected,"
        " lag(root, 1, decode(repeat('00', 32), 'hex')) over (order by no) as expected_root"
        " from ledger.segment) s where base_position <> expected or prev_root <> expected_root"
    )
    assert gaps == 0


async def test_every_hash_can_be_recomputed_from_what_readers_get(pool: Pool) -> None:
    ledger = Ledger(pool)
    await write_at_random(pool, writers=4, appends=5)
    await seal_all(pool)
    await write_at_random_more(ledger)
    await seal_all(pool)

    prev = GENESIS
    segments = await pool.fetch("select * from ledger.segment order by no")
    assert len(segments) == 2
    for segment in segments:
        base, n = segment["base_position"], segment["n"]
        events: list[StoredEvent] = await ledger.read_sealed(after=base, upto=base + n)
        place = {key: segment[key] for key in ("no", "epoch", "base_position", "n", "sealed_at")}
        prev = chained_root(prev, tree([leaf(event) for event in events]), **place)
        assert segment["root"] == prev
    stored = {
        row["event_id"]: row["leaf"] for row in await pool.fetch("select event_id, leaf from ledger.event")
    }
    assert stored == {event.id: leaf(event) for event in await ledger.read_sealed(after=0)}


async def write_at_random_more(ledger: Ledger) -> None:
    await ledger.append([to("goal-x", 0, "more", 3)])


async def test_a_ledger_restored_into_another_cluster_is_not_sealed(pool: Pool) -> None:
    await pool.execute("insert into ledger.epoch (no, system_identifier) values (9, 1)")
    with pytest.raises(AwayFromHome, match="cairn ledger open-epoch"):
        await Sealer(pool).seal_once()
