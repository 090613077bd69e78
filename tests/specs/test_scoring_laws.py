"""The laws of scoring: every curve, direction and mix keeps them, whatever the numbers."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from cairn.domain import attainment as attainments
from cairn.domain import curves, scoring
from cairn.domain.exact import exact, maybe_exact, rounded
from cairn.domain.measure import Kpi
from cairn.domain.policy import (
    Curve,
    LinearCurve,
    ScoringRules,
)
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, grade, mean
from tests.specs.company import D, plan
from tests.specs.given import for_all

NUMBERS = st.decimals(-10_000, 10_000, places=2)
POSITIVE = st.decimals("0.01", 10_000, places=2)
PERCENT = st.decimals(-300, 500, places=2)
POINTS = st.decimals(0, 150, places=3)
CURVES: dict[str, Curve] = plan().curves
LINEAR = LinearCurve(kind="linear")


def attainment(kpi: Kpi, actual: Any, target: Any) -> Fraction:
    return attainments.attainment(attainments.plain_aim(kpi, maybe_exact(target)), exact(actual))


def points(curve: Curve, reached: Any, threshold: Any = None, stretch: Any = None) -> Fraction:
    return curves.points(curve, exact(reached), maybe_exact(threshold), maybe_exact(stretch))


def kpi_points(kpi: Kpi, curve: Curve, actual: Any, target: Any) -> tuple[Fraction, Fraction]:
    return scoring.kpi_points(attainments.plain_aim(kpi, maybe_exact(target)), curve, exact(actual))


def score(points: Any) -> Score:
    return MISSING if points is None else exact(points)


def weighted(pairs: Any, missing: Any) -> Score:
    return scoring.weighted([(exact(weight), score(value)) for weight, value in pairs], missing)


@pytest.mark.parametrize(
    ("direction", "actual", "target", "expected"),
    [
        ("higher", 80, 100, 80),
        ("higher", 120, 100, 120),
        ("higher", -150, 100, -150),
        ("higher", -1, -2, 150),
        ("higher", -3, -2, 50),
        ("lower", 80, 100, 120),
        ("lower", 120, 100, 80),
        ("lower", 250, 100, -50),
        ("higher", 0, 0, 100),
        ("higher", 1, 0, 100),
        ("higher", -1, 0, 0),
        ("lower", 0, 0, 100),
        ("lower", 1, 0, 0),
        ("on_off", 1, 1, 100),
        ("on_off", 0, 1, 0),
    ],
)
def test_attainment_by_direction(direction: Any, actual: int, target: int, expected: int) -> None:
    assert attainment(Kpi(direction=direction), D(actual), D(target)) == expected


@pytest.mark.parametrize(
    ("direction", "baseline", "actual", "target", "expected"),
    [
        ("lower", 100, 100, 85, 0),
        ("lower", 100, 85, 85, 100),
        ("lower", 100, 92, 85, "53.333"),
        ("lower", 100, 80, 85, "133.333"),
        ("lower", 100, 110, 85, "-66.667"),
        ("higher", 40, 50, 60, 50),
        ("higher", 40, 30, 60, -50),
        ("higher", 60, 60, 60, 100),
        ("higher", 60, 59, 60, 0),
    ],
)
def test_with_a_baseline_the_way_from_it_to_the_target_counts(
    direction: Any, baseline: int, actual: int, target: int, expected: Any
) -> None:
    """Below the baseline it is negative and stays visible."""
    found = attainment(Kpi(direction=direction, baseline=D(baseline)), D(actual), D(target))
    assert round(found, 3) == D(expected)


@pytest.mark.parametrize(
    ("actual", "expected"), [(95, 100), (105, 100), (100, 100), ("85.5", 90), (126, 80), (-10, 0), (300, 0)]
)
def test_in_a_range_everything_inside_is_full_and_outside_it_falls_in_percent_of_the_nearer_bound(
    actual: Any, expected: int
) -> None:
    assert attainment(Kpi(direction="range", lower=D(95), upper=D(105)), D(actual), None) == expected


def test_where_the_nearer_bound_is_zero_a_range_is_met_or_missed() -> None:
    none = Kpi(direction="range", lower=D(0), upper=D(0))
    assert [attainment(none, D(0), None), attainment(none, D(1), None)] == [100, 0]


def test_a_range_the_wrong_way_round_is_no_range() -> None:
    with pytest.raises(ValueError, match="range"):
        Kpi(direction="range", lower=D(2), upper=D(1))


@for_all(NUMBERS, st.none() | NUMBERS, st.sampled_from(["higher", "lower"]))
def test_the_target_reached_is_always_a_hundred(
    target: Decimal, baseline: Decimal | None, direction: Any
) -> None:
    kpi = Kpi(direction=direction, baseline=baseline)
    assert attainment(kpi, target, target) == 100


@for_all(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(["higher", "lower"]))
def test_doing_better_never_attains_less(a: Decimal, b: Decimal, target: Decimal, direction: Any) -> None:
    worse, better = sorted((a, b), reverse=direction == "lower")
    kpi = Kpi(direction=direction)
    assert attainment(kpi, worse, target) <= attainment(kpi, better, target)


@for_all(NUMBERS, NUMBERS, POSITIVE, POSITIVE, st.sampled_from(["higher", "lower"]))
def test_nor_with_a_baseline_on_the_side_the_target_is_not(
    a: Decimal, b: Decimal, target: Decimal, gap: Decimal, direction: Any
) -> None:
    worse, better = sorted((a, b), reverse=direction == "lower")
    kpi = Kpi(direction=direction, baseline=target - gap if direction == "higher" else target + gap)
    assert attainment(kpi, worse, target) <= attainment(kpi, better, target)


@pytest.mark.parametrize("name", list(CURVES))
@for_all(low=PERCENT, high=PERCENT)
def test_more_attainment_never_gives_fewer_points(name: str, low: Decimal, high: Decimal) -> None:
    low, high = sorted((low, high))
    assert points(CURVES[name], low) <= points(CURVES[name], high)


@for_all(PERCENT, PERCENT, st.decimals(-50, 99, places=1), st.none() | st.decimals(101, 200, places=1))
def test_nor_with_threshold_and_stretch(
    low: Decimal, high: Decimal, threshold: Decimal, stretch: Any
) -> None:
    low, high = sorted((low, high))
    assert points(LINEAR, low, threshold, stretch) <= points(LINEAR, high, threshold, stretch)


@pytest.mark.parametrize("name", list(CURVES))
@for_all(reached=PERCENT)
def test_no_curve_gives_less_than_nothing_or_more_than_its_cap(name: str, reached: Decimal) -> None:
    assert 0 <= points(CURVES[name], reached) <= 120


@for_all(PERCENT, st.decimals("0.0001", "0.01", places=4), st.none() | st.decimals(101, 200, places=1))
def test_a_linear_curve_has_no_jumps_but_at_the_threshold(x: Any, step: Any, stretch: Any) -> None:
    """No more than twenty points a per cent, the steepest stretch of these curves."""
    x, step = exact(x), exact(step)
    assert points(LINEAR, x + step, None, stretch) - points(LINEAR, x, None, stretch) <= 20 * step
    threshold = exact(80)
    assume(not x < threshold <= x + step)
    assert points(LINEAR, x + step, threshold, stretch) - points(LINEAR, x, threshold, stretch) <= 20 * step


@pytest.mark.parametrize(
    ("reached", "threshold", "stretch", "expected"),
    [
        (79, 80, None, 0),
        (80, 80, None, 60),
        (90, 80, None, 80),
        (100, 80, None, 100),
        (105, 80, None, 105),
        (150, 80, None, 120),
        (110, 80, 120, 110),
        (120, 80, 120, 120),
        (300, 80, 120, 120),
        (0, None, None, 0),
        (50, None, None, 50),
        (110, None, None, 110),
    ],
)
def test_the_linear_curve_by_example(reached: int, threshold: Any, stretch: Any, expected: int) -> None:
    limits = [D(each) if each is not None else None for each in (threshold, stretch)]
    assert points(LINEAR, D(reached), *limits) == expected


@pytest.mark.parametrize(
    ("curve", "reached", "expected"),
    [
        (CURVES["ratio"], "83.3", "83.3"),
        (CURVES["ratio"], "-20", 0),
        (CURVES["ratio"], "130", 120),
        (CURVES["bands"], "79.99", 0),
        (CURVES["bands"], "80", 70),
        (CURVES["bands"], "99.99", 70),
        (CURVES["bands"], "140", 100),
        (CURVES["all"], "99.999", 0),
        (CURVES["all"], "100", 100),
        (CURVES["deduction"], "100", 100),
        (CURVES["deduction"], "99", 99),
        (CURVES["deduction"], "98.9", 98),
        (CURVES["deduction"], "-100", 0),
    ],
)
def test_the_other_curves_by_example(curve: Curve, reached: str, expected: Any) -> None:
    assert points(curve, D(reached)) == D(expected)


SALES = Kpi(target=D(1200), threshold=D(960), stretch=D(1440), baseline=None)


@pytest.mark.parametrize(("actual", "expected"), [(80, 60), (79, 0), (100, 100), (120, 120), (90, 80)])
def test_threshold_and_stretch_move_with_a_months_share_of_a_sum(actual: int, expected: int) -> None:
    assert kpi_points(SALES, LINEAR, D(actual), D(100))[1] == expected


def test_and_do_not_move_where_the_target_is_the_same_every_month() -> None:
    rate = Kpi(unit="%", aggregation="ratio", threshold=D(85), target=D(95))
    assert kpi_points(rate, LINEAR, D(85), D(95))[1] == 60
    assert kpi_points(rate, LINEAR, D("84.9"), D(95))[1] == 0


def test_a_years_baseline_moves_with_the_months_share_too() -> None:
    """From 960 last year to 1,200: a month's way leads from 80 to 100, and 90 is half of it."""
    grown = Kpi(target=D(1200), baseline=D(960))
    assert list(kpi_points(grown, LINEAR, D(90), D(100))) == [50, 50]
    assert kpi_points(grown, LINEAR, D(80), D(100))[0] == 0
    assert list(kpi_points(grown, LINEAR, D(1080), D(1200))) == [50, 50]


