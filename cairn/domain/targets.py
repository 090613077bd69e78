"""Targets, baselines and bounds of periods (RULES T1–T6), exactly: the parts always sum to the whole."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cairn.domain.exact import ONE, ZERO, exact
from cairn.domain.measure import Bounds, Kpi
from cairn.domain.schedule import Span, Timeline

Monthly = dict[str, Fraction]
"""The key of a month → an amount."""


def first_day(kpi: Kpi, since: date) -> date:
    """The first day a KPI counts for a goal whose own first day is `since`."""
    return max(since, kpi.since) if kpi.since else since


def target_in(kpi: Kpi, period: Span, dates: Timeline, since: date) -> Fraction | None:
    """A KPI's target in a period, None where the period is not measured. `since` is the goal's first day.

    Where targets are set period by period they alone count: longer periods are their sum (sums), their mean by months
    (mean, ratio) or the last one (last), shorter ones have their share. Else a sum's target is shared out by months
    and any other one is the same in every period. Switched on is a target of 1.
    """
    since = first_day(kpi, since)
    if not dates.months_of(period, since):
        return None
    if kpi.targets:
        return _combined(kpi, _monthly_targets(kpi, period, dates, since), dates, since)
    if kpi.target is None:
        return ONE if kpi.direction == "on_off" else None
    if not kpi.adds_up:
        return exact(kpi.target)
    return exact(kpi.target) * share(kpi, period, dates, since)


def share(kpi: Kpi, period: Span, dates: Timeline, since: date) -> Fraction:
    """A period's part of what is stated for the whole: its months over those of the goal's span or of the cycle."""
    begins = dates.starts if kpi.whole_cycle else since
    return dates.months_of(period, since) / dates.months_between(begins, dates.ends)


def months_in(period: Span, dates: Timeline, since: date) -> list[Span]:
    """The months of a period that a goal has anything of."""
    return [
        month
        for month in dates.of_kind("month")
        if period.starts <= month.starts and month.ends <= period.ends and dates.months_of(month, since)
    ]


def _kept(month: Span, dates: Timeline, since: date) -> Fraction:
    """The part of a month's own that is left of it where days of it do not count."""
    return dates.months_of(month, since) / dates.whole.months_of(month, since)


def _monthly_targets(kpi: Kpi, period: Span, dates: Timeline, since: date) -> Monthly:
    """Of each month of a period what the targets set give it: the shortest period that holds it counts."""
    stated = sorted(
        (each for key in kpi.targets if (each := dates.period(key)) is not None), key=lambda each: each.days
    )
    found: Monthly = {}
    for month in months_in(period, dates, since):
        of = next((each for each in stated if each.starts <= month.starts <= each.ends), None)
        if of is None:
            continue
        amount = kpi.targets[of.key]
        if kpi.adds_up:
            whole = dates.whole.months_of(of, dates.starts if kpi.whole_cycle else since)
            amount = amount * dates.months_of(month, since) / whole
        found[month.key] = amount
    return found


def _combined(kpi: Kpi, monthly: Monthly, dates: Timeline, since: date) -> Fraction | None:
    """What months come to together."""
    if not monthly:
        return None
    if kpi.adds_up:
        return sum(monthly.values(), ZERO)
    spans = {month.key: month for month in dates.of_kind("month")}
    if kpi.aggregation == "last" or kpi.direction == "on_off":
        return monthly[max(monthly, key=lambda key: spans[key].ends)]
    worth = {key: dates.months_of(spans[key], since) for key in monthly}
    return sum((monthly[key] * worth[key] for key in monthly), ZERO) / sum(worth.values(), ZERO)


def whole_target(kpi: Kpi, dates: Timeline, since: date) -> Fraction | None:
    """The target that baseline, threshold and stretch stand beside when nothing else is said: the stated one, else what
    the periods' targets come to, each whole."""
    if kpi.target is not None:
        return exact(kpi.target)
    begins = dates.starts if kpi.whole_cycle else since
    return target_in(kpi, dates.year, dates.whole, begins)


