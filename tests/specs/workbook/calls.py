"""Cairn's numbers of the call-centre scorecard, from the cells of its worksheet."""

from fractions import Fraction
from typing import Any

from cairn.domain.forms import evaluated
from tests.specs.test_schemes import CRITERIA, agent
from tests.specs.workbook.cells import Inputs
from tests.workbook.calls import AGENTS

GOALS = {"quality": "quality", "handling": "handling_time", "satisfied": "satisfaction"}
"""The worksheet's columns by the policy's goals."""


def numbers(cells: Inputs) -> dict[str, Any]:
    """Every result of the worksheet by its name."""
    found: dict[str, Any] = {}
    for who in AGENTS:
        found |= {f"{who}.{name}": value for name, value in _agent(cells, who).items()}
    return found


def _agent(cells: Inputs, who: str) -> dict[str, Any]:
    calls = [_call(cells, f"{who}.{number}") for number in range(1, len(AGENTS[who][0]) + 1)]
    played = agent(calls, cells[f"{who}.seconds"], cells.maybe(f"{who}.satisfaction"))
    form, full = played.policy.forms["call"], played.policy.scale.full
    found: dict[str, Any] = {}
    for number, work in played.goals[played.key("quality")].evaluations.items():
        found[f"{number}.weighted"] = _known(evaluated(form, full, work.marks))
        found[f"{number}.counts"] = _known(evaluated(form, full, work.marks, work.errors, work.fatal))
    scores = {name: played.goals[played.key(goal)].scores["M01"].points for name, goal in GOALS.items()}
    month = played.sheet.scores["M01"]
    return {
        **found,
        **scores,
        "points": month.points,
        "rounded": month.rounded,
        "by_points": month.bounds.by_points if month.bounds else month.grade,
        "grade": month.grade,
        "coefficient": month.coefficient,
    }


def _known(points: Any) -> Any:
    """Points, None where a call does not apply."""
    return points if isinstance(points, Fraction) else None


def _call(cells: Inputs, name: str) -> tuple[str, int, bool]:
    marks = (cells.maybe(f"{name}.{criterion}") for criterion in CRITERIA)
    said = " ".join("–" if mark is None else str(mark) for mark in marks)
    return said, int(cells[f"{name}.errors"]), bool(cells[f"{name}.fatal"])
