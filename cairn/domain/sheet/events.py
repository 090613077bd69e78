"""What can happen to a goal sheet. Class names and fields are the storage format."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pydantic import Field

from cairn.domain.event import Event, Fact
from cairn.domain.exact import Exact
from cairn.domain.policy import Dimension, Majority, PeriodKind, ResultPart
from cairn.domain.private_text import PrivateText
from cairn.domain.schedule import Days
from cairn.domain.voting import Ballot, Vote

Holder = Literal["person", "department", "company"]
RemovalCause = Literal["asked", "never_approved"]
Waiver = Literal["hr", "committee"]
SheetEndCause = Literal["left", "family"]


def is_nothing(value: object) -> bool:
    """Whether a field says nothing: then it is not stored, and reads as its default."""
    return not value


def is_none(value: object) -> bool:
    """The same of a number, of which 0 says something."""
    return value is None


class SheetEvent(Event):
    """Any event of a goal sheet; `sheet` is its stream, such as `sheet-2026-E007-1`."""

    sheet: str

    @property
    def stream(self) -> str:
        return self.sheet


class Placement(Fact):
    """A goal's place in the sheet."""

    goal: str
    dimension: Dimension
    weight: Decimal


class SheetOpened(SheetEvent):
    """`space` is the flexible space in points of 100; `holder` a person's id, a department's id or `company`."""

    cycle: str
    kind: Holder
    holder: str
    department: str | None
    family: str | None
    since: date
    space: Decimal
    placements: tuple[Placement, ...]
    policy: str


class GoalPlaced(SheetEvent):
    """A goal was added to the sheet."""

    placement: Placement


class GoalWeighted(SheetEvent):
    """A goal's weight changed; both are in points of 100. Where a `restatement` mended a slip, it is as if the weight
    had been `after` ever since it was `before`."""

    goal: str
    before: Decimal
    after: Decimal
    restatement: str | None = Field(default=None, exclude_if=is_nothing)


class GoalRemoved(SheetEvent):
    """A goal left the sheet, its weight is free again. `cause` says whether somebody asked for it, or it was never
    approved when the review opened (RULES L5)."""

    goal: str
    cause: RemovalCause = Field(default="asked", exclude_if=lambda cause: cause == "asked")


class SheetExtended(SheetEvent):
    """HR gave a sheet that is not whole until the end of the day `until` (RULES L5)."""

    until: date
    reason: PrivateText


class DimensionWaived(SheetEvent):
    """HR, or a member of the committee, agreed that the sheet does without a dimension. It does from the event on that
    is `decided`: HR and enough of the committee have agreed (RULES L5)."""

    dimension: Dimension
    role: Waiver
    reason: PrivateText
    decided: bool


class SheetLastDaySet(SheetEvent):
    """The sheet counts up to and with `last`: its holder leaves, or changes to another job family, whose sheet follows
    (RULES L7). None: to the cycle's end after all."""

    last: date | None
    cause: SheetEndCause


class SheetAbsencesSet(SheetEvent):
    """Those days on which the holder is away for long, all of them, in order: periods count by the rest (RULES L7)."""

    absences: tuple[Days, ...]


class FlexibleSpaceUsed(SheetEvent):
    """An adjustment of a goal drew on the flexible space; `used` and `left` are in points of 100."""

    goal: str
    adjustment: str
    used: Decimal
    left: Decimal


