"""A coaching plan as its events make it, and the fold."""

from datetime import date, datetime
from typing import assert_never

from cairn.domain.case.events import AnyCaseEvent, CaseEscalated, CaseReminded, CaseSignalRefused
from cairn.domain.case.state import Case, evolved
from cairn.domain.coaching.events import (
    AgreementAsked,
    AnyCoachingEvent,
    CheckpointJudged,
    CheckpointMissed,
    CheckpointMoved,
    CheckpointReported,
    CheckpointSet,
    CoachingAgreed,
    CoachingCancelled,
    CoachingCommented,
    CoachingConcluded,
    CoachingExtended,
    CoachingLapsed,
    CoachingObjected,
    CoachingOpened,
    CoachingRead,
    CoachingStated,
    CoachingWentOn,
    Conclusion,
    Judgement,
    MentorLeft,
    MentorNamed,
    StatementLapsed,
    SupportKind,
    SupportOutcome,
    SupportOverdue,
    SupportPromised,
    SupportRecorded,
)
from cairn.domain.event import Fact


class Checkpoint(Fact):
    """One checkpoint: `set_at` is when its day was set last, `missed_at` when that day was over without evidence,
    `outcome` the last judgement of what was reported last."""

    number: int
    until: date
    set_at: datetime
    reported_at: datetime | None = None
    missed_at: datetime | None = None
    outcome: Judgement | None = None
    judged_by: str | None = None


