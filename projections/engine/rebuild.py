"""Blue/green rebuild: a read model is built beside the live one by the same statement, compared, and swapped in."""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar

import asyncpg

from cairn.ledger import unlimited
from projections.engine.catalog import folding_model
from projections.engine.comparing import TableDifference, compare
from projections.engine.folding import SQL as CURSOR
from projections.engine.folding import (
    Connection,
    FoldTarget,
    concerned_end,
    cursor_of,
    fold_until,
    live_target,
    partitions_of,
    rebuild_target,
)
from projections.engine.parking import retry_skipped
from projections.engine.sql import queries

SQL = queries("rebuild")
WINDOW = 50_000
"""Events: a partition of the streams sees its part of so many for each partition there is. Writing what comes of them
takes a part of a second; each window costs as much again to plan, whatever it holds."""
SMALL_TABLE = 32 * 2**20
"""Bytes: an index of a smaller table is built in a part of a second, and so in one transaction. Building concurrently
reads the table twice, and waits for all who have begun to read anything."""
LAST_STRETCH = 2_000
PARTITIONS = min(max(os.cpu_count() or 2, 2), 4)
LAST_EVENTS = 200
"""So few are folded while the live one waits."""
ATTEMPTS, PAUSE = 100, 0.5  # seconds at most between two tries to have the tables for a moment
POOL_WAIT = 0.2  # seconds for one more connection; where the pool has none, there are fewer partitions


class SwapGaveUp(Exception):
    """Readers, or whoever folds, left no moment for the swap; the live read model is as it was."""


Progress = Callable[[int, int], None]
"""Called with how many events are folded and how many there are."""
T = TypeVar("T")


async def rebuild(
    pool: asyncpg.Pool, name: str, on_progress: Progress | None = None, *, partitions: int = PARTITIONS
) -> list[TableDifference]:
    """Builds a read model anew from the log and swaps it in, in one transaction; readers never see less.

    Folds up to `partitions` parts of the streams at the same time, each on a connection of the pool, to where the live
    one is, and so no further than the read models it joins are. Returns how the tables differed from the live ones just
    before the swap. Raises RuntimeError when another rebuild of the same read model is under way, SwapGaveUp when
    readers leave no moment for the swap. No transaction id is held for longer than a window takes to fold, so that
    sealing goes on all the time.
    """
    return await _build(pool, name, on_progress, partitions, swap=True)


async def differences(
    pool: asyncpg.Pool, name: str, on_progress: Progress | None = None, *, partitions: int = PARTITIONS
) -> list[TableDifference]:
    """How a read model differs from one built anew from the log; the live one stays as it is."""
    return await _build(pool, name, on_progress, partitions, swap=False)


@dataclass(frozen=True)
class _Rebuild:
    """One rebuild under way: on the connection that holds the lock, and as many more as the pool could lend."""

    live: FoldTarget
    rebuilt: FoldTarget
    first: Connection
    more: Sequence[Connection]

    @property
    def cursors(self) -> list[str]:
        """The names of the live cursor and of the rebuilt one."""
        return [self.live.cursor_name, self.rebuilt.cursor_name]

    @property
    def connections(self) -> list[Connection]:
        return [self.first, *self.more]


async def _build(
    pool: asyncpg.Pool, name: str, on_progress: Progress | None, partitions: int, *, swap: bool
) -> list[TableDifference]:
    model = folding_model(name)
    live, rebuilt = live_target(model), rebuild_target(model)
    async with pool.acquire() as first, AsyncExitStack() as borrowed:
        if not await first.fetchval(SQL["lock"], rebuilt.cursor_name):
            raise RuntimeError(f"the read model {name} is being rebuilt already")
        try:
            job = _Rebuild(live, rebuilt, first, await _borrow(pool, partitions - 1, borrowed))
            await _create_tables(job)
            await _fold_backlog(job, on_progress)
            await _create_indexes(job)
            return await _finish(job, swap=swap)
        finally:
            await _clear(first, rebuilt)


