"""Folding windows of sealed events into one projection's tables, live or in a rebuild: the one path that writes."""

from dataclasses import dataclass

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from projections.catalog import Projection
from projections.sql import queries

Connection = asyncpg.Connection | PoolConnectionProxy
POISON = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.RaiseError,
    asyncpg.FeatureNotSupportedError,
)
"""What an event's content can cause. Anything else (a lost connection, a broken statement) is nobody's event."""


@dataclass(frozen=True)
class Copy:
    """One copy of a projection's tables: the live one in `read`, or one being built beside it."""

    projection: Projection
    key: str
    schema: str


def live(projection: Projection) -> Copy:
    return Copy(projection, projection.name, "read")


def beside(projection: Projection) -> Copy:
    return Copy(projection, f"{projection.name}:rebuild", f"rebuild_{projection.name}")


async def cursor_of(connection: Connection, key: str) -> int:
    """The sealed position up to which a copy is folded; 0 where it has never been folded."""
    return await connection.fetchval(queries("catch_up")["cursor"], key) or 0


FEW = 500
"""Events: a window of so few is folded many times a second, a larger one when there is something to catch up."""
LONGEST = "10s"
"""A fold is a writing transaction, and while it runs nothing that comes after it can be sealed: a window that takes
longer is given up and tried again at half its size."""

SETTINGS = """
set local search_path to {schema}, pg_catalog;
set local statement_timeout = '{longest}';
set local work_mem = '{memory}';
set local enable_nestloop = off;
set local enable_seqscan = off;
set local plan_cache_mode = force_generic_plan;
"""
"""What every fold runs under. The planner cannot know how many rows a window's events unfold into and takes one:
nested loops between them would take hours, so folds look up stored rows by key (`cross join lateral (… offset 0)`) and
hash the rest. A plan is kept, for planning takes longer than folding one event; it may have been made while the tables
were empty, so it must not scan them."""


async def fold(connection: Connection, copy: Copy, after: int, upto: int, only: str | None = None) -> None:
    """Runs the projection's fold over (after, upto], inside the caller's transaction."""
    # Postgres lays out its hash tables for what it expects: with much room even one event would pay for it.
    memory = "64MB" if upto - after > FEW else "1MB"
    await connection.execute(SETTINGS.format(schema=copy.schema, longest=LONGEST, memory=memory))
    await connection.execute(queries(copy.projection.name)["fold"], after, upto, copy.key, only)


async def advance(connection: Connection, copy: Copy, upto: int, window: int) -> int:
    """Folds window by window until the cursor is at `upto`; returns the cursor.

    Where an event cannot be folded the windows halve until it is alone; its stream is then parked.
    """
    size = window
    while (after := await cursor_of(connection, copy.key)) < upto:
        end = min(after + size, upto)
        try:
            await _fold_one(connection, copy, after, end)
            size = min(size * 2, window)
        except asyncpg.QueryCanceledError:
            if end - after == 1:
                raise
            size = max((end - after) // 2, 1)
        except POISON as error:
            if end - after == 1:
                await _park(connection, copy, after, error)
            size = max((end - after) // 2, 1)
    return after


async def _fold_one(connection: Connection, copy: Copy, after: int, upto: int) -> None:
    """Cursor first: who loses the compare-and-set has not folded for nothing."""
    async with connection.transaction():
        if await _moved(connection, copy, after, upto) and await _concerns(connection, copy, after, upto):
            await fold(connection, copy, after, upto)


async def _concerns(connection: Connection, copy: Copy, after: int, upto: int) -> bool:
    """Whether the window has an event the fold reads: looking is a tenth of the price of folding nothing."""
    types = copy.projection.types
    return types is None or await connection.fetchval(queries("catch_up")["holds"], after, upto, list(types))


async def _moved(connection: Connection, copy: Copy, after: int, upto: int) -> bool:
    done = await connection.execute(queries("catch_up")["move_cursor"], copy.key, after, upto)
    return done == "UPDATE 1"


async def _park(connection: Connection, copy: Copy, after: int, error: Exception) -> None:
    async with connection.transaction():
        if await _moved(connection, copy, after, after + 1):
            await connection.execute(queries("catch_up")["park"], copy.key, after + 1, reason_of(error))


def reason_of(error: Exception) -> str:
    """What Postgres says of the event, in one line."""
    detail = getattr(error, "detail", None)
    return f"{error}. {detail}" if detail else str(error)