@for_all(st.integers(1, 12), st.decimals(0, 2, places=2))
def test_a_part_of_the_year_scores_like_the_year(parts: int, share: Decimal) -> None:
    kpi = Kpi(target=D(1200), baseline=D(600), threshold=D(960), stretch=D(1440))
    actual = 1200 * exact(share)
    year = kpi_points(kpi, LINEAR, actual, D(1200))
    assert kpi_points(kpi, LINEAR, actual / parts, Fraction(1200, parts)) == year


PAIRS = st.lists(st.tuples(POSITIVE, st.none() | POINTS), min_size=1, max_size=8)


@for_all(PAIRS)
def test_reweighting_leaves_out_what_is_missing(pairs: list[tuple[Decimal, Decimal | None]]) -> None:
    there = [(weight, value) for weight, value in pairs if value is not None]
    assert weighted(pairs, "reweight") == (weighted(there, "reweight") if there else MISSING)


@for_all(PAIRS)
def test_zero_counts_what_is_missing_as_nothing(pairs: list[tuple[Decimal, Decimal | None]]) -> None:
    filled = [(weight, value or D(0)) for weight, value in pairs]
    assert weighted(pairs, "zero") == weighted(filled, "zero")


@for_all(PAIRS)
def test_a_mean_lies_between_the_least_and_the_most(pairs: list[tuple[Decimal, Decimal | None]]) -> None:
    values = [value for _, value in pairs if value is not None]
    found = weighted(pairs, "reweight")
    if not values:
        assert found is MISSING
    else:
        assert isinstance(found, Fraction) and min(values) <= found <= max(values)


