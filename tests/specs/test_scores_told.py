"""What is told of a score comes to the score: every calculation, whatever measure and curve (RULES M2–M5, E1)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import strategies as st

from cairn.domain.appraisal.behind import RolePart
from cairn.domain.attainment import off_target, plain_aim
from cairn.domain.exact import exact
from cairn.domain.goal.measured import Measured, points_at
from cairn.domain.measure import Kpi
from cairn.domain.policy import DeductionCurve, Policy
from cairn.domain.scoring import NOT_APPLICABLE, kpi_points
from cairn_portal.presenting import working
from cairn_portal.presenting.curve_words import curve_told
from cairn_portal.presenting.goal_score import raters_sum
from cairn_portal.signing_in.reader import PageReader
from tests.pages.arithmetic import figure, worked
from tests.specs.company import D, plan
from tests.specs.given import for_all

EN = PageReader("en")
NEAR = Fraction(1, 1000)
POLICY: Policy = plan()
DEDUCTION = DeductionCurve(kind="deduction", step=D(2), per_step=D(5), floor=D(20))
ERRORS = DeductionCurve(kind="deduction", step=D(1), per_step=D(5), step_of="value")
CURVES = {**POLICY.curves, "deduction": DEDUCTION, "errors": ERRORS}
WITH_ALL = POLICY.model_copy(update={"curves": CURVES})
WHOLE = (st.integers(-20, 160) | st.integers(-500, 500)).map(D)
KPIS: list[dict[str, Any]] = [
    {"target": D(120)}, {"target": D(120), "threshold": D(97), "stretch": D(150)}, {"target": D(-100)},
    {"target": D(0)}, {"direction": "lower", "target": D(70)},
    {"direction": "lower", "target": D(0), "threshold": D(7)},
    {"direction": "lower", "target": D(85), "baseline": D(100), "stretch": D(80)},
    {"direction": "range", "lower": D(95), "upper": D(105)}, {"direction": "range", "lower": D(0), "upper": D(3)},
    {"direction": "on_off", "target": D(1)},
]  # fmt: skip


@for_all(WHOLE)
def test_every_calculation_comes_to_what_was_scored(actual: Decimal) -> None:
    for facts, name in product(KPIS, CURVES):
        _follows(facts, name, actual)


def _follows(facts: dict[str, Any], name: str, actual: Decimal) -> None:
    kpi = Kpi(**facts, curve=name, aggregation="last")
    aim, curve, came = plain_aim(kpi), CURVES[name], exact(actual)
    reached, points = kpi_points(aim, curve, came)
    assert points_at(Measured(kpi, date.min, date.min, aim), WITH_ALL, reached, came) == points
    _, calculation = working.attained(EN, aim, came, reached)
    _comes_to(calculation, reached)
    told = curve_told(EN, kpi, aim, WITH_ALL, reached, came, points)
    assert told is not None and [each.applied for each in told.pieces].count(True) == 1
    if isinstance(curve, DeductionCurve):
        *_, last = working.deducted(EN, curve, reached, off_target(aim, came), points)
        _comes_to(last.partition(" (")[0], points)
        return
    (line,) = [each for each in told.lines if each.holds(reached)]
    _comes_to(working.on_line(line, reached), points)


def _comes_to(told: str, value: Fraction) -> None:
    """A calculation, or where there is nothing to calculate a verdict or a number."""
    last = told.rpartition("→ ")[2].removeprefix("met: ").removeprefix("missed: ")
    if "→" in told or not ("=" in told or "≈" in told):
        assert abs(figure(last) - value) < NEAR, told
        return
    left, right = worked(told)
    assert abs(left - right) < NEAR and abs(right - value) < NEAR, told


@pytest.mark.parametrize("seen", [True, False])
def test_E1_raters_are_told_by_role_and_what_a_role_came_to_only_to_those_who_may_see_it(seen: bool) -> None:
    roles = (
        RolePart("self", D(10), Fraction(90)),
        RolePart("manager", D(70), Fraction(80)),
        RolePart("internal_customers", D(20), NOT_APPLICABLE),
    )
    found = raters_sum(EN, roles, POLICY, seen=seen)
    assert found.total == Fraction("81.25")
    assert [(row.what, row.weight, row.counted) for row in found.rows] == [
        ("self", "10%", Fraction("12.5")), ("manager", "70%", Fraction("87.5")), ("internal customers", "20%", None),
    ]  # fmt: skip
    assert [row.points for row in found.rows] == ([90, 80, None] if seen else [None, None, None])
    assert ("What each role came to" in found.note) == (not seen)
