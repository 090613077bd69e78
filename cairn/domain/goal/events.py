"""What can happen to a goal. Class names and fields are the storage format: change them only with an upcaster."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, Field

from cairn.domain.attachment import Attachment
from cairn.domain.event import Event, Fact, is_nothing
from cairn.domain.exact import Exact
from cairn.domain.goal.origin import Origin
from cairn.domain.goal.stages import ExistingStage, Phase
from cairn.domain.measure import Measure
from cairn.domain.policy import CheckInsCount, Dimension, Majority, Tier
from cairn.domain.private_text import PrivateFacts, PrivateText
from cairn.domain.quantity import Normalised
from cairn.domain.reading import Source
from cairn.domain.refusal import FactValue
from cairn.domain.schedule import Days
from cairn.domain.voting import Ballot, Vote

Confirmer = Literal["manager", "hr"]
"""In which role an adjustment is confirmed or declined: for whoever judges the goal, or for HR."""
CancelCause = Literal["asked", "never_approved", "abandoned"]
EndCause = Literal["left", "family"]
"""Why a goal has a last day before the cycle's: its holder leaves, or changes to another job family (RULES L7)."""
NoteCode = Literal[
    "counted",
    "assessed",
    "share_accepted",
    "not_in_period",
    "no_readings",
    "no_base",
    "not_brought",
    "waived",
    "not_confirmed",
    "not_assessed",
    "not_due",
    "approved_later",
    "measures",
    "not_judged",
    "computed",
    "no_children",
    "no_subordinates",
    "too_few",
    "evaluated",
    "rated",
    "not_rated",
]
"""How a score was computed, why there is none, and what is to be known of it."""
DiagnosisKind = Literal["external_obstacle", "internal_gap"]
"""What a problem comes from: something outside that others can remove, or skills and execution."""


class GoalEvent(Event):
    """Any event of a goal; `goal` is its stream, such as `goal-2026-E007-1`."""

    goal: str

    @property
    def stream(self) -> str:
        return self.goal


class PlaceEvent(GoalEvent):
    """What the holder of a place does; `acting_for` is that holder's id where `by` did it for them (RULES K5)."""

    acting_for: str | None = None


class Smart(Fact):
    """The SMART check of a strategic goal: a sentence of ground for each letter."""

    specific: str = Field(min_length=1)
    measurable: str = Field(min_length=1)
    achievable: str = Field(min_length=1)
    relevant: str = Field(min_length=1)
    time_bound: str = Field(min_length=1)


class Part(Fact):
    """One part of a decomposed goal with the id of the department that answers for it; `target` in the goal's unit."""

    title: str
    department: str
    target: Decimal | None = None


class NewGoal(Fact):
    """A goal that an adjustment adds to a running sheet; it counts from the second confirmation on (RULES L3, W1).

    A KPI's target is for the goal's own time, from that day to the cycle's end (RULES T2). A strategic goal brings its
    SMART check and its parts.
    """

    key: Normalised
    title: str = Field(min_length=1)
    dimension: Dimension
    measure: Measure
    weight: Decimal = Field(gt=0, le=100)
    parent: str | None = None
    smart: Smart | None = None
    parts: tuple[Part, ...] = ()


class Changes(Fact):
    """What an adjustment changes; None leaves a thing as it is.

    `targets` are targets of single periods (in the KPI's unit); `weight` is the goal's new weight, `counterweights`
    the new weights of other goals of the sheet, so that the sum stays 100; `measure` replaces the measure. Where a
    change is filed, `measure` is the whole measure as it is from then on. `added` are new goals by their ids; the goal
    itself ends where `cancel` says so, or in favour of `replaced_by`, which is one of them.
    """

    title: str | None = None
    target: Decimal | None = None
    targets: dict[str, Exact] = Field(default_factory=dict)
    measure: Measure | None = None
    weight: Decimal | None = None
    counterweights: dict[str, Decimal] = Field(default_factory=dict)
    added: dict[str, NewGoal] = Field(default_factory=dict, exclude_if=is_nothing)
    replaced_by: str | None = Field(default=None, exclude_if=is_nothing)
    cancel: bool = Field(default=False, exclude_if=is_nothing)

    @property
    def empty(self) -> bool:
        return self == Changes()

    @property
    def ends(self) -> bool:
        """Whether the goal itself ends."""
        return self.cancel or self.replaced_by is not None


