"""The order in which a result is computed (RULES E2), from the mix of the periods to the grade.

goals → periods → mix → ratings → the year's incidents → multiplier of points → scale → rounding → grade → gates. What
people make of the grade afterwards is calibration, what is paid for it `cairn.domain.pay`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from cairn.domain.curves import on_scale
from cairn.domain.evaluation.gates import Reached, bounded, bounds
from cairn.domain.exact import ZERO, exact, rounded
from cairn.domain.policy import GradeBand, Policy, ResultPart
from cairn.domain.result_rules import Caps, Gated, Incident, Multiplier
from cairn.domain.scoring import MISSING, Score, grade, weighted
from cairn.domain.sheet.events import Added, GradeBounds, IncidentPart

NO_CAPS = Caps()
NOTHING_REACHED = Reached()


@dataclass(frozen=True)
class Extras:
    """What is added to the mix: points of the parts beside the goals (behaviours, self rating, feedback), the year's
    incidents, factors of the points, and what gates look at. A part without points is missing (RULES U1)."""

    ratings: Mapping[ResultPart, Score] = field(default_factory=dict)
    incidents: tuple[IncidentPart, ...] = ()
    factors: tuple[Fraction, ...] = ()
    reached: Reached = NOTHING_REACHED


@dataclass(frozen=True)
class Outcome:
    """A result: exact points on the policy's scale, rounded once, and the grade by the rounded ones within the bounds
    of the gates; no grade where the policy grades nothing. `added` is what incidents did on the way."""

    points: Fraction
    rounded: Decimal
    grade: str | None
    coefficient: Decimal | None
    added: Added | None = None
    bounds: GradeBounds | None = None


def finished(mix: Score, policy: Policy, extras: Extras | None = None) -> Outcome | None:
    """From the mix of periods and subordinates to the grade, in the order of E2; None where there is nothing to make a
    result of."""
    extra = extras or Extras()
    parts = [
        (exact(share), mix if part == "goals" else extra.ratings.get(part, MISSING))
        for part, share in policy.result.items()
        if share
    ]
    if not any(isinstance(score, Fraction) for _, score in parts):
        return None
    together = weighted(parts, policy.scoring.missing_at("part"))
    if not isinstance(together, Fraction):
        return None
    points, added = with_incidents(together, extra.incidents, policy.caps.get("year", NO_CAPS))
    for factor in extra.factors:
        points *= factor
    points = on_scale(policy.scale, points)
    whole = rounded(points, policy.scoring.places)
    band, bound = graded(whole, "result", policy, extra.reached)
    name, worth = (band.grade, band.coefficient) if band else (None, None)
    return Outcome(points, whole, name, worth, added, bound)


def graded(
    points: Decimal, of: Gated, policy: Policy, reached: Reached
) -> tuple[GradeBand | None, GradeBounds | None]:
    """The grade of rounded points within the bounds of the gates, and these bounds; none where the policy does not
    grade this kind of score."""
    if ("year" if of == "result" else of) not in policy.graded:
        return None, None
    by_points = grade(points, policy.grades)
    bound = bounds(policy.gates, of, reached, by_points.grade, policy.grades)
    return bounded(by_points, bound, policy.grades), bound


def parts_of_incidents(
    happened: Iterable[tuple[str, int]], kinds: Mapping[str, Incident]
) -> tuple[IncidentPart, ...]:
    """What (kind, times) come to by kind, in the policy's order; a kind that counts no points is none of them."""
    times: dict[str, int] = {}
    for kind, number in happened:
        times[kind] = times.get(kind, 0) + number
    return tuple(
        IncidentPart(kind=key, times=times[key], points=exact(kind.points) * times[key])
        for key, kind in kinds.items()
        if key in times and kind.points
    )


def with_incidents(
    before: Fraction, incidents: Iterable[IncidentPart], caps: Caps
) -> tuple[Fraction, Added | None]:
    """(points with what incidents gain and lose, each within its own cap; what they did)."""
    parts = tuple(incidents)
    if not parts:
        return before, None
    gained = _capped((each.points for each in parts if each.points > 0), caps.gains)
    lost = _capped((-each.points for each in parts if each.points < 0), caps.losses)
    return before + gained - lost, Added(before=before, incidents=parts, gained=gained, lost=lost)


def _capped(points: Iterable[Fraction], most: Decimal | None) -> Fraction:
    total = sum(points, ZERO)
    return total if most is None else min(total, exact(most))


def factor(multiplier: Multiplier, result: Fraction) -> Fraction:
    """The factor of a unit's exact points."""
    won = [piece for piece in multiplier.pieces if result >= exact(piece.points)]
    if not won:
        return exact(multiplier.below)
    piece = max(won, key=lambda each: each.points)
    found = exact(piece.factor) + exact(piece.per_point) * (result - exact(piece.points))
    return found if multiplier.most is None else min(found, exact(multiplier.most))
