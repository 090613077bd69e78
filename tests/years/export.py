"""What is compared of a played year, read from its database: scores, results, and the stages that were reached."""

from dataclasses import dataclass

import asyncpg

from cairn.domain.exact import exact, rounded

NUMBERS = frozenset({"actual", "target", "attainment", "points"})
PLACES = 9

Rows = dict[str, dict[str, str | None]]
"""Field → value as text, by `goal period`, `sheet period` or id."""
Tables = dict[str, Rows]
"""Rows by the name of their table in the schema `read`."""


@dataclass(frozen=True)
class Table:
    """A table of the read models: what names a row, and which of its columns are compared."""

    name: str
    key: tuple[str, ...]
    fields: tuple[str, ...]


COMPARED = (
    Table(
        "goal_score",
        ("goal", "period"),
        ("starts", "ends", "actual", "target", "attainment", "points", "applies"),
    ),
    Table("sheet_score", ("sheet", "period"), ("points",)),
    Table("result", ("sheet",), ("points", "rounded", "grade", "coefficient")),
    Table("goal", ("goal",), ("stage", "owner", "sheet")),
    Table("cycle", ("cycle",), ("stage", "sheets", "goals")),
)
"""No sentence, no event's position and no time of day is among these: two runs of one commit need not agree on them."""


class CannotExport(Exception):
    """A tree keeps its scores where this does not look; the message says what was not found."""


async def exported(dsn: str, compared: tuple[Table, ...] = COMPARED) -> Tables:
    """Every compared row of a database.

    A column that this database does not have is left out of its rows, so trees of different layouts can be compared
    by what both have. Raises `CannotExport` where a table or the column that names its rows is missing.
    """
    connection = await asyncpg.connect(dsn)
    try:
        return {table.name: await _rows(connection, table) for table in compared}
    finally:
        await connection.close()


async def _rows(connection: asyncpg.Connection, table: Table) -> Rows:
    types = {
        row["column_name"]: row["data_type"]
        for row in await connection.fetch(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'read' and table_name = $1",
            table.name,
        )
    }
    if missing := [name for name in table.key if name not in types]:
        raise CannotExport(
            f"There is no read.{table.name} with {', '.join(missing)} in this tree's database. "
            "Name its new place in tests/years/export.py."
        )
    fields = [name for name in table.fields if name in types]
    chosen = ", ".join(_as_text(name, types[name]) for name in (*table.key, *fields))
    found = await connection.fetch(f"select {chosen} from read.{table.name}")
    return {
        " ".join(_numbered(row[name]) for name in table.key): {
            name: _comparable(name, row[name]) for name in fields
        }
        for row in found
    }


def _numbered(name: str) -> str:
    """A sheet's name with its number: sheets of earlier trees had none. No id in the example years has a hyphen."""
    return f"{name}-1" if name.startswith("sheet-") and name.count("-") == 2 else name


def _comparable(field: str, value: str | None) -> str | None:
    """A number to nine places, so that one tree may keep it exactly and another to its last digit."""
    if value is None or field not in NUMBERS:
        return _numbered(value) if value and field == "sheet" else value
    return f"{rounded(exact(value), PLACES).normalize():f}"


def _as_text(column: str, data_type: str) -> str:
    """95.40 and 95.4 are one number."""
    value = f"trim_scale({column})" if data_type == "numeric" else column
    return f"{value}::text as {column}"