class GoalDrafted(GoalEvent):
    """A goal came into being, from the launch or by its owner's hand.

    `owner` and `manager` are ids of people, `department` of a department, `parent` of the goal it serves (with
    `parent_weight`, see GoalAligned); `since` is the first day that counts, `policy` a reference `name@version`. The
    weight is the sheet's. `origin` is what it was written from, `carried_from` the goal of an earlier cycle that it
    goes on from.
    """

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
    parent_weight: Decimal | None = Field(default=None, exclude_if=is_nothing)
    policy: str
    origin: Origin | None = Field(default=None, exclude_if=is_nothing)
    carried_from: str | None = Field(default=None, exclude_if=is_nothing)


class GoalRevised(GoalEvent):
    """The goal has another title or measure, both as they are now; `origin` and `carried_from` as in GoalDrafted. Where
    a `restatement` mended a slip in a target, the measure is the one that was meant all along."""

    title: str
    measure: Measure
    origin: Origin | None = Field(default=None, exclude_if=is_nothing)
    carried_from: str | None = Field(default=None, exclude_if=is_nothing)
    restatement: str | None = Field(default=None, exclude_if=is_nothing)


class SmartChecked(GoalEvent):
    """The grounds on which a strategic goal is SMART were stated."""

    check: Smart


class GoalDecomposed(GoalEvent):
    """The goal was divided; `parts` are all of them, in place of earlier ones."""

    parts: tuple[Part, ...]


class GoalAligned(GoalEvent):
    """The goal now serves the goal `parent`, of a tier above or, where that is computed from its children, of the
    same one; `parent_weight` is what it counts there beside the others (None: as much as each)."""

    parent: str
    parent_weight: Decimal | None = Field(default=None, exclude_if=is_nothing)


class GoalInterviewHeld(GoalEvent):
    """The goal interview: on which local day, who took part (ids of people), and what was agreed on the goal."""

    touching = False

    on: date
    participants: tuple[str, ...]
    agreed: PrivateText


class GoalSubmitted(PlaceEvent):
    """The goal was handed in for approval."""


class GoalReturned(PlaceEvent):
    """The approver sent the goal back; `comment` says what has to change."""

    comment: PrivateText


class GoalApproved(PlaceEvent):
    """The approver agreed to the goal."""

    comment: PrivateText = ""


class GoalSteppedBack(GoalEvent):
    """The goal went one step back to `stage`, by HR or recalled by its owner; `told` says whether those concerned are
    told of it."""

    stage: ExistingStage
    reason: PrivateText = ""
    told: bool = True


class GoalUrged(GoalEvent):
    """Those who are waited for were asked to hurry: `to` are ids of people, or `role:hr`, `role:committee`."""

    touching = False

    to: tuple[str, ...]
    note: PrivateText = ""


class GoalActivated(GoalEvent):
    """The goal takes effect: execution has begun."""


class GoalPaused(GoalEvent):
    """The goal rests: HR asked for it, with a reason, until it is resumed; or its holder's long leave that begins on
    `away_since` has come, until that is over."""

    reason: PrivateText = ""
    away_since: date | None = None


class GoalResumed(GoalEvent):
    """The goal goes on as an approved one; where execution has begun, `GoalActivated` follows."""


class LastDaySet(GoalEvent):
    """The goal counts up to and with `last` and is scored for that part (RULES L7). None: to the cycle's last day."""

    last: date | None
    cause: EndCause
    reason: PrivateText = ""


