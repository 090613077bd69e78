"""Streams parked behind an event that could not be folded: shown, tried again, or let go with a reason."""

from datetime import UTC, datetime

import asyncpg
from pydantic import BaseModel, ConfigDict

from cairn.domain.skipping import EventSkipped
from cairn.domain.streams import event_id
from cairn.ledger import Ledger, NewEvent, StreamAppend, WrongExpectedVersion
from projections.engine.catalog import projection
from projections.engine.folding import POISON, Connection, Copy, fold, live, prepare, reason_of
from projections.engine.rows import Reader, shaped
from projections.engine.sql import queries

SQL = queries("parking")
CURSOR = queries("catch_up")


class Parked(BaseModel):
    """A stream that waits in a projection: `position` is the event that could not be folded and `reason` why,
    `behind` how many later events of the stream wait too."""

    model_config = ConfigDict(frozen=True)

    projection: str
    stream: str
    position: int
    type: str
    reason: str
    attempts: int
    parked_at: datetime
    behind: int


class Skipped(BaseModel):
    """An event left out of a projection for good: who decided it and why."""

    model_config = ConfigDict(frozen=True)

    projection: str
    position: int
    stream: str
    type: str
    reason: str
    by: str
    skipped_at: datetime


async def parked(reader: Reader, name: str | None = None) -> list[Parked]:
    """Every parked stream, of one read model or of all."""
    return shaped(Parked, await reader.fetch(SQL["parked"], name and projection(name).name))


async def skipped(reader: Reader, name: str | None = None) -> list[Skipped]:
    """Every event left out, of one read model or of all."""
    return shaped(Skipped, await reader.fetch(SQL["skipped"], name and projection(name).name))


async def retry(pool: asyncpg.Pool, name: str, stream: str) -> bool:
    """Folds a parked stream's events again; True when the stream is free.

    What can be folded stays folded; the first event that cannot keeps the stream parked. Raises LookupError
    when the stream is not parked.
    """
    copy = live(projection(name))
    async with pool.acquire() as connection, connection.transaction():
        return await try_again(connection, copy, stream)


async def skip(pool: asyncpg.Pool, name: str, stream: str, *, reason: str, by: str) -> bool:
    """Leaves out the event a stream is parked behind, for good, and folds the rest.

    Who decided it and why is recorded in the log first. True when the stream is free. Raises LookupError when it is not
    parked, ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("leaving an event out of a read model needs a reason")
    copy = live(projection(name))
    async with pool.acquire() as connection, connection.transaction():
        await connection.fetchval(CURSOR["lock_cursor"], copy.key)
        stuck = await _stuck(connection, copy, stream)
        decision = EventSkipped(
            projection=copy.projection.name,
            position=stuck["position"],
            event_stream=stream,
            event_type=stuck["type"],
            reason=reason.strip(),
            by=by,
            at=datetime.now(UTC),
        )
        await _record(pool, decision)
        return await try_again(connection, copy, stream)


async def _record(pool: asyncpg.Pool, decision: EventSkipped) -> None:
    """Appends the decision, once for each event however often it is asked for."""
    ledger = Ledger(pool)
    event = NewEvent(
        event_id(decision.stream, f"skip {decision.position}", 0),
        decision.type,
        decision.model_dump_json(),
        decision.at,
        decision.by,
    )
    while True:
        version = len(await ledger.read_stream(decision.stream))
        try:
            await ledger.append([StreamAppend(decision.stream, version, [event])])
        except WrongExpectedVersion:
            continue  # another stream's event was left out at the same moment
        return


async def release_skipped(connection: Connection, copy: Copy) -> None:
    """Folds on, inside the caller's transaction, the streams whose event was left out after they were parked."""
    for row in await connection.fetch(SQL["let_go"], copy.key):
        await try_again(connection, copy, row["stream"])


async def _stuck(connection: Connection, copy: Copy, stream: str) -> asyncpg.Record:
    row = await connection.fetchrow(SQL["one"], copy.key, stream)
    if row is None:
        raise LookupError(f"{stream} is not parked in the read model {copy.projection.name}")
    return row


async def try_again(connection: Connection, copy: Copy, stream: str) -> bool:
    """Folds a parked stream from its event on, inside the caller's transaction; True when it is free.

    The cursor stays locked meanwhile, so that nothing is folded past the stream.
    """
    cursor = await connection.fetchval(CURSOR["lock_cursor"], copy.key)
    first = await _stuck(connection, copy, stream)
    failed = await _fold_stream(connection, copy, stream, first["position"] - 1, cursor)
    if failed is None:
        await connection.execute(SQL["release"], copy.key, stream)
        return True
    position, error = failed
    await connection.execute(SQL["failed_again"], copy.key, stream, position, reason_of(error))
    return False


async def _fold_stream(
    connection: Connection, copy: Copy, stream: str, after: int, upto: int
) -> tuple[int, Exception] | None:
    """Folds one stream's events in (after, upto]; the position and error of the first that cannot be folded."""
    size = upto - after
    while after < upto:
        end = min(after + size, upto)
        try:
            async with connection.transaction():
                await prepare(connection, copy, end - after)
                await fold(connection, copy, after, end, stream)
            after = end
        except POISON as error:
            if end - after == 1:
                return end, error
            size = max((end - after) // 2, 1)
    return None
