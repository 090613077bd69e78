"""What can happen to a cycle. Class names and fields are the storage format."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, Field

from cairn.domain.cycle.stages import CycleStage
from cairn.domain.event import Event, Fact
from cairn.domain.policy import Name
from cairn.domain.refusal import FactValue
from cairn.domain.schedule import Schedule

LeftOutCode = Literal["left", "joins_later", "no_family", "excluded"]
LaunchFailureCode = Literal["exists"]


class CycleEvent(Event):
    """Any event of a cycle, by its id."""

    cycle: str

    @property
    def stream(self) -> str:
        return f"cycle-{self.cycle}"


class LeftOut(Fact):
    """Somebody who takes no part, and why.

    `facts`: `on` is the day of leaving (`left`) or of joining (`joins_later`), `family` the job family that the
    policy has not (`no_family`). `reason` is the policy's own (`excluded`), as its author wrote it in both languages.
    """

    person: str
    code: LeftOutCode
    facts: dict[str, FactValue] = Field(default_factory=dict)
    reason: Name | None = None


class CycleLaunched(CycleEvent):
    """HR launched the cycle from a preview: `plan` is its digest, `roster` the log's position it was made from.

    `clock_offset` is zero for a real year; a rehearsal's clock runs that many seconds beside Temporal's.
    """

    title: str
    policy: str
    schedule: Schedule
    plan: str
    roster: int
    sheets: int
    goals: int
    left_out: tuple[LeftOut, ...]
    language: str = "zh"
    clock_offset: float = 0.0


class LaunchFailure(Fact):
    """A sheet that could not be opened: `streams` of it are in the log already (`exists`)."""

    sheet: str
    code: LaunchFailureCode
    facts: dict[str, FactValue] = Field(default_factory=dict)


class LaunchFinished(CycleEvent):
    """Every sheet of the plan is in the log, but for the failures named."""

    sheets: int
    goals: int
    failures: tuple[LaunchFailure, ...] = ()


class SheetsAdded(CycleEvent):
    """Sheets that were missing after the launch came into the log with this event: joiners', those of a second family,
    and of whoever was left out before. `plan` is the digest of the preview, `roster` the log's position it was made
    from."""

    plan: str
    roster: int
    sheets: tuple[str, ...]
    goals: int


class StageReached(CycleEvent):
    """The cycle came into a stage with its date, due at `due`."""

    stage: CycleStage
    due: AwareDatetime


class PeriodScored(CycleEvent):
    """All sheets of the cycle have their score of a period."""

    period: str
    sheets: int
    due: AwareDatetime


class ResultsIssued(CycleEvent):
    """The results of all sheets are out."""

    sheets: int


class CycleClosed(CycleEvent):
    """The cycle is over, with this many goals, none of them open."""

    goals: int


class CycleAbandoned(CycleEvent):
    """HR gave the cycle up before it came to its end (RULES L8): `open_goals` of its `goals` were not over, and
    `results` says whether those of its `sheets` were out. All open goals end with it."""

    reason: str
    open_goals: int
    goals: int
    sheets: int
    results: bool


class TargetRow(Fact):
    """A holder's target of one goal of the template; period `Y` is the year, `row` that of the table it stands in."""

    holder: str
    goal: str
    period: str
    target: Decimal
    row: int | None = Field(default=None, exclude_if=lambda row: row is None)


class TargetsProposed(Event):
    """Targets prepared for a cycle before its launch, such as sales quotas."""

    cycle: str
    rows: tuple[TargetRow, ...]
    source: str

    @property
    def stream(self) -> str:
        return f"targets-{self.cycle}"


class PolicyAdopted(Event):
    """A version of the policy, with the text it was read from."""

    name: str
    version: str
    text: str
    effective: date | None = None

    @property
    def stream(self) -> str:
        return f"policy-{self.name}"


class RehearsalAdvanced(Event):
    """A rehearsal's clock passed an instant; everything due by then is done."""

    cycle: str
    instant: AwareDatetime

    @property
    def stream(self) -> str:
        return f"rehearsal-{self.cycle}"


class CycleSignalRefused(CycleEvent):
    """A signal that could not be done: nobody waits for its answer, so the refusal is recorded.

    `name` is the command that was asked for; code, field and facts are the refusal's (`cairn.domain.refusal`).
    """

    name: str
    code: str
    field: str | None = None
    facts: dict[str, FactValue] = Field(default_factory=dict)


AnyCycleEvent = (
    CycleLaunched
    | LaunchFinished
    | SheetsAdded
    | StageReached
    | PeriodScored
    | ResultsIssued
    | CycleClosed
    | CycleAbandoned
    | CycleSignalRefused
)
