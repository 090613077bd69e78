"""Blue/green rebuild: a projection is built beside the live one by the same statement, compared, and swapped in."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar

import asyncpg

from projections.engine.catalog import projection
from projections.engine.comparing import TableDifference, compare
from projections.engine.folding import Connection, Copy, advance, beside, live, shares_of
from projections.engine.parking import release_skipped
from projections.engine.sql import queries

SQL = queries("rebuild")
CURSOR = queries("catch_up")
WINDOW = 100_000
"""Events: a share sees its part of so many for each share there is."""
CLOSE_ENOUGH = 2_000
SHARES = min(max(os.cpu_count() or 2, 2), 4)
TRIES = 5
PATIENCE = 0.2  # seconds for a connection more; where the pool has none, there are fewer shares
Progress = Callable[[int, int], None]
"""Called with how many events are folded and how many there are."""
T = TypeVar("T")


async def rebuild(
    pool: asyncpg.Pool, name: str, on_progress: Progress | None = None, *, shares: int = SHARES
) -> list[TableDifference]:
    """Builds a read model anew from the log and swaps it in, in one transaction; readers never see less.

    Folds up to `shares` shares of the streams at the same time, each on a connection of the pool. Returns how the
    tables differed from the live ones just before the swap. Raises RuntimeError when another rebuild of the same read
    model is under way.
    """
    return await _build(pool, name, on_progress, shares, swap=True)


async def differences(
    pool: asyncpg.Pool, name: str, on_progress: Progress | None = None, *, shares: int = SHARES
) -> list[TableDifference]:
    """How a read model differs from one built anew from the log; the live one stays as it is."""
    return await _build(pool, name, on_progress, shares, swap=False)


@dataclass(frozen=True)
class _Site:
    """Where a copy is built: the connection that holds the lock, and as many more as the pool could lend."""

    now: Copy
    new: Copy
    first: Connection
    more: Sequence[Connection]

    @property
    def connections(self) -> list[Connection]:
        return [self.first, *self.more]


async def _build(
    pool: asyncpg.Pool, name: str, on_progress: Progress | None, shares: int, *, swap: bool
) -> list[TableDifference]:
    now, new = live(projection(name)), beside(projection(name))
    async with pool.acquire() as first, AsyncExitStack() as lent:
        if not await first.fetchval("select pg_try_advisory_lock(hashtext($1))", new.key):
            raise RuntimeError(f"the read model {name} is being rebuilt already")
        try:
            site = _Site(now, new, first, await _more(pool, shares - 1, lent))
            await _prepare(site)
            await _approach(site, on_progress)
            await _index(site)
            return await _finish_at_last(site, swap=swap)
        finally:
            await _clear(first, new)


async def _more(pool: asyncpg.Pool, number: int, lent: AsyncExitStack) -> list[Connection]:
    found: list[Connection] = []
    try:
        for _ in range(number):
            found.append(await lent.enter_async_context(pool.acquire(timeout=PATIENCE)))
    except TimeoutError:
        pass
    return found


async def _prepare(site: _Site) -> None:
    """An empty copy of every table with its keys, which the folds need; other indexes come when it is full."""
    first, new = site.first, site.new
    async with first.transaction():
        await first.execute(CURSOR["register"], [site.now.key])
        await _forget(first, new)
        keys = await first.fetch(SQL["keys"], _tables(site.now), new.schema)
        made = [
            f"create schema {new.schema}",
            *(
                f"create table {new.schema}.{table} (like read.{table} including all excluding indexes)"
                for table in new.projection.tables
            ),
            *(key["statement"] for key in keys),
        ]
        await first.execute(";".join(made))


async def _approach(site: _Site, on_progress: Progress | None) -> None:
    """Folds until little is left to do while the live one waits: all shares of a stretch, then of the next."""
    shares = shares_of(site.new, len(site.connections))
    await site.first.execute(SQL["start"], list({site.new.key, *(share.key for share in shares)}))
    at, end = 0, await site.first.fetchval(CURSOR["cursor"], site.now.key)
    while end - at > CLOSE_ENOUGH:
        upto = min(at + WINDOW * len(shares), end)
        await _all(
            advance(connection, share, upto, upto - at)
            for connection, share in zip(site.connections, shares, strict=False)
        )
        for table in site.new.projection.tables if at == 0 and upto < end else ():
            await site.first.execute(f"analyze {site.new.schema}.{table}")
        at, end = upto, await site.first.fetchval(CURSOR["cursor"], site.now.key)
        if on_progress:
            on_progress(at, end)
    await site.first.execute(SQL["join_shares"], site.new.key, at)


async def _index(site: _Site) -> None:
    """The indexes that only readers need, shared out among the connections."""
    rows = await site.first.fetch(SQL["indexes"], _tables(site.now), site.new.schema)
    waiting = [row["statement"] for row in rows]

    async def make(connection: Connection) -> None:
        while waiting:
            await connection.execute(waiting.pop())

    await _all(make(connection) for connection in site.connections)


async def _finish_at_last(site: _Site, *, swap: bool) -> list[TableDifference]:
    """A reader that takes the tables in another order may stop the swap: then it is begun again."""
    for _ in range(TRIES - 1):
        try:
            return await _finish(site, swap=swap)
        except asyncpg.DeadlockDetectedError:
            continue
    return await _finish(site, swap=swap)


async def _finish(site: _Site, *, swap: bool) -> list[TableDifference]:
    """Holds the live cursor, so that both copies stand at the same position, then compares and swaps."""
    async with site.first.transaction():
        end = await site.first.fetchval(CURSOR["lock_cursor"], site.now.key)
        await advance(site.first, site.new, end, WINDOW)
        await release_skipped(site.first, site.new)
        await site.first.execute(SQL["settings_for_the_swap"])
        # The live tables stand still, so anybody sees them as they are; the end of the copy is ours alone to see.
        other = site.more[0] if site.more else site.first
        found = await compare(other, site.now, site.first, site.new)
        if swap:
            await _swap(site.first, site.now, site.new)
    return found


async def _swap(connection: Connection, now: Copy, new: Copy) -> None:
    grants = await connection.fetch(SQL["grants"], _tables(now), new.schema)
    # All locks before the first change: a vacuum that waits for a change of ours while we wait for its table would stop
    # us; one that is merely in the way is ended by Postgres.
    locks = f"lock table {', '.join([*_tables(now), *_tables(new)])} in access exclusive mode"
    moves = [
        f"drop table read.{table}; alter table {new.schema}.{table} set schema read"
        for table in now.projection.tables
    ]
    await connection.execute(";".join([locks, *(grant["statement"] for grant in grants), *moves]))
    await connection.execute(SQL["forget_parked"], [now.key])
    await connection.execute(SQL["take_over_parked"], new.key)


async def _clear(connection: Connection, new: Copy) -> None:
    if connection.is_closed():
        return
    async with connection.transaction():
        await _forget(connection, new)
    await connection.execute("select pg_advisory_unlock(hashtext($1))", new.key)


async def _forget(connection: Connection, new: Copy) -> None:
    """Whatever there is of a copy, also what a rebuild left that was killed."""
    await connection.execute(f"drop schema if exists {new.schema} cascade")
    await connection.execute(SQL["forget_copy"], new.key)


def _tables(copy: Copy) -> list[str]:
    return [f"{copy.schema}.{table}" for table in copy.projection.tables]


async def _all(work: Iterable[Awaitable[T]]) -> list[T]:
    """All of it at the same time, to its end even where some fails: nobody works on a copy that is being cleared."""
    done = await asyncio.gather(*work, return_exceptions=True)
    for outcome in done:
        if isinstance(outcome, BaseException):
            raise outcome
    return [each for each in done if not isinstance(each, BaseException)]
