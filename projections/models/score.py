"""Scores and results with everything they were computed from."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from cairn.domain.exact import Exact
from cairn.domain.goal.events import GoalAdjusted, GoalScored, Inputs, MeasurePart, Note
from cairn.domain.sheet.events import (
    EarlierPart,
    PeriodPart,
    Restated,
    RestatementDecided,
    RestatementProposed,
    RestatementTold,
    ResultIssued,
    ScorePart,
    SheetScored,
    SubordinatePart,
    VersionCalibrated,
    VersionShown,
    VersionSigned,
    Withheld,
)
from projections.engine.read_model import ReadModel
from projections.engine.rows import FROM_JSON, Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="score",
    tables=("goal_score", "sheet_score", "result", "result_step", "restatement", "former_metric"),
    reads=(
        GoalAdjusted,
        GoalScored,
        SheetScored,
        ResultIssued,
        VersionCalibrated,
        VersionShown,
        VersionSigned,
        RestatementProposed,
        RestatementDecided,
        RestatementTold,
    ),
    joins=("goal",),
    by_stream=True,
)
SQL = queries("score")


class GoalScore(BaseModel):
    """A goal's score in a period, exact and with its points rounded; `version` is the score event's version, `position`
    its sealed position."""

    model_config = ConfigDict(frozen=True)

    goal: str
    period: str
    starts: date
    ends: date
    actual: Exact | None
    target: Exact | None
    attainment: Exact | None
    points: Exact | None
    rounded: Decimal | None
    formula: Annotated[Note, FROM_JSON]
    why: Annotated[Note | None, FROM_JSON]
    marks: Annotated[tuple[Note, ...], FROM_JSON]
    applies: bool
    inputs: Annotated[Inputs, FROM_JSON]
    policy: str
    by: str
    at: datetime
    version: int
    position: int
    number: int
    cause: str
    parts: Annotated[tuple[MeasurePart, ...], FROM_JSON]
    title: str | None
    owner: str | None
    sheet: str | None
    weight: Decimal | None


class SheetFacts(BaseModel):
    """Whose sheet it is; None while the sheet itself is not yet read."""

    model_config = ConfigDict(frozen=True)

    sheet: str
    cycle: str | None
    kind: str | None
    holder: str | None
    department: str | None
    family: str | None
    policy: str
    at: datetime
    version: int
    position: int
    number: int
    cause: str


class SheetScore(SheetFacts):
    """A sheet's score in a period, exact and rounded, from its goals' points."""

    period: str
    points: Exact | None
    rounded: Decimal | None
    parts: Annotated[tuple[ScorePart, ...], FROM_JSON]


class MovedBy(BaseModel):
    """Who moved a grade, in which case, and from which one."""

    model_config = ConfigDict(frozen=True)

    case: str
    computed: str
    by: str


class Result(SheetFacts):
    """The year's result: `points` exact, `rounded` as issued. `shown`, `signed` and `calibrated` are numbers of
    versions: that which was shown to the person last, and so on."""

    points: Exact | None
    rounded: Decimal | None
    grade: str | None
    coefficient: Decimal | None
    mix: Annotated[dict[str, Decimal], FROM_JSON]
    periods: Annotated[tuple[PeriodPart, ...], FROM_JSON]
    subordinates: Annotated[tuple[SubordinatePart, ...], FROM_JSON]
    waiting: Annotated[tuple[str, ...], FROM_JSON]
    own: Exact | None
    earlier: Annotated[tuple[EarlierPart, ...], FROM_JSON]
    withheld: Withheld | None
    moved: Annotated[MovedBy | None, FROM_JSON]
    shown: int | None
    shown_at: datetime | None
    signed: int | None
    calibrated: int | None
    calibration: str | None


class OpenRestatement(BaseModel):
    """A restatement as `RestatementProposed`, that waits for its decision, or was decided and the person not told."""

    model_config = ConfigDict(frozen=True)

    restatement: str
    sheet: str
    holder: str | None
    cycle: str | None
    cause: str
    goal: str | None
    subordinate: str | None
    period: str
    of_goal: Annotated[Restated | None, FROM_JSON]
    of_period: Annotated[Restated | None, FROM_JSON]
    of_result: Annotated[Restated | None, FROM_JSON]
    at: datetime
    decided_at: datetime | None
    accepted: bool | None


class Concerned(BaseModel):
    """A goal's score of a period, both days inside, that readings concern."""

    model_config = ConfigDict(frozen=True)

    goal: str
    period: str
    starts: date
    ends: date


