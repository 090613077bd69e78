"""A curve as the straight lines it is made of: for those who want to see which of them a score lies on (RULES M3–M5).

What it says is what `curves.points` computes, for every attainment; a law holds them together.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple, assert_never

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

LineName = Literal[
    "below", "to_target", "target", "past_target", "to_stretch", "stretch", "share", "step", "cap"
]
"""What a line is in its curve: under everything that counts, up to the target, at it, past it (towards the stretch, or
without one), from the stretch on; in proportion; one step or piece; where the cap cuts off the rest."""


class Line(NamedTuple):
    """A straight line of a curve: from the attainment `since` (None: from anything less) up to `until`, which is no
    part of it (None: no end); `after` says that `since` is no part of it either. Where both are the same it is that
    point alone. At `since` there are `points`, and so many more for each percent further."""

    name: LineName
    since: Fraction | None
    until: Fraction | None
    points: Fraction
    per_percent: Fraction = ZERO
    after: bool = False

    def holds(self, reached: Fraction) -> bool:
        """Whether an attainment lies on it."""
        if self.since is not None and (reached < self.since or (self.after and reached == self.since)):
            return False
        return self.until is None or reached < self.until or reached == self.until == self.since

    def at(self, reached: Fraction) -> Fraction:
        """The points at an attainment."""
        return self.points if self.since is None else self.points + self.per_percent * (reached - self.since)


def lines_of(curve: Curve, threshold: Fraction | None = None, stretch: Fraction | None = None) -> list[Line]:
    """The lines of a curve from the lowest up; `threshold` and `stretch` are the KPI's, as attainments. A deduction has
    none: it goes down in steps."""
    match curve:
        case LinearCurve():
            return list(_linear(curve, threshold, stretch))
        case RatioCurve():
            share = Line("share", ZERO, None, ZERO, exact(curve.full) / HUNDRED)
            return [Line("below", None, ZERO, ZERO), *_cut([share], maybe_exact(curve.cap))]
        case BandsCurve():
            best: dict[Fraction, Fraction] = {}
            for band in curve.bands:
                best.setdefault(exact(band.attainment), exact(band.points))
            steps = [Line("step", at, None, best[at]) for at in sorted(best)]
            return _in_a_row(Line("below", None, None, exact(curve.below)), steps)
        case AllOrNothingCurve():
            missed, reached = exact(curve.missed), exact(curve.reached)
            return _in_a_row(Line("below", None, None, missed), [Line("step", HUNDRED, None, reached)])
        case PiecesCurve():
            pieces: dict[Fraction, Line] = {}
            for piece in curve.pieces:
                at = exact(piece.attainment)
                pieces.setdefault(at, Line("step", at, None, exact(piece.points), exact(piece.per_percent)))
            below, *rest = _in_a_row(
                Line("below", None, None, exact(curve.below)), [pieces[at] for at in sorted(pieces)]
            )
            return [below, *_cut(rest, maybe_exact(curve.cap))]
        case DeductionCurve():
            return []
        case _:
            assert_never(curve)


def straight_lines(scale: Scale) -> list[Line]:
    """The line over the whole scale that what names no curve goes by, from nothing done to all of it."""
    least, full = exact(scale.least), exact(scale.full)
    share = Line("share", ZERO, None, least, (full - least) / HUNDRED)
    return [Line("below", None, ZERO, least), *_cut([share], maybe_exact(scale.to))]


def line_at(lines: Iterable[Line], reached: Fraction) -> Line | None:
    """The line that an attainment lies on."""
    return next((line for line in lines if line.holds(reached)), None)


def _linear(curve: LinearCurve, threshold: Fraction | None, stretch: Fraction | None) -> Iterator[Line]:
    below, target, cap = exact(curve.below), exact(curve.target), maybe_exact(curve.cap)
    start, first = (ZERO, below) if threshold is None else (threshold, exact(curve.threshold))
    yield Line("below", None, start, below)
    if start < HUNDRED:
        yield Line("to_target", start, HUNDRED, first, (target - first) / (HUNDRED - start))
    if stretch is None:
        yield from _cut([Line("past_target", max(start, HUNDRED), None, target, target / HUNDRED)], cap)
        return
    if stretch > HUNDRED:
        slope = (exact(curve.stretch) - target) / (stretch - HUNDRED)
        past = [Line("to_stretch", HUNDRED, stretch, target, slope)]
    else:
        past = [Line("target", HUNDRED, HUNDRED, target)]
    end = max(stretch, HUNDRED)
    past.append(Line("stretch", end, None, exact(curve.stretch), after=stretch <= HUNDRED))
    yield from _cut(past, cap)


def _in_a_row(below: Line, steps: Sequence[Line]) -> list[Line]:
    """Each line up to where the next one begins."""
    following = pairwise([below, *steps, None])
    return [line._replace(until=after.since if after else None) for line, after in following if line]


def _cut(lines: Iterable[Line], cap: Fraction | None) -> Iterator[Line]:
    """The lines with what lies above the cap cut off."""
    for line in lines:
        if cap is None or line.since is None:
            yield line
            continue
        if line.points > cap:
            yield line._replace(name="cap", points=cap, per_percent=ZERO)
            continue
        end = line.since + (cap - line.points) / line.per_percent if line.per_percent > 0 else None
        if end is None or (line.until is not None and end >= line.until):
            yield line
            continue
        if end > line.since:
            yield line._replace(until=end)
        yield Line("cap", end, line.until, cap, after=line.after and end == line.since)
