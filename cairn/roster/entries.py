"""One row of a roster, understood: dates, roles and names read as people write them."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

from cairn.domain.people import Role
from cairn.policies.problems import RowProblem
from cairn.roster.columns import Record

MUST_BE_FILLED = ("id", "name", "department", "family", "hired")
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0?0:00(?::00)?)?")
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_SERIALS = range(10_000, 100_000)
"""Days from 1927 to 2173: a date that lost its format in a spreadsheet is one of these numbers."""

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
    """A person as the row states them; what could not be read is None and has been told."""

    record: Record
    id: str
    name: str
    department: str
    family: str
    manager: str
    hired: date | None
    left: date | None
    roles: tuple[Role, ...]


def read_entry(record: Record) -> tuple[Entry, list[RowProblem]]:
    """The entry of a row and every problem of its cells."""
    problems: list[RowProblem] = []
    values = {name: text.strip() for name, text in record.values.items()}
    for name in MUST_BE_FILLED:
        if not values.get(name) and name in record.headers and name not in record.faults:
            problems.append(record.problem(name, "cell_missing"))
    email = values.get("email", "")
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        problems.append(record.problem("email", "bad_email", value=email))
    hired, left = (_day(record, name, values.get(name, ""), problems) for name in ("hired", "left"))
    if hired and left and left < hired:
        problems.append(record.problem("left", "left_before_hired", left=left, hired=hired))
    entry = Entry(
        record=record,
        id=values.get("id", ""),
        name=values.get("name", ""),
        department=values.get("department", ""),
        family=values.get("family", ""),
        manager=values.get("manager", ""),
        hired=hired,
        left=left,
        roles=_roles(record, values.get("roles", ""), problems),
    )
    return entry, problems


def read_date(text: str) -> date:
    """A date written as 2026-01-31, 2026/1/31, 2026.1.31, 2026年1月31日, 20260131 or as Excel's day number.

    Raises ValueError for anything else: 01/02/2026 means two days to two people.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if match := DATE.fullmatch(text):
        return date(*(int(part) for part in match.groups()))
    if re.fullmatch(r"\d{8}", text):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if re.fullmatch(r"\d{5}", text) and int(text) in EXCEL_SERIALS:
        return EXCEL_EPOCH + timedelta(days=int(text))
    raise ValueError(text)


def _day(record: Record, name: str, text: str, problems: list[RowProblem]) -> date | None:
    try:
        return read_date(text) if text else None
    except ValueError:
        problems.append(record.problem(name, "bad_date", value=text))
        return None


def _roles(record: Record, text: str, problems: list[RowProblem]) -> tuple[Role, ...]:
    found: list[Role] = []
    for word in filter(None, re.split(r"[\s,，;；、/|+]+", text)):
        role = ROLES.get(word.casefold())
        if role is None:
            problems.append(record.problem("roles", "role_unknown", value=word, known=", ".join(ROLES)))
        elif role not in found:
            found.append(role)
    return tuple(found)
