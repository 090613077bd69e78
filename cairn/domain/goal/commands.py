"""What can be asked of a goal. Commands that people give declare a row: who may, in which stages, where it leads.

`goal` is the goal's stream; `by` and `at` come with every command.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar, Self, get_args

from pydantic import AwareDatetime, Field, model_validator

from cairn.domain import rights
from cairn.domain.attachment import Attachment
from cairn.domain.command import CommandRow
from cairn.domain.event import Command
from cairn.domain.goal.events import Changes, Confirmer, DiagnosisKind, EndCause, Part, ScoreCause, Smart
from cairn.domain.goal.origin import Origin
from cairn.domain.goal.stages import OPEN, Phase, Stage
from cairn.domain.invalid import schema_error
from cairn.domain.measure import Measure
from cairn.domain.policy import Dimension
from cairn.domain.quantity import MOST_DIGITS, Normalised, unbounded
from cairn.domain.refusal import FactValue
from cairn.domain.schedule import Days

GoalRow = CommandRow[Stage]
BEFORE_SCORED = tuple(stage for stage in OPEN if stage != "scored")


class GoalCommand(Command):
    """Anything asked of a goal: by people (`GoalAction`) or by the workflow that keeps its dates.

    `overtaken_by` names events that are not `touching` and yet change what this command decides about."""

    overtaken_by: ClassVar[frozenset[str]] = frozenset()

    goal: str

    @model_validator(mode="after")
    def _numbers_have_an_end(self) -> Self:
        """Commands come from anywhere, and what they say is stored for good."""
        for where in unbounded(self):
            raise schema_error("number_too_long", at=where, most=MOST_DIGITS)
        return self


class GoalAction(GoalCommand):
    """A command that people give."""

    row: ClassVar[GoalRow]


class DraftGoal(GoalAction):
    """Adds a goal to a sheet during goal setting, or a replacement for a cancelled one later.

    `weight` is in points of the sheet's 100; `key` is the goal's short name in its sheet; `parent` the goal of the
    tier above that it serves.
    """

    row = GoalRow("draft", rights.owner_approver_or_hr, stages=("none",), leads_to="draft")

    key: Normalised
    title: str = Field(min_length=1)
    dimension: Dimension
    measure: Measure
    weight: Decimal = Field(ge=0, le=100)
    parent: str | None = None
    origin: Origin | None = Field(default=None, description="what it was written from, such as a table's row")
    carried_from: str | None = Field(default=None, description="the goal of an earlier cycle it goes on from")


class ReviseGoal(GoalAction):
    """Changes a goal's title, measure or weight (in points of 100) before it is handed in; None leaves a thing."""

    row = GoalRow("revise", rights.owner_approver_or_hr, stages=("draft", "returned"))

    title: str | None = None
    measure: Measure | None = None
    target: Decimal | None = Field(default=None, description="another target of the goal's own KPI")
    unit: str | None = Field(default=None, description="the unit that goes with `target`")
    weight: Decimal | None = Field(default=None, ge=0, le=100)
    origin: Origin | None = Field(default=None, description="what it was written from, such as a table's row")
    carried_from: str | None = Field(default=None, description="the goal of an earlier cycle it goes on from")


class CheckSmart(GoalAction):
    """States why a goal is specific, measurable, achievable, relevant and bound in time."""

    row = GoalRow("check_smart", rights.smart_checker, stages=("draft", "returned"))

    check: Smart


class DecomposeGoal(GoalAction):
    """Divides a strategic or department goal into parts, each with the department that answers for it."""

    row = GoalRow(
        "decompose", rights.owner_management_or_committee, stages=("draft", "returned", "approved", "active")
    )

    parts: tuple[Part, ...] = Field(min_length=1)


class AlignGoal(GoalAction):
    """Says which goal this goal serves: in the same cycle, of a tier above; of the same tier where that one is
    computed from its children. `parent_weight` is what it counts there beside the others, none: as much as each."""

    row = GoalRow(
        "align",
        rights.owner_approver_or_hr,
        stages=("draft", "returned", "submitted", "approved", "active"),
    )

    parent: str
    parent_weight: Decimal | None = Field(default=None, gt=0)


