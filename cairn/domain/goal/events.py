"""What can happen to a goal. Class names and fields are the storage format: change them only with an upcaster."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, Field

from cairn.domain.event import Event, Fact
from cairn.domain.measure import Measure
from cairn.domain.policy import Dimension, Tier
from cairn.domain.refusal import FactValue

Confirmer = Literal["manager", "hr"]
CancelCause = Literal["asked", "never_approved"]
Phase = Literal[
    "drafts_remind",
    "drafts_due",
    "approvals_remind",
    "approvals_due",
    "execution_starts",
    "adjustment_remind",
    "adjustment_expires",
    "period_scored",
    "review_opens",
    "scores_due",
    "closes",
]


class GoalEvent(Event):
    goal: str

    @property
    def stream(self) -> str:
        return self.goal


class Smart(Fact):
    """The SMART check of a strategic goal: a sentence of ground for each letter."""

    specific: str = Field(min_length=1)
    measurable: str = Field(min_length=1)
    achievable: str = Field(min_length=1)
    relevant: str = Field(min_length=1)
    time_bound: str = Field(min_length=1)


class Part(Fact):
    """One part of a decomposed goal with the department that answers for it."""

    title: str
    department: str
    target: Decimal | None = None


class Changes(Fact):
    """What an adjustment changes; None leaves a thing as it is.

    `targets` are targets of single periods (in the KPI's unit); `weight` is the goal's new weight, `counterweights`
    the new weights of other goals of the sheet, so that the sum stays 100; `measure` replaces the metric.
    """

    title: str | None = None
    target: Decimal | None = None
    targets: dict[str, Decimal] = Field(default_factory=dict)
    measure: Measure | None = None
    weight: Decimal | None = None
    counterweights: dict[str, Decimal] = Field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return self == Changes()


class GoalDrafted(GoalEvent):
    """A goal came into being, from the launch or by its owner's hand."""

    cycle: str
    sheet: str
    tier: Tier
    owner: str
    manager: str | None
    department: str | None
    key: str
    dimension: Dimension
    title: str
    measure: Measure
    since: date
    parent: str | None = None
    policy: str


class GoalRevised(GoalEvent):
    title: str
    measure: Measure


class SmartChecked(GoalEvent):
    check: Smart


class GoalDecomposed(GoalEvent):
    parts: tuple[Part, ...]


class GoalAligned(GoalEvent):
    """The goal now serves a goal of the tier above."""

    parent: str


class GoalSubmitted(GoalEvent):
    pass


class GoalReturned(GoalEvent):
    comment: str


class GoalApproved(GoalEvent):
    comment: str = ""


class GoalActivated(GoalEvent):
    pass


class AdjustmentRequested(GoalEvent):
    adjustment: str
    changes: Changes
    reason: str
    draws: Decimal
    expires_at: AwareDatetime
    policy: str


class AdjustmentConfirmed(GoalEvent):
    adjustment: str
    role: Confirmer


class AdjustmentDeclined(GoalEvent):
    adjustment: str
    role: Confirmer
    reason: str


class AdjustmentWithdrawn(GoalEvent):
    adjustment: str


class AdjustmentExpired(GoalEvent):
    adjustment: str


class GoalAdjusted(GoalEvent):
    """The filing (备案) of an adjustment that took effect: before, after, why, and what space is left."""

    adjustment: str
    before: Changes
    after: Changes
    reason: str
    draws: Decimal
    space_left: Decimal


class CheckedIn(GoalEvent):
    """The owner's progress: a value for a KPI that no feed brings, and words."""

    on: date
    value: Decimal | None = None
    base: Decimal | None = None
    note: str = ""


class CriterionAccepted(GoalEvent):
    """The manager accepted a key task's criterion (counted from 1) on evidence."""

    criterion: int
    evidence: str


class GoalAssessed(GoalEvent):
    """A manager's assessment of a goal in a period, in points; each manager assesses their own segment."""

    period: str
    points: Decimal
    comment: str = ""


class ManagerChanged(GoalEvent):
    """The goal passed to another manager; open tasks go along, the former manager's acts remain theirs."""

    former: str | None
    manager: str | None
    effective: date
    reason: str = ""


class ReminderSent(GoalEvent):
    """A deadline is near and somebody is waited for."""

    phase: Phase
    due: AwareDatetime
    to: tuple[str, ...]


class DeadlineMissed(GoalEvent):
    """A deadline passed; `to` are those it was escalated to."""

    phase: Phase
    due: AwareDatetime
    awaited: tuple[str, ...]
    to: tuple[str, ...]


class Inputs(Fact):
    """What a score was computed from: sealed positions of readings, and the goal's own version."""

    readings: tuple[int, ...] = ()
    upto: int = 0
    version: int


class GoalScored(GoalEvent):
    """The score of a goal in a period, with everything needed to compute it again.

    `points` is None when nothing could be measured (`why` says so): the sheet re-weights it or counts zero, as the
    policy declares. `applies` is False where the period is none of this goal's (a joiner's first quarter): then the
    sheet leaves it out whatever the policy declares.
    """

    period: str
    starts: date
    ends: date
    actual: Decimal | None
    target: Decimal | None
    attainment: Decimal | None
    points: Decimal | None
    formula: str
    applies: bool = True
    why: str = ""
    inputs: Inputs
    policy: str


class ReviewOpened(GoalEvent):
    pass


class GoalCancelled(GoalEvent):
    """The goal is void: HR asked for it, with a reason, or the review opened before it was ever approved."""

    cause: CancelCause = "asked"
    reason: str = ""


class GoalSuperseded(GoalEvent):
    replacement: str
    reason: str


class GoalClosed(GoalEvent):
    pass


class SignalRefused(GoalEvent):
    """A signal that could not be done: nobody waits for its answer, so the refusal is recorded.

    `name` is the command that was asked for; code, field and facts are the refusal's (`cairn.domain.refusal`).
    """

    name: str
    code: str
    field: str | None = None
    facts: dict[str, FactValue] = Field(default_factory=dict)


AnyGoalEvent = (
    GoalDrafted
    | GoalRevised
    | SmartChecked
    | GoalDecomposed
    | GoalAligned
    | GoalSubmitted
    | GoalReturned
    | GoalApproved
    | GoalActivated
    | AdjustmentRequested
    | AdjustmentConfirmed
    | AdjustmentDeclined
    | AdjustmentWithdrawn
    | AdjustmentExpired
    | GoalAdjusted
    | CheckedIn
    | CriterionAccepted
    | GoalAssessed
    | ManagerChanged
    | ReminderSent
    | DeadlineMissed
    | GoalScored
    | ReviewOpened
    | GoalCancelled
    | GoalSuperseded
    | GoalClosed
    | SignalRefused
)
