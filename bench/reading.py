"""Rows of the read side: rebuilding a read model beside a plain fetch of the log, and one goal as of a moment."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from time import perf_counter

import psutil

from bench.company import CYCLE
from bench.figure import Bar, Figure, against, named, quantile
from bench.rounds import in_turns
from bench.stand import Pool, connected
from cairn.application.repository import fold_goal
from cairn.ledger import Ledger
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import rebuild

MODELS = ("goal", "history", "progress")
FETCH = "select stream, version, type, data from ledger.event order by epoch, xid, id"
WHOLE = """
select stream, version, type, schema_version, event_id, data, occurred_at, recorded_at, actor,
       correlation, causation, subject, cycle, id
from ledger.event order by epoch, xid, id limit $1
"""
PAGE = 10_000
PROBES = 300


async def rebuilds(dsn: str, events: int, models: Sequence[str], *, rounds: int) -> list[Figure]:
    """Rebuilds of read models that are caught up; a single round has no warm-up."""
    async with connected(dsn, 6) as pool:
        await catch_up(pool, names=models)
        return await _rebuilds(pool, events, models, rounds)


async def pages_and_goals(dsn: str, events: int, *, rounds: int) -> list[Figure]:
    """Pages of the log, and single goals as they were."""
    async with connected(dsn, 4) as pool:
        return [await _pages(pool, events, rounds), *await _as_of(pool, events)]


async def _rebuilds(pool: Pool, events: int, models: Sequence[str], rounds: int) -> list[Figure]:
    """Each read model by the product's own `rebuild`: built beside, compared with the live one, swapped."""
    folding: dict[str, list[float]] = {name: [] for name in models}

    def one(name: str) -> Callable[[], Awaitable[float]]:
        async def timed() -> float:
            began = last = perf_counter()

            def progress(_at: int, _end: int) -> None:
                nonlocal last
                last = perf_counter()

            await rebuild(pool, name, progress)
            folding[name].append(events / max(last - began, 1e-9))
            return events / (perf_counter() - began)

        return timed

    async def fetch() -> float:
        began, rows = perf_counter(), 0
        async with pool.acquire() as connection, connection.transaction():
            cursor = await connection.cursor(FETCH)
            while page := await cursor.fetch(PAGE):
                rows += len(page)
        return rows / (perf_counter() - began)

    async with _memory(pool) as most:
        found = await in_turns(
            {"fetch": fetch, **{name: one(name) for name in models}}, rounds, warm_up=rounds > 1
        )
    memory = psutil.Process().memory_info().rss / 2**20
    return [
        against(
            found[name], found["fetch"], row=f"rebuild-{name}", what=f"rebuild of the read model “{name}”",
            size=named(events), unit="events/s", beside="fetch by asyncpg", bar=Bar(0.5), events=events,
            note=f"folding alone {folding[name][-1]:,.0f} events/s, the rest is indexes and comparing; "
            f"memory: client {memory:.0f} MiB, Postgres' sessions at most {max(most):.0f} MiB beside what they share",
        )
        for name in models
    ]  # fmt: skip


@asynccontextmanager
async def _memory(pool: Pool) -> AsyncIterator[list[float]]:
    """What the database's sessions have for themselves, in MiB, looked at all the time."""
    sums = [0.0]

    async def look() -> None:
        while True:
            rows = await pool.fetch("select pid from pg_stat_activity where datname is not null")
            sums.append(sum(_own(row["pid"]) for row in rows) / 2**20)
            await asyncio.sleep(0.25)

    looking = asyncio.create_task(look())
    try:
        yield sums
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


def _own(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_full_info().uss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


async def _pages(pool: Pool, events: int, rounds: int) -> Figure:
    """Pages of the sealed log as objects, beside the same rows as asyncpg gives them."""
    ledger = Ledger(pool)

    async def ours() -> float:
        began = perf_counter()
        found = await ledger.read_sealed(after=0, limit=PAGE)
        return len(found) / (perf_counter() - began)

    async def theirs() -> float:
        began = perf_counter()
        return len(await pool.fetch(WHOLE, PAGE)) / (perf_counter() - began)

    found = await in_turns({"theirs": theirs, "ours": ours}, rounds)
    return against(
        found["ours"], found["theirs"], row="read-sealed", what=f"read_sealed, pages of {PAGE:,}", size=named(events),
        unit="events/s", beside="fetch by asyncpg, all columns", events=events,
    )  # fmt: skip


async def _as_of(pool: Pool, events: int) -> list[Figure]:
    """Single goals as of random positions, read and folded; each probe another goal, so no page is warm by design."""
    ledger = Ledger(pool)
    holders = await pool.fetchval(
        "select count(*) from ledger.event where stream like 'sheet-%' and version = 1"
    )
    times: list[float] = []
    for _ in range(PROBES):
        goal = f"goal-{CYCLE}-H{random.randint(1, holders):08d}-1"
        position = random.randint(1, events)
        began = perf_counter()
        fold_goal(goal, await ledger.as_of(goal, position=position))
        times.append(1000 * (perf_counter() - began))
    what, bar = "as-of replay of one goal", Bar(50, at_least=False, of="figure")
    note = f"{PROBES} random goals and positions"
    return [
        Figure(f"as-of-{name}", f"{what}, {name}", named(events), "ms", quantile(times, share), bar=bar, events=events,
               note=note)
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]  # fmt: skip
