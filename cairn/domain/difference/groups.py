"""What two scores' inputs differ in, one group at a time in a fixed order (ADR 0022).

A substitution takes inputs and gives them with one group of the target's in place of their own. The order follows the
computing from its rules to its facts: policy, sheet, periods, goals, weights, then of each goal its days, target,
readings and judgements, then what counts beside the goals. A group in which nothing differs leaves the inputs as they
are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Literal, NamedTuple, TypeVar, get_args

from cairn.domain.difference.inputs import Counted, Inputs, PeriodInputs
from cairn.domain.event import Fact
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi
from cairn.domain.policy import Policy
from cairn.domain.sheet.state import Sheet

PolicyGroup = Literal[
    "policy.curves",
    "policy.forms",
    "policy.check_ins",
    "policy.scale",
    "policy.missing",
    "policy.mix",
    "policy.incidents",
    "policy.gates",
    "policy.shares",
    "policy.multipliers",
    "policy.least",
    "policy.rest",
]
GoalGroup = Literal[
    "in_force", "metric", "target", "readings", "check_ins", "evaluations", "criteria", "judgements", "sources",
    "waived", "goal_rest",
]  # fmt: skip
Group = Literal[
    PolicyGroup,
    "family",
    "period",
    "days",
    "goal",
    "weights",
    GoalGroup,
    "incidents",
    "subordinates",
    "earlier",
    "units",
    "ratings",
    "rest",
]
ORDER: tuple[Group, ...] = (
    *get_args(PolicyGroup), "family", "period", "days", "goal", "weights", *get_args(GoalGroup),
    "incidents", "subordinates", "earlier", "units", "ratings", "rest",
)  # fmt: skip

POLICY_FIELDS: Mapping[PolicyGroup, tuple[str, ...]] = {
    "policy.curves": ("curves",),
    "policy.forms": ("forms",),
    "policy.check_ins": ("check_ins",),
    "policy.scale": ("scale",),
    "policy.missing": ("scoring",),
    "policy.mix": ("families",),
    "policy.incidents": ("incidents", "caps"),
    "policy.gates": ("gates", "grades", "graded"),
    "policy.shares": ("result",),
    "policy.multipliers": ("multipliers",),
    "policy.least": ("minimum", "leavers"),
}
NAMED_FIELDS = ("curves", "forms")
"""What goals name: of two policies both are kept until the goals are the target's too, so that none names nothing."""
SHEET_DAYS = ("since", "last_day", "end_cause", "absences")
GOAL_DAYS = ("since", "last_day", "absences", "approved_at", "rested", "away_since")
GOAL_FIELDS: Mapping[GoalGroup, tuple[str, ...]] = {
    "check_ins": ("reports",),
    "evaluations": ("evaluations",),
    "criteria": ("accepted", "done_at"),
    "judgements": ("assessments", "segments", "ratings"),
    "waived": ("waived",),
}
BESIDE_FIELDS: Mapping[Group, tuple[str, ...]] = {
    "subordinates": ("subordinates", "leads", "waiting"),
    "earlier": ("earlier",),
    "units": ("units",),
    "ratings": ("ratings",),
}
SAME_METRIC = ("metric", "computed", "unit", "aggregation", "direction", "form")

Model = TypeVar("Model", bound=Fact)


class Substitution(NamedTuple):
    """One group of inputs: which one, of which goal or period where it is one's, and how it is put in."""

    group: Group
    goal: str | None
    period: str | None
    put: Callable[[Inputs], Inputs]


