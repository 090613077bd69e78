"""The decider of feedback, and its clocks."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import assert_never

from cairn.domain.attachment import check_attachments
from cairn.domain.calendar import (
    ONE_DAY,
    add_working_days,
    end_of_day,
    opening,
    same_time_later,
)
from cairn.domain.case.commands import KeepCaseDeadline
from cairn.domain.case.context import CaseContext
from cairn.domain.event import Event
from cairn.domain.feedback.commands import (
    AnswerFeedback,
    AnyFeedbackAction,
    FollowUp,
    GiveFeedback,
    ObserveFeedback,
    WithdrawFeedback,
)
from cairn.domain.feedback.events import (
    FeedbackAnswered,
    FeedbackFollowedUp,
    FeedbackGiven,
    FeedbackKind,
    FeedbackObserved,
    FeedbackOverdue,
    FeedbackWithdrawn,
)
from cairn.domain.feedback.state import Feedback
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day, local_moment


def decide(command: AnyFeedbackAction, feedback: Feedback, context: CaseContext) -> list[Event]:
    match command:
        case ObserveFeedback():
            return [_observed(command, command.kind, command.note, feedback, context)]
        case GiveFeedback():
            return _give(command, feedback, context)
        case AnswerFeedback():
            return [FeedbackAnswered(case=feedback.id, words=command.words, by=command.by, at=command.at)]
        case FollowUp():
            return _follow_up(command, feedback, context)
        case WithdrawFeedback():
            return [FeedbackWithdrawn(case=feedback.id, reason=command.reason, by=command.by, at=command.at)]
        case _:
            assert_never(command)


def _observed(
    command: ObserveFeedback | GiveFeedback,
    kind: FeedbackKind,
    note: str,
    feedback: Feedback,
    context: CaseContext,
) -> FeedbackObserved:
    """The clock begins when it was seen (RULES K1), not when somebody wrote it down."""
    seen_at = command.seen_at or command.at
    if seen_at > command.at:
        raise Refusal("feedback.future", field="seen_at", at=local_moment(seen_at, context.calendar))
    if not context.is_here(feedback.holder):
        raise Refusal("case.holder-unknown", field="case", holder=feedback.holder)
    _check_day(seen_at, feedback, context)
    context.require_goal_of(command.goal, feedback)
    return FeedbackObserved(
        case=feedback.id,
        kind=kind,
        note=note,
        seen_at=seen_at,
        answer_by=same_time_later(seen_at, context.policy.feedback.within, context.calendar),
        goal=command.goal,
        by=command.by,
        at=command.at,
    )


def _check_day(seen_at: datetime, feedback: Feedback, context: CaseContext) -> None:
    """What is seen belongs to a cycle from its first day on, or from its launch where that comes earlier, and to days
    on which the person was here."""
    day, at = local_day(seen_at, context.calendar), local_moment(seen_at, context.calendar)
    begun = [context.schedule.starts] if context.schedule else []
    if context.cycle is not None and context.cycle.launched_at is not None:
        begun.append(local_day(context.cycle.launched_at, context.calendar))
    if begun and day < min(begun):
        raise Refusal("feedback.before-cycle", field="seen_at", at=at, cycle=feedback.cycle, first=min(begun))
    history = context.histories.get(feedback.holder)
    if history is not None and not history.is_here(day):
        raise Refusal("feedback.not-here", field="seen_at", at=at, holder=feedback.holder)


def _give(command: GiveFeedback, feedback: Feedback, context: CaseContext) -> list[Event]:
    kind = command.kind or (feedback.kind if feedback.version else None)
    if kind is None:
        raise Refusal("feedback.kind", field="kind")
    events: list[Event] = []
    if feedback.version == 0:
        said = command.facts or command.behaviour
        observed = _observed(command, kind, said, feedback, context)
        events.append(observed)
        due = observed.answer_by
    else:
        due = answer_by(feedback, context) or command.at
    insisted = _check_words(command, kind, context)
    given = FeedbackGiven(
        case=feedback.id,
        kind=kind,
        behaviour=command.behaviour,
        value=command.value,
        facts=command.facts,
        action=command.action,
        action_due=command.action_due,
        late=command.at > due,
        insisted=insisted,
        by=command.by,
        at=command.at,
    )
    return [*events, given]


def _check_words(command: GiveFeedback, kind: FeedbackKind, context: CaseContext) -> bool:
    """Praise names behaviour and value; a problem the facts, an action and its day. Returns whether a verdict stands
    because somebody insisted on it."""
    needed = ("behaviour", "value") if kind == "positive" else ("facts", "action")
    for field in needed:
        if not getattr(command, field).strip():
            raise Refusal("feedback.words", field=field, kind=f"feedback.{kind}", where=field)
    if kind == "positive":
        return False
    if command.action_due is None:
        raise Refusal("feedback.action-day", field="action_due")
    if command.action_due < context.today:
        raise Refusal("feedback.action-past", field="action_due", day=command.action_due)
    return context.insisted_on(command.facts, command.insist)


def _follow_up(command: FollowUp, feedback: Feedback, context: CaseContext) -> list[Event]:
    if feedback.action_due is None:
        raise Refusal("feedback.no-action", field="case")
    check_attachments(command.files, context.policy.attachments)
    return [
        FeedbackFollowedUp(
            case=feedback.id,
            outcome=command.outcome,
            note=command.note,
            files=command.files,
            by=command.by,
            at=command.at,
        )
    ]


def on_deadline(command: KeepCaseDeadline, feedback: Feedback, context: CaseContext) -> list[Event]:
    """The clock ran out: a breach on record, told to whoever is above and to HR."""
    return [
        FeedbackOverdue(
            case=feedback.id,
            phase=command.phase,
            due=command.due,
            to=context.further_up(awaited(feedback, context)),
            by=command.by,
            at=command.at,
        )
    ]


def deadlines(feedback: Feedback, context: CaseContext) -> Iterable[tuple[str, datetime]]:
    """Before it is told one reminder and the day it is due; after it the agreed action's."""
    rules = context.policy.feedback
    if feedback.stage == "observed":
        due = answer_by(feedback, context)
        if due is None or feedback.opened_at is None:
            return
        reminded = due - timedelta(hours=rules.remind_before)
        if feedback.opened_at < reminded:  # a reminder never comes before the asking (RULES K5)
            yield "remind", reminded
        yield "overdue", max(due, feedback.opened_at)
    if feedback.stage == "given" and feedback.action_due is not None:
        day = _after_leave(feedback.action_due, feedback, context)
        reminded = opening(add_working_days(day, -rules.action_remind, context.calendar), context.calendar)
        if feedback.entered is not None and feedback.entered < reminded and rules.action_remind:
            yield "action_remind", reminded
        ends = end_of_day(day, context.calendar)  # the whole day is there (RULES K3)
        yield "action_due", ends
        yield (
            "action_escalated",
            opening(
                add_working_days(day, context.policy.deadlines.escalate_after + 1, context.calendar),
                context.calendar,
            ),
        )


