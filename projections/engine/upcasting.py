"""Events of earlier schemas for folds in SQL: they are given today's payload, by the upcasters that all readers use."""

import json

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from cairn.ledger import UPCASTERS
from projections.engine.read_model import ReadModel
from projections.engine.sql import queries

SQL = queries("upcasting")
WINDOWS = {
    "read.window(": "read.upcast_window(",
    "read.partition_window(": "read.upcast_partition_window(",
}
"""What a fold reads its window from, and from what where some of it was written in an earlier schema."""


async def with_upcasts(
    connection: asyncpg.Connection | PoolConnectionProxy,
    model: ReadModel,
    statement: str,
    after: int,
    upto: int,
) -> str:
    """A fold's statement for the window (after, upto]; where an event in it was written in an earlier schema, one that
    sees today's payload, which is handed over for the rest of the transaction."""
    current = {name: UPCASTERS.current_version(name) for name in model.event_types}
    changed = {name: version for name, version in current.items() if version > 1}
    if not changed:
        return statement
    rows = await connection.fetch(SQL["older"], after, upto, list(changed), list(changed.values()))
    if not rows:
        return statement
    upcast = {
        str(row["position"]): UPCASTERS.upcast(row["type"], row["schema_version"], json.loads(row["data"]))
        for row in rows
    }
    await connection.fetchval(SQL["hand_over"], json.dumps(upcast, ensure_ascii=False))
    for window, seen in WINDOWS.items():
        statement = statement.replace(window, seen)
    return statement
