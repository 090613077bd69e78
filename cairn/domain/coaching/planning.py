"""What a plan says: opening it, and every change of it. Each has to fit what is there and the days that are left."""

from collections.abc import Iterable, Sequence
from datetime import date

from cairn.domain.attachment import check_attachments
from cairn.domain.calendar import add_working_days
from cairn.domain.case.context import CaseContext
from cairn.domain.coaching.commands import (
    BEFORE_RUNNING,
    AddCheckpoint,
    AddSupport,
    ExtendCoaching,
    MoveCheckpoint,
    NameMentor,
    OpenCoaching,
    RecordSession,
)
from cairn.domain.coaching.events import (
    AgreementAsked,
    CheckpointMoved,
    CheckpointSet,
    CoachingExtended,
    CoachingOpened,
    MentorNamed,
    SupportKind,
    SupportPromised,
    SupportRecorded,
)
from cairn.domain.coaching.state import Checkpoint, Coaching, Support
from cairn.domain.event import Event
from cairn.domain.goal.diagnosing import require_diagnosis
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day, months_later

MOST_MONTHS = 12
"""A plan lasts so long at most, counted from the day it is opened or extended."""
Change = MoveCheckpoint | AddCheckpoint | AddSupport | NameMentor | ExtendCoaching


def open_plan(command: OpenCoaching, plan: Coaching, context: CaseContext) -> list[Event]:
    if not context.is_here(plan.holder):
        raise Refusal("case.holder-unknown", field="case", holder=plan.holder)
    context.require_goal_of(command.goal, plan)
    _check_diagnosis(command, context)
    _check_mentor(command.mentor, plan, context)
    if not (command.mentor or command.trainings):
        raise Refusal("coaching.nobody-helps", field="mentor")
    if command.sessions and not command.mentor:
        raise Refusal("coaching.no-mentor", field="mentor")
    for field in ("facts", "aim"):
        if not getattr(command, field).strip():
            raise Refusal("coaching.words", field=field, where=field)
    _check_end(command.ends, context)
    said = {"case": plan.id, "by": command.by, "at": command.at}
    events: list[Event] = [
        CoachingOpened(
            aim=command.aim,
            ends=command.ends,
            mentor=command.mentor,
            goal=command.goal,
            diagnosis=command.diagnosis,
            gap=command.gap,
            facts=command.facts,
            insisted=context.insisted_on(command.facts, command.insist),
            **said,
        )
    ]
    for number, each in enumerate(command.checkpoints, 1):
        _check_day(each.until, command.ends, context, f"checkpoints.{number - 1}.until")
        facts = each.model_dump()
        events.append(CheckpointSet(checkpoint=number, **facts, **said))
    kinds: Sequence[tuple[SupportKind, str]] = (("training", "trainings"), ("session", "sessions"))
    promised = [
        (kind, field, n, each) for kind, field in kinds for n, each in enumerate(getattr(command, field))
    ]
    for number, (kind, field, n, asked) in enumerate(promised, 1):
        _check_day(asked.until, command.ends, context, f"{field}.{n}.until")
        events.append(SupportPromised(support=number, kind=kind, what=asked.what, until=asked.until, **said))
    return [*events, _asked(command, plan, context)]


def _check_end(ends: date, context: CaseContext) -> None:
    """A plan ends within a year of the day it is said: what takes longer is no plan for one gap."""
    if ends < context.today:
        raise Refusal("coaching.past", field="ends", day=ends)
    last = months_later(context.today, MOST_MONTHS)
    if ends > last:
        raise Refusal("coaching.far", field="ends", day=ends, last=last)


def _check_diagnosis(command: OpenCoaching, context: CaseContext) -> None:
    """A plan answers an internal gap that is open: an obstacle from outside is not the person's to learn away."""
    if command.diagnosis is None:
        return
    goal = context.goals.get(command.goal or "")
    if goal is None:
        raise Refusal("coaching.diagnosis-alone", field="goal", diagnosis=command.diagnosis)
    found = require_diagnosis(command.diagnosis, goal)
    if found is not None and found.kind != "internal_gap":
        said = {"goal": goal.id, "diagnosis": found.number, "kind": found.kind}
        raise Refusal("coaching.no-gap", field="diagnosis", **said)
    if found is not None and found.closed is not None:
        raise Refusal("coaching.gap-closed", field="diagnosis", goal=goal.id, diagnosis=found.number)


def change(command: Change, plan: Coaching, context: CaseContext) -> list[Event]:
    """A plan that changes before it runs is put to the person again."""
    event = _changed(command, plan, context)
    if plan.stage in BEFORE_RUNNING:
        return [event, _asked(command, plan, context)]
    return [event]


