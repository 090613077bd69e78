"""The clocks of a result, in working days (RULES K2), and who is waited for."""

from collections.abc import Iterable
from datetime import date, datetime

from cairn.domain.calendar import add_working_days, opening
from cairn.domain.case.context import CaseContext
from cairn.domain.policy import WorkingCalendar
from cairn.domain.result.state import Result
from cairn.domain.rights import HR
from cairn.domain.schedule import local_day

COMMITTEE = "role:committee"


def working_days_after(moment: datetime, n: int, calendar: WorkingCalendar) -> datetime:
    """The opening hour of the n-th working day after a moment's day."""
    return opening(add_working_days(local_day(moment, calendar), n, calendar), calendar)


def awaited(result: Result, context: CaseContext) -> tuple[str, ...]:
    """The person for their signature, the manager for the interview, the committee for a decision. Nobody signs while
    they are on long leave, and nobody for somebody else (RULES K5)."""
    waited: list[str] = []
    if result.stage == "appealed":
        waited.append(COMMITTEE)
    if result.stage == "shown" and result.acknowledge_by and not is_away(result, context):
        waited.append(result.holder if context.is_here(result.holder) else HR)
    if is_interview_due(result):
        waited.append(interviewer(result, context))
    return tuple(dict.fromkeys(waited))


def interviewer(result: Result, context: CaseContext) -> str:
    """Whose turn the interview is: the manager's of the day, without one HR's."""
    return context.manager_of(result.holder) or HR


def is_interview_due(result: Result) -> bool:
    """Whether an interview is asked for and not on record."""
    return result.interview_by is not None and not result.talked and result.stage != "closed"


def is_away(result: Result, context: CaseContext) -> bool:
    history = context.histories.get(result.holder)
    return history is not None and history.is_here(context.today) and history.is_away(context.today)


def turns_at(result: Result, context: CaseContext, phase: str, due: datetime) -> tuple[str, ...]:
    """Whom a deadline is about."""
    if phase.startswith("interview"):
        return (interviewer(result, context),)
    if phase.startswith("decision"):
        return (COMMITTEE,)
    return (result.holder if context.is_here(result.holder) else HR,)


def after_leave(at: datetime | None, days: int, result: Result, context: CaseContext) -> datetime | None:
    """What is the person's own to do, and falls into a long leave of theirs, has its days anew from their return on
    (RULES K5); None while nobody knows when that is."""
    if at is None:
        return None
    day = local_day(at, context.calendar)
    back = context.after_leave(day, result.holder)
    if back is None or back == day:
        return None if back is None else at
    return _opens(back, days, context)


def sign_by(result: Result, context: CaseContext) -> datetime | None:
    """Until when the signature is asked for."""
    return after_leave(result.acknowledge_by, context.policy.evaluation.acknowledgement, result, context)


def appeal_by(result: Result, context: CaseContext) -> datetime | None:
    """Until when an appeal is possible."""
    return after_leave(result.appeal_by, context.policy.evaluation.appeal, result, context)


def deadlines(result: Result, context: CaseContext) -> Iterable[tuple[str, datetime]]:
    """Of what is asked for: a reminder, and when its window is over."""
    if result.stage == "shown" and result.acknowledge_by is not None:
        yield from _window("acknowledge", sign_by(result, context), result.asked_at, context)
    elif result.stage in ("told", "signed", "unsigned"):
        ends = appeal_by(result, context)
        if ends is not None:
            yield "appeal_over", ends
    appeal = result.open_appeal
    if result.stage == "appealed" and appeal is not None:
        yield from _window("decision", appeal.decide_by, appeal.at, context)
    if is_interview_due(result):
        yield from _window("interview", result.interview_by, result.shown_at, context)


def _window(
    name: str, ends: datetime | None, asked: datetime | None, context: CaseContext
) -> Iterable[tuple[str, datetime]]:
    if ends is None or asked is None:
        return
    rules = context.policy.evaluation
    reminded = _opens(local_day(ends, context.calendar), -rules.remind, context)
    if rules.remind and asked < reminded:  # a reminder never comes before the asking (RULES K5)
        yield f"{name}_remind", reminded
    yield f"{name}_over", ends


def _opens(day: date, n: int, context: CaseContext) -> datetime:
    return opening(add_working_days(day, n, context.calendar), context.calendar)
