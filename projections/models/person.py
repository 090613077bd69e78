"""People and departments as the roster last stated them."""

from datetime import date

import asyncpg

from cairn.domain.people import Department, DepartmentNamed, Person, PersonChanged, PersonJoined, PersonLeft
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader
from projections.engine.sql import queries

MODEL = ReadModel(
    name="person",
    tables=("person", "department"),
    reads=(PersonJoined, PersonChanged, PersonLeft, DepartmentNamed),
)
SQL = queries("person")


def _person(row: asyncpg.Record) -> Person:
    left: date | None = row["left_on"]
    facts = {name: row[name] for name in Person.model_fields if name != "left"}
    return Person(**facts, left=left)


async def person(reader: Reader, person: str) -> Person | None:
    """The person of that id, here or gone, or None."""
    rows = await reader.fetch(SQL["people"], person, None, None, True)
    return _person(rows[0]) if rows else None


async def people(
    reader: Reader, *, manager: str | None = None, department: str | None = None, with_leavers: bool = False
) -> list[Person]:
    """Everybody the given conditions hold for, by id."""
    rows = await reader.fetch(SQL["people"], None, manager, department, with_leavers)
    return [_person(row) for row in rows]


async def departments(reader: Reader) -> list[Department]:
    """Every department, by id."""
    return [Department(**dict(row)) for row in await reader.fetch(SQL["departments"])]
