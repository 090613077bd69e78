"""The decider of promises, and their clocks."""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from cairn.domain.calendar import add_working_days, end_of_day, opening
from cairn.domain.case.commands import KeepCaseDeadline
from cairn.domain.case.context import CaseContext
from cairn.domain.event import Event
from cairn.domain.promise.commands import (
    AnyPromiseAction,
    ContestPromise,
    KeepPromise,
    MakePromise,
    ReleasePromise,
)
from cairn.domain.promise.events import (
    PromiseContested,
    PromiseKept,
    PromiseMade,
    PromiseOverdue,
    PromiseReleased,
)
from cairn.domain.promise.state import Promise
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day
from cairn.domain.streams import department_of


def decide(command: AnyPromiseAction, promise: Promise, context: CaseContext) -> list[Event]:
    said = {"case": promise.id, "by": command.by, "at": command.at}
    match command:
        case MakePromise():
            return [_made(command, promise, context)]
        case KeepPromise():
            return [_kept(command, promise, context)]
        case ContestPromise():
            return [PromiseContested(missing=command.missing, **said)]
        case ReleasePromise():
            return [PromiseReleased(reason=command.reason, **said)]
        case _:
            assert_never(command)


def _made(command: MakePromise, promise: Promise, context: CaseContext) -> PromiseMade:
    by = command.promised_by or command.by
    if not context.is_here(promise.holder):
        raise Refusal("case.holder-unknown", field="case", holder=promise.holder)
    department = department_of(by)
    if not (context.is_here(by) if department is None else department in context.departments):
        raise Refusal("promise.by-unknown", field="promised_by", promised_by=by)
    if by == promise.holder:
        raise Refusal("promise.to-oneself", field="promised_by", promised_by=by)
    if command.due < context.today:
        raise Refusal("case.day-past", field="due", day=command.due)
    context.require_goal_of(command.goal, promise)
    return PromiseMade(
        case=promise.id,
        kind=command.kind,
        what=command.what,
        promised_by=by,
        due=command.due,
        goal=command.goal,
        note=command.note,
        by=command.by,
        at=command.at,
    )


def _kept(command: KeepPromise, promise: Promise, context: CaseContext) -> PromiseKept:
    on = command.on or context.today
    made = local_day(promise.opened_at, context.calendar) if promise.opened_at else on
    if not made <= on <= context.today:
        raise Refusal("case.day-not-between", field="on", day=on, first=made, last=context.today)
    return PromiseKept(
        case=promise.id,
        on=on,
        shown=command.shown,
        days_late=max(0, (on - (promise.due or on)).days),
        by=command.by,
        at=command.at,
    )


def on_deadline(command: KeepCaseDeadline, promise: Promise, context: CaseContext) -> list[Event]:
    """The day is over: a breach on record, told to both and to those above, once."""
    places, holder = context.places_of(promise.promised_by), (promise.holder,)
    to = (*context.acting(places), *context.acting(holder), *context.further_up((*places, *holder)))
    return [
        PromiseOverdue(
            case=promise.id,
            phase=command.phase,
            due=command.due,
            to=tuple(dict.fromkeys(to)),
            by=command.by,
            at=command.at,
        )
    ]


def deadlines(promise: Promise, context: CaseContext) -> Iterable[tuple[str, datetime]]:
    """While it is not kept: a reminder, and the end of the day it is due (RULES K3)."""
    if promise.stage != "made" or promise.due is None or promise.entered is None:
        return
    days, ahead = context.calendar, context.policy.promises.remind_before
    reminded = opening(add_working_days(promise.due, -ahead, days), days)
    if ahead and promise.entered < reminded:  # a reminder never comes before the asking (RULES K5)
        yield "remind", reminded
    yield "overdue", end_of_day(promise.due, days)


def awaited(promise: Promise, context: CaseContext) -> tuple[str, ...]:
    """Whoever promised, until it is kept or released."""
    return context.places_of(promise.promised_by) if promise.stage == "made" else ()


def parties(promise: Promise, context: CaseContext) -> tuple[str, ...]:
    """Whom it is owed to, whoever owes it, and whoever put it on record."""
    return (promise.holder, *context.places_of(promise.promised_by), promise.opened_by)


def goals_of(promise: Promise, command: object) -> Iterable[str]:
    if isinstance(command, MakePromise) and command.goal:
        yield command.goal