class RecordInterview(GoalAction):
    """Puts the goal interview on record: who took part (ids of people) and what was agreed.

    `on` is the local day it was held, None for today; without `participants` it was the owner and whoever records it.
    """

    row = GoalRow(
        "interview",
        rights.hr_other_than_owner_or_approver,
        stages=("draft", "returned", "submitted", "approved", "active"),
    )

    on: date | None = None
    participants: tuple[str, ...] = ()
    agreed: str = Field(min_length=1)


class SubmitGoal(GoalAction):
    """Hands a goal in for approval; its sheet must be whole."""

    row = GoalRow(
        "submit",
        rights.owner_or_hr,
        stages=("draft", "returned"),
        leads_to="submitted",
        already=("submitted",),
    )


class ReturnGoal(GoalAction):
    """Sends a submitted goal back to its owner, with what has to change."""

    row = GoalRow(
        "return",
        rights.approver,
        stages=("submitted",),
        leads_to="returned",
        already=("returned",),
        judges=True,
    )

    comment: str = Field(min_length=1)


class ApproveGoal(GoalAction):
    """Approves a submitted goal; where execution has begun it is active at once."""

    row = GoalRow(
        "approve",
        rights.approver,
        stages=("submitted",),
        leads_to="approved",
        already=("approved", "active"),
        judges=True,
    )

    comment: str = ""


class RecallGoal(GoalAction):
    """Takes a goal back that was handed in, before it is judged, to change it. `tell` as in StepGoalBack."""

    row = GoalRow("recall", rights.owner_or_hr, stages=("submitted",), leads_to="draft", already=("draft",))

    reason: str = ""
    tell: bool = True


class StepGoalBack(GoalAction):
    """Takes back an approval or a return that was a mistake. `tell` says whether owner and approver are told of it; on
    record it is either way. What has taken effect goes back by joint confirmation only (RULES L3)."""

    row = GoalRow(
        "step_back", rights.hr_other_than_owner, stages=("returned", "approved"), leads_to="submitted"
    )

    reason: str = Field(min_length=1)
    tell: bool = True


class UrgeGoal(GoalAction):
    """Asks those a goal waits for to do it: the owner, who judges it, or HR; once in a working day."""

    row = GoalRow(
        "urge",
        rights.owner_approver_or_hr,
        stages=("draft", "returned", "submitted", "adjusting", "in_review"),
    )

    note: str = ""


class RequestAdjustment(GoalAction):
    """Asks for changes of a running goal. `adjustment` is the request's id: the same one asked again does nothing."""

    row = GoalRow("adjust", rights.owner_approver_or_hr, stages=("active",), leads_to="adjusting")

    adjustment: str
    changes: Changes
    reason: str = Field(min_length=1)
    diagnosis: int | None = Field(default=None, description="the number of the diagnosis that it answers")


class ConfirmAdjustment(GoalAction):
    """Confirms the adjustment that is waiting, in one of the two roles; with the second it takes effect.

    `adjustment` guards against confirming another one than was read; None means whichever is waiting.
    """

    row = GoalRow("confirm", rights.approver_and_hr, stages=("adjusting",), leads_to="active", judges=True)

    role: Confirmer
    adjustment: str | None = None


class DeclineAdjustment(GoalAction):
    """Turns down the adjustment that is waiting, in one of the two roles; the goal runs on unchanged.

    `adjustment` guards against declining another one than was read; None means whichever is waiting.
    """

    row = GoalRow("decline", rights.approver_or_hr, stages=("adjusting",), leads_to="active", judges=True)

    role: Confirmer
    reason: str = Field(min_length=1)
    adjustment: str | None = None


class WithdrawAdjustment(GoalAction):
    """Takes one's own request for an adjustment back; the goal runs on unchanged."""

    row = GoalRow("withdraw", rights.requester, stages=("adjusting",), leads_to="active")


class DiagnoseGoal(GoalAction):
    """Says what a problem with a goal comes from: an external obstacle, or an internal gap. `since` is the local day it
    began, None for today. Adjustments, requests to other departments and coaching plans can name it."""

    row = GoalRow(
        "diagnose",
        rights.owner_or_approver,
        stages=("approved", "active", "paused", "adjusting", "in_review"),
    )

    kind: DiagnosisKind
    facts: str = Field(min_length=1)
    since: date | None = None


