"""U1, Y1, Y2, L7 and E2: what is missing, sheets and the year, by example and by law."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from cairn.domain.policy import ScoringRules
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, mixed, weighted
from tests.specs.given import for_all
from tests.specs.rules import Example, check, specs
from tests.specs.rules.results import RESULTS


@specs(*RESULTS)
def test_example(example: Example) -> None:
    check(example)


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
