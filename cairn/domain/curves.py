"""From attainment to points, whatever is measured (RULES M3–M5), and which curves a policy's scale allows.

Linear between threshold, target and stretch as in Lanteria.
"""

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, assert_never

from cairn.domain.exact import HUNDRED, ZERO, exact, maybe_exact
from cairn.domain.policy import (
    AllOrNothingCurve,
    BandsCurve,
    Curve,
    DeductionCurve,
    LinearCurve,
    PiecesCurve,
    RatioCurve,
    Scale,
)


def points(
    curve: Curve,
    reached: Fraction,
    threshold: Fraction | None = None,
    stretch: Fraction | None = None,
    off: Fraction | None = None,
) -> Fraction:
    """Points for an attainment (percent). `threshold` and `stretch` are attainments too, where the KPI has them; `off`
    is how far the actual is off the target in the KPI's unit, where a curve counts in values."""
    match curve:
        case LinearCurve():
            return _linear(curve, reached, threshold, stretch)
        case RatioCurve():
            return _capped(max(reached, ZERO) * exact(curve.full) / HUNDRED, curve.cap)
        case BandsCurve():
            won = [band for band in curve.bands if reached >= exact(band.attainment)]
            best = max(won, key=lambda band: band.attainment) if won else None
            return exact(best.points if best else curve.below)
        case AllOrNothingCurve():
            return exact(curve.reached if reached >= HUNDRED else curve.missed)
        case DeductionCurve():
            return _deducted(curve, reached, off)
        case PiecesCurve():
            return _piece(curve, reached)
        case _:
            assert_never(curve)


def _capped(value: Fraction, cap: object) -> Fraction:
    return value if cap is None else min(value, exact(cap))


def _linear(
    curve: LinearCurve, x: Fraction, threshold: Fraction | None, stretch: Fraction | None
) -> Fraction:
    target = exact(curve.target)
    start, first = (ZERO, exact(curve.below)) if threshold is None else (threshold, exact(curve.threshold))
    if x < start:
        return exact(curve.below)
    if x < HUNDRED:
        return first + (target - first) * (x - start) / (HUNDRED - start)
    if stretch is None or x == HUNDRED:
        return _capped(target + target / HUNDRED * (x - HUNDRED), curve.cap)
    part = min((x - HUNDRED) / (stretch - HUNDRED), Fraction(1)) if stretch > HUNDRED else Fraction(1)
    return _capped(target + (exact(curve.stretch) - target) * part, curve.cap)


def _deducted(curve: DeductionCurve, reached: Fraction, off: Fraction | None) -> Fraction:
    _, steps = steps_missing(curve, reached, off)
    return max(exact(curve.start) - steps * exact(curve.per_step), exact(curve.floor))


def steps_missing(curve: DeductionCurve, reached: Fraction, off: Fraction | None) -> tuple[Fraction, int]:
    """(what is missing, in percent of attainment or in the KPI's unit; how many whole or part steps that is)."""
    missing = max(HUNDRED - reached, ZERO) if curve.step_of == "attainment" or off is None else off
    return missing, math.ceil(missing / exact(curve.step))


def _piece(curve: PiecesCurve, x: Fraction) -> Fraction:
    won = [piece for piece in curve.pieces if x >= exact(piece.attainment)]
    if not won:
        return exact(curve.below)
    piece = max(won, key=lambda each: each.attainment)
    return _capped(_on(piece.points, piece.per_percent, x - exact(piece.attainment)), curve.cap)


def _on(starts: object, per_percent: object, further: Fraction) -> Fraction:
    return exact(starts) + exact(per_percent) * further


def straight(scale: Scale, reached: Fraction) -> Fraction:
    """Points in a straight line over the scale: its beginning for nothing, its 100 % for all."""
    least, full = exact(scale.least), exact(scale.full)
    return max(least, _capped(least + (full - least) * reached / HUNDRED, scale.to))


def rated(scale: Scale, rating: Fraction) -> Fraction:
    """A rating on the scale as an attainment in percent of what 100 % is."""
    least = exact(scale.least)
    return HUNDRED * (rating - least) / (exact(scale.full) - least)


def on_scale(scale: Scale, value: Fraction) -> Fraction:
    """A value moved to the scale's end where it lies outside (RULES E2)."""
    return max(exact(scale.least), _capped(value, scale.to))


class CurveProblem(NamedTuple):
    """`fall`: the points at `other` are fewer than at `one`, where better must never get less; `outside`: the points at
    `one` lie outside the scale, whose end there is `high`."""

    code: str
    one: str
    low: Fraction
    other: str
    high: Fraction | None


def curve_problems(curve: Curve, scale: Scale) -> Iterator[CurveProblem]:
    """What is wrong with a curve: points that fall, points outside the policy's scale."""
    steps = _steps(curve)
    for (one, low), (other, high) in pairwise(steps):
        if low > high:
            yield CurveProblem("fall", one, low, other, high)
    least, most = exact(scale.least), maybe_exact(scale.to)
    for name, value in steps:
        if value < least:
            yield CurveProblem("outside", name, value, "from", least)
        elif most is not None and value > most:
            yield CurveProblem("outside", name, value, "to", most)
    if most is not None and getattr(curve, "cap", 0) is None:
        yield CurveProblem("uncapped", "cap", ZERO, "to", most)


def _steps(curve: Curve) -> list[tuple[str, Fraction]]:
    """The points a curve leads through, from the worst to the best, by the names of its fields."""
    named: list[tuple[str, object]]
    match curve:
        case LinearCurve():
            named = [
                (name, getattr(curve, name)) for name in ("below", "threshold", "target", "stretch", "cap")
            ]
        case RatioCurve():
            named = [("full", curve.full), ("cap", curve.cap)]
        case BandsCurve():
            bands = sorted(curve.bands, key=lambda band: band.attainment)
            named = [("below", curve.below), *((f"bands {b.attainment}", b.points) for b in bands)]
        case AllOrNothingCurve():
            named = [("missed", curve.missed), ("reached", curve.reached)]
        case DeductionCurve():
            named = [("floor", curve.floor), ("start", curve.start)]
        case PiecesCurve():
            named = _pieces(curve)
        case _:
            assert_never(curve)
    return [(name, exact(value)) for name, value in named if value is not None]


def _pieces(curve: PiecesCurve) -> list[tuple[str, object]]:
    pieces = sorted(curve.pieces, key=lambda piece: piece.attainment)
    named: list[tuple[str, object]] = [("below", curve.below)]
    for piece, following in pairwise([*pieces, None]):
        assert piece is not None
        named.append((f"pieces {piece.attainment}", piece.points))
        if following is not None:
            width = exact(following.attainment) - exact(piece.attainment)
            end = _on(piece.points, piece.per_percent, width)
            named.append((f"pieces {piece.attainment}", _capped(end, curve.cap)))
    return [*named, ("cap", curve.cap)]
