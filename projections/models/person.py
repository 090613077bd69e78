"""People and departments as the roster states them on a day, long leave and who stands in."""

from datetime import UTC, date, datetime

import asyncpg

from cairn.domain.people import (
    DelegateNamed,
    Department,
    DepartmentNamed,
    LeavingWithdrawn,
    Person,
    PersonAway,
    PersonChanged,
    PersonJoined,
    PersonLeft,
    PersonReturned,
)
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader
from projections.engine.sql import queries

MODEL = ReadModel(
    name="person",
    tables=("person", "department", "person_change", "person_leave"),
    reads=(
        PersonJoined,
        PersonChanged,
        PersonLeft,
        LeavingWithdrawn,
        PersonAway,
        PersonReturned,
        DelegateNamed,
        DepartmentNamed,
    ),
)
SQL = queries("person")


def _person(row: asyncpg.Record) -> Person:
    left: date | None = row["left_on"]
    facts = {name: row[name] for name in Person.model_fields if name != "left"}
    return Person(**facts, left=left)


def _today() -> date:
    return datetime.now(UTC).date()


async def person(reader: Reader, person: str, *, day: date | None = None) -> Person | None:
    """The person of that id as of a day (today), here or gone, or None."""
    rows = await reader.fetch(SQL["people"], person, None, None, True, day or _today())
    return _person(rows[0]) if rows else None


async def people(
    reader: Reader,
    *,
    manager: str | None = None,
    department: str | None = None,
    with_leavers: bool = False,
    day: date | None = None,
) -> list[Person]:
    """Everybody the given conditions hold for as of a day (today), by id."""
    rows = await reader.fetch(SQL["people"], None, manager, department, with_leavers, day or _today())
    return [_person(row) for row in rows]


async def departments(reader: Reader) -> list[Department]:
    """Every department, by id."""
    return [Department(**dict(row)) for row in await reader.fetch(SQL["departments"])]
