"""A goal's trend as a drawing: what came beside what was aimed at, period by period; the table below says the same."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from cairn.domain.exact import ZERO
from cairn.domain.measure import Kpi
from cairn.domain.policy import PeriodKind
from cairn_portal.presenting.words import by_period, number
from cairn_portal.signing_in.reader import PageReader
from projections.models.progress import PeriodProgress, ProgressLine

KINDS: tuple[PeriodKind, ...] = ("month", "quarter")
"""The kinds of period a trend is drawn by, the finest that has data first."""
WIDTH, HEIGHT, EDGE = 320, 96, 6
"""Of the drawing, in its own units; the edge keeps dots inside."""


class Dot(NamedTuple):
    """What had come by a period's end, where it is drawn, and in words."""

    x: float
    y: float
    said: str


class Trend(NamedTuple):
    """A drawing of WIDTH × HEIGHT: a line for the target, one for what came, a dot for each period of it, and the first
    and last period below, the highest value above. `said` is how far it is in a sentence."""

    target: str
    actual: str
    dots: Sequence[Dot]
    first: str
    last: str
    top: str
    said: str


class _Point(NamedTuple):
    period: str
    target: Fraction
    actual: Fraction | None


def trend(at: PageReader, line: ProgressLine | None) -> Trend | None:
    """The trend of a KPI with one target; a sum is drawn as it grows. None where fewer than two periods are measured or
    nothing came yet."""
    if line is None or not isinstance(line.measure, Kpi):
        return None
    points = _points(line.periods, grows=line.measure.adds_up)
    came = [each for each in points if each.actual is not None]
    if len(points) < 2 or not came:
        return None
    values = [each.target for each in points] + [each.actual for each in came if each.actual is not None]
    low, high = min(ZERO, *values), max(values)
    across, up = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE

    def place(n: int, value: Fraction) -> tuple[float, float]:
        share = (value - low) / (high - low) if high > low else Fraction(1, 2)
        return round(EDGE + across * n / (len(points) - 1), 1), round(float(EDGE + up * (1 - share)), 1)

    unit = line.measure.unit or ""
    dots = [
        Dot(*place(n, each.actual), f"{each.period}: {number(each.actual)} {unit}".strip())
        for n, each in enumerate(points)
        if each.actual is not None
    ]
    last = came[-1]
    return Trend(
        target=" ".join(f"{x},{y}" for x, y in (place(n, each.target) for n, each in enumerate(points))),
        actual=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        dots=dots,
        first=points[0].period,
        last=points[-1].period,
        top=f"{number(high)} {unit}".strip(),
        said=at.say(
            "Up to {period}: {actual} of {target} {unit}",
            period=last.period, actual=number(last.actual), target=number(last.target), unit=unit,
        ).strip(),
    )  # fmt: skip


def _points(periods: Sequence[PeriodProgress], *, grows: bool) -> list[_Point]:
    """The periods of the finest kind that has data, in order; of what grows, all that came up to each. What comes after
    the last data has not come yet, and is none."""
    for kind in KINDS:
        of_kind = sorted(
            (each for each in periods if each.kind == kind), key=lambda each: by_period(each.period)
        )
        measured = [each for each in of_kind if each.target is not None]
        last = max((n for n, each in enumerate(measured) if each.actual is not None), default=-1)
        if last < 0:
            continue
        targets = [each.target or ZERO for each in measured]
        actuals = [each.actual for each in measured[: last + 1]]
        if grows:
            targets = list(accumulate(targets))
            actuals = list(accumulate(each or ZERO for each in actuals))
        padded = [*actuals, *[None] * (len(measured) - len(actuals))]
        return [
            _Point(each.period, target, actual)
            for each, target, actual in zip(measured, targets, padded, strict=True)
        ]
    return []
