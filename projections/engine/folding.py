"""Folding windows of sealed events into one read model's tables, live or in a rebuild: the one path that writes."""

from dataclasses import dataclass
from time import monotonic

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from cairn.application.stored_events import known_versions
from cairn.ledger import LOST, Newer, newer_events
from projections.engine.read_model import ReadModel
from projections.engine.sql import queries
from projections.engine.upcasting import UpcastFailed, with_upcasts

Connection = asyncpg.Connection | PoolConnectionProxy
SQL = queries("folding")
NOBODYS = (
    *LOST,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)
"""Errors that come and go whatever the events are. Any other one is the fault of an event, unless the fold fails
without events as well: then its statement is broken."""
FOLD_FAILED = (asyncpg.PostgresError, UpcastFailed)
"""What a fold fails with."""
TRIES = 3
"""So often an event that takes too long is tried by itself, before it is taken for the reason."""
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
    window = after, upto, target.cursor_name, stream
    statement = await with_upcasts(connection, target.model, statement, window)
    await connection.execute(statement, after, upto, target.cursor_name, only)


async def is_an_events_fault(connection: Connection, target: FoldTarget, at: int, error: Exception) -> bool:
    """Whether what a fold failed with comes from the events it was given: without any it goes well."""
    if isinstance(error, NOBODYS):
        return False
    try:
        async with connection.transaction():
            await apply_settings(connection, target, 1)
            await fold(connection, target, at, at)
    except asyncpg.PostgresError:
        return False
    return True


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
    stretch before it. So is the stream of an event that a newer program wrote. A window that ends at `known_end` is
    known to hold events the fold reads, and none of a newer program.
    """
    size, failing_end, started, tries = window, 0, -1, 0
    while (after := await cursor_of(connection, target.cursor_name)) < upto:
        started = after if started < 0 else started
        end = min(after + size, upto)
        if end != known_end and (newer := await _next_newer(connection, target, after, end)):
            if newer.position == after + 1:
                await _park(connection, target, after, newer.told(known_versions()))
                continue
            end = newer.position - 1
        began = monotonic()
        try:
            await _fold_window(connection, target, after, end, known=end == known_end)
            fitting = _fitting(target, end - after, monotonic() - began)
            size, tries = min((failing_end - end + 1) // 2 if end < failing_end else fitting, window), 0
        except asyncpg.QueryCanceledError as error:
            size, tries = max((end - after) // 2, 1), tries + 1 if end - after == 1 else 0
            if tries and not await is_an_events_fault(connection, target, after, error):
                raise
            if tries == TRIES:
                await _park(connection, target, after, f"folding it takes longer than {LAST_TIMEOUT}")
                tries = 0
        except FOLD_FAILED as error:
            first = end > failing_end
            if (first or end - after == 1) and not await is_an_events_fault(connection, target, after, error):
                raise
            failing_end, size = end, max((end - after) // 2, 1)
            if end - after == 1:
                await _park(connection, target, after, reason_of(error))
                failing_end, size, started = 0, min(max(end - started, 2), window), end
    return after


async def concerned_end(connection: Connection, target: FoldTarget, after: int, upto: int) -> int:
    """`upto` where (after, upto] holds events the fold reads and none of a newer program, else 0: what several
    partitions of one window would otherwise each look for."""
    if await _next_newer(connection, target, after, upto):
        return 0
    return upto if await _holds_events(connection, target, after, upto) else 0


async def _next_newer(connection: Connection, target: FoldTarget, after: int, upto: int) -> Newer | None:
    """The first event in (after, upto] that a newer program wrote into a stream that concerns this read model, and that
    neither waits already nor is left out."""
    found = newer_events(connection, known_versions(), after=after, upto=upto, kinds=target.model.kinds)
    async for each in found:
        if not await connection.fetchval(SQL["passed_by"], target.cursor_name, each.stream, each.position):
            return each
    return None


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


async def _park(connection: Connection, target: FoldTarget, after: int, reason: str) -> None:
    async with connection.transaction():
        if await _move_cursor(connection, target, after, after + 1):
            await connection.execute(SQL["park"], target.cursor_name, after + 1, reason)


def reason_of(error: Exception) -> str:
    """What Postgres says of the event, in one line."""
    detail = getattr(error, "detail", None)
    return f"{error}. {detail}" if detail else str(error)
