"""Targets proposed for a cycle that is launched: which command brings a goal its new targets."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from cairn.domain import targets as periods
from cairn.domain.exact import exact
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Timeline

YEAR = "Y"
DRAFT = ("draft", "returned")


class Retarget(NamedTuple):
    """The command by which a goal gets its targets, with its fields as they travel: a draft is revised, any other goal
    is asked an adjustment for, which manager and HR confirm together."""

    name: Literal["revise", "adjust"]
    fields: Mapping[str, Any]


def standing(goal: Goal, key: str, context: GoalContext) -> Fraction | None:
    """The target a goal has in a period as things stand, None where it has none."""
    dates, kpi = context.schedule, goal.measure
    period = dates.period(key) if dates else None
    if dates is None or period is None or not isinstance(kpi, Kpi):
        return None
    return (
        periods.whole_target(kpi, dates, goal.since)
        if key == YEAR
        else periods.target_in(kpi, period, dates, goal.since)
    )


def retarget(
    goal: Goal, proposed: Mapping[str, Decimal], context: GoalContext, reason: str
) -> Retarget | None:
    """What to ask for so that a goal has these targets (period → target); None where it has them already.

    Refuses targets of a goal that has none, of several kinds of period, and a year beside periods that come to
    something else.
    """
    dates = context.schedule
    if not isinstance(goal.measure, Kpi) or goal.measure.direction == "range" or dates is None:
        raise Refusal("adjustment.no-target", field="target")
    if all(standing(goal, key, context) == exact(target) for key, target in proposed.items()):
        return None
    parts = {key: target for key, target in proposed.items() if key != YEAR}
    _check_kinds(parts, dates)
    if parts and YEAR in proposed:
        _check_year(goal, goal.measure, parts, exact(proposed[YEAR]), dates)
    return _asked(goal, goal.measure, proposed, parts, reason)


def _asked(
    goal: Goal, kpi: Kpi, proposed: Mapping[str, Decimal], parts: Mapping[str, Decimal], reason: str
) -> Retarget:
    if goal.stage not in DRAFT:
        changes: dict[str, Any] = {"targets": {key: str(target) for key, target in parts.items()}}
        return Retarget(
            "adjust", {"changes": changes if parts else {"target": str(proposed[YEAR])}, "reason": reason}
        )
    if not parts:
        return Retarget("revise", {"target": str(proposed[YEAR])})
    targets = {key: exact(target) for key, target in parts.items()}
    return Retarget(
        "revise", {"measure": kpi.model_copy(update={"targets": targets}).model_dump(mode="json")}
    )


def _check_kinds(parts: Mapping[str, Decimal], dates: Timeline) -> None:
    """Targets of single periods are of one kind (RULES T4)."""
    kinds = {key: period.kind for key in parts if (period := dates.period(key)) is not None}
    if len(set(kinds.values())) > 1:
        known: Sequence[str] = [each.key for each in dates.periods if each.kind == next(iter(kinds.values()))]
        raise Refusal("adjustment.kind", field="target", period=list(parts)[-1], known=known)


def _check_year(goal: Goal, kpi: Kpi, parts: Mapping[str, Decimal], year: Fraction, dates: Timeline) -> None:
    """A year beside its periods says the same as they do (RULES T4)."""
    fresh = kpi.model_copy(
        update={"target": None, "targets": {key: exact(each) for key, each in parts.items()}}
    )
    whole = periods.whole_target(fresh, dates, goal.since)
    if whole != year:
        raise Refusal("targets.year", field="target", year=year, sum=whole)