def baseline_in(kpi: Kpi, period: Span, target: Fraction, dates: Timeline, since: date) -> Fraction | None:
    """A KPI's baseline in a period: a sum's is shared out like its target, any other one is the same (RULES M2)."""
    if kpi.baseline is None:
        return None
    if not kpi.adds_up:
        return exact(kpi.baseline)
    if kpi.baselines:
        begins = first_day(kpi, since)
        stated = (month for month in months_in(period, dates, begins) if month.key in kpi.baselines)
        return sum((kpi.baselines[month.key] * _kept(month, dates, begins) for month in stated), ZERO)
    whole = whole_target(kpi, dates, since)
    if not whole:
        return exact(kpi.baseline) * share(kpi, period, dates, first_day(kpi, since))
    return exact(kpi.baseline) * target / whole


def bounds_in(kpi: Kpi, period: Span, dates: Timeline, since: date) -> Bounds | None:
    """The ends of a KPI's range in a period, those of a sum shared out by months (RULES T5); None where the period lies
    before the KPI's first day."""
    since = first_day(kpi, since)
    if kpi.direction != "range" or kpi.lower is None or kpi.upper is None:
        return None
    if not dates.months_of(period, since):
        return None
    if not kpi.adds_up:
        return Bounds(lower=exact(kpi.lower), upper=exact(kpi.upper))
    if kpi.bounds:
        found = [
            (kpi.bounds[m.key], _kept(m, dates, since))
            for m in months_in(period, dates, since)
            if m.key in kpi.bounds
        ]
        lower = sum((each.lower * part for each, part in found), ZERO)
        upper = sum((each.upper * part for each, part in found), ZERO)
        return Bounds(lower=lower, upper=upper) if found else None
    part = share(kpi, period, dates, since)
    return Bounds(lower=exact(kpi.lower) * part, upper=exact(kpi.upper) * part)


def has_ended(period: Span, today: date | None) -> bool:
    """Whether a period is over on a day; nothing has ended before a goal's first approval (None) (RULES T6)."""
    return today is not None and period.ends < today


class DoesNotFit(ValueError):
    """A new total that leaves the open months less than nothing, or the wrong sign. `fixed` is what ended months have
    already: whatever lies beyond it, on the side `positive` says, would fit."""

    def __init__(self, fixed: Fraction, positive: bool) -> None:
        self.fixed, self.positive = fixed, positive
        super().__init__(f"what is left must {'exceed' if positive else 'lie below'} {fixed}")


def spread(stood: Mapping[str, Fraction], total: Fraction, open_months: Iterable[str]) -> Monthly:
    """What months have once their sum is `total`: the ended ones what they had, the open ones the rest in proportion to
    what they had; equally where they had nothing (RULES T3)."""
    still = [key for key in open_months if key in stood]
    fixed = sum((amount for key, amount in stood.items() if key not in still), ZERO)
    rest, had = total - fixed, sum((stood[key] for key in still), ZERO)
    if not still:
        return dict(stood)
    parts = {key: stood[key] / had if had else Fraction(1, len(still)) for key in still}
    return {key: rest * parts[key] if key in parts else amount for key, amount in stood.items()}


def with_target(kpi: Kpi, target: Decimal, dates: Timeline, since: date, today: date | None) -> Kpi:
    """The KPI with another target for its span, counted from `today`; ended periods keep theirs (RULES T3).

    None: nothing has ended, the target holds for the whole span. Raises DoesNotFit where what is left for the open
    months has not the target's sign (zero is allowed where lower is better).
    """
    months = months_in(dates.year, dates, first_day(kpi, since))
    still = [month.key for month in months if not has_ended(month, today)]
    changed = _placed(kpi, dates, since) | {"targets": {}, "target": target, "whole_cycle": False}
    if len(still) == len(months) and not (kpi.targets and kpi.adds_up):
        return kpi.model_copy(update=changed)
    stood = _stood(kpi, months, dates, since)
    if not kpi.adds_up:
        levels = stood | dict.fromkeys(still, exact(target))
        return kpi.model_copy(update=changed | {"target": None, "targets": levels})
    _check_rest(kpi, stood, exact(target), still)
    monthly = spread(stood or dict.fromkeys(still, ZERO), exact(target), still)
    return kpi.model_copy(update=changed | {"targets": monthly})


