"""U1, Y1, Y2, L7 and E2: what is missing, sheets and the year, by example and by law."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from cairn.domain.evaluation.gates import allowed
from cairn.domain.policy import ScoringRules
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, mixed, weighted
from tests.specs.given import for_all
from tests.specs.rules import Example, check, specs
from tests.specs.rules.results import GATED, RESULTS, added, with_rules


@specs(*RESULTS)
def test_example(example: Example) -> None:
    check(example)


COUNTS = st.dictionaries(st.sampled_from(["merit", "fault", "discipline"]), st.integers(1, 12))
BY_QUARTERS = st.integers(0, 480).map(lambda quarters: Fraction(quarters, 4))
ORDER = [band.grade for band in GATED.grades]


@for_all(BY_QUARTERS, BY_QUARTERS, COUNTS, BY_QUARTERS, st.fractions(0, 2, max_denominator=20))
def test_law_E2_with_all_else_equal_a_better_mix_never_gets_fewer_points_or_a_worse_grade(
    one: Fraction, more: Fraction, incidents: dict[str, int], lowest: Fraction, factor: Fraction
) -> None:
    worse, better = (
        added(mix, GATED, incidents=dict(incidents), lowest=lowest, factors=(factor,))
        for mix in (one, one + more)
    )
    assert better.points >= worse.points
    assert ORDER.index(better.grade) <= ORDER.index(worse.grade)


@for_all(BY_QUARTERS, COUNTS, BY_QUARTERS)
def test_law_E2_the_grade_is_one_of_those_that_gates_leave_and_the_points_are_what_they_were(
    mix: Fraction, incidents: dict[str, int], lowest: Fraction
) -> None:
    gated, free = (added(mix, of, incidents=dict(incidents), lowest=lowest) for of in (GATED, with_rules()))
    assert gated.grade in [band.grade for band in allowed(gated.bounds, GATED.grades)]
    assert gated.points == free.points
    assert gated.bounds is None or gated.bounds.by_points == free.grade


WEIGHTS = st.integers(1, 100).map(Fraction)
SCORES: st.SearchStrategy[Score] = st.one_of(
    st.integers(0, 120).map(Fraction), st.sampled_from([MISSING, NOT_APPLICABLE])
)
PARTS = st.lists(st.tuples(WEIGHTS, SCORES), min_size=1, max_size=6)


@for_all(PARTS, st.sampled_from(["reweight", "zero"]))
def test_law_U1_what_is_not_applicable_never_counts(
    parts: list[tuple[Fraction, Score]], missing: Any
) -> None:
    due = [part for part in parts if part[1] is not NOT_APPLICABLE]
    assert weighted(parts, missing) == weighted(due, missing)


@for_all(PARTS)
def test_law_U1_missing_counts_as_nothing_under_zero_and_leaves_its_weight_to_the_rest_else(
    parts: list[tuple[Fraction, Score]],
) -> None:
    nothing = [(weight, Fraction(0) if score is MISSING else score) for weight, score in parts]
    known = [(weight, score) for weight, score in parts if isinstance(score, Fraction)]
    assert weighted(parts, "zero") == weighted(nothing, "zero")
    if known:
        assert weighted(parts, "reweight") == weighted(known, "reweight")


@for_all(PARTS, st.integers(0, 5), st.integers(1, 20), st.sampled_from(["reweight", "zero"]))
def test_law_U1_a_part_that_scores_better_never_makes_the_whole_worse(
    parts: list[tuple[Fraction, Score]], number: int, more: int, missing: Any
) -> None:
    at = number % len(parts)
    weight, score = parts[at]
    before = weighted(parts, missing)
    if isinstance(score, Fraction) and isinstance(before, Fraction):
        after = weighted([*parts[:at], (weight, score + more), *parts[at + 1 :]], missing)
        assert isinstance(after, Fraction) and after > before


@for_all(st.lists(st.tuples(st.integers(1, 12).map(Fraction), SCORES), min_size=1, max_size=12))
def test_law_Y1_equal_months_in_force_are_the_plain_mean(parts: list[tuple[Fraction, Score]]) -> None:
    even = [(Fraction(1), score) for _, score in parts]
    known = [score for _, score in parts if isinstance(score, Fraction)]
    found = mixed({"month": Decimal(100)}, {"month": even}, NOT_APPLICABLE, ScoringRules())
    if known:
        assert found == sum(known, Fraction(0)) / len(known)
    else:
        assert not isinstance(found, Fraction)
