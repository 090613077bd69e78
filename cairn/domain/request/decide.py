"""The decider of requests to other departments, and their clocks."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import assert_never

from cairn.domain.calendar import add_working_days, end_of_day, opening
from cairn.domain.case.commands import KeepCaseDeadline
from cairn.domain.case.context import CaseContext
from cairn.domain.event import Event
from cairn.domain.goal.diagnosing import require_diagnosis
from cairn.domain.goal.state import Goal
from cairn.domain.refusal import Refusal
from cairn.domain.request.commands import (
    AcceptRequest,
    AgreeToOffer,
    AnyRequestAction,
    AskBack,
    ConfirmReceipt,
    DeclineRequest,
    DeliverRequest,
    OpenRequest,
    ReplyToDepartment,
    SayWhatIsMissing,
    WithdrawRequest,
)
from cairn.domain.request.events import (
    RequestAccepted,
    RequestAgreed,
    RequestAskedBack,
    RequestDeclined,
    RequestDelivered,
    RequestIncomplete,
    RequestOffered,
    RequestOpened,
    RequestOverdue,
    RequestReceived,
    RequestReplied,
    RequestWithdrawn,
)
from cairn.domain.request.state import Request
from cairn.domain.schedule import local_day

ANSWERS = ("asked", "asked_back", "offered", "delivered")
"""Stages in which somebody's answer is waited for, within `requests.answer_within`."""


def decide(command: AnyRequestAction, request: Request, context: CaseContext) -> list[Event]:
    said = {"case": request.id, "by": command.by, "at": command.at}
    match command:
        case OpenRequest():
            return [_opened(command, request, context)]
        case AcceptRequest():
            return [_promised(command, request, context)]
        case AgreeToOffer():
            return [RequestAgreed(promised=request.offered or context.today, **said)]
        case AskBack():
            return [RequestAskedBack(question=command.question, answer_by=_answer_by(context), **said)]
        case ReplyToDepartment():
            needed_by = command.needed_by or request.needed_by or context.today
            _require_ahead(command.needed_by, "needed_by", context)
            answer_by = _answer_by(context)
            return [RequestReplied(words=command.words, needed_by=needed_by, answer_by=answer_by, **said)]
        case DeclineRequest():
            return [RequestDeclined(reason=command.reason, **said)]
        case DeliverRequest():
            return [_delivered(command, request, context)]
        case ConfirmReceipt():
            return [RequestReceived(note=command.note, **said)]
        case SayWhatIsMissing():
            return [RequestIncomplete(missing=command.missing, **said)]
        case WithdrawRequest():
            return [RequestWithdrawn(reason=command.reason, **said)]
        case _:
            assert_never(command)


def _opened(command: OpenRequest, request: Request, context: CaseContext) -> RequestOpened:
    goal = context.goals.get(command.goal)
    if goal is None or goal.version == 0:
        raise Refusal("goal.unknown", field="goal", goal=command.goal)
    if goal.over or goal.cycle != request.cycle:
        raise Refusal("request.goal-over", field="goal", goal=command.goal)
    _require_other_department(request, goal, context)
    require_diagnosis(command.diagnosis, goal)
    _require_ahead(command.needed_by, "needed_by", context)
    return RequestOpened(
        case=request.id,
        goal=command.goal,
        need=command.need,
        needed_by=command.needed_by,
        reason=command.reason,
        diagnosis=command.diagnosis,
        answer_by=_answer_by(context),
        by=command.by,
        at=command.at,
    )


def _require_other_department(request: Request, goal: Goal, context: CaseContext) -> None:
    """Help inside a department is its head's to arrange."""
    asked = request.department
    if asked not in context.departments:
        raise Refusal("request.department", field="case", department=asked or request.holder)
    owner = context.person(context.owner_of(goal))
    own = owner.department if goal.tier == "individual" and owner else goal.department
    if own == asked:
        raise Refusal("request.own-department", field="case", department=asked)


