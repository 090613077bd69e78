"""What an adjustment draws from the flexible space: decided by what changes and not by how it is written (RULES L4)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cairn.domain.attainment import Aim, attainment, value_at
from cairn.domain.exact import ONE, ZERO, exact, maybe_exact, rounded
from cairn.domain.measure import Kpi, Measure
from cairn.domain.policy import Draw
from cairn.domain.quantity import normalised
from cairn.domain.schedule import Span, Timeline
from cairn.domain.sheet.events import Placement
from cairn.domain.targets import first_day, has_ended, months_in, target_in, whole_target

NUMBERS = ("baseline", "lower", "upper")
"""What counts by how far it moved, besides the target; threshold and stretch by how far they moved of themselves."""
MANNER = ("direction", "aggregation", "curve", "possible", "scored_in", "due")
"""What has no size of its own: a change of it counts as `metric_change`."""
LISTED = ("criteria", "outcomes")


def weight_moved(
    before: Mapping[str, Placement], after: Mapping[str, Placement], instead: Mapping[str, str]
) -> Fraction:
    """Points of weight that go from one place to another: the larger of all rises and all falls.

    `instead` names for a goal that is replaced the one in its place: what moves there is the difference alone.
    """
    places = {instead.get(goal, goal): placed.weight for goal, placed in before.items()}
    moves = [
        exact(after[goal].weight if goal in after else Decimal(0)) - exact(places.get(goal, Decimal(0)))
        for goal in {*places, *after}
    ]
    rises = sum((move for move in moves if move > 0), ZERO)
    return max(rises, sum((-move for move in moves if move < 0), ZERO))


def is_same_metric(before: Measure, after: Measure, titles: tuple[str, str]) -> bool:
    """Whether a measure written in place of another counts the same thing: the feed's metric and whose it is; title and
    unit where no feed brings it; what it is computed from. `titles` are the goal's before and after."""
    if not isinstance(before, Kpi) or not isinstance(after, Kpi):
        return before.kind == after.kind
    if before.computed != after.computed:
        return False
    if before.metric or after.metric:
        return (before.metric, before.subject) == (after.metric, after.subject)
    return normalised(titles[0]) == normalised(titles[1]) and before.unit == after.unit


def target_moved(old: Kpi, new: Kpi, dates: Timeline, since: date, today: date | None) -> Fraction:
    """How far a target moves, in targets, however it is written: for the year, by period, or in a whole measure.

    Of a sum all months' moves together, over the year's; of anything else the mean of the open months' moves. From
    zero, or from none, any move is a whole one.
    """
    if new.direction == "range" or not new.measurable:
        return ZERO
    if (old.adds_up, old.direction == "on_off") != (new.adds_up, new.direction == "on_off"):
        return relative(whole_target(old, dates, since), whole_target(new, dates, since))
    months = months_in(dates.year, dates, first_day(old, since))
    pairs = [(target_in(old, each, dates, since), target_in(new, each, dates, since)) for each in months]
    if old.adds_up:
        moved = sum((abs((after or ZERO) - (before or ZERO)) for before, after in pairs), ZERO)
        stood = abs(sum((before or ZERO for before, _ in pairs), ZERO))
        return moved / stood if stood else ONE if moved else ZERO
    moves = [
        relative(*pair) for each, pair in zip(months, pairs, strict=True) if not _is_over(each, today, pair)
    ]
    return sum(moves, ZERO) / len(moves) if moves else ZERO


def _is_over(month: Span, today: date | None, pair: tuple[Fraction | None, Fraction | None]) -> bool:
    """An ended month's target stays as it is, and a month without one has none to move."""
    return has_ended(month, today) or pair == (None, None)


def relative(old: Fraction | None, new: Fraction | None) -> Fraction:
    """How far a number moves, in sizes of itself. From none, from zero and to none, any move is a whole one."""
    if new == old:
        return ZERO
    if not old or new is None:
        return ONE
    return abs(new - old) / abs(old)


def otherwise_moved(old: Measure, new: Measure, dates: Timeline, since: date) -> Fraction | None:
    """How far anything but the target moves that decides about points, None where nothing does. What keeps its place
    beside a new target (RULES M2) has not moved; what has no size of its own counts zero."""
    if old.kind != new.kind:
        return ZERO
    found = [ZERO for name in MANNER if getattr(old, name, None) != getattr(new, name, None)]
    for name in LISTED:
        before, after = getattr(old, name, ()), getattr(new, name, ())
        if before != after:
            found.append(_share(before, after))
    if isinstance(old, Kpi) and isinstance(new, Kpi):
        for name in NUMBERS:
            before, after = maybe_exact(getattr(old, name)), maybe_exact(getattr(new, name))
            found += [_sized(before, after)] if before != after else []
        moves = [_shifted(name, old, new, dates, since) for name in ("threshold", "stretch")]
        found += [move for move in moves if move is not None]
    return max(found, default=None)


def _sized(old: Fraction | None, new: Fraction | None) -> Fraction:
    """How far a number moves; one that comes or goes has no size to measure it by."""
    return ZERO if old is None or new is None else relative(old, new)


def _share(before: Iterable[str], after: Iterable[str]) -> Fraction:
    """The share of what was listed that is gone, or that came: a whole change at most."""
    old, new = set(before), set(after)
    return min(ONE, Fraction(max(len(old - new), len(new - old), 1), max(len(old), 1)))


def _shifted(name: str, old: Kpi, new: Kpi, dates: Timeline, since: date) -> Fraction | None:
    """How far a threshold or stretch lies from where it would have kept its place beside the new target; None where it
    lies there."""
    was, now = maybe_exact(getattr(old, name)), maybe_exact(getattr(new, name))
    if was is None or now is None:
        return _sized(was, now) if was != now else None
    beside, target = _beside(name, old, dates, since), _beside(name, new, dates, since)
    if (was, beside) == (now, target):
        return None
    at = was
    if beside and target:
        place = attainment(Aim(old.direction, target=beside, baseline=maybe_exact(old.baseline)), was)
        at = value_at(Aim(new.direction, target=target, baseline=maybe_exact(new.baseline)), place)
    return relative(at, now) if at != now else None


def _beside(name: str, kpi: Kpi, dates: Timeline, since: date) -> Fraction | None:
    written: Fraction | None = getattr(kpi, f"{name}_beside")
    return written if written is not None else whole_target(kpi, dates, since)


def measure_draw(
    old: Measure, new: Measure, weight: Fraction, titles: tuple[str, str], dates: Timeline, since: date,
    today: date | None, draws: Collection[Draw],
) -> tuple[Fraction, bool]:  # fmt: skip
    """(points that the moves of numbers come to, at most the goal's weight; whether `metric_change` is the least).

    `draws` says whether moves of the target count, and those of the rest (`metric`).
    """
    if not is_same_metric(old, new, titles):
        return ZERO, True
    rest = otherwise_moved(old, new, dates, since)
    moves = [rest] if rest is not None and "metric" in draws else []
    if "target" in draws and isinstance(old, Kpi) and isinstance(new, Kpi):
        moves.append(target_moved(old, new, dates, since, today))
    return min(weight, weight * max(moves, default=ZERO)), rest is not None


def in_points(*parts: Fraction) -> Decimal:
    """Points of the flexible space, to the hundredth."""
    return rounded(sum(parts, ZERO), 2)
