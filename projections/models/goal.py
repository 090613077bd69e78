"""Goals and sheets as they stand: the facts other read models and people ask for."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, TypeAdapter

from cairn.domain.goal import events as g
from cairn.domain.goal.events import Confirmer, Part, Smart
from cairn.domain.goal.stages import Stage
from cairn.domain.goal.state import PendingAdjustment, Segment
from cairn.domain.measure import Measure
from cairn.domain.policy import Dimension, Tier
from cairn.domain.private_text import PrivateText
from cairn.domain.sheet import events as s
from projections.engine.read_model import ReadModel
from projections.engine.rows import FROM_JSON, Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="goal",
    tables=("goal", "sheet", "placement", "assessment"),
    reads=(
        g.GoalDrafted, g.GoalRevised, g.SmartChecked, g.GoalDecomposed, g.GoalAligned, g.GoalSubmitted,
        g.GoalReturned, g.GoalApproved, g.GoalActivated, g.GoalPaused, g.GoalResumed, g.GoalSteppedBack,
        g.AdjustmentRequested, g.AdjustmentConfirmed, g.AdjustmentDeclined, g.AdjustmentWithdrawn, g.AdjustmentExpired,
        g.GoalAdjusted,
        g.CriterionAccepted, g.GoalAssessed, g.ManagerChanged, g.GoalScored, g.ReviewOpened, g.GoalCancelled,
        g.GoalSuperseded, g.GoalClosed, g.GoalRated, g.WorkEvaluated, g.EvaluationWithdrawn, g.EvidenceWaived,
        g.ScoreHeldBack, g.LastDaySet, g.AbsencesSet, g.CommitteeDecided, g.GoalDiagnosed, g.DiagnosisClosed,
        s.SheetOpened, s.GoalPlaced, s.GoalWeighted, s.GoalRemoved, s.FlexibleSpaceUsed,
    ),
    by_stream=True,
)  # fmt: skip
SQL = queries("goal")
MEASURE: TypeAdapter[Measure] = TypeAdapter(Annotated[Measure, FROM_JSON])


class GoalRow(BaseModel):
    """One goal with its place in the sheet. What people wrote is here as the log has it, encrypted: it reads as hidden,
    and its words are found in the log. `version` and `position` (sealed) are those of the last event that changes what
    somebody decides about, as check-ins, reminders and refused signals do not; `weight` is None once it left the
    sheet."""

    model_config = ConfigDict(frozen=True)

    goal: str
    version: int
    position: int
    stage: Stage
    entered: datetime
    cycle: str
    sheet: str
    tier: Tier
    owner: str
    manager: str | None
    department: str | None
    key: str
    dimension: Dimension
    title: str
    measure: Annotated[Measure, FROM_JSON]
    since: date
    parent: str | None
    policy: str
    smart: Annotated[Smart | None, FROM_JSON]
    parts: Annotated[tuple[Part, ...], FROM_JSON]
    pending: Annotated[PendingAdjustment | None, FROM_JSON]
    confirmed_manager: str | None
    confirmed_hr: str | None
    expires_at: datetime | None
    adjustments: Annotated[dict[str, str], FROM_JSON]
    accepted: Annotated[dict[int, PrivateText], FROM_JSON]
    segments: Annotated[tuple[Segment, ...], FROM_JSON]
    weight: Decimal | None
    family: str | None

    @property
    def awaiting(self) -> PendingAdjustment | None:
        """The pending adjustment with the confirmations it has."""
        if self.pending is None:
            return None
        given: dict[Confirmer, str | None] = {"manager": self.confirmed_manager, "hr": self.confirmed_hr}
        confirmed = {role: who for role, who in given.items() if who is not None}
        return self.pending.model_copy(update={"confirmed": confirmed})


class SheetRow(BaseModel):
    """One sheet; `space` and `used` in points of 100; `version` is of the last event that changed it."""

    model_config = ConfigDict(frozen=True)

    sheet: str
    version: int
    cycle: str
    kind: Literal["person", "department", "company"]
    holder: str
    department: str | None
    family: str | None
    since: date
    space: Decimal
    used: Decimal
    policy: str

    @property
    def space_left(self) -> Decimal:
        return self.space - self.used


async def goal(reader: Reader, goal: str) -> GoalRow | None:
    """The goal of that id, or None."""
    rows = parse_rows(GoalRow, await reader.fetch(SQL["one"], goal))
    return rows[0] if rows else None


async def goals_named(reader: Reader, goals: Sequence[str]) -> list[GoalRow]:
    """The goals of these ids, those that are there, by id."""
    return parse_rows(GoalRow, await reader.fetch(SQL["named"], list(goals)))


async def goals(
    reader: Reader,
    *,
    owners: Sequence[str] | None = None,
    sheet: str | None = None,
    cycle: str | None = None,
    stage: Stage | None = None,
    department: str | None = None,
    after: str = "",
    limit: int | None = None,
) -> list[GoalRow]:
    """The goals all given conditions hold for, by id, after one of that id."""
    found = await reader.fetch(SQL["some"], owners, sheet, cycle, stage, department, after, limit)
    return parse_rows(GoalRow, found)


async def alike(reader: Reader, cycle: str, typed: str, who: str, most: int) -> list[GoalRow]:
    """Goals of a cycle whose id or title has a text in it; those that somebody owns or judges first."""
    return parse_rows(GoalRow, await reader.fetch(SQL["alike"], cycle, typed, who, most))


class Measured(NamedTuple):
    """What a goal is measured by, as of its `version`."""

    version: int
    measure: Measure


async def measures(reader: Reader, goals: Iterable[str]) -> dict[str, Measured]:
    """What these goals are measured by, by their ids."""
    rows = await reader.fetch(SQL["measures"], list(goals))
    return {row["goal"]: Measured(row["version"], MEASURE.validate_python(row["measure"])) for row in rows}


async def goal_ids(reader: Reader, cycle: str) -> list[str]:
    """The ids of a cycle's goals, of all goals where `cycle` is empty."""
    return [row["goal"] for row in await reader.fetch(SQL["ids"], cycle)]


async def open_ids(reader: Reader) -> list[str]:
    """The ids of the goals of all cycles that are not over."""
    return [row["goal"] for row in await reader.fetch(SQL["open_ids"])]


async def dropped_ids(reader: Reader, cycles: Sequence[str]) -> list[str]:
    """The ids of the goals of these cycles that were dropped, whose scores of the part they ran may still be due."""
    return [row["goal"] for row in await reader.fetch(SQL["dropped_ids"], list(cycles))]


async def count_by_stage(reader: Reader, cycle: str) -> dict[Stage, int]:
    """How many goals of a cycle are in each stage that any is in."""
    return {row["stage"]: row["goals"] for row in await reader.fetch(SQL["count_by_stage"], cycle)}


async def open_goals(reader: Reader) -> int:
    """How many goals of all cycles are not over: each of them has a workflow."""
    (row,) = await reader.fetch(SQL["open_goals"])
    return int(row["goals"])


async def sheets(
    reader: Reader,
    *,
    sheet: str | None = None,
    cycle: str | None = None,
    holders: Sequence[str] | None = None,
) -> list[SheetRow]:
    """The sheets all given conditions hold for, by id."""
    return parse_rows(SheetRow, await reader.fetch(SQL["sheets"], sheet, cycle, holders))
