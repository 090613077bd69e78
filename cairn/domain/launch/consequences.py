"""What follows from a change of people for their sheets and goals: worked out the same for the preview and for doing
it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from cairn.domain.calendar import ONE_DAY
from cairn.domain.event import Fact
from cairn.domain.goal.dates import own_dates
from cairn.domain.goal.stages import Stage, stage_row
from cairn.domain.goal.state import Goal
from cairn.domain.launch.plan import OpenedSheet, SheetPlan, matched
from cairn.domain.launch.spells import ManagerSince, SheetDays, days_of_sheet, spells_of
from cairn.domain.measure import Kpi
from cairn.domain.people import Person
from cairn.domain.person_history import PersonHistory
from cairn.domain.policy import Policy
from cairn.domain.schedule import Schedule, gaps_of, months_later
from cairn.domain.sheet.state import Sheet
from cairn.domain.targets import target_in

SETTING: tuple[Stage, ...] = ("draft", "submitted", "returned")
"""Stages in which a goal has never been in force."""


class GoalConsequence(Fact):
    """What changes for one open goal. `manager` is who manages it from `manager_since` on; the year's target is exact,
    in its unit; the dates are None where they stay the cycle's. One that was never approved lapses when its review
    opens."""

    goal: str
    title: str
    unit: str = ""
    stage: Stage
    follows: bool = False
    manager: ManagerSince | None = None
    target_before: Fraction | None = None
    target_after: Fraction | None = None
    reviewed_at: datetime | None = None
    scored_at: datetime | None = None
    lapses: bool = False


class SheetConsequence(Fact):
    """What changes for a sheet that is there: its last day, the days of long leave, its goals. `result` says whether
    its holder has one for their part of the year; None where it is not cut."""

    sheet: str
    holder: str
    since: date
    last_before: date | None = None
    days: SheetDays
    result: bool | None = None
    goals: tuple[GoalConsequence, ...] = ()

    @property
    def begins(self) -> bool:
        """Whether there is a day in it: of one whose holder is gone before its first day nothing counts."""
        return self.days.last is None or self.days.last >= self.since


class TasksPass(Fact):
    """From `since` to `last` the tasks of somebody are done by somebody else; None: nobody can, they stand still."""

    person: str
    since: date
    last: date | None
    to: str | None


class Consequences(Fact):
    """All that follows in one cycle. `opens` are the sheets of a plan with a digest of its own; `without_manager`
    report to somebody who is gone; `vacant` are departments without a head from then on."""

    cycle: str
    digest: str | None = None
    opens: tuple[SheetPlan, ...] = ()
    sheets: tuple[SheetConsequence, ...] = ()
    passes: tuple[TasksPass, ...] = ()
    without_manager: tuple[str, ...] = ()
    vacant: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether nothing of the cycle changes."""
        return not (self.opens or self.sheets or self.passes or self.without_manager or self.vacant)


def sheet_consequences(
    history: PersonHistory, sheets: Sequence[Sheet], goals: Mapping[str, Goal], dates: Schedule, policy: Policy,
    today: date,
) -> list[SheetConsequence]:  # fmt: skip
    """What a person's history means for their sheets in a cycle; those that stay as they are, are left out."""
    found = []
    spells = spells_of(history, dates.starts, dates.ends, policy)
    opened = [
        OpenedSheet(sheet=sheet.id, number=0, family=sheet.family, since=sheet.since, last=sheet.last_day)
        for sheet in sheets
    ]
    managers = {
        each.sheet: [ManagerSince(since=spell.since, manager=spell.person.manager), *spell.managers]
        for spell, each in matched(spells, opened, today)
        if each is not None
    }
    for sheet in sheets:
        days = days_of_sheet(history, sheet.family, sheet.since, dates, today, policy)
        changed = [
            one
            for name in sheet.placements
            if (one := _goal(goals[name], sheet, days, managers.get(sheet.id, ()), dates, policy))
        ]
        if changed or (days.last, days.absences) != (sheet.last_day, sheet.absences):
            found.append(_sheet(sheet, days, changed, policy))
    return found


def _sheet(
    sheet: Sheet, days: SheetDays, goals: Sequence[GoalConsequence], policy: Policy
) -> SheetConsequence:
    cut = days.last is not None and days.last != sheet.last_day
    return SheetConsequence(
        sheet=sheet.id,
        since=sheet.since,
        holder=sheet.holder,
        last_before=sheet.last_day,
        days=days,
        result=_has_result(sheet.since, days, policy) if cut else None,
        goals=tuple(goals),
    )


def _has_result(since: date, days: SheetDays, policy: Policy) -> bool:
    """Whether a sheet that ends before the cycle has a result: leavers' where the policy says so, none under the least
    that a sheet has to cover (RULES L7)."""
    if days.last is None or (days.cause == "left" and policy.leavers == "none"):
        return days.last is None
    least = policy.minimum
    if least is None:
        return True
    months = None if least.months is None else months_later(since, least.months) - ONE_DAY
    return days.last >= (months or since + timedelta(days=(least.days or 1) - 1))


def _goal(
    goal: Goal,
    sheet: Sheet,
    days: SheetDays,
    managers: Sequence[ManagerSince],
    dates: Schedule,
    policy: Policy,
) -> GoalConsequence | None:
    if goal.stage == "scored" or not stage_row(goal.stage).open:
        return None
    follows = (days.last, days.absences) != (goal.last_day, goal.absences) or (
        (days.last, days.absences) != (sheet.last_day, sheet.absences)
    )
    manager = _next_manager(goal, managers)
    if not follows and manager is None:
        return None
    after = goal.model_copy(update={"last_day": days.last, "absences": days.absences})
    own = own_dates(after, dates, policy)
    ends = days.last is not None and days.last != goal.last_day
    before_target, after_target = _target(goal, dates), _target(after, dates)
    moved = before_target != after_target
    return GoalConsequence(
        goal=goal.id, title=goal.title, unit=getattr(goal.measure, "unit", ""), stage=goal.stage, follows=follows,
        manager=manager, target_before=before_target if moved else None,
        target_after=after_target if moved else None, reviewed_at=own.review_opens if ends else None,
        scored_at=own.scores_due if ends else None, lapses=ends and goal.stage in SETTING,
    )  # fmt: skip


def _next_manager(goal: Goal, managers: Sequence[ManagerSince]) -> ManagerSince | None:
    """The change of manager that the goal has not followed yet: the last one that the holder's days know."""
    if not managers:
        return None
    last, known = managers[-1], goal.segments[-1]
    if last.manager == known.manager or last.since < known.since:
        return None
    return last


def _target(goal: Goal, dates: Schedule) -> Fraction | None:
    kpi = goal.measure
    if not isinstance(kpi, Kpi) or not kpi.measurable:
        return None
    return target_in(kpi, dates.year, dates.without(gaps_of(goal.last_day, goal.absences)), goal.since)


def reporting_to(people: Mapping[str, Person], manager: str, day: date) -> list[str]:
    """Whoever is here on a day and reports to somebody, by id."""
    return sorted(
        person.id for person in people.values() if person.manager == manager and person.here_on(day)
    )
