"""The decider of coaching plans."""

from typing import Literal, assert_never

from cairn.domain.attachment import check_attachments
from cairn.domain.calendar import add_working_days, end_of_day
from cairn.domain.case.commands import KeepCaseDeadline
from cairn.domain.case.context import CaseContext
from cairn.domain.case.events import CaseReminded
from cairn.domain.coaching import concluding, dates, planning
from cairn.domain.coaching.commands import (
    AddCheckpoint,
    AddSupport,
    AgreeToCoaching,
    AnyCoachingAction,
    CancelCoaching,
    CommentOnCoaching,
    ConcludeCoaching,
    ConfirmReading,
    ExtendCoaching,
    GoOnWithCoaching,
    JudgeCheckpoint,
    MoveCheckpoint,
    NameMentor,
    ObjectToCoaching,
    OpenCoaching,
    RecordSession,
    RecordSupport,
    ReportCheckpoint,
    StateToCoaching,
)
from cairn.domain.coaching.events import (
    CheckpointJudged,
    CheckpointMissed,
    CheckpointReported,
    CoachingAgreed,
    CoachingCancelled,
    CoachingCommented,
    CoachingLapsed,
    CoachingObjected,
    CoachingRead,
    CoachingStated,
    CoachingWentOn,
    MentorLeft,
    StatementLapsed,
    SupportOverdue,
    SupportRecorded,
)
from cairn.domain.coaching.state import Checkpoint, Coaching
from cairn.domain.event import Event
from cairn.domain.refusal import Refusal
from cairn.domain.rights import HR


def decide(command: AnyCoachingAction, plan: Coaching, context: CaseContext) -> list[Event]:
    said = {"case": plan.id, "by": command.by, "at": command.at}
    match command:
        case OpenCoaching():
            return planning.open_plan(command, plan, context)
        case MoveCheckpoint() | AddCheckpoint() | AddSupport() | NameMentor() | ExtendCoaching():
            return planning.change(command, plan, context)
        case AgreeToCoaching():
            _require_days_ahead(plan, context)
            return [CoachingAgreed(words=command.words, **said)]
        case ObjectToCoaching():
            within = context.policy.coaching.answer
            decide_by = add_working_days(context.today, within, context.calendar)
            return [CoachingObjected(words=command.words, decide_by=decide_by, **said)]
        case ConfirmReading():
            return _confirm(command, plan)
        case CommentOnCoaching():
            return [CoachingCommented(words=command.words, **said)]
        case GoOnWithCoaching():
            return [_went_on(command, plan, context)]
        case ReportCheckpoint():
            return _report(command, plan, context)
        case JudgeCheckpoint():
            return _judge(command, plan, context)
        case RecordSupport():
            return _record(command, plan, context)
        case RecordSession():
            return planning.record_session(command, plan, context)
        case ConcludeCoaching():
            return concluding.conclude(command, plan, context)
        case StateToCoaching():
            return [CoachingStated(words=command.words, late=_is_late(plan), **said)]
        case CancelCoaching():
            return [CoachingCancelled(reason=command.reason, **said)]
        case _:
            assert_never(command)


def _confirm(command: ConfirmReading, plan: Coaching) -> list[Event]:
    """Read is not agreed: the person is still asked for an answer."""
    role: Literal["holder", "mentor"] = "holder" if command.by == plan.holder else "mentor"
    if plan.holder_read if role == "holder" else plan.mentor_read:
        return []
    return [CoachingRead(case=plan.id, role=role, by=command.by, at=command.at)]


def _is_late(plan: Coaching) -> bool:
    """Whether the day on which a statement was asked for is over without one."""
    return plan.stage == "concluded" and plan.statement_by is not None and not plan.stated


def _went_on(command: GoOnWithCoaching, plan: Coaching, context: CaseContext) -> CoachingWentOn:
    """Without an answer only once the person had their days; and with days that are still to come."""
    for step in dates.steps(plan, context):
        if step.name == "answer" and not step.is_over(context):
            raise Refusal("coaching.unanswered", holder=plan.holder, day=step.until)
    _require_days_ahead(plan, context)
    return CoachingWentOn(
        case=plan.id, reason=command.reason, objected=plan.objected, by=command.by, at=command.at
    )


def _require_days_ahead(plan: Coaching, context: CaseContext) -> None:
    """A plan that begins to run has nothing in it that is missed at once: the line moves such days first."""
    passed = [each.number for each in plan.checkpoints if each.until < context.today]
    if passed:
        raise Refusal("coaching.passed", numbers=passed, manager=context.manager_of(plan.holder))