async def _borrow(pool: asyncpg.Pool, number: int, borrowed: AsyncExitStack) -> list[Connection]:
    """Up to so many connections more, as far as the pool has them."""
    found: list[Connection] = []
    try:
        for _ in range(number):
            found.append(await borrowed.enter_async_context(pool.acquire(timeout=POOL_WAIT)))
    except TimeoutError:
        pass
    return found


async def _create_tables(job: _Rebuild) -> None:
    """Every table once more, empty, with its keys, which the folds need; other indexes come when it is full."""
    first, rebuilt = job.first, job.rebuilt
    async with first.transaction():
        await first.execute(CURSOR["register"], [job.live.cursor_name])
        await _drop(first, rebuilt)
        keys = await first.fetch(SQL["keys"], job.live.tables, rebuilt.schema)
        statements = [
            f"create schema {rebuilt.schema}",
            *(
                f"create table {rebuilt.schema}.{table} (like read.{table} including all excluding indexes)"
                for table in rebuilt.model.tables
            ),
            *(key["statement"] for key in keys),
        ]
        await first.execute(";".join(statements))


async def _fold_backlog(job: _Rebuild, on_progress: Progress | None) -> None:
    """Folds until little is left to do while the live one waits: all partitions of a stretch, then of the next."""
    rebuilt = job.rebuilt
    partitions = partitions_of(rebuilt, len(job.connections))
    cursors = list({rebuilt.cursor_name, *(partition.cursor_name for partition in partitions)})
    await job.first.execute(SQL["start"], cursors)
    at, end = 0, await job.first.fetchval(CURSOR["cursor"], job.live.cursor_name)
    while end - at > LAST_STRETCH:
        upto = min(at + WINDOW * len(partitions), end)
        known_end = await concerned_end(job.first, rebuilt, at, upto)
        await _all(
            fold_until(connection, partition, upto, upto - at, known_end=known_end)
            for connection, partition in zip(job.connections, partitions, strict=False)
        )
        # Where stretches follow that find their rows among these; a last few events look them up by their keys.
        for table in rebuilt.tables if at == 0 and end - upto > LAST_STRETCH else ():
            async with unlimited(job.first):
                await job.first.execute(f"analyze {table}")
        at, end = upto, await job.first.fetchval(CURSOR["cursor"], job.live.cursor_name)
        if on_progress:
            on_progress(at, end)
    await job.first.execute(SQL["join_partitions"], rebuilt.cursor_name, at)


async def _create_indexes(job: _Rebuild) -> None:
    """The indexes that only readers need, a table's on one connection.

    Those of large tables concurrently, which holds no transaction id for as long as the building takes; two at a time
    on one table would stop each other.
    """
    rows = await job.first.fetch(SQL["indexes"], job.live.tables, job.rebuilt.schema, SMALL_TABLE)
    waiting = [row["statements"] for row in rows]

    async def create(connection: Connection) -> None:
        async with unlimited(connection):
            while waiting:
                for statement in waiting.pop():
                    await connection.execute(statement)

    await _all(create(connection) for connection in job.connections)


async def _finish(job: _Rebuild, *, swap: bool) -> list[TableDifference]:
    """Compares both sets of tables at one position, then swaps; the live one goes on being folded all the time."""
    found = await _compared(job)
    if swap:
        await _insist(job, _swapped)
    return found


async def _compared(job: _Rebuild) -> list[TableDifference]:
    """How the tables differ in a snapshot that shows both at the same position.

    The snapshot is of transactions that only read: however long they take, they hold nothing back.
    """
    for _ in range(ATTEMPTS):
        await _insist(job, _leveled)
        async with AsyncExitStack() as reading:
            snapshot = await _read_only(job.first, reading)
            levels = {row["cursor"] for row in await job.first.fetch(SQL["both_cursors"], *job.cursors)}
            if len(levels) > 1:  # the live one was folded on between the two: once more
                continue
            other = job.more[0] if job.more else job.first
            if job.more:
                await _read_only(other, reading, snapshot)
            return await compare(other, job.live, job.first, job.rebuilt)
    raise SwapGaveUp(job.live.cursor_name)


