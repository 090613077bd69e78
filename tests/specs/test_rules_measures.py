"""N1 and M1–M7: how a goal is measured, by example and by law."""

from decimal import Decimal
from fractions import Fraction

import hypothesis
import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from cairn.domain.computed import AlignedGoal, children, is_ancestor
from cairn.domain.curves import curve_problems
from cairn.domain.exact import exact, rounded, written
from cairn.domain.goal import events as did
from cairn.domain.measure import Kpi
from cairn.domain.measure_checks import measure_problems
from cairn.domain.policy import (
    AllOrNothingCurve,
    Band,
    BandsCurve,
    Curve,
    DeductionCurve,
    LinearCurve,
    Piece,
    PiecesCurve,
    RatioCurve,
    Scale,
)
from tests.specs.company import LIN, reading
from tests.specs.given import for_all
from tests.specs.rules import Example, check, specs
from tests.specs.rules.cases import DATES, NEW_YEAR, kpi, points, running, scored
from tests.specs.rules.measures import MEASURES


@specs(*MEASURES)
def test_example(example: Example) -> None:
    check(example)


NUMBERS = st.integers(-40, 40).map(lambda n: Decimal(n) / 4)
POINTS = st.integers(0, 130).map(Decimal)


@st.composite
def any_curve(draw: st.DrawFn) -> Curve:
    """A curve of any kind, such as the checks let pass."""
    low, first, second, third, high = sorted(draw(st.lists(POINTS, min_size=5, max_size=5)))
    starts = sorted(draw(st.lists(NUMBERS.map(lambda n: n * 20), min_size=2, max_size=2, unique=True)))
    cap = draw(st.none() | st.just(high))
    slope = Decimal(draw(st.sampled_from([0, 1, 2])))
    steps = tuple(zip(starts, (first, second), strict=True))
    any_kind: list[Curve] = [
        LinearCurve(kind="linear", below=low, threshold=first, target=second, stretch=third, cap=cap),
        RatioCurve(kind="ratio", full=max(first, Decimal(1)), cap=cap),
        BandsCurve(kind="bands", bands=tuple(Band(attainment=a, points=p) for a, p in steps), below=low),
        AllOrNothingCurve(kind="all_or_nothing", reached=high, missed=low),
        DeductionCurve(kind="deduction", start=high, floor=low, per_step=first, step_of="value"),
        DeductionCurve(kind="deduction", start=high, floor=low, per_step=first, step_of="attainment"),
        PiecesCurve(
            kind="pieces",
            below=low,
            cap=cap,
            pieces=tuple(Piece(attainment=a, points=p, per_percent=slope) for a, p in steps),
        ),
    ]
    curve = draw(st.sampled_from(any_kind))
    assume(not list(curve_problems(curve, Scale(to=None))))
    return curve


@st.composite
def any_kpi(draw: st.DrawFn, curve: Curve) -> Kpi:
    """Any KPI with a direction, such as the checks let pass for a curve."""
    direction = draw(st.sampled_from(["higher", "lower"]))
    ordered = sorted(draw(st.lists(NUMBERS, min_size=4, max_size=4)), reverse=direction == "lower")
    baseline, threshold, target, stretch = (draw(st.none() | st.just(each)) for each in ordered)
    target, linear = ordered[2] if target is None else target, isinstance(curve, LinearCurve)
    quarters = draw(st.none() | st.lists(NUMBERS, min_size=4, max_size=4))
    measure = Kpi(
        direction=direction,
        aggregation=draw(st.sampled_from(["sum", "mean", "last", "ratio"])),
        baseline=baseline,
        threshold=threshold if linear else None,
        stretch=stretch if linear else None,
        target=None if quarters else target,
        targets={f"Q{n}": exact(each) for n, each in enumerate(quarters, start=1)} if quarters else {},
        threshold_beside=draw(st.none() | NUMBERS.map(exact)) if linear else None,
    )
    assume(not list(measure_problems(measure, curve, DATES, NEW_YEAR)))
    return measure


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@hypothesis.given(st.data(), NUMBERS, NUMBERS, st.sampled_from(["M01", "M07", "Q2", "H2", "Y"]))
def test_law_M1_with_all_else_equal_a_better_actual_never_gets_fewer_points(
    data: st.DataObject, one: Decimal, other: Decimal, period: str
) -> None:
    """For any curve and any measure that pass the checks, in every period."""
    curve = data.draw(any_curve())
    measure = data.draw(any_kpi(curve))
    worse, better = sorted((one, other), reverse=measure.direction == "lower")
    assert points(measure, worse, period, curve=curve) <= points(measure, better, period, curve=curve)


@for_all(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 99), st.sampled_from(["higher", "lower"]))
def test_law_M2_a_threshold_keeps_its_attainment_whatever_the_target_becomes(
    target: int, later: int, percent: int, direction: str
) -> None:
    """The same share of the target is worth the same points before and after."""
    place = percent if direction == "higher" else 200 - percent
    threshold = Decimal(target) * place / 100
    before = kpi(target, threshold=threshold, direction=direction)
    after = kpi(later, threshold=threshold, threshold_beside=target, direction=direction)
    for part in (place - 1, place, place + 1, 100):
        assert points(before, Fraction(target * part, 100)) == points(after, Fraction(later * part, 100))


@for_all(st.fractions(-(10**9), 10**9))
def test_law_N1_a_number_that_is_stored_comes_back_as_it_was(number: Fraction) -> None:
    assert exact(written(number)) == number


@for_all(st.fractions(-(10**6), 10**6), st.integers(0, 6))
def test_law_N1_rounding_is_off_by_half_a_last_place_at_most_and_away_from_zero(
    number: Fraction, places: int
) -> None:
    found = exact(rounded(number, places))
    assert abs(found - number) <= Fraction(1, 2 * 10**places)
    assert rounded(-number, places) == -rounded(number, places)


@for_all(
    st.lists(st.decimals("0.01", 999, places=2), min_size=1, max_size=6), st.sampled_from(["M01", "Q1", "Y"])
)
def test_law_N1_a_score_computed_again_from_its_stored_form_is_the_same(
    values: list[Decimal], period: str
) -> None:
    readings = [reading(f"01-{day:02d}", str(value), day) for day, value in enumerate(values, start=1)]
    world = running(kpi(1190, threshold=700, stretch=1300, baseline=113, metric="sales", subject=LIN))
    first = scored(world.with_readings(*readings), period)
    again = scored(world.with_readings(*readings), period)
    assert did.GoalScored.model_validate_json(first.model_dump_json()) == again
    assert first.points is not None and first.rounded == rounded(first.points, 2)


def test_M6_no_goal_is_its_own_ancestor() -> None:
    circle = {"a": AlignedGoal("b", computed=True), "b": AlignedGoal("a", computed=True)}
    with pytest.raises(ValueError, match="its own ancestor"):
        children("a", circle)
    assert is_ancestor("a", "c", {"c": "b", "b": "a", "a": None}) and not is_ancestor(
        "c", "a", {"c": "a", "a": None}
    )