class AbsencesSet(GoalEvent):
    """Those days of the goal's span on which its holder is away for long, all of them, in order: nothing is due on them
    and targets are prorated (RULES L7)."""

    absences: tuple[Days, ...]


class AdjustmentRequested(GoalEvent):
    """An adjustment was asked for and waits for two confirmations until `expires_at`.

    `draws` is what it would use of the flexible space, in points of 100, under the policy `policy`.
    """

    adjustment: str
    changes: Changes
    reason: PrivateText
    draws: Decimal
    expires_at: AwareDatetime
    policy: str
    diagnosis: int | None = Field(
        default=None, description="the number of the diagnosis that it answers", exclude_if=is_nothing
    )


class AdjustmentConfirmed(PlaceEvent):
    """One of the two confirmations of an adjustment, by `by` in `role`. The other decides about the same thing."""

    touching = False

    adjustment: str
    role: Confirmer


class CommitteeVoted(GoalEvent):
    """A member of the committee voted for or against a goal, or an adjustment of it; the committee has not decided yet.

    `adjustment` is None where the goal itself is voted on. The others vote on the same thing.
    """

    touching = False

    adjustment: str | None
    vote: Vote
    comment: PrivateText = ""


class CommitteeDecided(GoalEvent):
    """The minutes of a committee's decision (RULES L12): who voted what and when, how many `members` could, how many
    had to (`quorum`), and which of the policy's majorities decided. What follows from it is the next event."""

    adjustment: str | None
    outcome: Vote
    ballots: tuple[Ballot, ...]
    members: int
    quorum: int
    majority: Majority


class AdjustmentDeclined(PlaceEvent):
    """The adjustment was turned down in `role`; the goal runs on unchanged."""

    adjustment: str
    role: Confirmer
    reason: PrivateText


class AdjustmentWithdrawn(GoalEvent):
    """Who asked for the adjustment took it back; the goal runs on unchanged."""

    adjustment: str


class AdjustmentExpired(GoalEvent):
    """The adjustment was not confirmed in time; the goal runs on unchanged."""

    adjustment: str


class GoalAdjusted(GoalEvent):
    """The filing (备案) of an adjustment that took effect: before, after and why.

    `draws` and `space_left` are in points of 100 of the sheet. `since` is the first day on which the change counts.
    """

    since: date | None = None
    adjustment: str
    before: Changes
    after: Changes
    reason: PrivateText
    draws: Decimal
    space_left: Decimal
    diagnosis: int | None = Field(
        default=None, description="the number of the diagnosis that it answers", exclude_if=is_nothing
    )


class GoalDiagnosed(GoalEvent):
    """A problem was diagnosed: number `diagnosis` in the goal's life, from 1; there since the local day `since`.

    `facts` are what happened, as it was written.
    """

    diagnosis: int
    kind: DiagnosisKind
    facts: PrivateText
    since: date


class DiagnosisClosed(GoalEvent):
    """Nothing follows from a diagnosis any more: why, or what came of it, in `reason`."""

    diagnosis: int
    reason: PrivateText


class CheckedIn(GoalEvent):
    """The owner's progress on a local day: a value in the KPI's unit where no feed brings one, and words.

    It overtakes only whoever confirms reports (`ConfirmCheckIns`).
    """

    touching = False

    on: date
    value: Decimal | None = None
    base: Decimal | None = None
    note: PrivateText = ""
    files: tuple[Attachment, ...] = ()


class CheckInsConfirmed(GoalEvent):
    """The manager confirmed reports of the owner; `check_ins` are their numbers, counted from 1 in the goal's life."""

    touching = False

    check_ins: tuple[int, ...]


class CheckInWithdrawn(GoalEvent):
    """A report was taken back: it counts no more, and what was reported for its day before it stands again."""

    touching = False

    check_in: int
    reason: PrivateText = ""


class CriterionAccepted(PlaceEvent):
    """A key task's criterion, or a capability goal's outcome (counted from 1), was accepted on evidence."""

    criterion: int
    evidence: PrivateText
    files: tuple[Attachment, ...] = ()


