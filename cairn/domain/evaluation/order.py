"""The order in which a result is computed (RULES E2), from the mix of the periods to the rounded points."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cairn.domain.curves import on_scale
from cairn.domain.exact import HUNDRED, ONE, ZERO, exact, rounded
from cairn.domain.policy import Policy
from cairn.domain.scoring import grade


@dataclass(frozen=True)
class Extras:
    """What is added to the mix: the behaviours' points with their part of the result in percent, the year's gains and
    losses (each one not negative) with their caps, and multipliers of the points."""

    behaviours: Fraction | None = None
    behaviours_part: Decimal = Decimal(0)
    gains: tuple[Fraction, ...] = ()
    losses: tuple[Fraction, ...] = ()
    most_gained: Decimal | None = None
    most_lost: Decimal | None = None
    multipliers: tuple[Fraction, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """A result: exact points on the policy's scale, rounded once, and the grade by the rounded ones."""

    points: Fraction
    rounded: Decimal
    grade: str
    coefficient: Decimal


def finished(mix: Fraction, policy: Policy, extras: Extras | None = None) -> Outcome:
    """From the mix of periods and subordinates: behaviours, then gains and losses of the year, then multipliers, then
    the scale, then the one rounding, then the grade."""
    added = extras or Extras()
    part = exact(added.behaviours_part) / HUNDRED if added.behaviours is not None else ZERO
    points = mix * (ONE - part) + (added.behaviours or ZERO) * part
    points += _capped(added.gains, added.most_gained) - _capped(added.losses, added.most_lost)
    for multiplier in added.multipliers:
        points *= multiplier
    points = on_scale(policy.scale, points)
    whole = rounded(points, policy.scoring.places)
    band = grade(whole, policy.grades)
    return Outcome(points, whole, band.grade, band.coefficient)


def _capped(events: Iterable[Fraction], most: Decimal | None) -> Fraction:
    """Gains and losses are capped apart."""
    total = sum(events, ZERO)
    return total if most is None else min(total, exact(most))
