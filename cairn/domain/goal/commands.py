"""What can be asked of a goal. `goal` is the goal's stream; `by` and `at` come with every command."""

from datetime import date
from decimal import Decimal

from pydantic import AwareDatetime, Field

from cairn.domain.event import Command
from cairn.domain.goal.events import Changes, Confirmer, Part, Phase, Smart
from cairn.domain.measure import Measure
from cairn.domain.policy import Dimension
from cairn.domain.refusal import FactValue


class GoalCommand(Command):
    goal: str


class DraftGoal(GoalCommand):
    """Adds a goal to a sheet during goal setting (or a replacement for a cancelled one later)."""

    key: str
    title: str = Field(min_length=1)
    dimension: Dimension
    measure: Measure
    weight: Decimal = Field(ge=0, le=100)
    parent: str | None = None


class ReviseGoal(GoalCommand):
    title: str | None = None
    measure: Measure | None = None
    weight: Decimal | None = Field(default=None, ge=0, le=100)


class CheckSmart(GoalCommand):
    check: Smart


class DecomposeGoal(GoalCommand):
    parts: tuple[Part, ...] = Field(min_length=1)


class AlignGoal(GoalCommand):
    parent: str


class SubmitGoal(GoalCommand):
    pass


class ReturnGoal(GoalCommand):
    comment: str = Field(min_length=1)


class ApproveGoal(GoalCommand):
    comment: str = ""


class RequestAdjustment(GoalCommand):
    adjustment: str
    changes: Changes
    reason: str = Field(min_length=1)


class ConfirmAdjustment(GoalCommand):
    role: Confirmer
    adjustment: str | None = None


class DeclineAdjustment(GoalCommand):
    role: Confirmer
    reason: str = Field(min_length=1)


class WithdrawAdjustment(GoalCommand):
    pass


class CheckIn(GoalCommand):
    on: date | None = None
    value: Decimal | None = None
    base: Decimal | None = None
    note: str = ""


class AcceptCriterion(GoalCommand):
    criterion: int = Field(ge=1)
    evidence: str = Field(min_length=1)


class AssessGoal(GoalCommand):
    period: str = "Y"
    points: Decimal = Field(ge=0, le=150)
    comment: str = ""


class ChangeManager(GoalCommand):
    manager: str | None
    effective: date
    reason: str = ""


class ReachDeadline(GoalCommand):
    """A durable timer fired. `due` is the time it was set for; `period` names the period to score."""

    phase: Phase
    due: AwareDatetime
    period: str | None = None


class CancelGoal(GoalCommand):
    reason: str = Field(min_length=1)


class SupersedeGoal(GoalCommand):
    replacement: str
    reason: str = Field(min_length=1)


class CloseGoal(GoalCommand):
    pass


class RecordRefusedSignal(GoalCommand):
    """Records that a signal was refused: `name` is the command it asked for, the rest the refusal."""

    name: str
    code: str
    field: str | None = None
    facts: dict[str, FactValue] = Field(default_factory=dict)


AnyGoalCommand = (
    DraftGoal
    | ReviseGoal
    | CheckSmart
    | DecomposeGoal
    | AlignGoal
    | SubmitGoal
    | ReturnGoal
    | ApproveGoal
    | RequestAdjustment
    | ConfirmAdjustment
    | DeclineAdjustment
    | WithdrawAdjustment
    | CheckIn
    | AcceptCriterion
    | AssessGoal
    | ChangeManager
    | ReachDeadline
    | CancelGoal
    | SupersedeGoal
    | CloseGoal
    | RecordRefusedSignal
)

NAMES: dict[str, type[GoalCommand]] = {
    "draft": DraftGoal,
    "revise": ReviseGoal,
    "check_smart": CheckSmart,
    "decompose": DecomposeGoal,
    "align": AlignGoal,
    "submit": SubmitGoal,
    "return": ReturnGoal,
    "approve": ApproveGoal,
    "adjust": RequestAdjustment,
    "confirm": ConfirmAdjustment,
    "decline": DeclineAdjustment,
    "withdraw": WithdrawAdjustment,
    "check_in": CheckIn,
    "accept": AcceptCriterion,
    "assess": AssessGoal,
    "change_manager": ChangeManager,
    "cancel": CancelGoal,
    "supersede": SupersedeGoal,
    "close": CloseGoal,
}
"""The commands people give, by the names used in updates, signals, the API and the command line."""
