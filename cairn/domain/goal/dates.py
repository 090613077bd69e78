"""A goal's own dates: from its first day on, up to its last one, without the days its holder is away (RULES L7)."""

from datetime import date, datetime, timedelta

from cairn.domain.calendar import ONE_DAY, add_working_days, opening
from cairn.domain.goal.state import Goal
from cairn.domain.policy import Policy
from cairn.domain.schedule import Days, Period, Schedule, local_day


def first_morning(goal: Goal, schedule: Schedule) -> datetime:
    """When the goal may take effect: as execution starts, or on the morning of its own first day."""
    return max(schedule.execution_starts, opening(goal.since, schedule.calendar))


def own_dates(goal: Goal, schedule: Schedule, policy: Policy) -> Schedule:
    """The cycle's dates as they are for a goal. One that ends before the cycle is reviewed, scored and closed as many
    days after its last day as the policy says of the cycle's end; so is the period that holds that day."""
    last = goal.last_day
    if last is None or last >= schedule.ends:
        return schedule
    rules = policy.deadlines
    periods = tuple(_own_period(each, last, policy) for each in schedule.periods if each.starts <= last)
    dates = {
        name: _days_after(last, getattr(rules, name), policy)
        for name in ("review_opens", "scores_due", "results_due", "closes")
    }
    return schedule.model_copy(update={**dates, "periods": periods})


def _own_period(period: Period, last: date, policy: Policy) -> Period:
    rules = policy.deadlines
    wait = rules.scores_due if period.kind == "year" else rules.period_scores_after
    at = min(period.scored_at, _days_after(last, wait, policy))
    return period.model_copy(update={"scored_at": at})


def _days_after(day: date, number: int, policy: Policy) -> datetime:
    return opening(day + timedelta(days=number), policy.calendar)


def own_due(due: datetime, entered: datetime | None, policy: Policy) -> datetime:
    """The date, or later: who joins late, gets a goal back late or is handed one late still has some working days."""
    if entered is None:
        return due
    days = policy.calendar
    last = add_working_days(local_day(entered, days), policy.deadlines.escalate_after, days)
    return max(due, opening(last, days))


def due_of_owner(due: datetime, goal: Goal, policy: Policy) -> datetime | None:
    """When something is due that the owner has to do: some working days from the goal's first day at the earliest, and
    from their return where they are away on that day; None where nobody knows when they return."""
    days = policy.calendar
    begins = opening(goal.since, days)
    entered = begins if goal.entered is None else max(goal.entered, begins)
    at = own_due(due, entered, policy)
    away = away_on(goal, local_day(at, days))
    while away is not None:
        if away.last is None:
            return None
        at = own_due(at, opening(away.last + ONE_DAY, days), policy)
        away = away_on(goal, local_day(at, days))
    return at


def away_on(goal: Goal, day: date) -> Days | None:
    """The long leave that a day lies in."""
    return next((each for each in goal.absences if each.holds(day)), None)


def pauses_at(goal: Goal, policy: Policy) -> datetime | None:
    """The morning on which the next long leave begins that the goal has not rested for."""
    ahead = (each.first for each in goal.absences if each.first not in goal.rested)
    first = next(ahead, None)
    return None if first is None else opening(first, policy.calendar)


def resumes_at(goal: Goal, policy: Policy) -> datetime | None:
    """The morning on which the leave that the goal rests for is over; None while its end is open. A leave that was
    taken back is over at once."""
    if goal.away_since is None:
        return None
    leave = next((each for each in goal.absences if each.first == goal.away_since), None)
    if leave is None:
        return opening(goal.away_since, policy.calendar)
    return None if leave.last is None else opening(leave.last + ONE_DAY, policy.calendar)