def substitutions(start: Inputs, target: Inputs) -> Iterator[Substitution]:
    """Everything in which the inputs may differ, in the order. All of it put in one after another makes the target."""
    for group in get_args(PolicyGroup):
        yield Substitution(group, None, None, partial(_policy, group=group, target=target))
    yield Substitution(
        "family", None, None, partial(_sheets, names=("family", "kind", "holder"), target=target)
    )
    for period in (each.key for each in target.schedule.periods):
        if (period in start.periods) != (period in target.periods):
            yield Substitution("period", None, period, partial(_period, period=period, target=target))
    yield Substitution("days", None, None, partial(_sheets, names=SHEET_DAYS, target=target))
    goals = _goals(start, target)
    for goal in goals:
        yield Substitution("goal", goal, None, partial(_goal, goal=goal, target=target))
    weights = ("weighings", "placements")
    yield Substitution("weights", None, None, partial(_sheets, names=weights, target=target))
    for group in get_args(GoalGroup):
        for goal in goals:
            yield Substitution(group, goal, None, partial(_within, goal=goal, group=group, target=target))
    yield Substitution("incidents", None, None, partial(_sheets, names=("incidents",), target=target))
    for beside, names in BESIDE_FIELDS.items():
        yield Substitution(beside, None, None, partial(_beside, names=names, target=target))
    yield Substitution("rest", None, None, lambda inputs: target)


def _goals(start: Inputs, target: Inputs) -> list[str]:
    """Every goal of both, those of the start first."""
    return list(dict.fromkeys(goal for inputs in (start, target) for _, goal, _ in inputs.counted()))


def taken(model: Model, other: Model, names: Iterable[str]) -> Model:
    """A model with these fields of another one; the very same where they are equal."""
    changed = {name: getattr(other, name) for name in names if getattr(model, name) != getattr(other, name)}
    return model.model_copy(update=changed) if changed else model


def _with_policy(policy: Policy, target: Policy, group: PolicyGroup) -> Policy:
    if group != "policy.rest":
        names = POLICY_FIELDS[group]
        if names[0] not in NAMED_FIELDS:
            return taken(policy, target, names)
        both = {**getattr(policy, names[0]), **getattr(target, names[0])}
        return policy if both == getattr(policy, names[0]) else policy.model_copy(update={names[0]: both})
    named = {name: {**getattr(policy, name), **getattr(target, name)} for name in NAMED_FIELDS}
    whole = taken(target, policy.model_copy(update=named), NAMED_FIELDS)
    return policy if whole == policy else whole


def _policy(inputs: Inputs, group: PolicyGroup, target: Inputs) -> Inputs:
    """A group of the policy, of each score that of the version which it cites in the target."""

    def of_goal(period: str, goal: str, counted: Counted) -> Counted:
        there = target.periods.get(period)
        other = there.goals.get(goal) if there else None
        policy = other.policy if other else there.policy if there else target.policy
        return replace(counted, policy=_with_policy(counted.policy, policy, group))

    def of_period(period: str, each: PeriodInputs) -> PeriodInputs:
        there = target.periods.get(period)
        policy = there.policy if there else target.policy
        goals = {goal: of_goal(period, goal, counted) for goal, counted in each.goals.items()}
        return replace(each, goals=goals, policy=_with_policy(each.policy, policy, group))

    periods = {period: of_period(period, each) for period, each in inputs.periods.items()}
    return replace(inputs, periods=periods, policy=_with_policy(inputs.policy, target.policy, group))


def _sheets(inputs: Inputs, names: tuple[str, ...], target: Inputs) -> Inputs:
    """Fields of the sheet, in each period those that it had when the target's score of it was computed."""

    def of(sheet: Sheet, period: str) -> Sheet:
        there = target.periods.get(period)
        return taken(sheet, there.sheet, names) if there else sheet

    periods = {key: replace(each, sheet=of(each.sheet, key)) for key, each in inputs.periods.items()}
    return replace(inputs, periods=periods, sheet=taken(inputs.sheet, target.sheet, names))


def _period(inputs: Inputs, period: str, target: Inputs) -> Inputs:
    """A period that only one of them has."""
    periods = {key: each for key, each in inputs.periods.items() if key != period}
    if period in target.periods:
        periods[period] = target.periods[period]
    return replace(inputs, periods=periods)