class CloseDiagnosis(GoalAction):
    """Says that nothing follows from a diagnosis any more, or what came of it."""

    row = GoalRow(
        "close_diagnosis",
        rights.approver,
        stages=("approved", "active", "paused", "adjusting", "in_review"),
        judges=True,
    )

    diagnosis: int = Field(ge=1)
    reason: str = Field(min_length=1)


class PauseGoal(GoalAction):
    """Rests a goal, for a long leave say: nothing is due, scored or asked for until it is resumed."""

    row = GoalRow(
        "pause",
        rights.hr_other_than_owner,
        stages=("approved", "active"),
        leads_to="paused",
        already=("paused",),
    )

    reason: str = Field(min_length=1)


class ResumeGoal(GoalAction):
    """Takes up a paused goal again; what fell due meanwhile is due at once."""

    row = GoalRow(
        "resume",
        rights.hr_other_than_owner,
        stages=("paused",),
        leads_to="approved",
        already=("approved", "active"),
    )


class CheckIn(GoalAction):
    """Reports progress: a value in the KPI's unit, words, or both.

    `on` is the local day the value is of, None for today; `base` is the whole that a ratio's value is a part of.
    """

    row = GoalRow("check_in", rights.owner_or_hr, stages=("approved", "active", "adjusting", "in_review"))

    on: date | None = None
    value: Decimal | None = None
    base: Decimal | None = None
    note: str = ""
    files: tuple[Attachment, ...] = ()


class ConfirmCheckIns(GoalAction):
    """Confirms what the owner reported: by number, all up to a day, or all there are. Unconfirmed it does not count,
    unless the policy trusts reports."""

    row = GoalRow(
        "confirm_check_ins",
        rights.approver,
        stages=("approved", "active", "adjusting", "in_review"),
        judges=True,
    )
    overtaken_by = frozenset({"CheckedIn"})

    check_ins: tuple[int, ...] = Field(
        default=(), description="numbers, from 1 in the goal's life; empty: all"
    )
    upto: date | None = Field(default=None, description="those of days up to this one")


class WithdrawCheckIn(GoalAction):
    """Takes a report back: who gave it, until it is confirmed; afterwards whoever judges the goal, with a reason."""

    row = GoalRow(
        "withdraw_check_in",
        rights.check_in_withdrawer,
        stages=("approved", "active", "adjusting", "in_review"),
    )

    check_in: int = Field(ge=1, description="its number, from 1 in the goal's life")
    reason: str = ""


class ScoreWithout(GoalAction):
    """Lets a period be scored without waiting any longer for what feeds have not brought."""

    row = GoalRow(
        "score_without",
        rights.hr_other_than_owner,
        stages=("active", "adjusting", "in_review", "cancelled", "superseded"),
    )

    period: str
    reason: str = Field(min_length=1)


class AcceptCriterion(GoalAction):
    """Accepts a key task's criterion or an outcome of a capability goal, counted from 1, on evidence."""

    row = GoalRow("accept", rights.approver, stages=("active", "adjusting", "in_review"), judges=True)

    criterion: int = Field(ge=1)
    evidence: str = Field(min_length=1)
    files: tuple[Attachment, ...] = ()


class EvaluateWork(GoalAction):
    """Evaluates one piece of work of the day `on` (None: today) by the form of the goal's KPI: a mark for each
    criterion that applies, null for one that does not."""

    row = GoalRow(
        "evaluate", rights.approver, stages=("approved", "active", "adjusting", "in_review"), judges=True
    )

    on: date | None = None
    marks: dict[str, Decimal | None]
    errors: int = Field(default=0, ge=0, le=1000)
    fatal: bool = False
    note: str = ""


class WithdrawEvaluation(GoalAction):
    """Takes an evaluation back that was recorded wrongly, by its number."""

    row = GoalRow(
        "withdraw_evaluation",
        rights.approver,
        stages=("approved", "active", "adjusting", "in_review", "scored"),
        judges=True,
    )

    evaluation: int
    reason: str = Field(min_length=1)