SheetCause = Literal[
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
"""Why a version was computed, as `ScoreCause` of goals."""
ResultCause = Literal[SheetCause, "calibrated", "uncalibrated", "appealed"]
"""Why there is a version of a result: it was computed, or people moved its grade, or moved it back."""


class IncidentRecorded(SheetEvent):
    """Something that the policy calls `kind` happened on the day `on`, so many `times`, and counts in the score of
    `period` (`Y`: in the result). Incidents of a sheet are numbered from 1."""

    incident: int
    kind: str
    on: date
    period: str
    times: int = 1
    reason: PrivateText


class IncidentWithdrawn(SheetEvent):
    """An incident was recorded wrongly: it is as if it had not been."""

    incident: int
    reason: PrivateText


class IncidentPart(Fact):
    """What a kind of incidents comes to in one score: how often, and the points of all of them, before any cap."""

    kind: str
    times: int
    points: Exact


class Added(Fact):
    """What incidents did to a score: from `before`, so much `gained` and `lost` within the caps (RULES E2)."""

    before: Exact
    incidents: tuple[IncidentPart, ...]
    gained: Exact
    lost: Exact


class GradeBounds(Fact):
    """The best and the worst grade that gates leave, None: no bound; and which gates were met. It binds calibration
    too (RULES E2)."""

    best: str | None = None
    worst: str | None = None
    met: tuple[str, ...] = ()
    by_points: str


class PerspectivePart(Fact):
    """A perspective's part of a score: its weight and its sub-score, None where it is missing or does not apply."""

    perspective: str
    weight: Decimal
    points: Exact | None
    applies: bool = True


class ScorePart(Fact):
    """One goal's part of a sheet's score: its weight, and the share of the period's days on which it was in force with
    it (RULES W1); `version` is the goal's version when it was read. Where a `gate` set its points, `reached` are those
    it had."""

    goal: str
    version: int
    weight: Decimal
    share: Exact = Fraction(1)
    points: Exact | None
    gate: str | None = Field(default=None, exclude_if=is_nothing)
    reached: Exact | None = Field(default=None, exclude_if=is_nothing)


class SheetScored(SheetEvent):
    """One version of the sheet's score in a period, from its goals' exact points; `rounded` to the policy's places.

    Versions are numbered from 1; the last one counts, none is overwritten (RULES Y3). `restatement` is the one that
    brought this version. Of a scorecard it has the sub-scores of its `perspectives`; `added` is what incidents of the
    period did, `gate` the one that set the points then. Where the policy grades this kind of period it has a grade,
    within the `bounds` of its gates.
    """

    number: int = 1
    cause: SheetCause = "due"
    period: str
    points: Exact | None
    rounded: Decimal | None
    parts: tuple[ScorePart, ...]
    perspectives: tuple[PerspectivePart, ...] = Field(default=(), exclude_if=is_nothing)
    added: Added | None = Field(default=None, exclude_if=is_nothing)
    gate: str | None = Field(default=None, exclude_if=is_nothing)
    grade: str | None = Field(default=None, exclude_if=is_nothing)
    coefficient: Decimal | None = Field(default=None, exclude_if=is_none)
    bounds: GradeBounds | None = Field(default=None, exclude_if=is_nothing)
    policy: str
    restatement: str | None = Field(default=None, exclude_if=is_nothing)


class SubordinatePart(Fact):
    """A subordinate's result as it counted: their sheet at a version, in points; `days` are those on which they
    reported to the holder within the cycle (RULES Y2), None: all of them count alike."""

    sheet: str
    version: int
    result: Exact
    days: int | None = None


class PeriodPart(Fact):
    """A period as it counted in the year's result: its months in force, its points or None where they are missing."""

    period: str
    kind: PeriodKind
    months: Exact
    points: Exact | None


Withheld = Literal["minimum", "leaver"]
"""Why a sheet has no result: it covers less than the policy's minimum; its holder left, and the policy gives no result
for a part of the year (RULES L7)."""


class EarlierPart(Fact):
    """An earlier sheet of the same person in the cycle as it counted: at a version, its months in force, its own points
    (RULES L7), and the kinds of its incidents, which gates of the year look at too."""

    sheet: str
    version: int
    months: Exact
    result: Exact
    incidents: tuple[str, ...] = Field(default=(), exclude_if=is_nothing)


class RatingPart(Fact):
    """A part of the result beside the goals, such as behaviours: its share and its points, None where they are
    missing, or where the part does not apply: nobody rates this person, or nobody did (RULES U1, U2). They are the
    `number`-th score of an `appraisal`."""

    part: ResultPart
    share: Decimal
    points: Exact | None
    applies: bool = Field(default=True, exclude_if=bool)
    appraisal: str = Field(default="", exclude_if=is_nothing)
    number: int = Field(default=0, exclude_if=is_nothing)


class MultiplierPart(Fact):
    """What the policy's multiplier `key` comes to: the result of the `unit`'s sheet at a version, None where it is not
    there yet, and the factor of points or of pay that follows from it."""

    key: str
    of: Literal["points", "pay"]
    unit: str
    sheet: str
    version: int
    result: Exact | None
    factor: Exact


class GradeMove(Fact):
    """A grade that people moved from the one that follows from the points, `computed` (RULES E2): in a calibration or
    by a decision on an appeal, whose stream is `case`."""

    case: str
    computed: str
    reason: PrivateText = ""
    by: str


class ResultIssued(SheetEvent):
    """One version of the year's result: periods mixed by the family's weights, exact and rounded once, with its grade.

    Versions are numbered from 1; the last one counts, none is overwritten (RULES Y3). `leads` says whether anybody
    reports to the holder: without anybody the subordinates' part does not apply. `waiting` are the sheets of
    subordinates whose results were still open (RULES U2). Where the person had `earlier` sheets, `own` are this sheet's
    points and `points` those of the year, all of them weighted by their months. `withheld` says why there are none.
    `restatement` is the one that brought this version. Where people `moved` the grade, points stay as they were
    computed. `told` is False where the person is not told of a version before it is shown to them.

    `ratings` are the parts beside the goals, `added` is what the year's incidents did to all of them together,
    `multipliers` what followed from results of others, `bounds` what gates made of the grade (RULES E2).
    """

    number: int = 1
    cause: ResultCause = "due"
    points: Exact | None
    rounded: Decimal | None
    grade: str | None
    coefficient: Decimal | None
    mix: dict[str, Decimal]
    periods: tuple[PeriodPart, ...]
    subordinates: tuple[SubordinatePart, ...] = ()
    leads: bool = True
    waiting: tuple[str, ...] = ()
    own: Exact | None = None
    earlier: tuple[EarlierPart, ...] = ()
    withheld: Withheld | None = None
    ratings: tuple[RatingPart, ...] = Field(default=(), exclude_if=is_nothing)
    added: Added | None = Field(default=None, exclude_if=is_nothing)
    multipliers: tuple[MultiplierPart, ...] = Field(default=(), exclude_if=is_nothing)
    bounds: GradeBounds | None = Field(default=None, exclude_if=is_nothing)
    policy: str
    lapsed: tuple[str, ...] = Field(
        default=(),
        exclude_if=lambda lapsed: not lapsed,
        description="goals that were never approved: what ran counts, re-weighted (RULES L5)",
    )
    lacking: tuple[Dimension, ...] = Field(
        default=(),
        exclude_if=lambda lacking: not lacking,
        description="dimensions the sheet was without, though nobody decided so (RULES L5)",
    )
    restatement: str | None = Field(default=None, exclude_if=is_nothing)
    moved: GradeMove | None = Field(default=None, exclude_if=is_nothing)
    told: bool = Field(default=True, exclude_if=bool)

    @property
    def computed_grade(self) -> str | None:
        """The grade that follows from the points."""
        return self.moved.computed if self.moved else self.grade

    @property
    def of_sheet(self) -> Fraction | None:
        """This sheet's own points, whatever the year's are."""
        return self.own if self.earlier else self.points


class VersionCalibrated(SheetEvent):
    """A calibration saw the version `number` of the result and left its grade as it is (RULES Y3); 0: it ended while
    there was none, so that the first one is calibrated when it comes."""

    number: int
    calibration: str


class VersionShown(SheetEvent):
    """The version `number` of the result was shown to the person."""

    number: int


class VersionSigned(SheetEvent):
    """The person signed the version `number` of the result, agreeing with it or not: it is settled (RULES Y3)."""

    number: int


class VersionHandedOver(SheetEvent):
    """The version `number` of the result was handed over to payroll: it is settled (RULES Y3)."""

    number: int
    handover: str


class Restated(Fact):
    """What a restatement changes: exact points before and after (None: none), and of a result the grades."""

    before: Exact | None
    after: Exact | None
    grade_before: str | None = None
    grade_after: str | None = None

    @property
    def lowers(self) -> bool:
        if self.before is None:
            return False
        if self.after is None or self.after < self.before:
            return True
        return self.after == self.before and self.grade_after != self.grade_before


class Correction(Fact):
    """What was written down wrongly, as it is right (RULES T6, Y3). Of a goal: targets of periods that have ended (in
    the KPI's unit, by period), check-ins (the value by the check-in's number), assessments (the points by period and
    manager). Of a sheet that has ended: the weights (by goal, in points of 100)."""

    targets: dict[str, Decimal] = Field(default_factory=dict, exclude_if=is_nothing)
    check_ins: dict[int, Decimal] = Field(default_factory=dict, exclude_if=is_nothing)
    assessments: dict[str, dict[str, Decimal]] = Field(default_factory=dict, exclude_if=is_nothing)
    weights: dict[str, Decimal] = Field(default_factory=dict, exclude_if=is_nothing)

    @property
    def empty(self) -> bool:
        return self == Correction()


class RestatedScore(Fact):
    """What a correction changes in a period: the goal's score and the sheet's, None where one stays or is not there."""

    period: str
    of_goal: Restated | None = None
    of_period: Restated | None = None


class RestatementProposed(SheetEvent):
    """A settled score or result would come out otherwise now: nothing changes until it is decided (RULES Y3).

    `goal` is the goal whose score of `period` would change to the points `of_goal` says; or `subordinate` is the sheet
    whose result changed. `of_period` is the sheet's score of that period, `of_result` the year's result,
    each None where it is not there or stays as it is. A proposal that `replaces` another one takes its place.

    Where HR mends a clerical error, `correction` says what is right, `reason` how it came about, and `scores` every
    period that changes; `period` is the first of them.
    """

    restatement: str
    cause: SheetCause
    goal: str | None = None
    subordinate: str | None = None
    period: str
    of_goal: Restated | None = None
    of_period: Restated | None = None
    of_result: Restated | None = None
    replaces: str | None = None
    correction: Correction | None = Field(default=None, exclude_if=is_nothing)
    reason: PrivateText = Field(default="", exclude_if=is_nothing)
    scores: tuple[RestatedScore, ...] = Field(default=(), exclude_if=is_nothing)

    @property
    def lowers(self) -> bool:
        """Whether a score or the result would become less, or be no more; or the grade would be another one though the
        points do not rise, as a gate makes it."""
        every = (self.of_period, self.of_result, *(each.of_period for each in self.scores))
        return any(each.lowers for each in every if each is not None)


class RestatementHeard(SheetEvent):
    """The person whose sheet it is was heard on a restatement: what they `said` to it."""

    restatement: str
    said: PrivateText


class RestatementVoted(SheetEvent):
    """A member of the committee voted on a restatement; the committee has not decided yet."""

    restatement: str
    vote: Vote
    comment: PrivateText = ""


class Minutes(Fact):
    """How a committee decided (RULES L12): who voted what and when, how many `members` could, how many had to
    (`quorum`), and which of the policy's majorities decided."""

    ballots: tuple[Ballot, ...]
    members: int
    quorum: int
    majority: Majority


class RestatementDecided(SheetEvent):
    """Whether a restatement takes effect; `heard` is what the person said to it, `minutes` are the committee's where it
    decided. What changes nothing that is settled takes effect as it is proposed, and nobody is heard before."""

    restatement: str
    accepted: bool
    heard: PrivateText
    reason: PrivateText
    minutes: Minutes | None = Field(default=None, exclude_if=is_nothing)


class RestatementTold(SheetEvent):
    """The person whose sheet it is was told what was decided about a restatement."""

    restatement: str


AnySheetEvent = (
    SheetOpened
    | GoalPlaced
    | GoalWeighted
    | GoalRemoved
    | SheetExtended
    | DimensionWaived
    | SheetLastDaySet
    | SheetAbsencesSet
    | FlexibleSpaceUsed
    | IncidentRecorded
    | IncidentWithdrawn
    | SheetScored
    | ResultIssued
    | VersionCalibrated
    | VersionShown
    | VersionSigned
    | VersionHandedOver
    | RestatementProposed
    | RestatementHeard
    | RestatementVoted
    | RestatementDecided
    | RestatementTold
)
