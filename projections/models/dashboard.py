"""A cycle at a glance: its stage and dates, what was launched, and each department's goals, delays and space."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from cairn.domain.cycle import events as c
from cairn.domain.cycle.events import LaunchFailure, LeftOut
from cairn.domain.cycle.stages import CycleStage, cycle_stage_row
from cairn.domain.event import Fact
from cairn.domain.goal.stages import Stage
from cairn.domain.schedule import Schedule
from projections.engine.read_model import ReadModel
from projections.engine.rows import FROM_JSON, Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="dashboard",
    tables=("cycle", "period"),
    reads=(
        c.CycleLaunched, c.LaunchFinished, c.SheetsAdded, c.StageReached, c.PeriodScored, c.ResultsIssued,
        c.CycleClosed, c.CycleAbandoned, c.CycleSignalRefused, c.PolicyAmendmentProposed, c.PolicyAmendmentVoted,
        c.PolicyAmendmentDecided, c.PolicyAmended,
    ),
    joins=("goal", "person"),
)  # fmt: skip
SQL = queries("dashboard")


class Launch(Fact):
    """What the launch came to: sheets and goals in the log, and the sheets that failed, with the reason."""

    sheets: int
    goals: int
    failures: tuple[LaunchFailure, ...] = ()


class CycleRow(BaseModel):
    """One cycle. `sheets` and `goals` are the plan's numbers with those that were added, `launch` what came of it (None
    while launching); `scored` names the periods that are scored, with the number of sheets."""

    model_config = ConfigDict(frozen=True)

    cycle: str
    version: int
    stage: CycleStage
    title: str
    policy: str
    plan: str
    roster: int
    sheets: int
    goals: int
    left_out: Annotated[tuple[LeftOut, ...], FROM_JSON]
    launch: Annotated[Launch | None, FROM_JSON]
    scored: Annotated[dict[str, int], FROM_JSON]
    results: bool
    clock_offset: float
    schedule: Annotated[Schedule, FROM_JSON]
    starts: date
    ends: date

    @property
    def over(self) -> bool:
        """Whether nothing is due in it any more."""
        return cycle_stage_row(self.stage).over


class DepartmentLine(BaseModel):
    """One department in a cycle: goals by stage, how many wait for somebody and how many of them too long, and the
    flexible space of its sheets in points. `department` is None for the company's own goals."""

    model_config = ConfigDict(frozen=True)

    department: str | None
    name: str | None
    stages: Annotated[dict[Stage, int], FROM_JSON]
    waiting: int
    overdue: int
    space: Decimal
    used: Decimal
    sheets: int

    @property
    def goals(self) -> int:
        return sum(self.stages.values())


class Dashboard(BaseModel):
    """A cycle with its departments, as of an instant."""

    model_config = ConfigDict(frozen=True)

    cycle: CycleRow
    departments: tuple[DepartmentLine, ...]

    @property
    def stages(self) -> dict[Stage, int]:
        """The whole cycle's goals by stage."""
        counts: dict[Stage, int] = {}
        for line in self.departments:
            for stage, number in line.stages.items():
                counts[stage] = counts.get(stage, 0) + number
        return counts


async def cycles(reader: Reader) -> list[CycleRow]:
    """Every cycle there is, by its start."""
    return parse_rows(CycleRow, await reader.fetch(SQL["cycles"], None))


async def dashboard(reader: Reader, cycle: str, at: datetime) -> Dashboard | None:
    """A cycle and its departments as of an instant (it decides what is overdue); None when there is none."""
    found = parse_rows(CycleRow, await reader.fetch(SQL["cycles"], cycle))
    if not found:
        return None
    lines = parse_rows(DepartmentLine, await reader.fetch(SQL["departments"], cycle, at))
    return Dashboard(cycle=found[0], departments=tuple(lines))
