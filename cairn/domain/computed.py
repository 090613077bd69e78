"""Metrics that are computed from other goals and results (RULES M6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from cairn.domain.exact import HUNDRED, ONE
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, weighted


@dataclass(frozen=True)
class AlignedGoal:
    """A goal as the goal above it counts it: the goal it serves, its weight there (None: none was given) and its own
    attainment in percent; `computed` says that its attainment is its children's."""

    parent: str | None
    attainment: Score = MISSING
    weight: Fraction | None = None
    computed: bool = False


def children(goal: str, goals: Mapping[str, AlignedGoal]) -> Score:
    """The weighted mean of the attainments of the goals aligned to a goal, those that are computed themselves first.

    Equal weights where any child has none; not applicable without children. Raises ValueError where a goal would be its
    own ancestor.
    """
    return _children(goal, goals, (goal,))


def _children(goal: str, goals: Mapping[str, AlignedGoal], above: tuple[str, ...]) -> Score:
    aligned = {name: child for name, child in goals.items() if child.parent == goal}
    if any(name in above for name in aligned):
        raise ValueError(f"{goal} is its own ancestor")
    even = any(child.weight is None for child in aligned.values())
    parts = [
        (
            ONE if even or child.weight is None else child.weight,
            _children(name, goals, (*above, name)) if child.computed else child.attainment,
        )
        for name, child in aligned.items()
    ]
    return weighted(parts, "reweight")


def is_ancestor(goal: str, of: str, parents: Mapping[str, str | None]) -> bool:
    """Whether a goal stands somewhere above another, or is it."""
    above: str | None = of
    seen: set[str] = set()
    while above is not None and above not in seen:
        if above == goal:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def subordinates_on_goal(results: Iterable[tuple[int, Fraction]], reaches: Fraction) -> Score:
    """The share of subordinates, in percent, whose result reaches a value. `results` are (days, result) pairs: each
    counts by the days they reported (RULES Y2); not applicable where nobody did."""
    reported = [(Fraction(days), HUNDRED * (result >= reaches)) for days, result in results if days > 0]
    return weighted(reported, "reweight") if reported else NOT_APPLICABLE