async def _read_only(connection: Connection, reading: AsyncExitStack, snapshot: str | None = None) -> str:
    """Begins a transaction that reads one snapshot, a new one or that of another connection; gives its name."""
    await reading.enter_async_context(unlimited(connection))
    await reading.enter_async_context(connection.transaction(isolation="repeatable_read", readonly=True))
    if snapshot is not None:
        await connection.execute(f"set transaction snapshot '{snapshot}'")
        return snapshot
    name: str = await connection.fetchval("select pg_export_snapshot()")
    return name


async def _insist(job: _Rebuild, moment: Callable[["_Rebuild"], Awaitable[None]]) -> None:
    """Does something that needs the live cursor, or tables, for a moment: not waiting long, but again and again."""
    for _ in range(ATTEMPTS):
        await _follow(job)
        try:
            async with job.first.transaction():
                await job.first.execute(SQL["wait_a_moment"])
                await moment(job)
            return
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, asyncpg.QueryCanceledError):
            await asyncio.sleep(random.uniform(0.05, PAUSE))
    raise SwapGaveUp(job.live.cursor_name)


async def _follow(job: _Rebuild) -> None:
    """Folds what came since, until little is left, each window a transaction of its own."""
    while True:
        at, end = [await job.first.fetchval(CURSOR["cursor"], name) for name in reversed(job.cursors)]
        if end - at <= LAST_EVENTS:
            return
        await fold_until(job.first, job.rebuilt, end, WINDOW)


async def _leveled(job: _Rebuild) -> None:
    """Holds the live cursor while the last events are folded, so that both sets of tables are at one position."""
    end = await job.first.fetchval(CURSOR["lock_cursor"], job.live.cursor_name)
    if end - await cursor_of(job.first, job.rebuilt.cursor_name) > 2 * LAST_EVENTS:
        raise asyncpg.LockNotAvailableError("too much came meanwhile")
    await fold_until(job.first, job.rebuilt, end, WINDOW)
    await retry_skipped(job.first, job.rebuilt)


async def _swapped(job: _Rebuild) -> None:
    await _leveled(job)
    await job.first.execute(SQL["settings_for_the_swap"])
    await _swap(job.first, job.live, job.rebuilt)


async def _swap(connection: Connection, live: FoldTarget, rebuilt: FoldTarget) -> None:
    grants = await connection.fetch(SQL["grants"], live.tables, rebuilt.schema)
    # All locks before the first change: a vacuum that waits for a change of ours while we wait for its table would stop
    # us; one that is merely in the way is ended by Postgres.
    locks = f"lock table {', '.join([*live.tables, *rebuilt.tables])} in access exclusive mode"
    moves = [
        f"drop table read.{table}; alter table {rebuilt.schema}.{table} set schema read"
        for table in live.model.tables
    ]
    await connection.execute(";".join([locks, *(grant["statement"] for grant in grants), *moves]))
    await connection.execute(SQL["forget_parked"], [live.cursor_name])
    await connection.execute(SQL["take_over_parked"], rebuilt.cursor_name)


async def _clear(connection: Connection, rebuilt: FoldTarget) -> None:
    if connection.is_closed():
        return
    async with connection.transaction():
        await _drop(connection, rebuilt)
    await connection.execute(SQL["unlock"], rebuilt.cursor_name)


async def _drop(connection: Connection, rebuilt: FoldTarget) -> None:
    """Whatever there is of a rebuild, also of one that was killed."""
    await connection.execute(f"drop schema if exists {rebuilt.schema} cascade")
    await connection.execute(SQL["forget_rebuild"], rebuilt.cursor_name)


async def _all(work: Iterable[Awaitable[T]]) -> list[T]:
    """All of it at the same time, to its end even where some fails: nobody writes to tables that are being dropped."""
    done = await asyncio.gather(*work, return_exceptions=True)
    for outcome in done:
        if isinstance(outcome, BaseException):
            raise outcome
    return [each for each in done if not isinstance(each, BaseException)]