def _report(command: ReportCheckpoint, plan: Coaching, context: CaseContext) -> list[Event]:
    found = planning.checkpoint(command.checkpoint, plan)
    if found.outcome == "met":
        raise Refusal("coaching.met-already", field="checkpoint", number=found.number)
    check_attachments(command.files, context.policy.attachments)
    return [
        CheckpointReported(
            case=plan.id,
            checkpoint=found.number,
            evidence=command.evidence,
            note=command.note,
            late=_day_is_over(found, plan, context),
            files=command.files,
            by=command.by,
            at=command.at,
        )
    ]


def _judge(command: JudgeCheckpoint, plan: Coaching, context: CaseContext) -> list[Event]:
    found = planning.checkpoint(command.checkpoint, plan)
    if found.outcome == command.outcome:
        return []
    if found.outcome is not None and not command.comment.strip():
        raise Refusal("coaching.judged-otherwise", field="comment", number=found.number, by=found.judged_by)
    if command.outcome == "not_met":
        if not command.comment.strip():
            raise Refusal("coaching.not-met-why", field="comment", number=found.number)
        if found.reported_at is None and not _day_is_over(found, plan, context):
            raise Refusal("coaching.too-early", field="checkpoint", number=found.number, day=found.until)
    return [
        CheckpointJudged(
            case=plan.id,
            checkpoint=found.number,
            outcome=command.outcome,
            comment=command.comment,
            by=command.by,
            at=command.at,
        )
    ]


def _day_is_over(checkpoint: Checkpoint, plan: Coaching, context: CaseContext) -> bool:
    day = context.after_leave(checkpoint.until, plan.holder)
    return day is not None and context.at >= end_of_day(day, context.calendar)


def _record(command: RecordSupport, plan: Coaching, context: CaseContext) -> list[Event]:
    found = planning.support(command.support, plan, "support")
    if found.replaced:
        raise Refusal("coaching.replaced", field="support", number=found.number)
    if found.outcome == command.outcome:
        return []
    took_place = command.outcome != "not_held"
    on = (command.on or context.today) if took_place else None
    if on is not None:
        planning.check_took_place(on, plan, context)
    if (command.outcome != "held" or found.outcome is not None) and not command.note.strip():
        raise Refusal("coaching.record-why", field="note", number=found.number)
    check_attachments(command.files, context.policy.attachments)
    return [
        SupportRecorded(
            case=plan.id,
            support=found.number,
            outcome=command.outcome,
            on=on,
            note=command.note,
            late=on is not None and on > found.until,
            files=command.files,
            by=command.by,
            at=command.at,
        )
    ]


def on_deadline(command: KeepCaseDeadline, plan: Coaching, context: CaseContext) -> list[Event]:
    """What a date brings by itself: training that is overdue, a mentor or a person who left, no statement."""
    said = {"case": plan.id, "phase": command.phase, "due": command.due, "by": command.by, "at": command.at}
    above = dates.manager(plan, context)
    match command.phase:
        case "checkpoint_over":
            return _checkpoints_over(command, plan, context, above)
        case "support_over":
            return [
                SupportOverdue(
                    support=step.number, to=(*context.acting(_both(step.then, above)), *_hr(above)), **said
                )
                for step in dates.due_steps(plan, context, command.phase, command.due)
            ]
        case "mentor_left" if plan.mentor is not None:
            return [MentorLeft(mentor=plan.mentor, to=(*context.acting((above,)), *_hr(above)), **said)]
        case "left" if (last := dates.last_day(plan.holder, context)) is not None:
            return [CoachingLapsed(last=last, **said)]
        case "statement_over":
            return [StatementLapsed(**said)]
        case _:
            raise TypeError(f"{command.phase} is no phase that a coaching plan acts on")


def _checkpoints_over(
    command: KeepCaseDeadline, plan: Coaching, context: CaseContext, above: str
) -> list[Event]:
    """A checkpoint without evidence is missed, and named; one with evidence waits for a judgement."""
    said = {"case": plan.id, "phase": command.phase, "due": command.due, "by": command.by, "at": command.at}
    due = dates.due_steps(plan, context, command.phase, command.due)
    to = context.acting(_both(plan.holder, above))
    missed = [CheckpointMissed(checkpoint=each.number, to=to, **said) for each in due if not each.reported]
    if any(each.reported for each in due):
        return [*missed, CaseReminded(to=context.acting((above,)), **said)]
    return [*missed]


def _both(one: str, other: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((one, other)))


def _hr(above: str) -> tuple[str, ...]:
    return () if above == HR else (HR,)
