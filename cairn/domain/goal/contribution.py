"""How far a department's goal carries the part of the strategy it serves: what the committee looks at."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from cairn.domain.exact import HUNDRED, exact, maybe_exact
from cairn.domain.goal.events import Part
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi


class Contribution(NamedTuple):
    """A department's target beside the part of the strategic goal that its department answers for.

    `deviation` is in percent of the part's target, below zero where the goal falls short; None where one of them has no
    number.
    """

    part: str
    target: Fraction | None
    of: Fraction | None
    deviation: Fraction | None


def contributions(goal: Goal, parts: Iterable[Part]) -> list[Contribution]:
    """What a department's goal brings to each part of its parent that its department answers for."""
    target = maybe_exact(goal.measure.target) if isinstance(goal.measure, Kpi) else None
    found = []
    for part in (each for each in parts if each.department == goal.department):
        of = exact(part.target) if part.target is not None else None
        deviation = HUNDRED * (target - of) / abs(of) if target is not None and of else None
        found.append(Contribution(part.title, target, of, deviation))
    return found
