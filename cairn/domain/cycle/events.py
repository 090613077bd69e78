"""What can happen to a cycle. Class names and fields are the storage format."""

from datetime import date
from decimal import Decimal

from pydantic import AwareDatetime

from cairn.domain.cycle.stages import CycleStage
from cairn.domain.event import Event, Fact
from cairn.domain.schedule import Schedule


class CycleEvent(Event):
    cycle: str

    @property
    def stream(self) -> str:
        return f"cycle-{self.cycle}"


class LeftOut(Fact):
    """Somebody who takes no part, and why, in words."""

    person: str
    reason_zh: str
    reason_en: str


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
    sheet: str
    reason: str


class LaunchFinished(CycleEvent):
    """Every sheet of the plan is in the log, but for the failures named."""

    sheets: int
    goals: int
    failures: tuple[LaunchFailure, ...] = ()


class StageReached(CycleEvent):
    stage: CycleStage
    due: AwareDatetime


class PeriodScored(CycleEvent):
    """All sheets of the cycle have their score of a period."""

    period: str
    sheets: int
    due: AwareDatetime


class ResultsIssued(CycleEvent):
    sheets: int


class CycleClosed(CycleEvent):
    goals: int


class TargetRow(Fact):
    """A holder's target of one goal of the template; period `Y` is the year."""

    holder: str
    goal: str
    period: str
    target: Decimal


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
    name: str
    code: str
    sentence: str


AnyCycleEvent = (
    CycleLaunched
    | LaunchFinished
    | StageReached
    | PeriodScored
    | ResultsIssued
    | CycleClosed
    | CycleSignalRefused
)
