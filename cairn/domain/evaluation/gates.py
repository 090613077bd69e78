"""Gates: what bounds a grade, or sets the points of a part, whatever else was reached (RULES E2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cairn.domain.exact import exact
from cairn.domain.policy import GradeBand
from cairn.domain.result_rules import Gate, Gated
from cairn.domain.sheet.events import GradeBounds


@dataclass(frozen=True)
class Reached:
    """What gates look at, exactly: the kinds of incidents that happened, and the points of the goals, perspectives and
    periods of a score. What is missing or does not apply is not among them and meets no gate."""

    incidents: frozenset[str] = frozenset()
    goals: tuple[Fraction, ...] = ()
    perspectives: tuple[Fraction, ...] = ()
    periods: tuple[Fraction, ...] = ()


def is_met(gate: Gate, reached: Reached) -> bool:
    """Whether what a gate says has happened."""
    if gate.incident is not None:
        return gate.incident in reached.incidents
    among = {"goal": reached.goals, "perspective": reached.perspectives, "period": reached.periods}
    return any(points < exact(gate.below) for points in among[gate.lowest or "goal"])


def bounds(
    gates: Mapping[str, Gate], of: Gated, reached: Reached, by_points: str, grades: Sequence[GradeBand]
) -> GradeBounds | None:
    """What the gates of a score leave of the grades; None where none of them bounds anything. Of two bounds that
    exclude each other the one from above holds."""
    order = [band.grade for band in grades]
    best, worst, met = 0, len(order) - 1, []
    for key, gate in gates.items():
        if gate.of != of or gate.sets is not None:
            continue
        if not is_met(gate, reached):
            if gate.only and gate.at_most in order:
                worst = min(worst, order.index(gate.at_most) - 1)
            continue
        met.append(key)
        if gate.at_most is not None:
            best = max(best, order.index(gate.at_most))
        if gate.at_least is not None:
            worst = min(worst, order.index(gate.at_least))
    worst = max(worst, best)
    if not met and worst == len(order) - 1:
        return None
    return GradeBounds(
        best=order[best] if best else None,
        worst=order[worst] if worst < len(order) - 1 else None,
        met=tuple(met),
        by_points=by_points,
    )


def allowed(bounds: GradeBounds | None, grades: Iterable[GradeBand]) -> list[GradeBand]:
    """The grades that gates leave, from the best down: calibration moves a grade among them alone."""
    order = list(grades)
    if bounds is None:
        return order
    names = [band.grade for band in order]
    first = names.index(bounds.best) if bounds.best else 0
    last = names.index(bounds.worst) if bounds.worst else len(order) - 1
    return order[first : last + 1]


def bounded(band: GradeBand, bounds: GradeBounds | None, grades: Sequence[GradeBand]) -> GradeBand:
    """A grade by points moved to the nearest one that gates leave."""
    left = allowed(bounds, grades)
    order = [each.grade for each in grades]
    return min(left, key=lambda each: abs(order.index(each.grade) - order.index(band.grade)))


def set_points(
    gates: Mapping[str, Gate], of: Gated, reached: Reached, goal: str | None = None
) -> tuple[str, Fraction] | None:
    """(the gate, the points it sets) of a part of which gates are met, the fewest points of several; None where none
    is."""
    found = [
        (key, exact(gate.sets))
        for key, gate in gates.items()
        if gate.of == of and gate.sets is not None and gate.goal == goal and is_met(gate, reached)
    ]
    return min(found, key=lambda each: each[1]) if found else None
