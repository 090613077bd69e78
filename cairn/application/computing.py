"""What a computed KPI counts, from the log: goals that serve it, or results of subordinates (RULES M6)."""

from collections.abc import Sequence

from cairn.application.goals import Goals
from cairn.application.repository import fold_goal, fold_sheet
from cairn.domain import curves
from cairn.domain.evaluation.reports import days_above
from cairn.domain.exact import exact
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.state import Goal
from cairn.domain.goal.status import deadlines_of
from cairn.domain.measure import Kpi
from cairn.domain.person_history import PersonHistory
from cairn.domain.policy import Policy, SubordinatesOnGoal
from cairn.domain.reading import Evidence, Source
from cairn.domain.schedule import Period
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import cycle_of, holder_of, sheet_names, sheet_of


def is_computed(goal: Goal) -> bool:
    """Whether a goal is measured by other goals or results."""
    return isinstance(goal.measure, Kpi) and goal.measure.computed is not None


def of_goal(goal: Goal, period: str, policy: Policy) -> Source | None:
    """A goal's last score of a period as the goal above counts it; None where it has none. A rating that goes
    through no curve attains its share of what 100 % is on the scale."""
    scored = goal.scores.get(period)
    if scored is None:
        return None
    value = scored.attainment
    if value is None and scored.points is not None:
        value = curves.rated(policy.scale, scored.points)
    return Source(
        stream=goal.id,
        version=goal.version,
        value=value,
        applies=scored.applies,
        weight=None if goal.parent_weight is None else exact(goal.parent_weight),
    )


def of_result(sheet: Sheet, days: int) -> Source | None:
    """The result of a subordinate's sheet with the days they reported; None where it has none."""
    if sheet.result is None:
        return None
    points = sheet.result.of_sheet
    return Source(
        stream=sheet.id, version=sheet.result_version, value=points, applies=points is not None, days=days
    )


class Sources:
    """Looks up what computed KPIs count, and which of them count something."""

    def __init__(self, goals: Goals) -> None:
        self.goals, self.ledger = goals, goals.ledger

    async def evidence(
        self, goal: Goal, context: GoalContext, period: Period, aligned: Sequence[str]
    ) -> Evidence:
        """What a computed KPI counts in a period, and what it still has to wait for. `aligned` are the goals that serve
        it. Read after the position that it says, so that what is sealed later is counted by another version."""
        upto = await self.ledger.sealed_position()
        kpi = goal.measure
        if isinstance(kpi, Kpi) and isinstance(kpi.computed, SubordinatesOnGoal):
            sources, awaited = await self._of_subordinates(goal, context)
        else:
            sources, awaited = await self._of_goals(goal, context, period, aligned)
        return Evidence(sources=tuple(sources), awaited=tuple(awaited), upto=upto)

    async def _of_goals(
        self, goal: Goal, context: GoalContext, period: Period, aligned: Sequence[str]
    ) -> tuple[list[Source], list[str]]:
        """The scores of the goals that serve a goal, and those that will have one and have not."""
        streams = await self.ledger.read_streams([*aligned, *{sheet_of(name) for name in aligned}])
        policy = context.terms.on(period.ends)
        sources, awaited = [], []
        for name in aligned:
            child = fold_goal(name, streams[name])
            if child.parent != goal.id or not _is_in_force(child, period):
                continue
            source = of_goal(child, period.key, policy)
            if source is not None:
                sources.append(source)
            elif _is_due(child, context, fold_sheet(sheet_of(name), streams[sheet_of(name)]), period):
                awaited.append(name)
        return sources, awaited

    async def _of_subordinates(self, goal: Goal, context: GoalContext) -> tuple[list[Source], list[str]]:
        """The results of everybody who reported to the goal's holder, by days, and the sheets without one."""
        schedule, manager = context.schedule, holder_of(goal.sheet)
        if schedule is None:
            return [], []
        histories = (await self.goals.seats.histories()).values()
        reported = [each for each in histories if manager in _managers(each)]
        cycle = cycle_of(goal.id)
        names = {name: each for each in reported for name in sheet_names(cycle, each.id)}
        streams = await self.ledger.read_streams(list(names))
        sources, awaited = [], []
        for name, history in names.items():
            sheet = fold_sheet(name, streams[name])
            days = days_above(sheet, history, schedule).get(manager, 0) if sheet.version else 0
            source = of_result(sheet, days) if days else None
            if source is not None:
                sources.append(source)
            elif days:
                awaited.append(name)
        return sources, awaited

    async def counting_goal(self, name: str) -> str | None:
        """The goal that a goal serves, where that one is computed from its children."""
        parent = fold_goal(name, await self.ledger.read_stream(name)).parent
        if parent is None:
            return None
        above = fold_goal(parent, await self.ledger.read_stream(parent))
        kpi = above.measure if above.version else None
        return parent if isinstance(kpi, Kpi) and kpi.computed == "children" else None

    async def counting_result(self, name: str) -> list[str]:
        """The goals computed from subordinates' results of everybody to whom a sheet's holder reported."""
        holder, cycle = holder_of(name), cycle_of(name)
        history = (await self.goals.seats.histories()).get(holder)
        if history is None:
            return []
        return [goal for who in sorted(_managers(history)) for goal in await self._computed_of(cycle, who)]

    async def _computed_of(self, cycle: str, holder: str) -> list[str]:
        """Somebody's goals that are computed from results."""
        names = sheet_names(cycle, holder)
        sheets = await self.ledger.read_streams(names)
        goals = [goal for name in names for goal in fold_sheet(name, sheets[name]).weighings]
        rows = await self.ledger.read_streams(goals)
        folded = (fold_goal(goal, rows[goal]) for goal in goals)
        return [
            each.id
            for each in folded
            if isinstance(each.measure, Kpi) and isinstance(each.measure.computed, SubordinatesOnGoal)
        ]


def _managers(history: PersonHistory) -> set[str]:
    """Everybody to whom somebody was ever said to report."""
    named = (history.joined.manager, *(change.fields.get("manager") for change in history.changes))
    return {who for who in named if who}


def _is_in_force(goal: Goal, period: Period) -> bool:
    """Whether an approved goal ran on any day of a period."""
    ended = goal.last_day is not None and goal.last_day < period.starts
    return goal.approved_at is not None and goal.since <= period.ends and not ended


def _is_due(goal: Goal, context: GoalContext, sheet: Sheet, period: Period) -> bool:
    """Whether a goal without a score of a period will have one."""
    if period.kind == "year":
        return goal.running or goal.stage == "approved"
    own = context.model_copy(update={"sheet": sheet})
    return any(due.period == period.key for due in deadlines_of(goal, own))
