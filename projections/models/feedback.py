"""Feedback: what was observed, told in time or late, agreed and followed up; who has heard nothing for months."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from cairn.domain.feedback.events import (
    ActionOutcome,
    FeedbackAnswered,
    FeedbackFollowedUp,
    FeedbackGiven,
    FeedbackKind,
    FeedbackObserved,
    FeedbackOverdue,
    FeedbackWithdrawn,
)
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="feedback",
    tables=("feedback",),
    reads=(
        FeedbackObserved,
        FeedbackGiven,
        FeedbackAnswered,
        FeedbackOverdue,
        FeedbackFollowedUp,
        FeedbackWithdrawn,
    ),
    joins=("person", "goal", "check_in", "dashboard"),
    by_stream=True,
)
SQL = queries("feedback")


class FeedbackRow(BaseModel):
    """One piece of feedback; `overdue_at` is when its clock ran out before it was told, None where it was in time."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: int
    cycle: str
    holder: str
    holder_name: str | None
    kind: FeedbackKind
    stage: str
    goal: str | None
    opened_by: str
    opener_name: str | None
    seen_at: datetime
    answer_by: datetime
    given_by: str | None
    given_at: datetime | None
    late: bool | None
    overdue_at: datetime | None
    action_due: date | None
    outcome: ActionOutcome | None


class Kept(BaseModel):
    """How the people of one manager were told: observations, told, breached, not told yet."""

    model_config = ConfigDict(frozen=True)

    manager: str
    observed: int
    given: int
    breached: int
    open: int


class Quiet(BaseModel):
    """Somebody with running goals of whom nothing was said for long; `last` is the last feedback or report."""

    model_config = ConfigDict(frozen=True)

    holder: str
    holder_name: str | None
    manager: str | None
    last: datetime | None


async def feedback(
    reader: Reader, cycle: str | None = None, *, about: str | None = None, by: str | None = None
) -> Sequence[FeedbackRow]:
    """Feedback of a cycle, about somebody or by somebody, what was seen last first."""
    return parse_rows(FeedbackRow, await reader.fetch(SQL["listed"], cycle, about, by))


async def kept(reader: Reader, cycle: str) -> Sequence[Kept]:
    """How the clock was kept in a cycle, by the manager of the people it was about; most breaches first."""
    return parse_rows(Kept, await reader.fetch(SQL["kept"], cycle))


class QuietPeople(NamedTuple):
    """The first of those who heard and reported nothing, longest first, and how many there are."""

    first: Sequence[Quiet]
    number: int


NOBODY_QUIET = QuietPeople((), 0)


async def quiet(reader: Reader, cycle: str, since: datetime, most: int | None = None) -> QuietPeople:
    """Whoever has running goals in a cycle and heard and reported nothing since an instant: they would be judged from
    memory. The first `most` of them, without it all."""
    rows = await reader.fetch(SQL["quiet"], cycle, since, most)
    return QuietPeople(parse_rows(Quiet, rows), rows[0]["everybody"]) if rows else NOBODY_QUIET
