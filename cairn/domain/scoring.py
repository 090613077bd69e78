"""Scores: attainment from actual and target, points from attainment, a sheet from its goals, a year from its periods.

Everything is a decimal, nothing is rounded before the end (`rounded`), and nothing missing is silently zero.
Sources of the formulas: lower-is-better without baseline is 1 - (A - T)/|T| and a zero target is met or missed
(Infor, Stratec); linear between threshold, target and stretch (Lanteria).
"""

from collections.abc import Iterable, Mapping
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_HALF_UP, Context, Decimal, localcontext

from cairn.domain.measure import Kpi
from cairn.domain.policy import (
    AllOrNothingCurve,
    BandsCurve,
    Curve,
    DeductionCurve,
    GradeBand,
    LinearCurve,
    RatioCurve,
    ScoringRules,
)

EXACT = Context(prec=34, rounding=ROUND_HALF_UP, Emin=MIN_EMIN, Emax=MAX_EMAX)
HUNDRED = Decimal(100)


def attainment(kpi: Kpi, actual: Decimal, target: Decimal | None) -> Decimal:
    """Attainment in percent of an actual against a period's target; below zero is kept, not hidden.

    With a baseline the way from baseline to target counts; without one 100 is the target and the distance to it is
    measured in targets. A zero target (or one equal to the baseline) is either met, 100, or missed, 0.
    """
    with localcontext(EXACT):
        if kpi.direction == "range":
            return _in_range(actual, kpi.lower or Decimal(0), kpi.upper or Decimal(0))
        if target is None:
            raise ValueError("a KPI needs a target unless it must stay in a range")
        if kpi.direction == "on_off":
            return HUNDRED if actual >= target else Decimal(0)
        better = 1 if kpi.direction == "higher" else -1
        if kpi.baseline is not None and kpi.baseline != target:
            return HUNDRED * (actual - kpi.baseline) / (target - kpi.baseline)
        if target == 0 or kpi.baseline == target:
            return HUNDRED if better * (actual - target) >= 0 else Decimal(0)
        return HUNDRED + HUNDRED * better * (actual - target) / abs(target)


def _in_range(actual: Decimal, lower: Decimal, upper: Decimal) -> Decimal:
    outside = max(lower - actual, actual - upper, Decimal(0))
    if outside == 0:
        return HUNDRED
    width = upper - lower
    return max(Decimal(0), HUNDRED - HUNDRED * outside / width) if width else Decimal(0)


def points(
    curve: Curve, reached: Decimal, threshold: Decimal | None = None, stretch: Decimal | None = None
) -> Decimal:
    """Points for an attainment (percent). `threshold` and `stretch` are attainments too, where the KPI has them."""
    with localcontext(EXACT):
        match curve:
            case LinearCurve():
                return _linear(curve, reached, threshold, stretch)
            case RatioCurve():
                return min(max(reached, Decimal(0)), curve.cap)
            case BandsCurve():
                won = [band for band in curve.bands if reached >= band.attainment]
                return max(won, key=lambda band: band.attainment).points if won else curve.below
            case AllOrNothingCurve():
                return curve.reached if reached >= HUNDRED else curve.missed
            case DeductionCurve():
                missing = max(HUNDRED - reached, Decimal(0))
                steps = (missing / curve.step).to_integral_value(ROUND_CEILING)
                return max(curve.start - steps * curve.per_step, curve.floor)


def _linear(curve: LinearCurve, x: Decimal, threshold: Decimal | None, stretch: Decimal | None) -> Decimal:
    if threshold is not None and threshold < HUNDRED:
        start, first = threshold, curve.threshold
    else:
        start, first = Decimal(0), curve.below
    if x < start or (x == start == 0 and threshold is None):
        return curve.below
    if x <= HUNDRED:
        return first + (curve.target - first) * (x - start) / (HUNDRED - start)
    if stretch is not None and stretch > HUNDRED:
        beyond = min(x, stretch) - HUNDRED
        return min(curve.cap, curve.target + (curve.stretch - curve.target) * beyond / (stretch - HUNDRED))
    slope = (curve.target - first) / (HUNDRED - start)
    return min(curve.cap, curve.target + slope * (x - HUNDRED))


def kpi_points(kpi: Kpi, curve: Curve, actual: Decimal, target: Decimal | None) -> tuple[Decimal, Decimal]:
    """(attainment, points) of a KPI in a period; baseline, threshold and stretch move with the period's target.

    Where the target is only met or missed (zero, or equal to the baseline) there is no way from threshold to stretch.
    """
    with localcontext(EXACT):
        scale = (
            target / kpi.target
            if target is not None and kpi.target and kpi.aggregation == "sum"
            else Decimal(1)
        )
        baseline = kpi.baseline * scale if kpi.baseline is not None else None
        scaled = kpi.model_copy(update={"baseline": baseline})
        reached = attainment(scaled, actual, target)
        if kpi.direction not in ("higher", "lower") or target == (baseline or 0):
            return reached, points(curve, reached)
        threshold = attainment(scaled, kpi.threshold * scale, target) if kpi.threshold is not None else None
        stretch = attainment(scaled, kpi.stretch * scale, target) if kpi.stretch is not None else None
    return reached, points(curve, reached, threshold, stretch)


def weighted(parts: Iterable[tuple[Decimal, Decimal | None]], missing: str) -> Decimal | None:
    """The mean of (weight, points) pairs. Missing points (None) are re-weighted or zero, as the policy declares;
    None when nothing at all was scored under `reweight`."""
    pairs = list(parts)
    with localcontext(EXACT):
        counted = [(weight, value) for weight, value in pairs if value is not None or missing == "zero"]
        whole = sum((weight for weight, _ in counted), Decimal(0))
        if whole == 0 or all(value is None for _, value in pairs):
            return Decimal(0) if missing == "zero" and pairs else None
        return sum((weight * (value or Decimal(0)) for weight, value in counted), Decimal(0)) / whole


def mean(values: Iterable[Decimal]) -> Decimal | None:
    """The plain mean, None of nothing."""
    numbers = list(values)
    with localcontext(EXACT):
        return sum(numbers, Decimal(0)) / len(numbers) if numbers else None


def year_result(
    mix: Mapping[str, Decimal],
    by_kind: Mapping[str, list[Decimal | None]],
    subordinates: Decimal | None,
    missing: str,
) -> Decimal | None:
    """A sheet's result: the mean score of each kind of period and of the subordinates, weighted by the family's mix."""
    parts: list[tuple[Decimal, Decimal | None]] = []
    for kind, weight in mix.items():
        if kind == "subordinates":
            parts.append((weight, subordinates))
        else:
            scores = by_kind.get(kind, [])
            share = weighted([(Decimal(1), score) for score in scores], missing) if scores else None
            parts.append((weight, share))
    return weighted([part for part in parts if part[0] > 0], missing)


def rounded(value: Decimal, rules: ScoringRules) -> Decimal:
    """The one rounding: half up, to the policy's places."""
    return value.quantize(Decimal(1).scaleb(-rules.places), rounding=ROUND_HALF_UP)


def grade(score: Decimal, grades: Iterable[GradeBand]) -> GradeBand:
    """The best grade whose points the score reaches; the last one if it reaches none."""
    bands = list(grades)
    return next((band for band in bands if score >= band.points), bands[-1])
