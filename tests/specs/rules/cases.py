"""What the examples of the rules are computed with: the small cycle of 2026, KPIs, curves and running goals."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cairn.domain.attainment import aim_in
from cairn.domain.curves import curve_problems
from cairn.domain.event import SYSTEM
from cairn.domain.exact import exact, maybe_exact
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.scoring import score
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi
from cairn.domain.measure_checks import measure_problems
from cairn.domain.policy import Curve, LinearCurve, Scale
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule, make_schedule
from cairn.domain.scoring import kpi_points
from cairn.domain.targets import target_in
from tests.specs.company import HUA, LIN, REVENUE, WANG, D, active, on, plan, schedule
from tests.specs.given import World, given, please

NEW_YEAR = date(2026, 1, 1)
DATES = schedule()
STANDARD = LinearCurve(kind="linear")
THIRTEEN = make_schedule(NEW_YEAR, date(2027, 1, 31), plan())
TEN = make_schedule(date(2026, 3, 1), date(2026, 12, 31), plan())


def kpi(*values: Any, **facts: Any) -> Kpi:
    """A KPI of a whole cycle; `values` are threshold, target and stretch, or the target alone."""
    names = ("threshold", "target", "stretch") if len(values) == 3 else ("target",)
    given_values = {name: D(value) for name, value in zip(names, values, strict=False)}
    numbers = ("baseline", "threshold", "target", "stretch", "lower", "upper")
    plain = {
        name: D(value) if name in numbers and value is not None else value for name, value in facts.items()
    }
    return Kpi.model_validate({**given_values, **plain})


def points(
    measure: Kpi,
    actual: Any,
    period: str = "Y",
    *,
    curve: Curve = STANDARD,
    since: date = NEW_YEAR,
    dates: Schedule = DATES,
) -> Fraction:
    """The points of an actual in a period."""
    found = dates.period(period)
    assert found is not None
    aim = aim_in(measure, found, dates, since)
    assert aim is not None
    return kpi_points(aim, curve, exact(D(actual) if isinstance(actual, str) else actual))[1]


def targets(
    measure: Kpi, *periods: str, since: date = NEW_YEAR, dates: Schedule = DATES
) -> list[Fraction | None]:
    """A KPI's targets in periods."""
    found = [dates.period(key) for key in periods]
    return [target_in(measure, period, dates, since) for period in found if period is not None]


def checked(measure: Kpi, curve: Curve = STANDARD, **facts: Any) -> str:
    """The first thing wrong with a KPI, raised as the refusal people get."""
    for problem in measure_problems(measure, curve, DATES, NEW_YEAR, **facts):
        raise Refusal(problem.code, field=problem.field, **problem.facts)
    return "accepted"


def curve_checked(curve: Curve, scale: Scale | None = None) -> str:
    """The first thing wrong with a curve on a scale."""
    for problem in curve_problems(curve, scale or Scale()):
        raise Refusal(f"curve.{problem.code}")
    return "accepted"


def running(measure: Any, **facts: Any) -> World:
    """Lin's goal of weight 50 runs with this measure."""
    return given(active(measure=measure, **facts))


def adjusted(
    measure: Any, day: str, changes: did.Changes | Mapping[str, Any], policy: Any = None, **facts: Any
) -> Kpi:
    """The measure after an adjustment that is asked for and confirmed twice on a day."""
    free = policy or plan(flexible_space={"percent": 15, "draws": ("metric",), "metric_change": 0})
    wanted = changes if isinstance(changes, did.Changes) else did.Changes.model_validate(changes)
    world = running(measure, **facts).under(policy=free)
    asked = please(ask.RequestAdjustment, LIN, day, adjustment="a1", changes=wanted, reason="r")
    roles = (("manager", WANG), ("hr", HUA))
    world = world.having(asked, *(please(ask.ConfirmAdjustment, by, day, role=role) for role, by in roles))
    after = world.goal().measure
    assert isinstance(after, Kpi)
    return after


def drawn(measure: Any, changes: Mapping[str, Any]) -> Decimal:
    """What an adjustment of a goal of weight 50 draws, on 1 April."""
    wanted = did.Changes.model_validate(changes)
    asked = please(ask.RequestAdjustment, LIN, "04-01", adjustment="a1", changes=wanted, reason="r")
    [event] = running(measure).when(asked).events
    assert isinstance(event, did.AdjustmentRequested)
    return event.draws


def scored(world: World, period: str = "Y", goal: str = REVENUE) -> did.GoalScored:
    """A goal's score in a period."""
    return score(world.goal(goal), period, world.context(goal), on("2027-01-15"))


def rated(goal: str, points: Any, period: str = "Y", **facts: Any) -> did.GoalAssessed:
    return did.GoalAssessed(goal=goal, period=period, points=D(points), by=WANG, at=on("2026-12-30"), **facts)


def blank(goal: str = REVENUE) -> Goal:
    return Goal(id=goal)


__all__ = [
    "DATES",
    "NEW_YEAR",
    "STANDARD",
    "SYSTEM",
    "TEN",
    "THIRTEEN",
    "D",
    "adjusted",
    "blank",
    "checked",
    "curve_checked",
    "drawn",
    "kpi",
    "maybe_exact",
    "points",
    "rated",
    "running",
    "scored",
    "targets",
]
