"""Where a goal stands: its stage, who is waited for, and the deadlines ahead. All a workflow ever knows of a goal."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Literal, assert_never

from pydantic import AwareDatetime, Field

from cairn.domain.calendar import ONE_DAY, add_working_days, end_of_day, opening
from cairn.domain.event import Fact
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.dates import due_of_owner, first_morning, own_dates, own_due, pauses_at, resumes_at
from cairn.domain.goal.owing import decided_from, is_owed, owed_periods, reminded_at
from cairn.domain.goal.places import held_at
from cairn.domain.goal.stages import PHASES, Phase, PhaseRow, Stage, phase_row
from cairn.domain.goal.state import Goal, deadline_name
from cairn.domain.measure import KeyTask, Kpi, is_task_due
from cairn.domain.policy import PeriodKind, Policy
from cairn.domain.rights import HR, approver_place, hr_place
from cairn.domain.schedule import Period, Schedule, day_of, local_day
from cairn.domain.terms import Terms

NOBODY_ELSE: Mapping[str, str] = {}


class Deadline(Fact):
    """One deadline as an absolute time; `period` is the key of the period it scores, None for the others.

    `again_at` is when something is tried again that could not be done when it was due: a score that waits for its
    evidence (RULES D4). None where it was not tried.
    """

    phase: Phase
    at: AwareDatetime
    period: str | None = None
    again_at: AwareDatetime | None = None

    @property
    def acts_at(self) -> datetime:
        """When it is done or tried next."""
        return self.again_at or self.at

    def postponed(self, again_at: datetime) -> "Deadline":
        """The same, to be tried again then."""
        return self.model_copy(update={"again_at": again_at})


class GoalStatus(Fact):
    """What the log says of a goal at `version`."""

    goal: str
    stage: Stage
    version: int
    over: bool = Field(description="its life has ended: nothing is due any more")
    awaited: tuple[str, ...] = Field(default=(), description="ids of people, `role:hr` or `role:committee`")
    next_deadline: Deadline | None = Field(default=None, description="None where nothing is due any more")
    cycle: str = ""
    department: str = ""
    clock_offset: float = Field(default=0.0, description="seconds of the cycle's clock beside Temporal's")


def status(goal: Goal, context: GoalContext, at: datetime) -> GoalStatus:
    """The goal's status under its cycle's dates; who is waited for is who holds the place at `at`."""
    ahead = deadlines_of(goal, context)
    return GoalStatus(
        goal=goal.id,
        stage=goal.stage,
        version=goal.version,
        over=goal.over and not ahead,
        awaited=awaited(held_at(goal, context, at), context.acting),
        next_deadline=ahead[0] if ahead else None,
        cycle=goal.cycle,
        department=goal.department or "",
        clock_offset=context.clock_offset,
    )


def waiting(
    found: GoalStatus, ahead: Iterable[Deadline], waits: Collection[str], again_at: datetime
) -> GoalStatus:
    """The status of a goal some of whose periods wait for their evidence until `again_at`: they keep nothing else from
    being done. `ahead` are all its deadlines."""
    postponed = [each.postponed(again_at) if each.period in waits else each for each in ahead]
    first = min(postponed, key=lambda each: each.acts_at, default=None)
    return found.model_copy(update={"next_deadline": first})


def put_off(found: GoalStatus, ahead: Iterable[Deadline], later: Iterable[Deadline]) -> GoalStatus:
    """The status of a goal some of whose deadlines could not be done and are tried again `later`: the others go on, but
    for the year's score, which ends the goal and so comes after every other score. `ahead` are all its deadlines."""
    times = {(each.phase, each.at): each.acts_at for each in later}
    postponed = [
        each.postponed(times[each.phase, each.at]) if (each.phase, each.at) in times else each
        for each in ahead
    ]
    waits = [each.acts_at for each in postponed if each.again_at and phase_row(each.phase).scores]
    if waits:
        postponed = [each.postponed(max(waits)) if each.phase == "scores_due" else each for each in postponed]
    first = min(postponed, key=lambda each: each.acts_at, default=None)
    return found.model_copy(update={"next_deadline": first})


def unscored(goal: Goal, context: GoalContext, at: datetime) -> list[Deadline]:
    """The scores that are due at a moment and not there.

    A goal that was to come into force by then and has not, since nobody kept its dates, is behind: it counts as if it
    had, for that is what it will have come to once somebody does."""
    ahead = deadlines_of(goal, context)
    if goal.stage == "approved" and any(each.phase == "execution_starts" and each.at <= at for each in ahead):
        ahead = deadlines_of(goal.model_copy(update={"stage": "active"}), context)
    return [each for each in ahead if phase_row(each.phase).scores and each.at <= at]


def awaited(goal: Goal, acting: Mapping[str, str] = NOBODY_ELSE) -> tuple[str, ...]:
    """Whom the goal waits for, as its places are held in it, or whoever is `acting` for them; empty while it runs by
    itself."""
    return tuple(acting.get(place, place) for place in _awaited_places(goal))


