"""With which weight a goal counts on which days of a period (RULES W1)."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cairn.domain.calendar import ONE_DAY
from cairn.domain.goal.state import Goal
from cairn.domain.schedule import Days, Schedule, Span, local_day
from cairn.domain.sheet.state import Weighing


class Share(NamedTuple):
    """A weight in points of 100 and the share of a period's days on which it held."""

    weight: Decimal
    share: Fraction


def shares(goal: Goal, weighings: Sequence[Weighing], period: Span, schedule: Schedule) -> list[Share]:
    """The weights of a goal in a period, each with its share of the days; none where the goal was not in force.

    An approved goal counts from its span's first day with the weight it was approved with; a weight that changes
    later counts from the local day on which it did. Days after its last one and of long leave do not count.
    """
    found: list[Share] = []
    dates = schedule.without(goal.gaps)
    for weight, days in _pieces(goal, weighings, schedule):
        held = period.model_copy(update={"ends": min(period.ends, days.last or period.ends)})
        number = dates.days_of(held, max(days.first, period.starts))
        if weight > 0 and number > 0:
            found.append(Share(weight, Fraction(number, period.days)))
    return found


def _pieces(goal: Goal, weighings: Sequence[Weighing], schedule: Schedule) -> Iterator[tuple[Decimal, Days]]:
    """The weights in order with their days, from the goal's first one on."""
    approved = goal.approved_at
    if approved is None:
        return
    at_first = [each for each in weighings if each.at <= approved]
    weight, first = at_first[-1].weight if at_first else Decimal(0), goal.since
    for later in weighings[len(at_first) :]:
        day: date = max(local_day(later.at, schedule.calendar), first)
        if day > first:
            yield weight, Days(first=first, last=day - ONE_DAY)
        weight, first = later.weight, day
    yield weight, Days(first=first)
