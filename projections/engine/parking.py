"""Streams parked behind an event that could not be folded: shown, retried, or freed by skipping the event."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

import asyncpg
from pydantic import BaseModel, ConfigDict

from cairn.application.stored_events import known_versions
from cairn.domain.skipping import EventSkipped
from cairn.domain.streams import event_id
from cairn.ledger import (
    NEWER,
    IdReused,
    Ledger,
    Newer,
    NewEvent,
    StreamAppend,
    WrongExpectedVersion,
    newer_events,
)
from projections.engine.catalog import folding_model, read_model, with_joins
from projections.engine.folding import (
    FOLD_FAILED,
    Connection,
    FoldTarget,
    apply_settings,
    fold,
    is_an_events_fault,
    live_target,
    reason_of,
)
from projections.engine.folding import SQL as CURSOR
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

SQL = queries("parking")
log = logging.getLogger(__name__)


class Parked(BaseModel):
    """A stream that waits in a read model: `position` is the event that could not be folded and `reason` why,
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
    """An event left out of a read model for good: who decided it and why."""

    model_config = ConfigDict(frozen=True)

    projection: str
    position: int
    stream: str
    type: str
    reason: str
    by: str
    skipped_at: datetime


async def parked(reader: Reader, name: str | None = None) -> list[Parked]:
    """Every parked stream, of one read model or of all; of one without a fold, those of the read models it joins."""
    return parse_rows(Parked, await reader.fetch(SQL["parked"], _names(name)))


async def skipped(reader: Reader, name: str | None = None) -> list[Skipped]:
    """Every event left out, of one read model or of all; of one without a fold, those of the read models it joins."""
    return parse_rows(Skipped, await reader.fetch(SQL["skipped"], _names(name)))


def _names(name: str | None) -> list[str] | None:
    """A read model with a fold by itself; one without, the read models it joins."""
    if name is None:
        return None
    return [name] if read_model(name).tables else [each.name for each in with_joins([name])]


async def retry(pool: asyncpg.Pool, name: str, stream: str) -> bool:
    """Folds a parked stream's events again; True when the stream is free.

    What can be folded stays folded; the first event that cannot keeps the stream parked. Raises LookupError
    when the stream is not parked.
    """
    target = live_target(folding_model(name))
    async with pool.acquire() as connection, connection.transaction():
        return await retry_stream(connection, target, stream)


async def retry_known(pool: asyncpg.Pool, names: Iterable[str]) -> None:
    """Folds the streams again that wait in these read models for a newer program, where this one is it."""
    known = known_versions()
    rows = await pool.fetch(SQL["known_by_now"], NEWER, list(known), list(known.values()))
    for name in names:
        for stream in (row["stream"] for row in rows if row["projection"] == name):
            try:
                await retry(pool, name, stream)
            except LookupError:  # somebody else was there first
                continue
            except asyncpg.PostgresError as error:  # it stays parked: it is shown, and can be retried
                log.warning("%s is not tried again in %s: %s", stream, name, error)


async def skip(
    pool: asyncpg.Pool, name: str, stream: str, *, reason: str, by: str, ledger: Ledger | None = None
) -> bool:
    """Leaves out the event a stream is parked behind, for good, and folds the rest.

    `pool` folds; the decision is recorded with `ledger`, where whoever folds may not append. Who decided it and why is
    in the log first. True when the stream is free. Raises LookupError when it is not parked, ValueError without a
    reason.
    """
    if not reason.strip():
        raise ValueError("leaving an event out of a read model needs a reason")
    target = live_target(folding_model(name))
    async with pool.acquire() as connection, connection.transaction():
        await connection.fetchval(CURSOR["lock_cursor"], target.cursor_name)
        blocked = await _parked_row(connection, target, stream)
        decision = EventSkipped(
            projection=target.model.name,
            position=blocked["position"],
            event_stream=stream,
            event_type=blocked["type"],
            reason=reason.strip(),
            by=by,
            at=datetime.now(UTC),
        )
        await record_skip(ledger or Ledger(pool), decision)
        return await retry_stream(connection, target, stream)


async def record_skip(ledger: Ledger, decision: EventSkipped) -> None:
    """Appends the decision, once for each event however often it is asked for."""
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
        except IdReused:
            pass  # it was decided before
        return


async def retry_skipped(connection: Connection, target: FoldTarget) -> None:
    """Folds on, inside the caller's transaction, the streams whose event was left out after they were parked."""
    for row in await connection.fetch(SQL["skipped_since"], target.cursor_name):
        await retry_stream(connection, target, row["stream"])


async def _parked_row(connection: Connection, target: FoldTarget, stream: str) -> asyncpg.Record:
    row = await connection.fetchrow(SQL["parked_stream"], target.cursor_name, stream)
    if row is None:
        raise LookupError(f"{stream} is not parked in the read model {target.model.name}")
    return row


async def retry_stream(connection: Connection, target: FoldTarget, stream: str) -> bool:
    """Folds a parked stream from its event on, inside the caller's transaction; True when it is free.

    The cursor stays locked meanwhile, so that nothing is folded past the stream.
    """
    cursor = await connection.fetchval(CURSOR["lock_cursor"], target.cursor_name)
    first = await _parked_row(connection, target, stream)
    failed = await _fold_stream(connection, target, stream, first["position"] - 1, cursor)
    if failed is None:
        await connection.execute(SQL["release"], target.cursor_name, stream)
        return True
    await connection.execute(SQL["failed_again"], target.cursor_name, stream, *failed)
    return False


async def _fold_stream(
    connection: Connection, target: FoldTarget, stream: str, after: int, upto: int
) -> tuple[int, str] | None:
    """Folds one stream's events in (after, upto]; the position of the first that cannot be folded, and why."""
    newer = await _newer_in(connection, target, stream, after, upto)
    last = upto if newer is None else newer.position - 1
    size = last - after
    while after < last:
        end = min(after + size, last)
        try:
            async with connection.transaction():
                await apply_settings(connection, target, end - after)
                await fold(connection, target, after, end, stream)
            after = end
        except FOLD_FAILED as error:
            if not await is_an_events_fault(connection, target, after, error):
                raise
            if end - after == 1:
                return end, reason_of(error)
            size = max((end - after) // 2, 1)
    return None if newer is None else (newer.position, newer.told(known_versions()))


async def _newer_in(
    connection: Connection, target: FoldTarget, stream: str, after: int, upto: int
) -> Newer | None:
    """The first event of a stream that a newer program wrote, but for what is left out."""
    left_out = {
        row["position"] for row in await connection.fetch(SQL["skipped_in"], target.cursor_name, stream)
    }
    kinds = [stream.partition("-")[0]]
    found = newer_events(connection, known_versions(), after=after, upto=upto, kinds=kinds)
    async for each in found:
        if each.stream == stream and each.position not in left_out:
            return each
    return None