class WorkEvaluated(PlaceEvent):
    """One piece of work of the day `on`, such as a call, was evaluated by the goal's form (RULES E2): a mark for each
    criterion (None: it does not apply), errors, and whether one was fatal. A goal's evaluations are numbered from 1."""

    evaluation: int
    on: date
    marks: dict[str, Decimal | None]
    errors: int = 0
    fatal: bool = False
    note: PrivateText = ""


class EvaluationWithdrawn(PlaceEvent):
    """An evaluation was recorded wrongly: it counts no more."""

    evaluation: int
    reason: PrivateText


class GoalAssessed(PlaceEvent):
    """A manager's assessment of a goal in a period, in points; each manager assesses their own segment."""

    period: str
    points: Decimal
    comment: PrivateText = ""


class ManagerChanged(GoalEvent):
    """The goal passed to another manager from the day `effective` on; None is the committee.

    Open tasks go along, the former manager's acts remain theirs.
    """

    former: str | None
    manager: str | None
    effective: date
    reason: PrivateText = ""


class ReminderSent(GoalEvent):
    """The deadline `phase` at `due` is near; `to` are those waited for: ids, or `role:hr`, `role:committee`."""

    touching = False

    phase: Phase
    due: AwareDatetime
    to: tuple[str, ...]


class DeadlineMissed(GoalEvent):
    """The deadline `phase` at `due` passed; `awaited` were waited for, `to` are those it was escalated to."""

    touching = False

    phase: Phase
    due: AwareDatetime
    awaited: tuple[str, ...]
    to: tuple[str, ...]


class Inputs(Fact):
    """What a score was computed from: sealed positions of readings, `upto` the last one, and the goal's version.

    `complete_through` and `covered` are what feeds had stated of the metric then, at the sealed positions `coverage`;
    `unread` are feeds whose events from that position on were recorded, and not read.
    `check_ins` says which of the owner's reports counted. `sources` are the goals or results that a computed KPI
    counts.
    """

    readings: tuple[int, ...] = ()
    upto: int = 0
    version: int
    complete_through: date | None = None
    covered: bool = False
    coverage: tuple[int, ...] = ()
    unread: dict[str, int] = Field(default_factory=dict)
    check_ins: CheckInsCount = "trusted"
    sources: tuple[Source, ...] = Field(default=(), exclude_if=is_nothing)


class Note(Fact):
    """A note on a score as a code and its facts; the sentence `note:<code>` is made when somebody reads."""

    code: NoteCode
    facts: dict[str, FactValue] = Field(default_factory=dict)


ScoreCause = Literal[
    "due",
    "part",
    "goal",
    "readings",
    "subordinates",
    "children",
    "waived",
    "corrected",
    "restated",
    "incident",
    "unit",
    "raters",
]
"""Why a version of a score or a result was computed: its date had come; the goal had
ended before and is scored for its part of the period; something was said of the goal later (an
assessment, an approval, an acceptance); readings came or were corrected; a result it counts changed; HR went on
without what is missing; a clerical error was mended before the score was settled; a restatement was decided; an
incident was recorded or taken back; the result of a department or the company that multiplies it came or changed;
raters had judged it, or more of them (RULES W2, D5, U2, Y3, E1, E2)."""


class MeasurePart(Fact):
    """What one of several measures of a goal came to on its `days` in a period, from `first` to `last`."""

    first: date
    last: date
    days: int
    actual: Exact | None
    target: Exact | None
    attainment: Exact | None
    points: Exact | None
    formula: Note
    why: Note | None = None


