"""Blue/green rebuild: a projection is built beside the live one by the same statement, compared, and swapped in."""

from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

from projections.catalog import projection
from projections.folding import Connection, Copy, advance, beside, live
from projections.sql import queries

SQL = queries("rebuild")
CURSOR = queries("catch_up")
WINDOW = 50_000
CLOSE_ENOUGH = 2_000
EXAMPLES = 3
Progress = Callable[[int, int], None]
"""Called with how many events are folded and how many there are."""


@dataclass(frozen=True)
class TableDifference:
    """One table, live against rebuilt: rows in each, rows only in one, and a few of those as JSON text."""

    table: str
    live: int
    rebuilt: int
    only_live: int
    only_rebuilt: int
    examples: tuple[str, ...]

    @property
    def equal(self) -> bool:
        return self.only_live == 0 and self.only_rebuilt == 0


async def rebuild(
    pool: asyncpg.Pool, name: str, on_progress: Progress | None = None
) -> list[TableDifference]:
    """Builds a read model anew from the log and swaps it in, in one transaction; readers never see less.

    Returns how the tables differed from the live ones just before the swap. Raises RuntimeError when another
    rebuild of the same read model is under way.
    """
    return await _build(pool, name, on_progress, swap=True)


async def differences(
    pool: asyncpg.Pool, name: str, on_progress: Progress | None = None
) -> list[TableDifference]:
    """How a read model differs from one built anew from the log; the live one stays as it is."""
    return await _build(pool, name, on_progress, swap=False)


async def _build(
    pool: asyncpg.Pool, name: str, on_progress: Progress | None, *, swap: bool
) -> list[TableDifference]:
    now, new = live(projection(name)), beside(projection(name))
    async with pool.acquire() as connection:
        if not await connection.fetchval("select pg_try_advisory_lock(hashtext($1))", new.key):
            raise RuntimeError(f"the read model {name} is being rebuilt already")
        try:
            await _prepare(connection, now, new)
            await _approach(connection, now, new, on_progress)
            return await _finish(connection, now, new, swap=swap)
        finally:
            await _clear(connection, new)


async def _prepare(connection: Connection, now: Copy, new: Copy) -> None:
    """An empty copy of every table, with its keys and indexes."""
    async with connection.transaction():
        await connection.execute(CURSOR["register"], [now.key])
        await connection.execute(f"drop schema if exists {new.schema} cascade")
        await connection.execute(f"create schema {new.schema}")
        for table in now.projection.tables:
            await connection.execute(f"create table {new.schema}.{table} (like read.{table} including all)")
        await connection.execute(SQL["start"], new.key)
        await connection.execute(SQL["forget_parked"], new.key)


async def _approach(connection: Connection, now: Copy, new: Copy, on_progress: Progress | None) -> None:
    """Folds until little is left to do while the live one waits."""
    at, end = 0, await connection.fetchval(CURSOR["cursor"], now.key)
    while end - at > CLOSE_ENOUGH:
        at = await advance(connection, new, min(at + WINDOW, end), WINDOW)
        for table in now.projection.tables if at <= WINDOW else ():
            await connection.execute(f"analyze {new.schema}.{table}")
        end = await connection.fetchval(CURSOR["cursor"], now.key)
        if on_progress:
            on_progress(at, end)


async def _finish(connection: Connection, now: Copy, new: Copy, *, swap: bool) -> list[TableDifference]:
    """Holds the live cursor, so that both copies stand at the same position, then compares and swaps."""
    async with connection.transaction():
        end = await connection.fetchval(CURSOR["lock_cursor"], now.key)
        await advance(connection, new, end, WINDOW)
        found = [await _compare(connection, table, new.schema) for table in now.projection.tables]
        if swap:
            await _swap(connection, now, new)
    return found


async def _compare(connection: Connection, table: str, schema: str) -> TableDifference:
    live, rebuilt = f"select * from read.{table}", f"select * from {schema}.{table}"
    only_live, only_rebuilt = f"{live} except all {rebuilt}", f"{rebuilt} except all {live}"
    return TableDifference(
        table,
        live=await _count(connection, live),
        rebuilt=await _count(connection, rebuilt),
        only_live=await _count(connection, only_live),
        only_rebuilt=await _count(connection, only_rebuilt),
        examples=(*await _examples(connection, only_live), *await _examples(connection, only_rebuilt)),
    )


async def _count(connection: Connection, rows: str) -> int:
    number: int = await connection.fetchval(f"select count(*) from ({rows}) d")
    return number


async def _examples(connection: Connection, rows: str) -> list[str]:
    found = await connection.fetch(f"select to_jsonb(d)::text from ({rows}) d limit {EXAMPLES}")
    return [row[0] for row in found]


async def _swap(connection: Connection, now: Copy, new: Copy) -> None:
    for table in now.projection.tables:
        grants = await connection.fetch(SQL["grants"], f"read.{table}", f"{new.schema}.{table}")
        for grant in grants:
            await connection.execute(grant["statement"])
        await connection.execute(f"drop table read.{table}")
        await connection.execute(f"alter table {new.schema}.{table} set schema read")
    await connection.execute(SQL["forget_parked"], now.key)
    await connection.execute(SQL["take_over_parked"], new.key)


async def _clear(connection: Connection, new: Copy) -> None:
    if connection.is_closed():
        return
    async with connection.transaction():
        await connection.execute(f"drop schema if exists {new.schema} cascade")
        await connection.execute(SQL["forget_parked"], new.key)
        await connection.execute(SQL["forget"], new.key)
    await connection.execute("select pg_advisory_unlock(hashtext($1))", new.key)
