"""A manager's people in a cycle: each with their sheet, what is late, feedback, coaching and what they are owed."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="team",
    joins=("person", "goal", "dashboard", "feedback", "check_in", "coaching", "promise", "case"),
)
SQL = queries("team")
ALL_LEVELS = 50


class Member(BaseModel):
    """One of a manager's people on a day; `level` is 1 for those who report directly.

    Goals: `unapproved` of them are drafted, returned or submitted, `late` by the cycle's dates. `heard` is the last
    feedback they were given or report of theirs. `untold` observations wait to be told, `breaches` were told late or
    not at all; `actions` were agreed and are not followed up. `coaching` plans are open. `owed` is promised to them and
    open, `owed_late` of it after its day. `turns` wait for them in cases, `turns_late` of them are overdue.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    manager: str
    level: int
    department: str
    goals: int
    unapproved: int
    late: int
    heard: datetime | None
    untold: int
    breaches: int
    actions: int
    coaching: int
    owed: int
    owed_late: int
    reviews: int
    turns: int
    turns_late: int


async def team(
    reader: Reader, cycle: str, manager: str, day: date, at: datetime, *, levels: int = 1
) -> list[Member]:
    """A manager's people on a day, nearest first: those who report directly, or down to so many levels."""
    return parse_rows(Member, await reader.fetch(SQL["team"], cycle, at, manager, day, levels))
