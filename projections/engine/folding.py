"""Folding windows of sealed events into one projection's tables, live or in a rebuild: the one path that writes."""

from dataclasses import dataclass

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from projections.engine.catalog import Projection
from projections.engine.sql import queries

Connection = asyncpg.Connection | PoolConnectionProxy
SQL = queries("catch_up")
POISON = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.RaiseError,
    asyncpg.FeatureNotSupportedError,
    asyncpg.CardinalityViolationError,
)
"""What an event's content can cause. Anything else (a lost connection, a broken statement) is nobody's event."""


@dataclass(frozen=True)
class Copy:
    """One copy of a projection's tables: the live one in `read`, or one being built beside it.

    `share` ("0/2" is the first of two) limits it to a part of the streams: shares fold at the same time, each with a
    cursor of its own.
    """

    projection: Projection
    key: str
    schema: str
    share: str | None = None

    @property
    def is_live(self) -> bool:
        return self.schema == "read"


def live(projection: Projection) -> Copy:
    return Copy(projection, projection.name, "read")


def beside(projection: Projection) -> Copy:
    return Copy(projection, f"{projection.name}:rebuild", f"rebuild_{projection.name}")


def shares_of(copy: Copy, number: int) -> list[Copy]:
    """The copy in so many shares of its streams; whole where one is enough or the projection cannot be shared."""
    if number == 1 or not copy.projection.by_stream:
        return [copy]
    return [
        Copy(copy.projection, f"{copy.key}:{each}", copy.schema, f"{each}/{number}") for each in range(number)
    ]


async def cursor_of(connection: Connection, key: str) -> int:
    """The sealed position up to which a copy is folded; 0 where it has never been folded."""
    return await connection.fetchval(SQL["cursor"], key) or 0


FEW = 500
"""Events: a window of so few is folded many times a second, a larger one when there is something to catch up."""
LONGEST = "10s"
"""A fold is a writing transaction, and while it runs nothing that comes after it can be sealed: a window that takes
longer is given up and tried again at half its size."""


async def fold(connection: Connection, copy: Copy, after: int, upto: int, only: str | None = None) -> None:
    """Runs the projection's fold over (after, upto], inside the caller's transaction, which has the settings for it."""
    statement = queries(copy.projection.name)["fold"]
    if copy.share is not None:
        statement, only = statement.replace("read.window(", "read.share("), copy.share
    await connection.execute(statement, after, upto, copy.key, only)


async def prepare(connection: Connection, copy: Copy, events: int) -> None:
    """Settings for folds of so many events, for the rest of the transaction."""
    await connection.fetchrow(SQL["settings"], *_settings(copy, events))


def _settings(copy: Copy, events: int) -> tuple[str, str, str, str]:
    # Postgres lays out its hash tables for what it expects: with much room even one event would pay for it.
    memory = "64MB" if events > FEW else "1MB"
    # A copy that a crash shortens is built anew; what makes it the live one waits for the disk, and for all before it.
    return f"{copy.schema}, pg_catalog", LONGEST, memory, "on" if copy.is_live else "off"


async def advance(connection: Connection, copy: Copy, upto: int, window: int, *, concerned: int = 0) -> int:
    """Folds window by window until the cursor is at `upto`; returns the cursor.

    An event that cannot be folded is closed in on by halving the window that fails, and its stream is parked; the next
    window is as large as the stretch before it. `concerned` is an end up to which the events are known to matter.
    """
    size, bad, begun = window, 0, -1
    while (after := await cursor_of(connection, copy.key)) < upto:
        begun = after if begun < 0 else begun
        end = min(after + size, upto)
        try:
            await _fold_one(connection, copy, after, end, known=end == concerned)
            size = (bad - end + 1) // 2 if end < bad else min(size * 2, window)
        except asyncpg.QueryCanceledError:
            if end - after == 1:
                raise
            size = (end - after) // 2
        except POISON as error:
            bad, size = end, max((end - after) // 2, 1)
            if end - after == 1:
                await _park(connection, copy, after, error)
                bad, size, begun = 0, min(max(end - begun, 2), window), end
    return after


async def _fold_one(connection: Connection, copy: Copy, after: int, upto: int, *, known: bool) -> None:
    """Cursor first: who loses the compare-and-set has not folded for nothing."""
    async with connection.transaction():
        if not await _moved(connection, copy, after, upto):
            return
        if known or await _concerns(connection, copy, after, upto):
            await fold(connection, copy, after, upto)


async def _concerns(connection: Connection, copy: Copy, after: int, upto: int) -> bool:
    """Whether the window has an event the fold reads: looking is a tenth of the price of folding nothing."""
    types = copy.projection.types
    return types is None or await connection.fetchval(SQL["holds"], after, upto, list(types))


async def _moved(connection: Connection, copy: Copy, after: int, upto: int) -> bool:
    """Moves the cursor from `after`, if it is there, and makes the settings for a fold in the same round trip."""
    settings = _settings(copy, upto - after)
    return await connection.fetchrow(SQL["move_cursor"], copy.key, after, upto, *settings) is not None


async def _park(connection: Connection, copy: Copy, after: int, error: Exception) -> None:
    async with connection.transaction():
        if await _moved(connection, copy, after, after + 1):
            await connection.execute(SQL["park"], copy.key, after + 1, reason_of(error))


def reason_of(error: Exception) -> str:
    """What Postgres says of the event, in one line."""
    detail = getattr(error, "detail", None)
    return f"{error}. {detail}" if detail else str(error)