def _awaited_places(goal: Goal) -> tuple[str, ...]:
    match goal.stage:
        case "draft" | "returned":
            return (goal.owner or HR,)
        case "submitted":
            return (approver_place(goal),)
        case "adjusting":
            confirmed = goal.pending.confirmed if goal.pending else {}
            places = {"manager": approver_place(goal), "hr": hr_place(goal)}
            return tuple(place for role, place in places.items() if role not in confirmed)
        case "in_review":
            judged = not (isinstance(goal.measure, Kpi) or goal.rated or "Y" in goal.assessments)
            lapsed = any(name.startswith("judgement_lapses@") for name in goal.kept_deadlines)
            return (approver_place(goal), *([HR] if lapsed else [])) if judged else ()
        case "none" | "approved" | "active" | "paused" | "scored" | "closed" | "cancelled" | "superseded":
            return ()
        case _:
            assert_never(goal.stage)


def deadlines_of(goal: Goal, context: GoalContext) -> list[Deadline]:
    """Every deadline still ahead of the goal in its stage, earliest first; each is kept once."""
    if context.schedule is None or (goal.stage == "paused" and goal.away_since is None):
        return []
    ahead = [
        deadline
        for deadline in _deadlines_under(goal, context, context.terms)
        if deadline_name(deadline.phase, deadline.at) not in goal.kept_deadlines
    ]
    return sorted(ahead, key=lambda deadline: deadline.at)


def _deadlines_under(goal: Goal, context: GoalContext, terms: Terms) -> list[Deadline]:
    """Every deadline in the goal's stage under some terms. What had passed when they took effect stays where it was
    under the former ones (RULES L11); of a date that moves later people are reminded again."""
    if terms.schedule is None:
        return []
    context, schedule = context.under(terms), own_dates(goal, terms.schedule, terms.policy)
    found = [
        deadline
        for row in PHASES
        if goal.stage in row.stages
        for deadline in _deadlines_in(row, goal, context, schedule)
    ]
    if terms.former is None or terms.since is None:
        return found
    since = terms.since
    before = {(each.phase, each.period): each for each in _deadlines_under(goal, context, terms.former)}
    moved_on = {
        each.phase for each in found if each.at > since and before.get((each.phase, each.period)) != each
    }
    passed = {key: each for key, each in before.items() if each.at <= since}
    ahead = [
        each
        for each in found
        if (key := (each.phase, each.period)) not in passed or phase_row(each.phase).reminds_of in moved_on
        if each.at > since or (key in before and key not in passed)
    ]
    there = {(each.phase, each.period) for each in ahead}
    return [*(each for key, each in passed.items() if key not in there), *ahead]


def _deadlines_in(row: PhaseRow, goal: Goal, context: GoalContext, schedule: Schedule) -> list[Deadline]:
    """The deadlines of one phase; several only where periods are scored."""
    if row.name in ("period_scored", "part_scored"):
        return _scores_due(row.name, goal, context, schedule)
    if row.name in ("judgement_remind", "judgement_due", "judgement_lapses"):
        return [
            Deadline(phase=row.name, at=_judgement(row.name, period, due, context), period=period.key)
            for period, due in owed_periods(goal, context, schedule)
            if _counts_in(period, goal, context)
        ]
    if row.name == "scored_again":  # something was said late: as soon as possible (RULES W2)
        return [Deadline(phase=row.name, at=late.since, period=key) for key, late in goal.late.items()]
    if row.reminds_of is not None:
        at = _reminder(row.reminds_of, goal, context, schedule)
    else:
        at = _moment(row.name, goal, context, schedule)
    return [Deadline(phase=row.name, at=at, period="Y" if row.scores else None)] if at else []


def _scores_due(phase: Phase, goal: Goal, context: GoalContext, schedule: Schedule) -> list[Deadline]:
    """Scores of periods that are not there yet. A goal that was dropped while it ran is scored for its part of every
    period it was in force in, the year included (RULES W1)."""
    return [
        Deadline(phase=phase, at=period.scored_at, period=period.key)
        for period in schedule.periods
        if period.key not in goal.scores
        and period.key not in goal.held
        and not is_owed(goal, period, context)
        and _is_scored_alone(period, goal, context)
    ]


def _judgement(phase: Phase, period: Period, due: datetime, context: GoalContext) -> datetime:
    """When a judgement that is owed is reminded of, told further up, and given to HR to decide (RULES U2)."""
    match phase:
        case "judgement_remind":
            return reminded_at(period, due, context)
        case "judgement_due":
            return escalation(due, context.policy)
        case _:
            return decided_from(due, context)


def _counts_in(period: Period, goal: Goal, context: GoalContext) -> bool:
    """Whether the goal is scored in a period, the year included."""
    return period.kind == "year" or _is_scored_alone(period, goal, context)