class AssessGoal(GoalAction):
    """Gives a goal that is not measured its rating, on the policy's scale, in a period (`Y` is the year); each
    manager's last word counts."""

    row = GoalRow(
        "assess",
        rights.approver_or_former_manager,
        stages=("active", "adjusting", "in_review", "scored"),
        judges=True,
    )

    period: str = "Y"
    points: Decimal
    comment: str = ""


class ChangeManager(GoalAction):
    """Gives the goal to another manager from a day on; None puts it before the committee."""

    row = GoalRow("change_manager", rights.hr_other_than_owner, stages=OPEN)

    manager: str | None
    effective: date
    reason: str = ""


class FollowHolder(GoalAction):
    """Brings the goal in line with its holder's days as the roster has them: the last one, and long leave (RULES L7).

    Nobody states those days: they are found in the log when the command is given.
    """

    row = GoalRow("follow_holder", rights.hr_other_than_owner, stages=BEFORE_SCORED)
    looked_up = frozenset({"last", "cause", "absences"})

    last: date | None = None
    cause: EndCause = "left"
    absences: tuple[Days, ...] = ()
    reason: str = ""


class CancelGoal(GoalAction):
    """Ends a goal before it is scored, with a reason; its weight is free again."""

    row = GoalRow(
        "cancel",
        rights.hr_or_approver_before_it_runs,
        stages=BEFORE_SCORED,
        leads_to="cancelled",
        already=("cancelled",),
    )

    reason: str = Field(min_length=1)


class SupersedeGoal(GoalAction):
    """Ends a goal in favour of another one of the same sheet, which takes over its weight."""

    row = GoalRow(
        "supersede",
        rights.hr_or_approver_before_it_runs,
        stages=BEFORE_SCORED,
        leads_to="superseded",
        already=("superseded",),
    )

    replacement: str
    reason: str = Field(min_length=1)


class CloseGoal(GoalAction):
    """Closes a scored goal before its date does."""

    row = GoalRow("close", rights.hr, stages=("scored",), leads_to="closed", already=("closed",))


class KeepDeadline(GoalCommand):
    """A durable timer fired. `due` is the time it was set for; `period` is the key of the period to score."""

    phase: Phase
    due: AwareDatetime
    period: str | None = None


class ScoreAgain(GoalCommand):
    """Readings of a scored period came or were corrected, or what a computed KPI counts has another score: it is scored
    again, should that change anything (RULES D5, M6).

    `upto` is the sealed position of what came."""

    looked_up = frozenset({"upto"})

    period: str
    upto: int
    cause: ScoreCause = "readings"


class RecordRefusedSignal(GoalCommand):
    """Records that a signal was refused: `name` is the command it asked for, the rest the refusal."""

    name: str
    code: str
    field: str | None = None
    facts: dict[str, FactValue] = Field(default_factory=dict)


AnyGoalAction = (
    DraftGoal
    | ReviseGoal
    | CheckSmart
    | DecomposeGoal
    | AlignGoal
    | RecordInterview
    | SubmitGoal
    | ReturnGoal
    | ApproveGoal
    | RecallGoal
    | StepGoalBack
    | UrgeGoal
    | RequestAdjustment
    | ConfirmAdjustment
    | DeclineAdjustment
    | WithdrawAdjustment
    | DiagnoseGoal
    | CloseDiagnosis
    | PauseGoal
    | ResumeGoal
    | CheckIn
    | ConfirmCheckIns
    | WithdrawCheckIn
    | ScoreWithout
    | AcceptCriterion
    | EvaluateWork
    | WithdrawEvaluation
    | AssessGoal
    | ChangeManager
    | FollowHolder
    | CancelGoal
    | SupersedeGoal
    | CloseGoal
)
AnyGoalCommand = AnyGoalAction | KeepDeadline | ScoreAgain | RecordRefusedSignal

COMMANDS: Mapping[str, type[GoalAction]] = {kind.row.name: kind for kind in get_args(AnyGoalAction)}
"""The commands people give, by the names used in updates, signals, the API and the command line."""