def _require_ahead(day: date | None, field: str, context: CaseContext) -> None:
    if day is not None and day < context.today:
        raise Refusal("case.day-past", field=field, day=day)


def _answer_by(context: CaseContext) -> datetime:
    """When an answer is due that is waited for from now on: so many working days later, at the opening (RULES K2)."""
    day = add_working_days(context.today, context.policy.requests.answer_within, context.calendar)
    return opening(day, context.calendar)


def _promised(
    command: AcceptRequest, request: Request, context: CaseContext
) -> RequestAccepted | RequestOffered:
    needed = request.needed_by or context.today
    day = command.promised or max(needed, context.today)
    _require_ahead(day, "promised", context)
    said = {"case": request.id, "promised": day, "note": command.note, "by": command.by, "at": command.at}
    if day > needed:
        return RequestOffered(answer_by=_answer_by(context), **said)
    return RequestAccepted(**said)


def _delivered(command: DeliverRequest, request: Request, context: CaseContext) -> RequestDelivered:
    on = command.on or context.today
    asked = local_day(request.opened_at, context.calendar) if request.opened_at else on
    if not asked <= on <= context.today:
        raise Refusal("case.day-not-between", field="on", day=on, first=asked, last=context.today)
    return RequestDelivered(
        case=request.id,
        what=command.what,
        on=on,
        days_late=max(0, (on - (request.promised or on)).days),
        answer_by=_answer_by(context),
        by=command.by,
        at=command.at,
    )


def on_deadline(command: KeepCaseDeadline, request: Request, context: CaseContext) -> list[Event]:
    """The promised day is over: a breach on record, told to both and to those above, once."""
    asked, opener = context.places_of(request.holder), (request.opened_by,)
    to = (*context.acting(asked), *context.acting(opener), *context.further_up((*asked, *opener)))
    return [
        RequestOverdue(
            case=request.id,
            phase=command.phase,
            due=command.due,
            to=tuple(dict.fromkeys(to)),
            by=command.by,
            at=command.at,
        )
    ]


def deadlines(request: Request, context: CaseContext) -> Iterable[tuple[str, datetime]]:
    """While an answer is waited for its clock (RULES K2, L6); once it is promised the promised day (RULES K3)."""
    rules, days = context.policy.requests, context.calendar
    if request.entered is None:
        return
    if request.stage in ANSWERS and request.answer_by is not None:
        due = local_day(request.answer_by, days)
        reminded = opening(add_working_days(due, -rules.remind_before, days), days)
        if rules.remind_before and request.entered < reminded:  # never before the asking (RULES K5)
            yield "answer_remind", reminded
        late = add_working_days(due, context.policy.deadlines.escalate_after, days)
        yield "answer_escalated", opening(late, days)
    if request.stage == "accepted" and request.promised is not None:
        reminded = opening(add_working_days(request.promised, -rules.promise_remind, days), days)
        if rules.promise_remind and request.entered < reminded:
            yield "promise_remind", reminded
        yield "overdue", end_of_day(request.promised, days)


def awaited(request: Request, context: CaseContext) -> tuple[str, ...]:
    """The department for its answer and its delivery, whoever asked for what is theirs to say."""
    match request.stage:
        case "asked" | "accepted":
            return context.places_of(request.holder)
        case "asked_back" | "offered" | "delivered":
            return (request.opened_by,)
        case _:
            return ()


def parties(request: Request, context: CaseContext) -> tuple[str, ...]:
    """Who answers for the department, whoever asked, and the owner of the goal it is for."""
    goal = context.goals.get(request.goal)
    owner = (context.owner_of(goal),) if goal is not None and goal.version else ()
    return (*context.places_of(request.holder), request.opened_by, *owner)


def goals_of(request: Request, command: object) -> Iterable[str]:
    if isinstance(command, OpenRequest):
        yield command.goal
    elif request.goal:
        yield request.goal