def _in_periods(
    inputs: Inputs, goal: str, target: Inputs, put: Callable[[Counted | None, Counted | None], Counted | None]
) -> Inputs:
    """A goal in every period that both have, as `put` makes it of (how it counts, how it counts in the target)."""
    periods = dict(inputs.periods)
    for key, there in target.periods.items():
        if key not in periods:
            continue
        here = periods[key]
        before, after = here.goals.get(goal), there.goals.get(goal)
        found = put(before, after)
        if found is not before:
            goals = {name: each for name, each in here.goals.items() if name != goal or found is not None}
            if found is not None:
                goals[goal] = found
            periods[key] = replace(here, goals=goals)
    return replace(inputs, periods=periods)


def _goal(inputs: Inputs, goal: str, target: Inputs) -> Inputs:
    """A goal that only one of them counts in a period: with the weight that it has there."""
    found = _in_periods(
        inputs, goal, target, lambda before, after: after if before is None or after is None else before
    )
    placed = {
        key: replace(each, sheet=_placed(each.sheet, target.periods[key].sheet, goal))
        if key in target.periods
        else each
        for key, each in found.periods.items()
    }
    return replace(found, periods=placed)


def _placed(sheet: Sheet, target: Sheet, goal: str) -> Sheet:
    """A sheet with a goal's weight of another one, where it has none itself."""
    if goal in sheet.weighings or goal not in target.weighings:
        return sheet
    return sheet.model_copy(update={"weighings": {**sheet.weighings, goal: target.weighings[goal]}})


def _within(inputs: Inputs, goal: str, group: GoalGroup, target: Inputs) -> Inputs:
    """A group of one goal's own inputs, in every period in which both count it."""

    def put(before: Counted | None, after: Counted | None) -> Counted | None:
        return before if before is None or after is None else _counted(before, after, group)

    return _in_periods(inputs, goal, target, put)


def _counted(before: Counted, after: Counted, group: GoalGroup) -> Counted:
    match group:
        case "in_force":
            return _same(
                before,
                scored=taken(before.scored, after.scored, GOAL_DAYS),
                weighed=taken(before.weighed, after.weighed, GOAL_DAYS),
            )
        case "metric":
            return before if _same_metric(before.scored, after.scored) else after
        case "target":
            return _same(before, scored=_with_target(before.scored, after.scored))
        case "readings":
            evidence = after.evidence.model_copy(update={"sources": before.evidence.sources})
            scored = taken(before.scored, after.scored, ("measure",))
            return _same(before, scored=scored, evidence=evidence)
        case "sources":
            return _same(before, evidence=taken(before.evidence, after.evidence, ("sources", "awaited")))
        case "goal_rest":
            return after
        case _:
            return _same(before, scored=taken(before.scored, after.scored, GOAL_FIELDS[group]))


def _same(before: Counted, **parts: Any) -> Counted:
    """The inputs of a goal with other parts; the very same where none is another one."""
    changed = {name: each for name, each in parts.items() if each != getattr(before, name)}
    return replace(before, **changed) if changed else before


def _same_metric(before: Goal, after: Goal) -> bool:
    """Whether both goals count the same thing, of whomever: readings of another one say nothing of it."""
    if before.former != after.former or before.measure.kind != after.measure.kind:
        return False
    if isinstance(before.measure, Kpi) and isinstance(after.measure, Kpi):
        return all(getattr(before.measure, name) == getattr(after.measure, name) for name in SAME_METRIC)
    return True


def _with_target(before: Goal, after: Goal) -> Goal:
    """A goal with another one's measure, still counting its own subject's readings."""
    measure = after.measure
    if isinstance(before.measure, Kpi) and isinstance(measure, Kpi):
        measure = measure.model_copy(update={"subject": before.measure.subject})
    if measure == before.measure:
        return before
    return before.model_copy(update={"measure": measure, "stated": after.stated})


def _beside(inputs: Inputs, names: tuple[str, ...], target: Inputs) -> Inputs:
    there = {name: getattr(target.beside, name) for name in names}
    return replace(inputs, beside=replace(inputs.beside, **there))