def test_two_fives_and_an_unused_part_make_five_and_not_three_point_three() -> None:
    assert weighted([(D(1), D(5)), (D(1), D(5)), (D(1), None)], "reweight") == 5
    counted = weighted([(D(1), D(5)), (D(1), D(5)), (D(1), None)], "zero")
    assert isinstance(counted, Fraction) and rounded(counted, 2) == D("3.33")


def test_nothing_at_all_is_nothing_under_reweight_and_zero_under_zero() -> None:
    assert weighted([(D(1), None)], "reweight") is MISSING and weighted([(D(1), None)], "zero") == 0
    assert weighted([], "zero") is NOT_APPLICABLE and mean([]) is None


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("89.995", 2, "90.00"),
        ("89.994999", 2, "89.99"),
        ("0.5", 0, "1"),
        ("2.5", 0, "3"),
        ("-0.005", 2, "-0.01"),
    ],
)
def test_rounding_is_half_up(value: str, places: int, expected: str) -> None:
    assert str(rounded(exact(value), places)) == expected


def test_rounding_happens_once_at_the_end() -> None:
    """Three thirds of a hundred are a hundred, not 99.99."""
    thirds = weighted([(D(1), Fraction(100, 3))] * 3, "reweight")
    assert isinstance(thirds, Fraction) and rounded(thirds * 3, 2) == 100


