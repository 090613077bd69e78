"""Where a goal stands: its stage, who is waited for, and the deadlines ahead. All a workflow ever knows of a goal."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from cairn.domain.calendar import add_working_days, opening
from cairn.domain.event import Fact
from cairn.domain.goal.authority import approver
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import Phase
from cairn.domain.goal.state import Goal, Stage, clock
from cairn.domain.measure import Kpi
from cairn.domain.policy import PeriodKind
from cairn.domain.schedule import Period, Schedule, local_day


class Deadline(Fact):
    """One deadline as an absolute time."""

    phase: Phase
    at: AwareDatetime
    period: str | None = None


class GoalStatus(Fact):
    """`awaited` are person ids or `role:hr`, `role:committee`. `next_deadline` is None when there is none."""

    goal: str
    stage: Stage
    version: int
    over: bool
    awaited: tuple[str, ...] = ()
    next_deadline: Deadline | None = None
    cycle: str = ""
    department: str = ""
    clock_offset: float = 0.0


def status(goal: Goal, context: GoalContext) -> GoalStatus:
    """The goal's standing under its cycle's dates."""
    ahead = deadlines_of(goal, context)
    return GoalStatus(
        goal=goal.id,
        stage=goal.stage,
        version=goal.version,
        over=goal.over,
        awaited=awaited(goal),
        next_deadline=ahead[0] if ahead else None,
        cycle=goal.cycle,
        department=goal.department or "",
        clock_offset=context.clock_offset,
    )


def awaited(goal: Goal) -> tuple[str, ...]:
    """Whom the goal waits for; empty while it runs by itself."""
    match goal.stage:
        case "draft" | "returned":
            return (goal.owner,)
        case "submitted":
            return (approver(goal),)
        case "adjusting":
            confirmed = goal.pending.confirmed if goal.pending else {}
            waits = {"manager": approver(goal), "hr": "role:hr"}
            return tuple(who for role, who in waits.items() if role not in confirmed)
        case "in_review" if not isinstance(goal.measure, Kpi) and "Y" not in goal.assessments:
            return (approver(goal),)
        case _:
            return ()


def deadlines_of(goal: Goal, context: GoalContext) -> list[Deadline]:
    """Every deadline still ahead of the goal in its stage, earliest first; each is kept once."""
    schedule = context.schedule
    if schedule is None or goal.over or goal.stage == "none":
        return []
    ahead: list[Deadline] = []
    match goal.stage:
        case "draft" | "returned":
            due = _at_least(schedule.drafts_due, goal, context)
            ahead = [*_waiting("drafts_remind", "drafts_due", due, goal, context), *_review(schedule)]
        case "submitted":
            due = _at_least(schedule.approvals_due, goal, context)
            ahead = [*_waiting("approvals_remind", "approvals_due", due, goal, context), *_review(schedule)]
        case "approved":
            ahead = [Deadline(phase="execution_starts", at=schedule.execution_starts)]
        case "active":
            ahead = [*_periods(goal, context, schedule), *_review(schedule)]
        case "adjusting":
            ahead = [*_expiry(goal, context), *_periods(goal, context, schedule), *_review(schedule)]
        case "in_review":
            ahead = [
                *_periods(goal, context, schedule),
                Deadline(phase="scores_due", at=schedule.scores_due, period="Y"),
            ]
        case "scored":
            ahead = [Deadline(phase="closes", at=schedule.closes)]
    return sorted(ahead, key=lambda due: due.at)


def _at_least(due: datetime, goal: Goal, context: GoalContext) -> datetime:
    """Who joins late, gets a goal back late or is handed one late still has some working days."""
    if goal.entered is None:
        return due
    days = context.policy.calendar
    entered = local_day(goal.entered, days)
    return max(due, opening(add_working_days(entered, context.policy.deadlines.escalate_after, days), days))


def _waiting(remind: Phase, miss: Phase, due: datetime, goal: Goal, context: GoalContext) -> list[Deadline]:
    """The deadline and the reminder before it; nobody is reminded of what was asked only after that."""
    days, before = context.policy.calendar, context.policy.deadlines.remind_before
    if clock(miss, due) in goal.kept_deadlines:
        return []
    ahead = [Deadline(phase=miss, at=due)]
    reminder = opening(add_working_days(local_day(due, days), -before, days), days)
    if before and (goal.entered is None or reminder > goal.entered):
        ahead.insert(0, Deadline(phase=remind, at=reminder))
    return [each for each in ahead if clock(each.phase, each.at) not in goal.kept_deadlines]


def _expiry(goal: Goal, context: GoalContext) -> list[Deadline]:
    if goal.pending is None:
        return []
    return _waiting("adjustment_remind", "adjustment_expires", goal.pending.expires_at, goal, context)


def _review(schedule: Schedule) -> list[Deadline]:
    return [Deadline(phase="review_opens", at=schedule.review_opens)]


def _periods(goal: Goal, context: GoalContext, schedule: Schedule) -> list[Deadline]:
    return [
        Deadline(phase="period_scored", at=period.scored_at, period=period.key)
        for period in schedule.periods
        if _is_scored_alone(period, goal, context) and period.key not in goal.scores
    ]


def _is_scored_alone(period: Period, goal: Goal, context: GoalContext) -> bool:
    """The periods before the year's end that the family gives a weight, from the goal's first day on. Key tasks and
    capability goals count in them only where they were assessed for the period."""
    if period.kind not in period_kinds(goal, context) or period.kind == "year" or period.ends < goal.since:
        return False
    return isinstance(goal.measure, Kpi) or period.key in goal.assessments


def period_kinds(goal: Goal, context: GoalContext) -> frozenset[PeriodKind]:
    """The kinds of period a goal has scores for: its family's; the year alone for departments and the company."""
    family = context.policy.families.get(context.sheet.family or "")
    if family is None or goal.tier != "individual":
        return frozenset({"year"})
    return frozenset(kind for kind, weight in family.periods.items() if weight > 0) | {"year"}


def soon(due: Deadline, at: datetime) -> timedelta:
    """How long until a deadline; never negative."""
    return max(due.at - at, timedelta(0))