def _changed(command: Change, plan: Coaching, context: CaseContext) -> Event:
    ends, said = plan.ends or context.today, {"case": plan.id, "by": command.by, "at": command.at}
    match command:
        case MoveCheckpoint():
            moved = checkpoint(command.checkpoint, plan)
            if moved.outcome == "met":
                raise Refusal("coaching.met-already", field="checkpoint", number=moved.number)
            _check_day(command.until, ends, context, "until")
            return CheckpointMoved(
                checkpoint=moved.number,
                before=moved.until,
                until=command.until,
                reason=command.reason,
                **said,
            )
        case AddCheckpoint():
            _check_day(command.until, ends, context, "until")
            return CheckpointSet(
                checkpoint=len(plan.checkpoints) + 1,
                expected=command.expected,
                until=command.until,
                shown_by=command.shown_by,
                reason=command.reason,
                **said,
            )
        case AddSupport():
            _check_replaced(command, plan)
            _check_day(command.until, ends, context, "until")
            return SupportPromised(
                support=len(plan.support) + 1,
                kind=command.kind,
                what=command.what,
                until=command.until,
                instead_of=command.instead_of,
                reason=command.reason,
                **said,
            )
        case NameMentor():
            _check_mentor(command.mentor, plan, context)
            if command.mentor == plan.mentor:
                raise Refusal("coaching.same-mentor", field="mentor", mentor=command.mentor)
            confirm_by = _answer_by(context) if command.mentor else None
            return MentorNamed(
                mentor=command.mentor,
                before=plan.mentor,
                reason=command.reason,
                confirm_by=confirm_by,
                **said,
            )
        case ExtendCoaching():
            if command.ends <= ends:
                raise Refusal("coaching.not-later", field="ends", day=command.ends, ends=ends)
            _check_end(command.ends, context)
            return CoachingExtended(before=ends, ends=command.ends, reason=command.reason, **said)


def _asked(command: OpenCoaching | Change, plan: Coaching, context: CaseContext) -> AgreementAsked:
    """While the person is on leave the window moves behind it (`cairn.domain.coaching.dates.window`)."""
    return AgreementAsked(case=plan.id, answer_by=_answer_by(context), by=command.by, at=command.at)


def _answer_by(context: CaseContext) -> date:
    return add_working_days(context.today, context.policy.coaching.answer, context.calendar)


def record_session(command: RecordSession, plan: Coaching, context: CaseContext) -> list[Event]:
    """What was given without having been promised counts as given: it is a promise kept on its day."""
    if not plan.mentor:
        raise Refusal("coaching.no-mentor", field="case")
    on, said = command.on or context.today, {"case": plan.id, "by": command.by, "at": command.at}
    check_took_place(on, plan, context)
    check_attachments(command.files, context.policy.attachments)
    number = len(plan.support) + 1
    return [
        SupportPromised(support=number, kind="session", what=command.what, until=on, **said),
        SupportRecorded(
            support=number, outcome="held", on=on, note=command.note, files=command.files, **said
        ),
    ]


def check_took_place(on: date, plan: Coaching, context: CaseContext) -> None:
    """Refuses a day on which nothing of the plan can have taken place."""
    opened = local_day(plan.opened_at or context.at, context.calendar)
    if on > context.today:
        raise Refusal("coaching.not-yet", field="on", day=on)
    if on < opened:
        raise Refusal("coaching.before-plan", field="on", day=on, opened=opened)


def checkpoint(number: int, plan: Coaching) -> Checkpoint:
    """The checkpoint of a number. Refuses a number that the plan has not."""
    found = plan.checkpoint(number)
    if found is None:
        raise Refusal(
            "coaching.no-checkpoint", field="checkpoint", number=number, known=_numbers(plan.checkpoints)
        )
    return found


def support(number: int, plan: Coaching, field: str) -> Support:
    """What is promised under a number. Refuses a number that the plan has not."""
    found = plan.promised(number)
    if found is None:
        raise Refusal("coaching.no-support", field=field, number=number, known=_numbers(plan.support) or None)
    return found


def _numbers(found: Iterable[Checkpoint | Support]) -> list[int]:
    return [each.number for each in found]


def _check_day(day: date, ends: date, context: CaseContext, field: str) -> None:
    """What people are to do lies between today and the plan's last day."""
    if day < context.today:
        raise Refusal("coaching.past", field=field, day=day)
    if day > ends:
        raise Refusal("coaching.after-end", field=field, day=day, ends=ends)


def _check_replaced(command: AddSupport, plan: Coaching) -> None:
    if command.kind == "session" and not plan.mentor:
        raise Refusal("coaching.no-mentor", field="kind")
    if command.instead_of is None:
        return
    replaced = support(command.instead_of, plan, "instead_of")
    if replaced.replaced or replaced.outcome in ("held", "missed"):
        raise Refusal("coaching.not-replaced", field="instead_of", number=replaced.number)


def _check_mentor(who: str | None, plan: Coaching, context: CaseContext) -> None:
    if who is None:
        return
    if who == plan.holder:
        raise Refusal("coaching.own-mentor", field="mentor", mentor=who)
    if not context.is_here(who):
        raise Refusal("coaching.mentor-unknown", field="mentor", mentor=who)
