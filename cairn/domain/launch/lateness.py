"""Launching late: which dates of a cycle have passed, and goal setting moved on to days after the launch."""

from datetime import date, datetime, timedelta

from pydantic import AwareDatetime

from cairn.domain.calendar import ONE_DAY, is_working_day, opening
from cairn.domain.event import Fact
from cairn.domain.policy import Policy, WorkingCalendar
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule, local_day

GOAL_SETTING = ("drafts_due", "approvals_due")


class Passed(Fact):
    """A date that lies behind a launch. `name` is a field of the schedule, or `period` with the period's key: its
    goals are scored for it once they are approved (RULES W2)."""

    name: str
    at: AwareDatetime
    period: str | None = None


def passed_dates(schedule: Schedule, policy: Policy, at: datetime) -> tuple[Passed, ...]:
    """What would be late the moment a cycle with these dates is launched, in the order of the dates."""
    named = (*GOAL_SETTING, "review_opens", "scores_due", "results_due", "closes")
    moments = [Passed(name=name, at=getattr(schedule, name)) for name in named]
    kinds = {kind for family in policy.families for kind in policy.kinds_of(family)} - {"year"}
    moments += [
        Passed(name="period", at=period.scored_at, period=period.key)
        for period in schedule.periods
        if period.kind in kinds
    ]
    return tuple(sorted((each for each in moments if each.at <= at), key=lambda each: (each.at, each.name)))


def shifted(schedule: Schedule, policy: Policy, day: date) -> Schedule:
    """The schedule of a cycle launched on `day`: of goal setting, what has passed by then comes as many days after it
    as the policy gives after the cycle's start, on the first working day from there. Approvals stay after drafts.

    Refuses a launch so late that the review would open before goals could be approved.
    """
    dates: dict[str, AwareDatetime] = {}
    for name in GOAL_SETTING:
        stands, before = getattr(schedule, name), max(dates.values(), default=None)
        if local_day(stands, schedule.calendar) > day and (before is None or stands > before):
            continue
        asked = day + timedelta(days=getattr(policy.deadlines, name))
        dates[name] = opening(_working_day_from(asked, schedule.calendar), schedule.calendar)
        if before is not None and dates[name] <= before:
            following = _working_day_from(local_day(before, schedule.calendar) + ONE_DAY, schedule.calendar)
            dates[name] = opening(following, schedule.calendar)
    late = [moment for moment in dates.values() if moment >= schedule.review_opens]
    if late:
        raise Refusal(
            "cycle.shift-late", field="shift", on=late[0].date(), review=schedule.review_opens.date()
        )
    return schedule.model_copy(update=dates)


def _working_day_from(day: date, calendar: WorkingCalendar) -> date:
    """That day, or the next one that is worked. Of a calendar without working days the day itself."""
    found = day
    while not is_working_day(found, calendar) and len(set(calendar.weekend)) < 7:
        found += ONE_DAY
    return found
