"""The rows of a roster, understood: ids, names, days and roles read as people write them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from cairn.documents.cells import Given
from cairn.documents.dates import Order, read_dates
from cairn.documents.ids import read_id, reserved
from cairn.documents.labels import placeholder, read_label
from cairn.documents.mistakes import Mistake, mistake
from cairn.documents.tables import Record
from cairn.documents.words import read_word
from cairn.domain.people import Role

MUST_BE_FILLED = ("id", "name", "department", "family", "hired")
BETWEEN_ROLES = re.compile(r"[\s,，;；、/|+]+")

ROLES: dict[str, Role] = {
    **{role: role for role in get_args(Role)},
    "人力资源": "hr",
    "人事": "hr",
    "绩效委员会": "committee",
    "委员会": "committee",
    "委员": "committee",
    "高管": "executive",
    "管理层": "executive",
    "审计": "auditor",
    "审计员": "auditor",
}
"""Roles by what people call them."""


@dataclass(frozen=True)
class Entry:
    """A person as the row states them; what could not be read is empty and has been told."""

    record: Record
    id: str
    name: str
    email: str
    department: str
    title: str
    family: str
    manager: str
    hired: date | None
    left: date | None
    roles: tuple[Role, ...]


def read_entries(records: Sequence[Record], order: Order | None) -> tuple[list[Entry], list[Mistake]]:
    """The entries of all rows and every mistake of their cells. `order` is the stated order of dates, where one is."""
    mistakes: list[Mistake] = []
    hired = _days(records, "hired", order, mistakes)
    left = _days(records, "left", order, mistakes)
    entries = [_entry(*row, mistakes) for row in zip(records, hired, left, strict=True)]
    return entries, mistakes


def read_cell(
    record: Record,
    field: str,
    read: Callable[[Given], str | Mistake],
    needed: bool,
    mistakes: list[Mistake],
) -> str:
    """A field's text by its parser; empty where there is none, or none that can be used, which is told."""
    found = read(record[field])
    if isinstance(found, str):
        return found
    if found.message.id != "cell:empty" or (needed and field in record.columns):
        mistakes.append(found.at(record.place(field)))
    return ""


def _entry(record: Record, hired: date | None, left: date | None, mistakes: list[Mistake]) -> Entry:
    def text(field: str, read: Callable[[Given], str | Mistake] = read_label) -> str:
        return read_cell(record, field, read, field in MUST_BE_FILLED, mistakes)

    id, email = text("id", _person_id), text("email")
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        mistakes.append(mistake("roster:bad-email", written=email).at(record.place("email")))
    if hired and left and left < hired:
        told = mistake("roster:left-before-hired", left=left.isoformat(), hired=hired.isoformat())
        mistakes.append(told.at(record.place("left")))
    return Entry(
        record=record,
        id=id,
        name=text("name"),
        email=email,
        department=text("department"),
        title=text("title"),
        family=text("family"),
        manager=text("manager", read_id),
        hired=hired,
        left=left,
        roles=_roles(record, mistakes),
    )


def _person_id(cell: Given) -> str | Mistake:
    id = read_id(cell)
    return id if isinstance(id, Mistake) else reserved(id) or id


def _days(
    records: Sequence[Record], field: str, order: Order | None, mistakes: list[Mistake]
) -> tuple[date | None, ...]:
    """A whole column of days; what stands there for nothing is told as such."""
    cells = [record[field] for record in records]
    nothing = {n: one for n, cell in enumerate(cells) if (one := placeholder(cell.text))}
    column = read_dates(cells, order)
    told = [(n, one) for n, one in column.mistakes if n not in nothing] + list(nothing.items())
    if field in MUST_BE_FILLED:
        blank = [n for n, cell in enumerate(cells) if not cell.text and not cell.fault]
        told += [(n, mistake("cell:empty")) for n in blank if field in records[n].columns]
    mistakes += [one.at(records[n].place(field)) for n, one in told]
    return column.dates


def _roles(record: Record, mistakes: list[Mistake]) -> tuple[Role, ...]:
    found: list[Role] = []
    cell = record["roles"]
    if cell.fault:
        mistakes.append(Mistake(cell.fault).at(record.place("roles")))
        return ()
    for word in filter(None, BETWEEN_ROLES.split(cell.text)):
        role = read_word(word, ROLES)
        if isinstance(role, Mistake):
            mistakes.append((placeholder(word) or role).at(record.place("roles")))
        elif role not in found:
            found.append(role)
    return tuple(found)