RND = {"quarter": 30, "half_year": 20, "year": 50}


@pytest.mark.parametrize(
    ("mix", "by_kind", "subordinates", "expected"),
    [
        ({"month": 40, "year": 60}, {"month": [90, 100], "year": [80]}, None, 86),
        (RND, {"quarter": [80, 90], "half_year": [100], "year": [70]}, None, "80.5"),
        ({"year": 70, "subordinates": 30}, {"year": [90]}, 80, 87),
        ({"year": 70, "subordinates": 30}, {"year": [90]}, None, 90),
        ({"month": 40, "year": 60}, {"year": [80]}, None, 80),
        ({"month": 40, "year": 60}, {"month": [None, 100], "year": [80]}, None, 88),
    ],
)  # fmt: skip
def test_a_years_result_is_mixed_as_the_family_says(
    mix: Any, by_kind: Any, subordinates: Any, expected: Any
) -> None:
    assert year_result(mix, by_kind, subordinates, "reweight") == D(expected)


def year_result(mix: Any, by_kind: Any, subordinates: Any, missing: Any) -> Score:
    """Of periods that are all equally long."""
    weights = {kind: D(weight) for kind, weight in mix.items()}
    kinds = {kind: [(Fraction(1), score(each)) for each in values] for kind, values in by_kind.items()}
    return scoring.mixed(weights, kinds, score(subordinates), ScoringRules(missing=missing))


def test_what_is_missing_in_the_mix_is_zero_where_the_policy_says_so() -> None:
    mix = {"month": 40, "year": 60}
    assert year_result(mix, {"month": [None], "year": [80]}, None, "zero") == 48
    assert year_result({"year": 70, "subordinates": 30}, {"year": [90]}, None, "zero") == 63


@pytest.mark.parametrize(
    ("score", "expected"),
    [("120", "S"), ("110", "S"), ("109.99", "A"), ("80", "B"), ("79.99", "D"), ("0", "D")],
)
def test_a_grade_is_the_best_whose_points_are_reached(score: str, expected: str) -> None:
    assert grade(D(score), plan().grades).grade == expected


def test_below_every_band_it_is_the_last_grade() -> None:
    assert grade(D(-5), plan().grades).grade == "D"


def test_absurd_numbers_are_computed_and_not_raised() -> None:
    huge = Decimal("1E+999999")
    assert kpi_points(Kpi(target=D(1)), LINEAR, huge, D(1))[1] == 120
    assert kpi_points(Kpi(target=huge), LINEAR, D(1), huge)[1] >= 0
