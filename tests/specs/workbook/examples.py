"""Cairn's numbers of the rules' examples, from the cells of their worksheet."""

from collections.abc import Sequence
from typing import Any

from cairn.domain.exact import ONE, exact
from cairn.domain.policy import Missing, ScoringRules
from cairn.domain.schedule import Days
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, by_days, in_force, mixed, weighted
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
    if example.period is None:
        return in_force([(weight, ONE, points) for weight, points in parts], "reweight")
    first, last = cells[f"{example.key}.period.first"], cells[f"{example.key}.period.last"]
    period = Days(first=first, last=last)
    inside = [_days(cells, f"{example.key}.{number}", period) for number in range(1, len(parts) + 1)]
    if example.key == "Y2":
        return by_days([(days, exact(points)) for days, (_, points) in zip(inside, parts, strict=True)])
    return in_force(_in_force(parts, inside, (last - first).days + 1), "reweight")


def _in_force(
    parts: Sequence[tuple[Any, Score]], days: Sequence[int], whole: int
) -> list[tuple[Any, Any, Score]]:
    return [(weight, exact(n) / whole, points) for (weight, points), n in zip(parts, days, strict=True)]


def _days(cells: Inputs, name: str, period: Days) -> int:
    return period.inside(cells[f"{name}.first"], cells[f"{name}.last"])


def _mixed(cells: Inputs, missing: Missing) -> Score:
    known = [cells.maybe(f"U1.M{number:02d}") for number in range(1, MONTHS + 1)]
    months: list[tuple[Any, Score]] = [(ONE, MISSING if each is None else exact(each)) for each in known]
    mix = {"month": cells["U1.monthly"], "year": cells["U1.yearly"]}
    year: list[tuple[Any, Score]] = [(ONE, exact(cells["U1.year"]))]
    return mixed(mix, {"month": months, "year": year}, NOT_APPLICABLE, ScoringRules(missing=missing))