class Support(Fact):
    """One thing the company owes; `replaced`: another one takes its place."""

    number: int
    kind: SupportKind
    what: str
    until: date
    promised_at: datetime
    outcome: SupportOutcome | None = None
    held_on: date | None = None
    recorded_by: str | None = None
    replaced: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it has still to be recorded."""
        return self.outcome is None and not self.replaced


class Coaching(Case):
    """A plan: `mentor` is who helps, `diagnosis` the number of the goal's diagnosis that it answers, `ends` its last
    day, `extended` how often that was moved, `started_at` when it began to run, `objected` whether an objection stands,
    `outcome` what became of it.

    The person is asked to agree until `answer_by`, the mentor to confirm until `mentor_by`; `holder_read` and
    `mentor_read` are about the plan as it is now.
    """

    mentor: str | None = None
    mentor_asked_at: datetime | None = None
    mentor_by: date | None = None
    mentor_read: bool = False
    holder_read: bool = False
    goal: str | None = None
    diagnosis: int | None = None
    ends: date | None = None
    extended: int = 0
    asked_at: datetime | None = None
    answer_by: date | None = None
    decide_by: date | None = None
    started_at: datetime | None = None
    objected: bool = False
    checkpoints: tuple[Checkpoint, ...] = ()
    support: tuple[Support, ...] = ()
    outcome: Conclusion | None = None
    concluded_at: datetime | None = None
    statement_by: date | None = None
    stated: bool = False

    def checkpoint(self, number: int) -> Checkpoint | None:
        return next((each for each in self.checkpoints if each.number == number), None)

    def promised(self, number: int) -> Support | None:
        return next((each for each in self.support if each.number == number), None)

    @property
    def unjudged(self) -> tuple[Checkpoint, ...]:
        return tuple(each for each in self.checkpoints if each.outcome is None)

    @property
    def not_met(self) -> tuple[Checkpoint, ...]:
        return tuple(each for each in self.checkpoints if each.outcome == "not_met")

    @property
    def open_support(self) -> tuple[Support, ...]:
        return tuple(each for each in self.support if each.is_open)


def evolve(plan: Coaching, event: AnyCoachingEvent | AnyCaseEvent) -> Coaching:
    """The plan after one more event."""
    match event:
        case CoachingOpened():
            named = {"mentor": event.mentor, "goal": event.goal, "diagnosis": event.diagnosis}
            return evolved(plan, event, "proposed", ends=event.ends, **named)
        case (
            CheckpointSet()
            | CheckpointReported()
            | CheckpointMissed()
            | CheckpointJudged()
            | CheckpointMoved()
        ):
            return evolved(plan, event, checkpoints=_checkpoints(plan, event))
        case SupportPromised() | SupportRecorded():
            return evolved(plan, event, support=_support(plan, event))
        case CoachingExtended():
            return evolved(plan, event, ends=event.ends, extended=plan.extended + 1)
        case CoachingConcluded():
            stage = "concluded" if event.statement_by is None else "statement"
            return evolved(
                plan,
                event,
                stage,
                outcome=event.outcome,
                concluded_at=event.at,
                statement_by=event.statement_by,
            )
        case CoachingStated():
            return evolved(plan, event, "concluded", stated=True)
        case StatementLapsed():
            return evolved(plan, event, "concluded")
        case CoachingLapsed():
            return evolved(plan, event, "lapsed")
        case CoachingCancelled():
            return evolved(plan, event, "cancelled")
        case CoachingCommented() | SupportOverdue() | MentorLeft():
            return evolved(plan, event)
        case CaseReminded() | CaseEscalated() | CaseSignalRefused():
            return evolved(plan, event)
        case _:
            return _answered(plan, event)


def _answered(
    plan: Coaching,
    event: AgreementAsked | CoachingRead | CoachingAgreed | CoachingObjected | CoachingWentOn | MentorNamed,
) -> Coaching:
    """Who was asked, who has read, and what the person said to it."""
    match event:
        case AgreementAsked():
            return evolved(
                plan,
                event,
                "proposed",
                asked_at=event.at,
                answer_by=event.answer_by,
                holder_read=False,
                mentor_asked_at=event.at,
                mentor_by=event.answer_by,
                mentor_read=False,
            )
        case MentorNamed():
            return evolved(
                plan,
                event,
                mentor=event.mentor,
                mentor_asked_at=event.at,
                mentor_by=event.confirm_by,
                mentor_read=False,
            )
        case CoachingRead(role="mentor"):
            return evolved(plan, event, mentor_read=True)
        case CoachingRead():
            return evolved(plan, event, holder_read=True)
        case CoachingAgreed():
            return evolved(plan, event, "running", started_at=event.at, objected=False, holder_read=True)
        case CoachingObjected():
            decide_by = event.decide_by
            return evolved(plan, event, "objected", objected=True, holder_read=True, decide_by=decide_by)
        case CoachingWentOn():
            return evolved(plan, event, "running", started_at=event.at)
        case _:
            assert_never(event)


def _checkpoints(
    plan: Coaching,
    event: CheckpointSet | CheckpointReported | CheckpointMissed | CheckpointJudged | CheckpointMoved,
) -> tuple[Checkpoint, ...]:
    changes: dict[str, object]
    match event:
        case CheckpointSet():
            new = Checkpoint(number=event.checkpoint, until=event.until, set_at=event.at)
            return (*plan.checkpoints, new)
        case CheckpointReported():
            changes = {"reported_at": event.at, "outcome": None, "judged_by": None}
        case CheckpointMissed():
            changes = {"missed_at": event.due}
        case CheckpointJudged():
            changes = {"outcome": event.outcome, "judged_by": event.by}
        case CheckpointMoved():
            fresh = dict.fromkeys(("reported_at", "missed_at", "outcome", "judged_by"))
            changes = {**fresh, "until": event.until, "set_at": event.at}
        case _:
            assert_never(event)
    return tuple(
        each.model_copy(update=changes) if each.number == event.checkpoint else each
        for each in plan.checkpoints
    )


def _support(plan: Coaching, event: SupportPromised | SupportRecorded) -> tuple[Support, ...]:
    match event:
        case SupportPromised():
            new = Support(
                number=event.support,
                kind=event.kind,
                what=event.what,
                until=event.until,
                promised_at=event.at,
            )
            return (*_with(plan, event.instead_of, replaced=True), new)
        case SupportRecorded():
            recorded = {"outcome": event.outcome, "held_on": event.on, "recorded_by": event.by}
            return _with(plan, event.support, **recorded)
        case _:
            assert_never(event)


def _with(plan: Coaching, number: int | None, **changes: object) -> tuple[Support, ...]:
    return tuple(each.model_copy(update=changes) if each.number == number else each for each in plan.support)
