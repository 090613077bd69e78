"""A curve as a small drawing with this score on it; the table beside it says the same."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from cairn.domain.curve_lines import Line
from cairn.domain.exact import HUNDRED, ZERO
from cairn_portal.presenting.curve_words import CurveTold
from cairn_portal.presenting.words import number
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.trend import EDGE, HEIGHT, WIDTH

MARGIN = Fraction(15)
"""Percent of attainment that are drawn before the first and after the last corner of a curve."""


class Drawing(NamedTuple):
    """A drawing of WIDTH × HEIGHT: a stroke for each line of the curve, the score's place, a stroke that leads to it
    from both edges, what stands at the ends, and all of it in a sentence. A score far outside stands at the edge."""

    strokes: Sequence[str]
    x: float
    y: float
    leads: str
    first: str
    last: str
    top: str
    said: str


def drawing(at: PageReader, curve: CurveTold) -> Drawing | None:
    """None of what has no lines to draw: a curve that goes down in steps."""
    corners = [each for line in curve.lines for each in (line.since, line.until) if each is not None]
    if not corners:
        return None
    low, high = min(*corners, HUNDRED) - MARGIN, max(*corners, HUNDRED) + MARGIN
    if min(corners) >= 0:
        low = max(low, ZERO) if min(corners) > 0 else -MARGIN
    here = min(max(curve.reached, low), high)
    ends = [_ends(line, low, high) for line in curve.lines]
    heights = [y for pair in ends if pair for _, y in pair] + [curve.points]
    least, most = min(ZERO, *heights), max(heights)

    def place(x: Fraction, y: Fraction) -> tuple[float, float]:
        up = (y - least) / (most - least) if most > least else Fraction(1, 2)
        across = (x - low) / (high - low)
        return (
            round(float(EDGE + (WIDTH - 2 * EDGE) * across), 1),
            round(float(EDGE + (HEIGHT - 2 * EDGE) * (1 - up)), 1),
        )

    strokes = [" ".join("{},{}".format(*place(*end)) for end in pair) for pair in ends if pair]
    x, y = place(here, curve.points)
    return Drawing(
        strokes=strokes,
        x=x,
        y=y,
        leads=f"{x},{HEIGHT - EDGE} {x},{y} {EDGE},{y}",
        first=f"{number(low)}%",
        last=f"{number(high)}%",
        top=number(most),
        said=at.say(
            "{reached}% attained gives {points} points",
            reached=number(curve.reached),
            points=number(curve.points),
        ),
    )


def _ends(line: Line, low: Fraction, high: Fraction) -> tuple[tuple[Fraction, Fraction], ...]:
    """Both ends of a line inside the drawing; nothing of one that lies outside."""
    starts = low if line.since is None else max(line.since, low)
    ends = high if line.until is None else min(line.until, high)
    if starts > ends:
        return ()
    return ((starts, line.at(starts)), (ends, line.at(ends)))
