"""Comparing live tables with rebuilt ones: by a sum over hashes of rows, row by row only where the sums differ."""

import asyncio
from dataclasses import dataclass

from projections.engine.folding import Connection, FoldTarget
from projections.engine.sql import queries

SQL = queries("comparing")
EXAMPLES = 3


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


async def compare(
    live_connection: Connection, live: FoldTarget, rebuilt_connection: Connection, rebuilt: FoldTarget
) -> list[TableDifference]:
    """How each live table, read on one connection, differs from the rebuilt one, read on another.

    Neither may change meanwhile, and the second connection must see both. Where both are one connection, the tables
    are read one after the other.
    """
    if live_connection is rebuilt_connection:
        before, after = await _sums(live_connection, live), await _sums(rebuilt_connection, rebuilt)
    else:
        before, after = await asyncio.gather(_sums(live_connection, live), _sums(rebuilt_connection, rebuilt))
    found = []
    for table in live.model.tables:
        if before[table] == after[table]:
            rows = before[table][0]
            found.append(TableDifference(table, rows, rows, 0, 0, ()))
        else:
            counts = before[table][0], after[table][0]
            found.append(await _rows(rebuilt_connection, table, rebuilt.schema, *counts))
    return found


async def _sums(connection: Connection, target: FoldTarget) -> dict[str, tuple[int, int | None]]:
    """For each table the number of rows and the sum of their 64-bit hashes, equal for rows that are equal."""
    found = {}
    for table in target.model.tables:
        row = await connection.fetchrow(SQL["sum"].replace("{table}", f"{target.schema}.{table}"))
        assert row is not None  # an aggregate always gives one row
        found[table] = (row["rows"], row["hashes"])
    return found


async def _rows(connection: Connection, table: str, schema: str, live: int, rebuilt: int) -> TableDifference:
    old, new = f"select * from read.{table}", f"select * from {schema}.{table}"
    only_live, only_rebuilt = f"{old} except all {new}", f"{new} except all {old}"
    return TableDifference(
        table,
        live=live,
        rebuilt=rebuilt,
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
