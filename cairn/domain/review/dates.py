"""The clocks of a stage review, in working days (RULES K2), and who is waited for."""

from collections.abc import Iterable
from datetime import date, datetime

from cairn.domain.calendar import add_working_days, opening
from cairn.domain.case.context import CaseContext
from cairn.domain.policy import FamilyReviews, Policy, WorkingCalendar
from cairn.domain.review.events import Side
from cairn.domain.review.state import SIDES, Review
from cairn.domain.rights import HR
from cairn.domain.schedule import local_day


def rules_of(policy: Policy, family: str) -> FamilyReviews:
    """What a policy says of a family's reviews; the defaults where it does not know the family any more."""
    found = policy.families.get(family)
    return found.reviews if found else FamilyReviews()


def working_days_after(moment: datetime, n: int, calendar: WorkingCalendar) -> datetime:
    """The opening hour of the n-th working day after a moment's day."""
    return opening(add_working_days(local_day(moment, calendar), n, calendar), calendar)


def sides_awaited(review: Review) -> tuple[Side, ...]:
    """What is asked for: where each side reads the other's at once, the comment follows the report."""
    match review.stage:
        case "open":
            return SIDES if review.share == "together" else ("report",)
        case "reported":
            return ("comment",)
        case "commented" | "returned":
            return ("report",)
        case _:
            return ()


def turn_of(side: Side, review: Review, context: CaseContext) -> str:
    """Whose turn a side is: the employee's or their manager's of the day, HR's where there is none any more."""
    if side == "report":
        return review.holder if context.is_here(review.holder) else HR
    return context.manager_of(review.holder) or HR


def awaited(review: Review, context: CaseContext) -> tuple[str, ...]:
    """Nobody writes a report while they are on long leave, and nobody else is asked to (RULES K5)."""
    sides = (side for side in sides_awaited(review) if side == "comment" or not _is_away(review, context))
    return tuple(dict.fromkeys(turn_of(side, review, context) for side in sides))


def _is_away(review: Review, context: CaseContext) -> bool:
    history = context.histories.get(review.holder)
    return history is not None and history.is_here(context.today) and history.is_away(context.today)


def turns_at(review: Review, context: CaseContext, phase: str, due: datetime) -> tuple[str, ...]:
    """Whom a deadline is about: those of the side it is named after."""
    return (turn_of(side_of(phase), review, context),)


def side_of(phase: str) -> Side:
    return "report" if phase.startswith("report") else "comment"


def due(side: Side, review: Review, context: CaseContext) -> datetime | None:
    """When a side is due. A report whose day falls into a long leave has its days anew from the return on (RULES K5):
    None while nobody knows when that is. The manager's comment passes to whoever acts for them."""
    at = review.report_by if side == "report" else review.comment_by
    if side == "comment" or at is None:
        return at
    day = local_day(at, context.calendar)
    back = context.after_leave(day, review.holder)
    if back is None or back == day:
        return None if back is None else at
    return _opens(back, rules_of(context.policy, review.family).report, context)


def deadlines(review: Review, context: CaseContext) -> Iterable[tuple[str, datetime]]:
    """Of each side that is asked for: a reminder, the day it is due, and when it is told further up."""
    for side in sides_awaited(review):
        at = due(side, review, context)
        asked = review.report_asked if side == "report" else review.comment_asked
        if at is not None and asked is not None:
            yield from _deadlines(side, at, asked, review, context)


def _deadlines(
    side: Side, at: datetime, asked: datetime, review: Review, context: CaseContext
) -> Iterable[tuple[str, datetime]]:
    rules, day = rules_of(context.policy, review.family), local_day(at, context.calendar)
    reminded = _opens(day, -rules.remind, context)
    if rules.remind and asked < reminded:  # a reminder never comes before the asking (RULES K5)
        yield f"{side}_remind", reminded
    yield f"{side}_overdue", max(at, asked)
    yield f"{side}_escalated", max(_opens(day, rules.escalate, context), asked)


def _opens(day: date, n: int, context: CaseContext) -> datetime:
    return opening(add_working_days(day, n, context.calendar), context.calendar)
