"""Judgements that somebody owes of a goal, and by when (RULES U2)."""

from collections.abc import Iterator
from datetime import date, datetime

from cairn.domain.calendar import ONE_DAY, add_working_days, opening
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Capability, Kpi
from cairn.domain.schedule import Period, Schedule, local_day


def is_owed(goal: Goal, period: Period, context: GoalContext) -> bool:
    """Whether a period cannot be scored because a judgement is missing: nobody assessed a capability goal for the year,
    its raters are not done, or reports of the owner are not confirmed. What HR goes on without is not waited for."""
    measure = goal.measure
    if period.key in goal.waived or (measure.scored_in and period.kind not in measure.scored_in):
        return False
    if is_with_raters(goal, period.key):
        return True
    if isinstance(measure, Capability):
        return period.kind == "year" and not (period.key in goal.assessments or period.key in goal.ratings)
    if (
        not isinstance(measure, Kpi)
        or measure.metric is not None
        or measure.computed is not None
        or context.policy.check_ins == "trusted"
    ):
        return False
    first, last = max(period.starts, goal.since), min(period.ends, goal.last_day or period.ends)
    return any(each.waits and first <= each.said.on <= last for each in goal.reports)


def is_rated(goal: Goal, context: GoalContext, review_opens: datetime) -> bool:
    """Whether the raters of an appraisal judge a goal whose review opens then (RULES E1): not before the cycle's, for
    whoever left by then has no appraisal."""
    sheet, policy, schedule = context.sheet, context.policy, context.schedule
    if sheet.kind != "person" or not policy.appraises(sheet.family):
        return False
    rules = policy.appraisal
    kinds = rules.rates if rules else ()
    return goal.measure.kind in kinds and schedule is not None and review_opens >= schedule.review_opens


def is_with_raters(goal: Goal, period: str) -> bool:
    """Whether the raters of an appraisal judge the goal in a period, and are not done."""
    return goal.rated and period == "Y" and period not in goal.ratings


def owed_periods(goal: Goal, context: GoalContext, schedule: Schedule) -> Iterator[tuple[Period, datetime]]:
    """The periods with a judgement that is owed and no score yet, each with the time its score is due. Raters are
    waited for by their appraisal, which has clocks of its own."""
    for period in schedule.periods:
        if is_with_raters(goal, period.key):
            continue
        if period.key not in goal.scores and period.key not in goal.held and is_owed(goal, period, context):
            yield period, schedule.scores_due if period.kind == "year" else period.scored_at


def reminded_at(period: Period, due: datetime, context: GoalContext) -> datetime:
    """When whoever owes the judgement is reminded: working days before it is due, not before the period is over."""
    days, before = context.policy.calendar, context.policy.deadlines.remind_before
    reminder = opening(add_working_days(local_day(due, days), -before, days), days)
    return max(reminder, opening(period.ends + ONE_DAY, days))


def decided_from(due: datetime, context: GoalContext) -> datetime:
    """From when on HR may decide to go on without a judgement that was due. A wait that was over when the policy
    changed stays over (RULES L11)."""
    if context.former is not None and context.amended_at is not None:
        before = decided_from(due, context.under(context.former))
        if before <= context.amended_at:
            return before
    days = context.policy.calendar
    day: date = add_working_days(local_day(due, days), context.policy.judgements.wait, days)
    return opening(day, days)
