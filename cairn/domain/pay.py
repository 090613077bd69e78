"""Money from results (RULES E3): from exact points or a grade's coefficient, each payment rounded once.

Everything is a rational until then. A pot comes out even: its parts sum to it exactly, or what is left is named.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cairn.domain.calendar import ONE_DAY
from cairn.domain.exact import HUNDRED, ONE, ZERO, exact, rounded
from cairn.domain.schedule import Days, Timeline, months_later


def product(amount: Fraction, *factors: Fraction) -> Fraction:
    """An amount times everything that it depends on."""
    for each in factors:
        amount *= each
    return amount


def part_of_points(points: Fraction, full: Fraction) -> Fraction:
    """The part of an amount that exact points earn: all of it at what 100 % is, nothing below zero."""
    return max(points, ZERO) / full


def paid_days(unpaid: int, of: int) -> Fraction:
    """The part of a year's paid days that is left after unpaid ones; never less than nothing."""
    return Fraction(max(of - unpaid, 0), of)


def full_months(dates: Timeline, since: date, gaps: Sequence[Days]) -> Fraction:
    """The part of a cycle's calendar months that somebody has any day of from `since` on, outside the gaps: each whole
    calendar month away takes one."""
    counted, number, first = 0, 0, dates.starts.replace(day=1)
    away = dates.without(tuple(gaps))
    while first <= dates.ends:
        following = months_later(first, 1)
        starts, ends = max(first, dates.starts), min(following - ONE_DAY, dates.ends)
        span = dates.year.model_copy(update={"starts": starts, "ends": ends})
        number += 1
        counted += away.days_of(span, max(starts, since)) > 0
        first = following
    return Fraction(counted, number)


@dataclass(frozen=True)
class Shared:
    """How a pot was divided: the exact value of a point for those under the cap (None without points), each one's exact
    and paid part, and what is left of it."""

    value: Fraction | None
    exact: Mapping[str, Fraction]
    paid: Mapping[str, Decimal]
    left: Decimal


def share_out(
    pot: Decimal, points: Mapping[str, Fraction], cap: Decimal | None = None, places: int = 2
) -> Shared:
    """Divides a pot by exact points. What a cap cuts off goes to the others until nobody passes it. Each part is
    rounded down, and the units of the last place that are missing go to the largest remainders, of equal ones to the
    first id as text. Without any points nothing is paid and all of it is left.

    `pot` and `cap` have no more than `places` decimals. Points below zero count as none.
    """
    claims = {who: max(each, ZERO) for who, each in points.items()}
    most = None if cap is None else exact(cap)
    parts, value = _under_the_cap(exact(pot), claims, most)
    unit = 10**places
    whole = {who: math.floor(each * unit) for who, each in parts.items()}
    total = sum(parts.values(), ZERO) * unit
    missing = math.floor(total) - sum(whole.values())
    by_remainder = sorted(parts, key=lambda who: (whole[who] - parts[who] * unit, who))
    for who in by_remainder[:missing]:
        whole[who] += 1
    paid = {who: rounded(Fraction(number, unit), places) for who, number in whole.items()}
    return Shared(value, parts, paid, rounded(exact(pot) - Fraction(sum(whole.values()), unit), places))


def _under_the_cap(
    pot: Fraction, claims: Mapping[str, Fraction], cap: Fraction | None
) -> tuple[dict[str, Fraction], Fraction | None]:
    """(everybody's exact part, the value of a point for those who are not at the cap)."""
    at_cap: set[str] = set()
    while True:
        free = {who: each for who, each in claims.items() if who not in at_cap}
        rest = pot - (cap or ZERO) * len(at_cap)
        total = sum(free.values(), ZERO)
        value = rest / total if total else None
        over = {
            who for who, each in free.items() if cap is not None and value is not None and value * each > cap
        }
        if not over:
            parts = {who: (value or ZERO) * each for who, each in free.items()}
            return {who: parts.get(who, cap or ZERO) for who in claims}, value
        at_cap |= over


@dataclass(frozen=True)
class TrueUp:
    """What a year still pays after its advances: `year` is what it comes to, `advanced` what was paid before, `due`
    what is paid now, never less than nothing (RULES Y1)."""

    year: Decimal
    advanced: Decimal
    due: Decimal


def true_up(year: Decimal, advances: Iterable[Decimal]) -> TrueUp:
    """Of payments that are rounded already; nothing that was paid is taken back."""
    advanced = sum(advances, Decimal(0))
    return TrueUp(year, advanced, max(year - advanced, year - year))


def percent_of(base: Decimal, percent: Decimal, places: int = 2) -> Decimal:
    """So many percent of a base, rounded once: what a pot is."""
    return rounded(exact(base) * exact(percent) / HUNDRED, places)


def by_targets(targets: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Each period's part of an amount by its target over the sum of those in force; equal ones where that is zero."""
    total = sum(targets.values(), ZERO)
    if not total:
        return {key: ONE / len(targets) for key in targets}
    return {key: each / total for key, each in targets.items()}
