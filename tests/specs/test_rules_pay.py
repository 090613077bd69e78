"""E3: money from results, by example and by law."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st

from cairn.domain.exact import exact
from cairn.domain.pay import share_out, true_up
from tests.specs.given import for_all
from tests.specs.rules import Example, check, specs
from tests.specs.rules.pay import PAY


@specs(*PAY)
def test_example(example: Example) -> None:
    check(example)


CENTS = st.integers(0, 1_000_000).map(lambda cents: Decimal(cents) / 100)
POINTS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3),
    st.fractions(0, 120, max_denominator=60),
    min_size=1,
    max_size=8,
)
CAPS = st.one_of(st.none(), st.integers(1, 500_000).map(lambda cents: Decimal(cents) / 100))


@for_all(CENTS, POINTS, CAPS)
def test_law_E3_the_parts_of_a_pot_and_what_is_left_sum_to_it_exactly(
    pot: Decimal, points: dict[str, Fraction], cap: Decimal | None
) -> None:
    shared = share_out(pot, points, cap)
    assert sum(shared.paid.values(), shared.left) == pot and shared.left >= 0


@for_all(CENTS, POINTS, CAPS)
def test_law_E3_something_is_left_only_where_all_with_points_are_at_the_cap(
    pot: Decimal, points: dict[str, Fraction], cap: Decimal | None
) -> None:
    shared = share_out(pot, points, cap)
    if shared.left:
        assert all(shared.paid[who] == cap for who, each in points.items() if each > 0)


@for_all(CENTS, POINTS, CAPS)
def test_law_E3_nobody_passes_the_cap_and_nobody_without_points_is_paid(
    pot: Decimal, points: dict[str, Fraction], cap: Decimal | None
) -> None:
    shared = share_out(pot, points, cap)
    assert cap is None or all(each <= cap for each in shared.paid.values())
    assert all(shared.paid[who] == 0 for who, each in points.items() if each == 0)


@for_all(CENTS, POINTS, CAPS)
def test_law_E3_more_points_never_get_less_money(
    pot: Decimal, points: dict[str, Fraction], cap: Decimal | None
) -> None:
    paid = share_out(pot, points, cap).paid
    ranked = sorted(points, key=lambda who: points[who])
    assert all(paid[less] <= paid[more] for less, more in pairwise(ranked) if points[less] < points[more])


@for_all(CENTS, POINTS, CAPS, st.fractions(0, 50, max_denominator=60))
def test_law_E3_whoever_gains_points_gets_no_less_than_before(
    pot: Decimal, points: dict[str, Fraction], cap: Decimal | None, gain: Fraction
) -> None:
    who = min(points)
    before, after = (
        share_out(pot, each, cap).paid[who] for each in (points, points | {who: points[who] + gain})
    )
    assert after >= before


@for_all(CENTS, POINTS, CAPS)
def test_law_E3_each_part_is_off_by_less_than_a_cent(
    pot: Decimal, points: dict[str, Fraction], cap: Decimal | None
) -> None:
    shared = share_out(pot, points, cap)
    assert all(abs(exact(paid) - shared.exact[who]) < Fraction(1, 100) for who, paid in shared.paid.items())


@for_all(CENTS, st.lists(CENTS, max_size=6))
def test_law_E3_advances_and_true_up_come_to_the_year_or_to_what_was_paid(
    year: Decimal, advances: list[Decimal]
) -> None:
    found = true_up(year, advances)
    assert found.advanced + found.due == max(year, sum(advances, Decimal(0)))
