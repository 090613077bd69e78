"""Events of earlier schemas for folds in SQL: they are given today's payload, by the upcasters that all readers use."""

import json

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from cairn.ledger import UPCASTERS
from cairn.ledger.upcast import Data
from projections.engine.read_model import ReadModel
from projections.engine.sql import queries

SQL = queries("upcasting")
WINDOWS = {
    "read.window(": "read.upcast_window(",
    "read.partition_window(": "read.upcast_partition_window(",
}
"""What a fold reads its window from, and from what where some of it was written in an earlier schema."""


class UpcastFailed(Exception):
    """An event of an earlier schema that its upcasters cannot read: the event's fault, as an error of the fold is."""


async def with_upcasts(
    connection: asyncpg.Connection | PoolConnectionProxy,
    model: ReadModel,
    statement: str,
    window: tuple[int, int, str, str | None],
) -> str:
    """A fold's statement for a window (after, upto, cursor, one stream or None); where an event in it was written in an
    earlier schema, one that sees today's payload, which is handed over for the rest of the transaction. Raises
    UpcastFailed."""
    after, upto, cursor, stream = window
    current = {name: UPCASTERS.current_version(name) for name in model.event_types}
    changed = {name: version for name, version in current.items() if version > 1}
    if not changed:
        return statement
    types, versions = list(changed), list(changed.values())
    rows = await connection.fetch(SQL["older"], after, upto, types, versions, cursor, stream)
    if not rows:
        return statement
    upcast = {str(row["position"]): _upcast(row) for row in rows}
    await connection.fetchval(SQL["hand_over"], json.dumps(upcast, ensure_ascii=False))
    for plain, seen in WINDOWS.items():
        statement = statement.replace(plain, seen)
    return statement


def _upcast(row: asyncpg.Record) -> Data:
    try:
        return UPCASTERS.upcast(row["type"], row["schema_version"], json.loads(row["data"]))
    except Exception as error:  # whatever it is, the content of the event caused it
        said = f"{type(error).__name__}: {error}"
        raise UpcastFailed(
            f"{row['type']} of schema version {row['schema_version']} cannot be read in today's ({said})"
        ) from error