def answer_by(feedback: Feedback, context: CaseContext) -> datetime | None:
    """When the feedback is due. One to one takes both: while the person is on long leave it waits for their return, and
    has no date (None) while nobody knows when that is (RULES K5)."""
    due = feedback.answer_by
    if due is None or (history := context.histories.get(feedback.holder)) is None:
        return due
    local = due.astimezone(opening(due.date(), context.calendar).tzinfo)
    if not history.is_away(local.date()):
        return due
    back = context.after_leave(local.date(), feedback.holder)
    if back is None:
        return None
    return same_time_later(
        end_of_day(back - ONE_DAY, context.calendar), context.policy.feedback.within, context.calendar
    )


def _after_leave(day: date, feedback: Feedback, context: CaseContext) -> date:
    """A day of the person it is about; while nobody knows when they are back it stays as it was set."""
    return context.after_leave(day, feedback.holder) or day


def awaited(feedback: Feedback, context: CaseContext) -> tuple[str, ...]:
    """Whoever observed it, until it is told and, where an action was agreed, until they have said what became of it:
    the person can not say that of themselves."""
    match feedback.stage:
        case "observed":
            return (feedback.opened_by,)
        case "given" if feedback.action_due is not None:
            return (feedback.opened_by,)
        case _:
            return ()


def turns_at(feedback: Feedback, context: CaseContext, phase: str, due: datetime) -> tuple[str, ...]:
    """Before its day the person is reminded of what they agreed to do, else whoever is waited for."""
    return (feedback.holder,) if phase == "action_remind" else awaited(feedback, context)


def goals_of(feedback: Feedback, command: object) -> Iterable[str]:
    if isinstance(command, ObserveFeedback | GiveFeedback) and command.goal:
        yield command.goal
