"""Open cases of every kind, and proposed changes of a policy: whose turn it is, since when and until when."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="case",
    joins=(
        "feedback",
        "coaching",
        "request",
        "promise",
        "review",
        "appraisal",
        "result",
        "calibration",
        "handover",
        "amendment",
        "person",
        "inbox",
    ),
)
SQL = queries("case")


class Turn(BaseModel):
    """One person's (or place's) turn in an open case: `turn` is whose it is, `awaited` who acts for them that day.

    `until` is when it is due, None where no date was set. `step` says what is to be done: the stage, where a
    case of the kind waits for one thing at a time (its message id is `turn:<kind>.<step>`). A change of a cycle's
    policy is of the kind `amendment`, by its name in the cycle, and the company's.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    name: str
    version: int
    cycle: str
    holder: str
    holder_name: str | None
    stage: str
    since: datetime
    until: datetime | None
    turn: str
    awaited: str
    step: str


class CasesWaiting(BaseModel):
    """How many cases of a kind wait for one person or place to do one thing; `overdue` at the asked instant."""

    model_config = ConfigDict(frozen=True)

    awaited: str
    kind: str
    step: str
    cases: int
    oldest: datetime
    until: datetime | None
    overdue: int


class CasesCounted(BaseModel):
    """How many cases of a kind are in a stage, and in how many of them something is overdue."""

    model_config = ConfigDict(frozen=True)

    kind: str
    stage: str
    cases: int
    overdue: int


class CaseRow(BaseModel):
    """One case at a glance, ended or not; `since` is when it was opened or came into its stage."""

    model_config = ConfigDict(frozen=True)

    kind: str
    name: str
    holder: str
    holder_name: str | None
    stage: str
    since: datetime


async def turns(
    reader: Reader, at: datetime, *, cycle: str | None = None, of: Sequence[str] | None = None
) -> list[Turn]:
    """Whose turn it is at an instant, most urgent first; `of` are the people's ids and places (`role:hr`) asked for."""
    return parse_rows(Turn, await reader.fetch(SQL["turns"], cycle, at, list(of) if of is not None else None))


async def cases_waiting(reader: Reader, cycle: str, at: datetime) -> list[CasesWaiting]:
    """Who waits for whom in a cycle's cases, most overdue first."""
    return parse_rows(CasesWaiting, await reader.fetch(SQL["waiting"], cycle, at))


async def counted(reader: Reader, cycle: str, at: datetime) -> list[CasesCounted]:
    """A cycle's cases by kind and stage, ended ones too."""
    return parse_rows(CasesCounted, await reader.fetch(SQL["counted"], cycle, at))


async def open_names(reader: Reader) -> list[str]:
    """Every case in which somebody is waited for, in all cycles: it has a workflow."""
    return [row["name"] for row in await reader.fetch(SQL["open"])]


async def cases(
    reader: Reader, cycle: str, *, holders: Sequence[str] | None, by: str, most: int, kind: str | None = None
) -> list[CaseRow]:
    """Cases of a cycle about one of these holders, or begun, helped or owed `by` somebody, of all without
    holders; the newest first."""
    listed = list(holders) if holders is not None else None
    return parse_rows(CaseRow, await reader.fetch(SQL["cases"], cycle, listed, by, most, kind))
