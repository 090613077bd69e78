"""Blue/green rebuild: a read model is built beside the live one by the same statement, compared, and swapped in."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar

import asyncpg

from projections.engine.catalog import folding_model
from projections.engine.comparing import TableDifference, compare
from projections.engine.folding import SQL as CURSOR
from projections.engine.folding import (
    Connection,
    FoldTarget,
    fold_until,
    live_target,
    partitions_of,
    rebuild_target,
)
from projections.engine.parking import retry_skipped
from projections.engine.sql import queries

SQL = queries("rebuild")
WINDOW = 100_000
"""Events: a partition of the streams sees its part of so many for each partition there is."""
LAST_STRETCH = 2_000
PARTITIONS = min(max(os.cpu_count() or 2, 2), 4)
SWAP_ATTEMPTS = 5
POOL_WAIT = 0.2  # seconds for one more connection; where the pool has none, there are fewer partitions
Progress = Callable[[int, int], None]
"""Called with how many events are folded and how many there are."""
T = TypeVar("T")


async def rebuild(
    pool: asyncpg.Pool, name: str, on_progress: Progress | None = None, *, partitions: int = PARTITIONS
) -> list[TableDifference]:
    """Builds a read model anew from the log and swaps it in, in one transaction; readers never see less.

    Folds up to `partitions` parts of the streams at the same time, each on a connection of the pool, to where the live
    one is, and so no further than the read models it joins are. Returns how the tables differed from the live ones just
    before the swap. Raises RuntimeError when another rebuild of the same read model is under way.
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
            return await _finish_with_retries(job, swap=swap)
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
        await _all(
            fold_until(connection, partition, upto, upto - at)
            for connection, partition in zip(job.connections, partitions, strict=False)
        )
        for table in rebuilt.tables if at == 0 and upto < end else ():
            await job.first.execute(f"analyze {table}")
        at, end = upto, await job.first.fetchval(CURSOR["cursor"], job.live.cursor_name)
        if on_progress:
            on_progress(at, end)
    await job.first.execute(SQL["join_partitions"], rebuilt.cursor_name, at)


async def _create_indexes(job: _Rebuild) -> None:
    """The indexes that only readers need, shared out among the connections."""
    rows = await job.first.fetch(SQL["indexes"], job.live.tables, job.rebuilt.schema)
    waiting = [row["statement"] for row in rows]

    async def create(connection: Connection) -> None:
        while waiting:
            await connection.execute(waiting.pop())

    await _all(create(connection) for connection in job.connections)


async def _finish_with_retries(job: _Rebuild, *, swap: bool) -> list[TableDifference]:
    """A reader that takes the tables in another order may stop the swap: then it is begun again."""
    for _ in range(SWAP_ATTEMPTS - 1):
        try:
            return await _finish(job, swap=swap)
        except asyncpg.DeadlockDetectedError:
            continue
    return await _finish(job, swap=swap)


async def _finish(job: _Rebuild, *, swap: bool) -> list[TableDifference]:
    """Holds the live cursor, so that both sets of tables are at the same position, then compares and swaps."""
    async with job.first.transaction():
        end = await job.first.fetchval(CURSOR["lock_cursor"], job.live.cursor_name)
        await fold_until(job.first, job.rebuilt, end, WINDOW)
        await retry_skipped(job.first, job.rebuilt)
        await job.first.execute(SQL["settings_for_the_swap"])
        # The live tables do not change now, so any connection sees them; what was folded last only this one sees.
        other = job.more[0] if job.more else job.first
        found = await compare(other, job.live, job.first, job.rebuilt)
        if swap:
            await _swap(job.first, job.live, job.rebuilt)
    return found


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