async def goal_scores(
    reader: Reader, *, goal: str | None = None, sheet: str | None = None, period: str | None = None
) -> list[GoalScore]:
    """The scores of one goal, or of a sheet's goals (all periods or one), by period."""
    if goal is not None:
        return parse_rows(GoalScore, await reader.fetch(SQL["goal_scores"], goal))
    return await goal_scores_of(reader, [sheet] if sheet else [], period)


async def goal_scores_of(reader: Reader, sheets: Sequence[str], period: str | None = None) -> list[GoalScore]:
    """The scores of the goals of some sheets (all periods or one), by period."""
    return parse_rows(GoalScore, await reader.fetch(SQL["goal_scores_of_sheets"], sheets, period))


async def goal_scores_by_key(reader: Reader, cycle: str, key: str) -> list[GoalScore]:
    """The scores of a cycle's goals that a template calls by this key, by goal and period."""
    return parse_rows(GoalScore, await reader.fetch(SQL["goal_scores_by_key"], cycle, key))


async def sheet_scores(
    reader: Reader, *, sheet: str | None = None, cycle: str | None = None, period: str | None = None
) -> list[SheetScore]:
    """The scores of one sheet, or of a cycle's sheets (all periods or one)."""
    if sheet is not None:
        return parse_rows(SheetScore, await reader.fetch(SQL["sheet_scores"], sheet))
    return parse_rows(SheetScore, await reader.fetch(SQL["sheet_scores_of_cycle"], cycle, period))


async def sheet_scores_of(reader: Reader, sheets: Sequence[str]) -> list[SheetScore]:
    """The scores of some sheets in all periods, in the order in which they came."""
    return parse_rows(SheetScore, await reader.fetch(SQL["sheet_scores_of_sheets"], sheets))


async def result(reader: Reader, sheet: str) -> Result | None:
    """The year's result of a sheet, None before it is issued."""
    rows = await results_of(reader, [sheet])
    return rows[0] if rows else None


async def results_of(reader: Reader, sheets: Sequence[str]) -> list[Result]:
    """The results of some sheets, of those that have one."""
    return parse_rows(Result, await reader.fetch(SQL["results_of_sheets"], sheets))


async def results(reader: Reader, cycle: str, department: str | None = None) -> list[Result]:
    """The results of a cycle, best first."""
    return parse_rows(Result, await reader.fetch(SQL["results_of_cycle"], cycle, department))


async def count_by_grade(reader: Reader, cycle: str) -> dict[str, int]:
    """How many results of a cycle have each grade that any has, by grade."""
    return {row["grade"]: row["number"] for row in await reader.fetch(SQL["count_by_grade"], cycle)}


async def restatements(reader: Reader, cycle: str, *, decided: bool = False) -> list[OpenRestatement]:
    """The restatements of a cycle's sheets that wait for their decision, the oldest first; those `decided` of which the
    person was not told yet."""
    return parse_rows(OpenRestatement, await reader.fetch(SQL["restatements"], cycle, decided))


async def scores_of_readings(
    reader: Reader, keys: Sequence[tuple[str, str, date]], position: int
) -> list[Concerned]:
    """The scores in whose days readings of (metric, subject, day) lie and that were computed before a position, those
    of goals that have another metric since included."""
    metrics, subjects, days = ([key[at] for key in keys] for at in range(3))
    found = await reader.fetch(SQL["scores_of_readings"], metrics, subjects, days, position)
    return parse_rows(Concerned, found)


async def scores_without(
    reader: Reader, metrics: Sequence[str], through: date, position: int
) -> list[Concerned]:
    """The scores of periods up to a day that went on without these metrics, computed before a position."""
    return parse_rows(Concerned, await reader.fetch(SQL["scores_without"], list(metrics), through, position))