def _moment(phase: Phase, goal: Goal, context: GoalContext, schedule: Schedule) -> datetime | None:
    """When a phase with one date of its own is due; None where there is nothing to wait for."""
    match phase:
        case "drafts_due" | "approvals_due":
            asked = _asked_by(phase, goal, context, schedule)
            return escalation(asked, context.policy) if asked else None
        case "unapproved":
            by = _whole_by(goal, context, schedule)
            return escalation(by, context.policy) if by else None
        case "adjustment_expires":
            return goal.pending.expires_at if goal.pending else None
        case "execution_starts":
            return first_morning(goal, schedule)
        case "pauses":
            return pauses_at(goal, context.policy)
        case "resumes":
            return resumes_at(goal, context.policy)
        case "lapses" | "review_opens":
            return schedule.review_opens
        case "scores_due":
            return (
                None
                if is_owed(goal, schedule.period("Y") or schedule.periods[-1], context)
                else schedule.scores_due
            )
        case "closes":
            return schedule.closes
        case "delivery_due":
            day = to_deliver(goal, schedule)
            return end_of_day(day, context.policy.calendar) if day else None
        case (
            "drafts_remind"
            | "approvals_remind"
            | "adjustment_remind"
            | "delivery_remind"
            | "unapproved_remind"
        ):
            return None  # they are counted back from their deadline
        case "period_scored" | "scored_again" | "part_scored":
            return None  # they fall due period by period
        case "judgement_remind" | "judgement_due" | "judgement_lapses":
            return None  # they too
        case _:
            assert_never(phase)


def to_deliver(goal: Goal, schedule: Schedule) -> date | None:
    """The day by which a key task or a capability goal has to be delivered; None where it has no day of its own or all
    is done: every criterion or outcome accepted, or the goal assessed for a period that holds the day."""
    measure = goal.measure
    if isinstance(measure, Kpi) or measure.due is None or len(goal.accepted) >= len(measure.listed):
        return None
    ends = (period.ends for key in goal.assessments if (period := schedule.period(key)) is not None)
    return None if any(day >= measure.due for day in ends) else measure.due


def _asked_by(
    phase: Literal["drafts_due", "approvals_due"], goal: Goal, context: GoalContext, schedule: Schedule
) -> datetime | None:
    """By when people are asked to hand in or to approve; None while the owner is away and nobody knows how long."""
    if phase == "drafts_due":
        return due_of_owner(schedule.drafts_due, goal, context.policy)
    return own_due(schedule.approvals_due, goal.entered, context.policy)


def _whole_by(goal: Goal, context: GoalContext, schedule: Schedule) -> datetime:
    """From when a goal that is not approved is missing in its sheet (RULES L5): execution has begun and approvals were
    due, or the end of the day to which HR extended it."""
    extended = context.sheet.extended
    if extended is not None:
        return opening(extended + ONE_DAY, context.policy.calendar)
    return own_due(max(schedule.execution_starts, schedule.approvals_due), goal.entered, context.policy)


def escalation(date: datetime, policy: Policy) -> datetime:
    """When what is late since a date is told further up (RULES L6, K2)."""
    days = policy.calendar
    return opening(add_working_days(local_day(date, days), policy.deadlines.escalate_after, days), days)


def _reminder(phase: Phase, goal: Goal, context: GoalContext, schedule: Schedule) -> datetime | None:
    """When to remind of a phase that is still ahead; nobody is reminded of what was asked only after that."""
    days, before = context.policy.calendar, context.policy.deadlines.remind_before
    due = _moment(phase, goal, context, schedule)
    if due is None or not before or deadline_name(phase, due) in goal.kept_deadlines:
        return None
    if phase == "unapproved":  # people are told on the day itself: before it they are reminded of what is due
        told = _whole_by(goal, context, schedule)
        return told if goal.entered is None or told > goal.entered else None
    if phase == "delivery_due":
        due -= ONE_DAY
    asked = _asked_by(phase, goal, context, schedule) if phase in ("drafts_due", "approvals_due") else due
    if asked is None:
        return None
    due = asked
    reminder = opening(add_working_days(local_day(due, days), -before, days), days)
    return reminder if goal.entered is None or reminder > goal.entered else None


def _is_scored_alone(period: Period, goal: Goal, context: GoalContext) -> bool:
    """The periods before the year's end that the family gives a weight and the goal is scored in, from its first day
    on. Capability goals count in them only where they were assessed for it, key tasks also once they are due."""
    measure = goal.measure
    if goal.over and (goal.approved_at is None or goal.last_day is None or period.starts > goal.last_day):
        return False
    if period.kind not in period_kinds(goal, context) or period.ends < goal.since:
        return False
    if period.kind == "year":
        return goal.over
    if measure.scored_in and period.kind not in measure.scored_in:
        return False
    if isinstance(measure, KeyTask) and is_task_due(
        measure, day_of(goal.done_at, context.policy.calendar), period
    ):
        return True
    return isinstance(measure, Kpi) or period.key in goal.assessments


def period_kinds(goal: Goal, context: GoalContext) -> frozenset[PeriodKind]:
    """The kinds of period a goal has scores for: its family's; the year alone for departments and the company."""
    return context.policy.kinds_of(context.sheet.family if goal.tier == "individual" else None)