class GoalScored(GoalEvent):
    """One version of the score of a goal in a period, with everything needed to compute it again.

    Versions are numbered from 1; the last one counts, none is overwritten (RULES Y3).

    Numbers are exact; `rounded` are the points to the policy's places. `points` is None when nothing could be measured
    (`why` says so): the sheet re-weights it or counts zero, as the policy declares. `applies` is False where the period
    is none of this goal's (a joiner's first quarter): then the sheet leaves it out whatever the policy declares.
    `parts` are those of several measures, where one took another's place within the period: they count by days.
    `restatement` is the one that brought this version.
    """

    number: int = 1
    cause: ScoreCause = "due"
    period: str
    starts: date
    ends: date
    actual: Exact | None
    target: Exact | None
    attainment: Exact | None
    points: Exact | None
    rounded: Decimal | None
    formula: Note
    applies: bool = True
    why: Note | None = None
    marks: tuple[Note, ...] = ()
    parts: tuple[MeasurePart, ...] = ()
    inputs: Inputs
    policy: str
    restatement: str | None = Field(default=None, exclude_if=is_nothing)


class ScoreHeldBack(GoalEvent):
    """Another version of a score would change what is settled: the sheet has a restatement of it proposed (Y3)."""

    period: str
    restatement: str


class EvidenceWaived(GoalEvent):
    """HR decided that a period is scored without waiting any longer for what feeds have not brought (RULES D4)."""

    period: str
    reason: PrivateText


class ReviewOpened(GoalEvent):
    """The year is over and the goal is being reviewed; `rated` says that the raters of an appraisal judge it (E1)."""

    rated: bool = Field(default=False, exclude_if=is_nothing)


class GoalRated(GoalEvent):
    """What the raters' roles together say of a goal's `period`, in points: the `number`-th score of their `appraisal`
    (RULES E1). None where nobody rated it: what others omitted leaves the weights (U2). The last one counts."""

    period: str
    points: Exact | None
    appraisal: str
    number: int


class GoalCancelled(GoalEvent):
    """The goal is void: HR asked for it, with a reason, the review opened before it was ever approved, or its cycle was
    abandoned.

    `last` is the last day on which it counts, None where it was never in force: it is scored for that part (RULES W1).
    """

    cause: CancelCause = "asked"
    reason: PrivateText = ""
    last: date | None = None


class GoalSuperseded(GoalEvent):
    """The goal was ended in favour of the goal `replacement` of the same sheet, which has its weight now.

    `last` is the last day on which it counts, None where it was never in force: it is scored for that part (RULES W1).
    """

    replacement: str
    reason: PrivateText
    last: date | None = None


class GoalClosed(GoalEvent):
    """The scored goal's life is over."""


class SignalRefused(GoalEvent):
    """A signal that could not be done: nobody waits for its answer, so the refusal is recorded.

    `name` is the command that was asked for; code, field and facts are the refusal's (`cairn.domain.refusal`); the
    facts quote what was typed.
    """

    touching = False

    name: str
    code: str
    field: str | None = None
    facts: PrivateFacts = Field(default_factory=dict)


AnyGoalEvent = (
    GoalDrafted
    | GoalRevised
    | SmartChecked
    | GoalDecomposed
    | GoalAligned
    | GoalInterviewHeld
    | GoalSubmitted
    | GoalReturned
    | GoalApproved
    | GoalSteppedBack
    | GoalUrged
    | GoalActivated
    | GoalPaused
    | GoalResumed
    | LastDaySet
    | AbsencesSet
    | AdjustmentRequested
    | AdjustmentConfirmed
    | CommitteeVoted
    | CommitteeDecided
    | AdjustmentDeclined
    | AdjustmentWithdrawn
    | AdjustmentExpired
    | GoalAdjusted
    | GoalDiagnosed
    | DiagnosisClosed
    | CheckedIn
    | CheckInsConfirmed
    | CheckInWithdrawn
    | CriterionAccepted
    | WorkEvaluated
    | EvaluationWithdrawn
    | GoalAssessed
    | ManagerChanged
    | ReminderSent
    | DeadlineMissed
    | GoalScored
    | ScoreHeldBack
    | EvidenceWaived
    | ReviewOpened
    | GoalRated
    | GoalCancelled
    | GoalSuperseded
    | GoalClosed
    | SignalRefused
)
