"""Cairn's numbers of the rules' examples, from the cells of their worksheet."""

from typing import Any

from cairn.domain.event import Event
from cairn.domain.exact import ONE, exact
from cairn.domain.goal import events as did
from cairn.domain.policy import Missing, ScoringRules
from cairn.domain.schedule import Days
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, by_days, mixed, weighted
from cairn.domain.streams import goal_name
from tests.specs.company import HUA, LIN, WANG, YEAR_ENDS, YEAR_STARTS, drafted, fact, opened, schedule
from tests.specs.given import World, given
from tests.specs.rules.versions import placed, points_of, sheet_points
from tests.specs.workbook.cells import Inputs
from tests.workbook.examples import BESIDE, EXAMPLES, MONTHS, Example


def numbers(cells: Inputs) -> dict[str, Any]:
    """Every result of the worksheet by its name."""
    found: dict[str, Any] = {example.key: _mean(example, cells) for example in EXAMPLES}
    beside = [_pair(cells, f"U1.{part.name}") for part in BESIDE]
    perspective = (exact(cells["U1.A.weight"]), found["U1.perspective"])
    found["U1.whole"] = weighted([perspective, *beside], "reweight")
    rules: tuple[Missing, ...] = ("reweight", "zero")
    return found | {f"U1.{missing}": _mixed(cells, missing) for missing in rules}


def _pair(cells: Inputs, name: str) -> tuple[Any, Score]:
    points = cells.maybe(f"{name}.points")
    return exact(cells[f"{name}.weight"]), NOT_APPLICABLE if points is None else exact(points)


def _mean(example: Example, cells: Inputs) -> Any:
    parts = [_pair(cells, f"{example.key}.{number}") for number in range(1, len(example.parts) + 1)]
    if example.key == "U1.perspective":
        return weighted(parts, "reweight")
    if example.key == "Y2":
        return by_days([(_days(cells, number), exact(points)) for number, (_, points) in enumerate(parts, 1)])
    period = "M04" if example.key == "W1.april" else "Y"
    if example.period:
        span = schedule().period(period)
        assert span and (span.starts, span.ends) == example.period
    return sheet_points(_sheet(example, cells, period), period)


def _days(cells: Inputs, number: int) -> int:
    period = Days(first=cells["Y2.period.first"], last=cells["Y2.period.last"])
    return period.inside(cells[f"Y2.{number}.first"], cells[f"Y2.{number}.last"])


def _sheet(example: Example, cells: Inputs, period: str) -> World:
    """A sheet of the parts: each a goal for its days, approved and scored; one without points was never approved."""
    names = [f"{example.key}.{number}" for number in range(1, len(example.parts) + 1)]
    goals = [goal_name("2026", LIN, number) for number in range(1, len(names) + 1)]
    weights = [(goal, cells[f"{name}.weight"]) for goal, name in zip(goals, names, strict=True)]
    events: list[Event] = [opened(placements=placed(*weights))]
    for goal, name in zip(goals, names, strict=True):
        first, last = cells.maybe(f"{name}.first"), cells.maybe(f"{name}.last")
        events.append(drafted(goal, since=first or YEAR_STARTS))
        if last is not None and last < YEAR_ENDS:
            events.append(fact(did.LastDaySet, HUA, goal=goal, last=last, cause="family"))
        points = cells[f"{name}.points"]
        if points is not None:
            events += [fact(did.GoalApproved, WANG, goal=goal), points_of(goal, period, points)]
    return given(events)


def _mixed(cells: Inputs, missing: Missing) -> Score:
    known = [cells.maybe(f"U1.M{number:02d}") for number in range(1, MONTHS + 1)]
    months: list[tuple[Any, Score]] = [(ONE, MISSING if each is None else exact(each)) for each in known]
    mix = {"month": cells["U1.monthly"], "year": cells["U1.yearly"]}
    year: list[tuple[Any, Score]] = [(ONE, exact(cells["U1.year"]))]
    return mixed(mix, {"month": months, "year": year}, NOT_APPLICABLE, ScoringRules(missing=missing))
