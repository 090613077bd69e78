"""What can happen to a cycle. Class names and fields are the storage format."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, Field

from cairn.domain.cycle.stages import CycleStage
from cairn.domain.event import Event, Fact
from cairn.domain.policy import Majority, Name
from cairn.domain.private_text import PrivateFacts, PrivateText
from cairn.domain.refusal import FactValue
from cairn.domain.schedule import Schedule
from cairn.domain.voting import Ballot, Vote

LeftOutCode = Literal["left", "joins_later", "no_family", "excluded", "no_head", "unreadable"]
ReviewLeftOutCode = Literal["left", "away", "no_manager"]
LaunchFailureCode = Literal["exists"]


class CycleEvent(Event):
    """Any event of a cycle, by its id."""

    cycle: str

    @property
    def stream(self) -> str:
        return f"cycle-{self.cycle}"


class LeftOut(Fact):
    """Somebody who takes no part, and why; or a department (`department.<id>`), for nobody heads it (`no_head`).

    `facts`: `on` is the day of leaving (`left`) or of joining (`joins_later`), `family` the job family that the
    policy has not (`no_family`), `name` the department's. `reason` is the policy's own (`excluded`), as its author
    wrote it in both languages. Of whoever is `unreadable` something is recorded that cannot be read.
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


class ReviewLeftOut(Fact):
    """Somebody with a sheet in a period who has no review of it: they have left, are on long leave, or nobody is their
    manager."""

    person: str
    code: ReviewLeftOutCode


class ReviewsOpened(CycleEvent):
    """The reviews of a period that has ended are open, due to be at `due`; who has none is in `left_out`."""

    period: str
    reviews: int
    left_out: tuple[ReviewLeftOut, ...] = ()
    due: AwareDatetime


class AppraisalsOpened(CycleEvent):
    """The appraisals of the year are open, due to be at `due`; whoever has a sheet and none is in `left_out`."""

    appraisals: int
    left_out: tuple[ReviewLeftOut, ...] = ()
    due: AwareDatetime


class ResultsIssued(CycleEvent):
    """The results of all sheets are out."""

    sheets: int


class CalibrationBegun(CycleEvent):
    """A calibration of a unit's grades began: the results are not shown before it has ended."""

    calibration: str


class CalibrationEnded(CycleEvent):
    """A calibration has ended, finished or called off."""

    calibration: str


class ResultsShown(CycleEvent):
    """The results were shown to the people: so many of them, but for those that are `waiting` for a calibration of a
    newer version. What is computed from now on is shown as it comes."""

    results: int
    waiting: tuple[str, ...] = ()


class CycleClosed(CycleEvent):
    """The cycle is over, with this many goals, none of them open. `without` are results that were neither signed nor
    decided on by then: HR went on without, with a reason."""

    goals: int
    without: tuple[str, ...] = Field(default=(), exclude_if=lambda without: not without)
    reason: PrivateText = Field(default="", exclude_if=lambda reason: not reason)


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


class TargetsWithdrawn(Event):
    """Proposed targets count no more, and the goals begin with the policy's own. `rows` are as they were proposed."""

    cycle: str
    rows: tuple[TargetRow, ...]

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


class PolicyChange(Fact):
    """One field of the policy that a change in mid-cycle is about, as a path such as `deadlines.drafts_due`.

    `before` and `after` are its values; of lists of days those that go and those that come.
    """

    field: str
    before: FactValue
    after: FactValue


class DeadlineMove(Fact):
    """A deadline that a change moves, and for whom: of so many goals of so many owners, or of the cycle itself (no
    goals).

    `name` is a deadline of goals (`cairn.domain.goal.stages`) or of the cycle (`cairn.domain.cycle.status`);
    `period` the key of the period it is about, where it is about one. None as `before` or `after`: it comes new, or
    no more.
    """

    name: str
    period: str | None = None
    before: AwareDatetime | None
    after: AwareDatetime | None
    goals: int = 0
    people: int = 0


class PolicyAmendmentProposed(CycleEvent):
    """HR proposed another version of the policy for the running cycle (RULES L11).

    `before` and `after` are versions, `name@version`; `moves` are the deadlines it would have moved on that day.
    `replaces` is the open proposal whose place it takes.
    """

    amendment: str
    before: str
    after: str
    changes: tuple[PolicyChange, ...]
    moves: tuple[DeadlineMove, ...]
    reason: str
    replaces: str | None = None


class PolicyAmendmentVoted(CycleEvent):
    """A member of the committee voted on a proposed change of the policy; the committee has not decided yet."""

    amendment: str
    vote: Vote
    comment: PrivateText = ""


class PolicyAmendmentDecided(CycleEvent):
    """The committee decided about a proposed change of the policy. These are its minutes: how many members it had
    besides whoever proposed it, how many had to vote, which majority the policy asks for, and who voted what."""

    amendment: str
    outcome: Vote
    ballots: tuple[Ballot, ...]
    members: int
    quorum: int
    majority: Majority


class PolicyAmended(CycleEvent):
    """Another version of the policy is in force in the cycle, with these dates, from this moment on.

    `heard_on` and `heard` say when and how the employees were heard and what they said, `told_on` and `told` when
    and how they were told what was decided; whoever is `by` states both.
    """

    amendment: str
    before: str
    after: str
    schedule: Schedule
    heard_on: date
    heard: PrivateText
    told_on: date
    told: PrivateText


class CycleSignalRefused(CycleEvent):
    """A signal that could not be done: nobody waits for its answer, so the refusal is recorded.

    `name` is the command that was asked for; code, field and facts are the refusal's (`cairn.domain.refusal`); the
    facts quote what was typed.
    """

    name: str
    code: str
    field: str | None = None
    facts: PrivateFacts = Field(default_factory=dict)


AnyCycleEvent = (
    CycleLaunched
    | LaunchFinished
    | SheetsAdded
    | StageReached
    | PeriodScored
    | ReviewsOpened
    | AppraisalsOpened
    | ResultsIssued
    | CalibrationBegun
    | CalibrationEnded
    | ResultsShown
    | CycleClosed
    | CycleAbandoned
    | PolicyAmendmentProposed
    | PolicyAmendmentVoted
    | PolicyAmendmentDecided
    | PolicyAmended
    | CycleSignalRefused
)
