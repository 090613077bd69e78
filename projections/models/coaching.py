"""Coaching plans: how far each is, what the company still owes in it, and what became of it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import get_args

from pydantic import BaseModel, ConfigDict

from cairn.domain.coaching.events import AnyCoachingEvent, Conclusion, Gap, SupportKind
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="coaching",
    tables=("coaching", "coaching_checkpoint", "coaching_support"),
    reads=get_args(AnyCoachingEvent),
    joins=("person", "dashboard", "inbox", "feedback"),
    by_stream=True,
)
SQL = queries("coaching")


class CoachingRow(BaseModel):
    """One plan with how many of its checkpoints are met, not met and missed by their day, and how much of what was
    promised is given, open and overdue. `next` is the day of the first checkpoint that is not judged."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: int
    cycle: str
    holder: str
    holder_name: str | None
    stage: str
    opened_by: str
    opened_at: datetime
    gap: Gap
    goal: str | None
    diagnosis: int | None
    ends: date
    extended: int
    mentor: str | None
    mentor_name: str | None
    mentor_read: bool
    holder_read: bool
    agreed_at: datetime | None
    objected: bool
    started_at: datetime | None
    outcome: Conclusion | None
    concluded_by: str | None
    concluded_at: datetime | None
    statement_by: date | None
    stated: bool
    checkpoints: int
    met: int
    not_met: int
    missed: int
    next: date | None
    promised: int
    given: int
    owed: int
    overdue: int


class Owed(BaseModel):
    """A training or session that was promised in a plan that is not over, and is not on record yet; `overdue_at` is
    when its day was over."""

    model_config = ConfigDict(frozen=True)

    name: str
    cycle: str
    holder: str
    holder_name: str | None
    manager: str | None
    mentor: str | None
    number: int
    kind: SupportKind
    until: date
    overdue_at: datetime | None


async def plans(
    reader: Reader,
    cycle: str | None = None,
    *,
    about: str | None = None,
    mentor: str | None = None,
    goal: str | None = None,
) -> Sequence[CoachingRow]:
    """Coaching plans of a cycle, about somebody, with somebody as mentor or for a goal, what ends first first."""
    return parse_rows(CoachingRow, await reader.fetch(SQL["plans"], cycle, about, mentor, goal))


async def owed(reader: Reader, cycle: str) -> Sequence[Owed]:
    """What the company has promised in the plans of a cycle and not given yet, what is due first first."""
    return parse_rows(Owed, await reader.fetch(SQL["owed"], cycle))
