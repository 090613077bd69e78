"""What a goal was measured by in a period and what each measure aimed at: what a score can be followed by."""

from datetime import date
from fractions import Fraction
from typing import NamedTuple

from cairn.domain import curves
from cairn.domain.attainment import Aim, aim_in, off_target
from cairn.domain.exact import exact
from cairn.domain.goal.scoring import Piece, pieces_in
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi, Measure
from cairn.domain.policy import Curve, Policy
from cairn.domain.schedule import Schedule, Span, Timeline
from cairn.domain.targets import first_day


class Shared(NamedTuple):
    """How a period has its part of a sum's target: so many months of those over which the `whole` is spread (RULES
    T1)."""

    whole: Fraction
    months: Fraction
    of: Fraction


class Measured(NamedTuple):
    """A measure of a goal on those days of a period, from `first` to `last`, on which it was the goal's; `aim` is what
    a KPI aimed at there, None where it aimed at nothing, and of what is no KPI. `shared` is how that is part of a
    whole, None where it is not: a level, or a target that was set for periods."""

    measure: Measure
    first: date
    last: date
    aim: Aim | None = None
    shared: Shared | None = None


def measured_in(goal: Goal, period: Span, schedule: Schedule) -> list[Measured]:
    """The measures of a goal in a period, in order: several, where one took another's place within it (RULES W1)."""
    return [_measured(piece, period, goal.since) for piece in pieces_in(goal, schedule, period)]


def _measured(piece: Piece, period: Span, since: date) -> Measured:
    found = Measured(piece.measure, max(piece.first, period.starts), min(piece.last, period.ends))
    if not isinstance(piece.measure, Kpi):
        return found
    aim = aim_in(piece.measure, period, piece.dates, since)
    return found._replace(aim=aim, shared=_shared(piece.measure, period, piece.dates, since))


def _shared(kpi: Kpi, period: Span, dates: Timeline, since: date) -> Shared | None:
    if not kpi.adds_up or kpi.target is None or kpi.targets:
        return None
    begins = first_day(kpi, since)
    over = dates.months_between(dates.starts if kpi.whole_cycle else begins, dates.ends)
    return Shared(exact(kpi.target), dates.months_of(period, begins), over)


def curve_of(measure: Measure, policy: Policy) -> Curve | None:
    """The curve that a measure's points come by; None where it names none: a straight line over the scale, or a rating
    that is its points already."""
    return policy.curves.get(measure.curve) if measure.curve is not None else None


def points_at(
    measured: Measured, policy: Policy, reached: Fraction, actual: Fraction | None
) -> Fraction | None:
    """The points that an attainment comes to, by the measure's curve; None where the policy has no such curve."""
    curve = curve_of(measured.measure, policy)
    if measured.measure.curve is None:
        return curves.straight(policy.scale, reached)
    aim = measured.aim
    if curve is None:
        return None
    if aim is None or actual is None:
        return curves.points(curve, reached)
    return curves.points(curve, reached, aim.threshold, aim.stretch, off_target(aim, actual))
