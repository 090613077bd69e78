"""The one set of checks for a KPI, wherever it comes from (RULES M1): template, proposed target, draft, revision,
adjustment, replaced metric; in the year and in each open period.

What passes keeps the law: with everything else equal, a better actual never gets fewer points.
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from cairn.domain.attainment import Aim, aim_in, value_at
from cairn.domain.exact import HUNDRED, exact, maybe_exact
from cairn.domain.measure import Kpi
from cairn.domain.policy import Curve, PeriodKind
from cairn.domain.schedule import MONTHS, Span, Timeline
from cairn.domain.targets import first_day, has_ended, target_in

DIRECTED = ("higher", "lower")


class MeasureProblem(NamedTuple):
    """What is wrong with a KPI: a code, the field, and the facts of the case (both numbers of an order)."""

    code: str
    field: str
    facts: dict[str, object]


def statement_problems(kpi: Kpi, curve: Curve | None) -> Iterator[MeasureProblem]:
    """What is wrong with a KPI whatever the cycle: the order of its values, a threshold or stretch that its direction
    or curve has no use for, values beyond what is possible. `curve` is its curve, None where it is not known."""
    if kpi.computed is not None:
        yield from _computed(kpi)
    if kpi.direction in DIRECTED:
        yield from _order(kpi)
    yield from _useless(kpi, curve)
    yield from _zero_target(kpi)
    yield from _possible(kpi)


def _order(kpi: Kpi) -> Iterator[MeasureProblem]:
    """From worse to better; a baseline at or beyond the target leaves no way to go."""
    sign = 1 if kpi.direction == "higher" else -1
    beside = {"threshold": kpi.threshold_beside, "stretch": kpi.stretch_beside}
    own = {name: maybe_exact(getattr(kpi, name)) for name in ("baseline", "threshold", "target", "stretch")}
    placed = {name: value for name, value in own.items() if value is not None and beside.get(name) is None}
    for (one, low), (other, high) in pairwise(placed.items()):
        if sign * low > sign * high:
            yield _problem("order", other, one=one, low=low, other=other, high=high, direction=kpi.direction)
    base, target = own["baseline"], own["target"]
    if base is not None and target is not None and base == target:
        facts = {"baseline": base, "target": target, "period": "Y", "direction": kpi.direction}
        yield _problem("baseline", "target", **facts)


def _problem(code: str, field: str, **facts: object) -> MeasureProblem:
    return MeasureProblem(f"measure.{code}", field, facts)


def _computed(kpi: Kpi) -> Iterator[MeasureProblem]:
    """What is computed has no readings, no way from a baseline, and is better the more it is (RULES M6)."""
    if kpi.direction != "higher":
        yield _problem("computed", "direction", name="direction")
    for name in ("metric", "baseline"):
        if getattr(kpi, name) is not None:
            yield _problem("computed", name, name=name)


def _useless(kpi: Kpi, curve: Curve | None) -> Iterator[MeasureProblem]:
    for name in ("threshold", "stretch"):
        if getattr(kpi, name) is None:
            continue
        if kpi.direction not in DIRECTED:
            yield _problem("useless", name, name=name, why=kpi.direction)
        elif curve is not None and curve.kind != "linear":
            yield _problem("useless", name, name=name, why=curve.kind)


def _zero_target(kpi: Kpi) -> Iterator[MeasureProblem]:
    """A zero target without baseline or threshold is met or missed: there is no way on to a stretch."""
    alone = kpi.baseline is None and kpi.threshold is None
    if kpi.target == 0 and alone and kpi.stretch is not None and not kpi.stretch_beside:
        yield _problem("stretch-of-zero", "stretch", stretch=kpi.stretch)


def _possible(kpi: Kpi) -> Iterator[MeasureProblem]:
    if not kpi.possible or kpi.adds_up:
        return
    least, most = kpi.possible
    for name in ("baseline", "threshold", "target", "stretch", "lower", "upper"):
        value = getattr(kpi, name)
        moved = (name == "threshold" and kpi.threshold_beside is not None) or (
            name == "stretch" and kpi.stretch_beside is not None
        )
        if value is not None and not moved and not least <= value <= most:
            yield _problem("impossible", name, name=name, value=value, least=least, most=most)


def measure_problems(
    kpi: Kpi, curve: Curve | None, dates: Timeline, since: date, today: date | None = None
) -> Iterator[MeasureProblem]:
    """Everything wrong with a KPI of a goal whose first day is `since`; `today` says which periods have ended, None
    that none has. Each open period is looked at besides the year."""
    yield from statement_problems(kpi, curve)
    period_problems = list(_periods(kpi, dates, since))
    yield from period_problems
    if period_problems:
        return
    for period in dates.periods:
        if period.kind == "year" or not has_ended(period, today):
            found = next(_in_period(kpi, period, dates, since), None)
            if found is not None:
                yield found
                return


def _periods(kpi: Kpi, dates: Timeline, since: date) -> Iterator[MeasureProblem]:
    """Targets by period are of one kind; of several kinds, and beside a target of the year, they must agree (T4)."""
    unknown = [key for key in kpi.targets if dates.period(key) is None]
    if unknown:
        yield _problem("period", "targets", period=unknown[0])
        return
    kinds: dict[PeriodKind, dict[str, Fraction]] = {}
    for key, target in kpi.targets.items():
        span = dates.period(key)
        if span is not None:
            kinds.setdefault(span.kind, {})[key] = target
    if not kinds:
        return
    if kpi.direction == "range":
        yield _problem("targets-of-range", "targets")
        return
    shortest = min(kinds, key=lambda kind: MONTHS[kind])
    plain = kpi.model_copy(update={"targets": kinds[shortest], "target": None})
    begins = dates.starts if kpi.whole_cycle else first_day(kpi, since)
    for kind, stated in kinds.items():
        for key, target in stated.items() if kind != shortest else ():
            comes_to = target_in(plain, _span(dates, key), dates, begins)
            if comes_to != target:
                yield _problem("disagree", "targets", period=key, target=target, sum=comes_to)
    if kpi.target is not None and not kpi.baselines:
        comes_to = _whole(plain, dates)
        if comes_to is not None and comes_to != exact(kpi.target):
            yield _problem("disagree", "targets", period="Y", target=kpi.target, sum=comes_to)


def _span(dates: Timeline, key: str) -> Span:
    found = dates.period(key)
    assert found is not None
    return found


def _whole(kpi: Kpi, dates: Timeline) -> Fraction | None:
    """What the periods' targets come to; a sum's are added as they stand, whatever day somebody joined."""
    if kpi.adds_up:
        return sum(kpi.targets.values(), Fraction(0))
    return target_in(kpi, dates.year, dates, dates.starts)


def _in_period(kpi: Kpi, period: Span, dates: Timeline, since: date) -> Iterator[MeasureProblem]:
    aim = aim_in(kpi, period, dates, since)
    if aim is None or aim.target is None or kpi.direction not in DIRECTED:
        return
    yield from _baseline_of(kpi, aim, period)
    yield from _tolerated(kpi, aim)
    for name, at in (("threshold", aim.threshold), ("stretch", aim.stretch)):
        value = getattr(kpi, name)
        if value is None:
            continue
        if at is None:
            yield from _without_place(kpi, name, aim, period)
        elif (at > HUNDRED) if name == "threshold" else (at < HUNDRED):
            facts = {"one": "target", "low": aim.target, "other": name, "high": value_at(aim, at)}
            yield _problem("order", name, direction=kpi.direction, **facts)
        elif name == "threshold" and at < 0 and aim.baseline is not None:
            facts = {"one": "baseline", "low": aim.baseline, "other": name, "high": value_at(aim, at)}
            yield _problem("order", name, direction=kpi.direction, **facts)
        else:
            yield from _moved(kpi, name, value_at(aim, at))


def _baseline_of(kpi: Kpi, aim: Aim, period: Span) -> Iterator[MeasureProblem]:
    """A baseline at or beyond the target. Nothing of nothing, in a period that has neither, is met or missed."""
    sign = 1 if kpi.direction == "higher" else -1
    base, target = aim.baseline, aim.target
    if (
        kpi.baseline is None
        or base is None
        or target is None
        or (base == target == 0 and period.kind != "year")
    ):
        return
    if sign * base >= sign * target:
        facts = {"baseline": base, "target": target, "period": period.key, "direction": kpi.direction}
        yield _problem("baseline", "target", **facts)


def _tolerated(kpi: Kpi, aim: Aim) -> Iterator[MeasureProblem]:
    """What is tolerated beside a target of zero is worse than zero (RULES M4)."""
    if kpi.baseline is not None or aim.baseline is None or aim.target is None:
        return
    sign = 1 if kpi.direction == "higher" else -1
    if sign * aim.baseline > sign * aim.target:
        facts = {"one": "target", "low": aim.target, "other": "threshold", "high": aim.baseline}
        yield _problem("order", "threshold", direction=kpi.direction, **facts)


def _without_place(kpi: Kpi, name: str, aim: Aim, period: Span) -> Iterator[MeasureProblem]:
    """Beside a target of zero nothing has a place that could be kept: it is asked for."""
    beside = kpi.threshold_beside if name == "threshold" else kpi.stretch_beside
    if beside == 0 and aim.target != 0:
        yield _problem(
            "no-place", name, name=name, value=getattr(kpi, name), target=aim.target, period=period.key
        )


def _moved(kpi: Kpi, name: str, value: Fraction) -> Iterator[MeasureProblem]:
    if kpi.possible and not kpi.adds_up and not exact(kpi.possible[0]) <= value <= exact(kpi.possible[1]):
        least, most = kpi.possible
        yield _problem("impossible", name, name=name, value=value, least=least, most=most)
