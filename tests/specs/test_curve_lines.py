"""A curve told as straight lines says what the curve computes, for every attainment (RULES M3–M5)."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import strategies as st

from cairn.domain import curves
from cairn.domain.curve_lines import line_at, lines_of, straight_lines
from cairn.domain.policy import (
    AllOrNothingCurve,
    Band,
    BandsCurve,
    Curve,
    LinearCurve,
    Piece,
    PiecesCurve,
    RatioCurve,
    Scale,
)
from tests.specs.company import D
from tests.specs.given import for_all

CURVES: list[Curve] = [
    LinearCurve(kind="linear"),
    LinearCurve(kind="linear", cap=None),
    LinearCurve(kind="linear", below=D(10), threshold=D(50), stretch=D(130), cap=D(110)),
    LinearCurve(kind="linear", target=D(5), threshold=D(3), stretch=D(5), cap=D(5)),
    RatioCurve(kind="ratio"),
    RatioCurve(kind="ratio", full=D(5), cap=None),
    BandsCurve(kind="bands", bands=(Band(attainment=D(100), points=D(100)), Band(attainment=D(50), points=D(50)))),
    AllOrNothingCurve(kind="all_or_nothing"),
    PiecesCurve(
        kind="pieces",
        pieces=(
            Piece(attainment=D(50), points=D(50), per_percent=D(1)),
            Piece(attainment=D(100), points=D(100), per_percent=D(2)),
        ),
    ),
]  # fmt: skip
PERCENT = st.fractions(0, 150, max_denominator=12) | st.fractions(-100, 400) | st.sampled_from(
    [Fraction(n) for n in (0, 50, 80, 100, 110, 120)] + [Fraction(200, 3), Fraction(400, 3)]
)  # fmt: skip
PLACES = (None, Fraction(0), Fraction(200, 3), Fraction(80), Fraction(100))
STRETCHES = (None, Fraction(100), Fraction(110), Fraction(400, 3))


@for_all(PERCENT)
def test_each_attainment_lies_on_one_line_and_has_its_points_there(reached: Fraction) -> None:
    for curve, threshold, stretch in product(CURVES, PLACES, STRETCHES):
        (line,) = [each for each in lines_of(curve, threshold, stretch) if each.holds(reached)]
        assert line.at(reached) == curves.points(curve, reached, threshold, stretch), (
            curve,
            threshold,
            stretch,
        )


@for_all(st.sampled_from([Scale(), Scale(least=D(1), to=D(5), full=D(5)), Scale(to=None)]), PERCENT)
def test_so_does_a_share_on_the_straight_line_over_the_scale(scale: Scale, reached: Fraction) -> None:
    line = line_at(straight_lines(scale), reached)
    assert line is not None and line.at(reached) == curves.straight(scale, reached)


@pytest.mark.parametrize(
    ("reached", "name"), [(50, "below"), (80, "to_target"), (100, "to_stretch"), (120, "cap"), (300, "cap")]
)
def test_M3_the_line_that_applies_is_named(reached: int, name: str) -> None:
    curve = LinearCurve(kind="linear", cap=D(115))
    line = line_at(lines_of(curve, Fraction(80), Fraction(120)), Fraction(reached))
    assert line is not None and line.name == name