def _placed(kpi: Kpi, dates: Timeline, since: date) -> dict[str, object]:
    """What keeps its place when the target changes: threshold and stretch beside the target they were written beside
    (RULES M2), a sum's baseline in the months that had it."""
    whole = whole_target(kpi, dates, since)
    kept: dict[str, object] = {}
    if kpi.threshold is not None and kpi.threshold_beside is None:
        kept["threshold_beside"] = whole
    if kpi.stretch is not None and kpi.stretch_beside is None:
        kept["stretch_beside"] = whole
    if kpi.baseline is not None and kpi.adds_up and not kpi.baselines and whole is not None:
        kept["baselines"] = _baselines(kpi, dates, since)
    return kept


def _baselines(kpi: Kpi, dates: Timeline, since: date) -> Monthly:
    found: Monthly = {}
    for month in months_in(dates.year, dates, first_day(kpi, since)):
        target = target_in(kpi, month, dates, since)
        if target is not None:
            found[month.key] = baseline_in(kpi, month, target, dates, since) or ZERO
    return found


def _stood(kpi: Kpi, periods: Iterable[Span], dates: Timeline, since: date) -> Monthly:
    found = {each.key: target_in(kpi, each, dates, since) for each in periods}
    return {key: target for key, target in found.items() if target is not None}


def _check_rest(kpi: Kpi, stood: Mapping[str, Fraction], target: Fraction, still: Iterable[str]) -> None:
    """What is left has the target's sign; zero is allowed where lower is better."""
    fixed = sum((amount for key, amount in stood.items() if key not in still), ZERO)
    rest = target - fixed
    fits = rest > 0 if target > 0 else rest < 0 if target < 0 else True
    if not fits and not (rest == 0 and kpi.direction == "lower"):
        raise DoesNotFit(fixed, target > 0)


def with_targets(
    kpi: Kpi, targets: Mapping[str, Fraction], dates: Timeline, since: date, today: date | None
) -> Kpi:
    """The KPI with other targets of single periods, of one kind; periods not named keep what they had, ended months in
    a named one as well (RULES T4, T6)."""
    named = [period for key in targets if (period := dates.period(key)) is not None]
    begins = first_day(kpi, since)
    changed = _placed(kpi, dates, since) | {"target": None, "whole_cycle": False}
    months = {period.key: months_in(period, dates, begins) for period in named}
    cut = any(has_ended(month, today) for inside in months.values() for month in inside)
    kinds = {found.kind for key in kpi.targets if (found := dates.period(key)) is not None}
    if not cut and kinds <= {period.kind for period in named}:
        same = [each for each in dates.of_kind(named[0].kind) if each.ends >= begins]
        return kpi.model_copy(update=changed | {"targets": _stood(kpi, same, dates, since) | dict(targets)})
    monthly = _stood(kpi, months_in(dates.year, dates, begins), dates, since)
    for key, inside in months.items():
        still = [month.key for month in inside if not has_ended(month, today)]
        stood = {month.key: monthly.get(month.key, ZERO) for month in inside}
        if kpi.adds_up:
            _check_rest(kpi, stood, targets[key], still)
        levels = dict.fromkeys(still, targets[key])
        monthly |= spread(stood, targets[key], still) if kpi.adds_up else levels
    return kpi.model_copy(update=changed | {"targets": monthly})


def with_bounds(kpi: Kpi, before: Kpi, dates: Timeline, since: date, today: date | None) -> Kpi:
    """A KPI with another range than `before`, counted from `today`: a sum's ended months keep their bounds, what is
    left is spread over the open ones (RULES T3, T5)."""
    months = months_in(dates.year, dates, first_day(kpi, since))
    still = [month.key for month in months if not has_ended(month, today)]
    stood = {
        month.key: each for month in months if (each := bounds_in(before, month, dates, since)) is not None
    }
    if not kpi.adds_up or len(still) == len(months) or kpi.lower is None or kpi.upper is None:
        return kpi.model_copy(update={"bounds": {}})
    lowers = spread({key: each.lower for key, each in stood.items()}, exact(kpi.lower), still)
    uppers = spread({key: each.upper for key, each in stood.items()}, exact(kpi.upper), still)
    wrong = [key for key in still if lowers[key] > uppers[key]]
    if wrong:
        raise DoesNotFit(sum((amount for key, amount in uppers.items() if key not in still), ZERO), True)
    both = {key: Bounds(lower=lowers[key], upper=uppers[key]) for key in lowers}
    return kpi.model_copy(update={"bounds": both, "whole_cycle": False})
