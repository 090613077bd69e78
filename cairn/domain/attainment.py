"""What a KPI aims at in a period, and how much of it an actual attains (RULES M2–M4).

Sources of the formulas: lower-is-better without baseline is 1 - (A - T)/|T| and a zero target is met or missed
(Infor, Stratec).
"""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal, assert_never

from cairn.domain.exact import HUNDRED, ZERO, exact, maybe_exact
from cairn.domain.measure import Bounds, Kpi
from cairn.domain.policy import Direction
from cairn.domain.schedule import Span, Timeline
from cairn.domain.targets import baseline_in, bounds_in, target_in, whole_target

Way = Literal["range", "on_off", "from_baseline", "met_or_missed", "in_targets"]
"""How attainment comes about: inside a range or outside it; reached or not; by the way from the baseline to the target;
met or missed, where there is no distance; or by the distance to the target, measured in targets (RULES M4)."""


@dataclass(frozen=True)
class Aim:
    """What a KPI aims at in a period. `target` and `baseline` are in its unit, or `bounds` for a range; `threshold` and
    `stretch` are attainments in percent."""

    direction: Direction
    target: Fraction | None = None
    baseline: Fraction | None = None
    bounds: Bounds | None = None
    threshold: Fraction | None = None
    stretch: Fraction | None = None


def aim_in(kpi: Kpi, period: Span, dates: Timeline, since: date) -> Aim | None:
    """What a KPI aims at in a period, None where the period is not measured. `since` is the goal's first day."""
    if kpi.direction == "range":
        bounds = bounds_in(kpi, period, dates, since)
        return Aim("range", bounds=bounds) if bounds else None
    target = target_in(kpi, period, dates, since)
    if target is None:
        return None
    return aim_at(
        kpi, target, whole_target(kpi, dates, since), baseline_in(kpi, period, target, dates, since)
    )


def aim_at(kpi: Kpi, target: Fraction, whole: Fraction | None, baseline: Fraction | None) -> Aim:
    """What a KPI aims at with this target and baseline; `whole` is the target that threshold and stretch stand beside
    where they do not say which."""
    aim = Aim(kpi.direction, target=target, baseline=baseline)
    if kpi.direction not in ("higher", "lower"):
        return aim
    thresholds = kpi.threshold_beside if kpi.threshold_beside is not None else whole
    stretches = kpi.stretch_beside if kpi.stretch_beside is not None else whole
    threshold, stretch, base = map(maybe_exact, (kpi.threshold, kpi.stretch, kpi.baseline))
    if base is None and threshold is not None and thresholds == 0 and target == 0:
        # A zero target has no distance of its own: its threshold is what is tolerated, and the measure (RULES M4).
        tolerated = replace(aim, baseline=threshold, threshold=ZERO)
        return replace(tolerated, stretch=_place(tolerated, stretch, ZERO, threshold))
    return replace(
        aim,
        threshold=_place(aim, threshold, thresholds, base),
        stretch=_place(aim, stretch, stretches, base),
    )


def _place(
    aim: Aim, value: Fraction | None, beside: Fraction | None, baseline: Fraction | None
) -> Fraction | None:
    """The attainment a value lies at beside a target; None where there is no way to say."""
    if value is None or beside is None:
        return None
    if beside == 0 and (baseline is None or baseline == 0):
        return None
    return attainment(Aim(aim.direction, target=beside, baseline=baseline), value)


def value_at(aim: Aim, place: Fraction) -> Fraction:
    """The value that attains so many percent of an aim: where a threshold or stretch lies in the KPI's own unit."""
    target = aim.target or ZERO
    if aim.baseline is not None and aim.baseline != target:
        return aim.baseline + (target - aim.baseline) * place / HUNDRED
    better = 1 if aim.direction == "higher" else -1
    return target + better * abs(target) * (place - HUNDRED) / HUNDRED


def attainment(aim: Aim, actual: Fraction) -> Fraction:
    """Attainment in percent of an actual; below zero is kept, not hidden.

    With a baseline the way from baseline to target counts; without one 100 is the target and the distance to it is
    measured in targets. A zero target without baseline (or one equal to it) is met, 100, or missed, 0. In a range all
    is 100; outside it the distance counts in percent of the nearer bound, and where that is zero it is missed.
    """
    way = way_of(aim)
    if way == "range":
        return _in_range(actual, aim.bounds)
    if aim.target is None:
        raise ValueError("a KPI needs a target unless it must stay in a range")
    better = 1 if aim.direction in ("higher", "on_off") else -1
    match way:
        case "on_off" | "met_or_missed":
            return HUNDRED if better * (actual - aim.target) >= 0 else ZERO
        case "from_baseline":
            baseline = aim.baseline or ZERO
            return HUNDRED * (actual - baseline) / (aim.target - baseline)
        case "in_targets":
            return HUNDRED + HUNDRED * better * (actual - aim.target) / abs(aim.target)
        case _:
            assert_never(way)


def way_of(aim: Aim) -> Way:
    """How an attainment of it comes about."""
    if aim.direction == "range":
        return "range"
    if aim.direction == "on_off":
        return "on_off"
    if aim.baseline is not None and aim.baseline != aim.target:
        return "from_baseline"
    return "met_or_missed" if aim.target == 0 or aim.baseline == aim.target else "in_targets"


def _in_range(actual: Fraction, bounds: Bounds | None) -> Fraction:
    if bounds is None:
        raise ValueError("a range needs both its ends")
    off = off_target(Aim("range", bounds=bounds), actual)
    if off == 0:
        return HUNDRED
    bound = bounds.lower if actual < bounds.lower else bounds.upper
    return max(ZERO, HUNDRED - HUNDRED * off / abs(bound)) if bound else ZERO


def off_target(aim: Aim, actual: Fraction) -> Fraction:
    """How far an actual is worse than the target or outside the range, in the KPI's unit; never below zero."""
    if aim.bounds is not None:
        return max(aim.bounds.lower - actual, actual - aim.bounds.upper, ZERO)
    better = -1 if aim.direction == "lower" else 1
    return max(better * ((aim.target or ZERO) - actual), ZERO)


def plain_aim(kpi: Kpi, target: Fraction | None = None) -> Aim:
    """What a KPI aims at with this target in place of its own, a sum's baseline in proportion."""
    if kpi.direction == "range":
        return Aim("range", bounds=Bounds(lower=exact(kpi.lower), upper=exact(kpi.upper)))
    whole, base = maybe_exact(kpi.target), maybe_exact(kpi.baseline)
    aimed = target if target is not None else whole
    if aimed is None:
        raise ValueError("a KPI needs a target unless it must stay in a range")
    if base is not None and kpi.adds_up and whole:
        base = base * aimed / whole
    return aim_at(kpi, aimed, whole if whole is not None else aimed, base)
