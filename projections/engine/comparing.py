"""Comparing two copies of a projection: by a sum over hashes of rows, row by row only where the sums differ."""

import asyncio
from dataclasses import dataclass

from projections.engine.folding import Connection, Copy
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


async def compare(mine: Connection, now: Copy, theirs: Connection, new: Copy) -> list[TableDifference]:
    """How each table of the live copy, read on one connection, differs from the rebuilt one, read on another.

    The copies must stand still, and the second connection must see both. Where both are one connection, the copies are
    read one after the other.
    """
    if mine is theirs:
        before, after = await _sums(mine, now), await _sums(theirs, new)
    else:
        before, after = await asyncio.gather(_sums(mine, now), _sums(theirs, new))
    found = []
    for table in now.projection.tables:
        if before[table] == after[table]:
            rows = before[table][0]
            found.append(TableDifference(table, rows, rows, 0, 0, ()))
        else:
            found.append(await _rows(theirs, table, new.schema, before[table][0], after[table][0]))
    return found


async def _sums(connection: Connection, copy: Copy) -> dict[str, tuple[int, int | None]]:
    """For each table the number of rows and the sum of their 64-bit hashes, equal for rows that are equal."""
    found = {}
    for table in copy.projection.tables:
        row = await connection.fetchrow(SQL["sum"].replace("{table}", f"{copy.schema}.{table}"))
        assert row is not None  # an aggregate always gives one row
        found[table] = (row["rows"], row["hashes"])
    return found


async def _rows(connection: Connection, table: str, schema: str, live: int, rebuilt: int) -> TableDifference:
    mine, theirs = f"select * from read.{table}", f"select * from {schema}.{table}"
    only_live, only_rebuilt = f"{mine} except all {theirs}", f"{theirs} except all {mine}"
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
