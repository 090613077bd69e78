"""Folding windows of sealed events into one read model's tables, live or in a rebuild: the one path that writes."""

from dataclasses import dataclass
from time import monotonic

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from projections.engine.read_model import ReadModel
from projections.engine.sql import queries

Connection = asyncpg.Connection | PoolConnectionProxy
SQL = queries("folding")
EVENT_ERRORS = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.RaiseError,
    asyncpg.FeatureNotSupportedError,
    asyncpg.CardinalityViolationError,
)
"""Errors that an event's content causes. Any other (a lost connection, a broken statement) is no event's fault."""
SMALL_WINDOW = 500
"""Events: a window of so few is folded many times a second, a larger one when there is something to catch up."""
FOLD_TIMEOUT, REBUILD_TIMEOUT, LAST_TIMEOUT = "1s", "4s", "4s"
"""A fold is a writing transaction, and while it runs nothing that comes after it can be sealed: a window that takes
longer is given up and tried again at half its size. A rebuild's reads and reckons for most of its time, and draws its
transaction id when it begins to write; a single event has more time, for it cannot be halved."""
FOLD_SECONDS, REBUILD_SECONDS = 0.5, 2.5
"""What a window should take: the next one is larger or smaller accordingly."""


@dataclass(frozen=True)
class FoldTarget:
    """Where a read model is folded: the live tables in `read`, or a second set that is being built in `schema`.

    `cursor_name` is the row of `read.projection` that holds its position. `partition` ("0/2" is the first of two)
    limits it to a part of the streams: partitions fold at the same time, each with a cursor of its own.
    """

    model: ReadModel
    cursor_name: str
    schema: str
    partition: str | None = None

    @property
    def is_live(self) -> bool:
        return self.schema == "read"

    @property
    def tables(self) -> list[str]:
        """The tables with their schema."""
        return [f"{self.schema}.{table}" for table in self.model.tables]


def live_target(model: ReadModel) -> FoldTarget:
    """The tables that people read."""
    return FoldTarget(model, model.name, "read")


def rebuild_target(model: ReadModel) -> FoldTarget:
    """The tables of a rebuild, in a schema of their own."""
    return FoldTarget(model, f"{model.name}:rebuild", f"rebuild_{model.name}")


def partitions_of(target: FoldTarget, number: int) -> list[FoldTarget]:
    """The target in so many parts of the streams; whole for one, or where the read model cannot be split."""
    if number == 1 or not target.model.by_stream:
        return [target]
    return [
        FoldTarget(target.model, f"{target.cursor_name}:{part}", target.schema, f"{part}/{number}")
        for part in range(number)
    ]


async def cursor_of(connection: Connection, cursor_name: str) -> int:
    """The sealed position up to which a target is folded; 0 where it has never been folded."""
    return await connection.fetchval(SQL["cursor"], cursor_name) or 0


async def fold(
    connection: Connection, target: FoldTarget, after: int, upto: int, stream: str | None = None
) -> None:
    """Runs the fold over the events in (after, upto], all of them or those of one stream.

    Inside the caller's transaction, which has the settings for it (`apply_settings`).
    """
    statement, only = queries(target.model.name)["fold"], stream
    if target.partition is not None:
        statement, only = statement.replace("read.window(", "read.partition_window("), target.partition
    await connection.execute(statement, after, upto, target.cursor_name, only)


async def apply_settings(connection: Connection, target: FoldTarget, events: int) -> None:
    """Settings for folds of so many events, for the rest of the transaction."""
    await connection.fetchrow(SQL["settings"], *_settings(target, events))


def _settings(target: FoldTarget, events: int) -> tuple[str, str, str, str]:
    # Postgres lays out its hash tables for what it expects: with much room even one event would pay for it.
    memory = "64MB" if events > SMALL_WINDOW else "1MB"
    # Tables that a crash shortens are built anew; what makes them live waits for the disk, and for all before it.
    timeout = LAST_TIMEOUT if events == 1 else FOLD_TIMEOUT if target.is_live else REBUILD_TIMEOUT
    return f"{target.schema}, pg_catalog", timeout, memory, "on" if target.is_live else "off"


async def fold_until(
    connection: Connection, target: FoldTarget, upto: int, window: int, *, known_end: int = 0
) -> int:
    """Folds window by window (events) until the cursor is at the position `upto`; returns the cursor.

    A window is at most `window` events, and as large as what its time is enough for. An event that cannot be
    folded is found by halving the window that fails, and its stream is parked; the next window is as large as the
    stretch before it. A window that ends at `known_end` is known to hold events the fold reads.
    """
    size, failing_end, started = window, 0, -1
    while (after := await cursor_of(connection, target.cursor_name)) < upto:
        started = after if started < 0 else started
        end = min(after + size, upto)
        began = monotonic()
        try:
            await _fold_window(connection, target, after, end, known=end == known_end)
            fitting = _fitting(target, end - after, monotonic() - began)
            size = min((failing_end - end + 1) // 2 if end < failing_end else fitting, window)
        except asyncpg.QueryCanceledError:
            if end - after == 1:
                raise
            size = (end - after) // 2
        except EVENT_ERRORS as error:
            failing_end, size = end, max((end - after) // 2, 1)
            if end - after == 1:
                await _park(connection, target, after, error)
                failing_end, size, started = 0, min(max(end - started, 2), window), end
    return after


def _fitting(target: FoldTarget, events: int, seconds: float) -> int:
    """How many events the next window should have, after one of so many that took so long."""
    wanted = FOLD_SECONDS if target.is_live else REBUILD_SECONDS
    return max(int(events * min(max(wanted / max(seconds, 1e-3), 0.25), 4)), 1)


async def _fold_window(
    connection: Connection, target: FoldTarget, after: int, upto: int, *, known: bool
) -> None:
    """Cursor first: who loses the compare-and-set has not folded for nothing.

    Nobody else moves a rebuild's cursor: there it comes last, for whoever has written has a transaction id.
    """
    async with connection.transaction():
        if not target.is_live:
            await apply_settings(connection, target, upto - after)
        elif not await _move_cursor(connection, target, after, upto):
            return
        if known or await _holds_events(connection, target, after, upto):
            await fold(connection, target, after, upto)
        if not target.is_live:
            await _move_cursor(connection, target, after, upto)


async def _holds_events(connection: Connection, target: FoldTarget, after: int, upto: int) -> bool:
    """Whether the window has an event the fold reads: looking is a tenth of the price of folding nothing."""
    found: bool = await connection.fetchval(SQL["holds_events"], after, upto, target.model.event_types)
    return found


async def _move_cursor(connection: Connection, target: FoldTarget, after: int, upto: int) -> bool:
    """Moves the cursor from `after`, if it is there, and makes the settings for a fold in the same round trip."""
    settings = _settings(target, upto - after)
    moved = await connection.fetchrow(SQL["move_cursor"], target.cursor_name, after, upto, *settings)
    return moved is not None


async def _park(connection: Connection, target: FoldTarget, after: int, error: Exception) -> None:
    async with connection.transaction():
        if await _move_cursor(connection, target, after, after + 1):
            await connection.execute(SQL["park"], target.cursor_name, after + 1, reason_of(error))


def reason_of(error: Exception) -> str:
    """What Postgres says of the event, in one line."""
    detail = getattr(error, "detail", None)
    return f"{error}. {detail}" if detail else str(error)
