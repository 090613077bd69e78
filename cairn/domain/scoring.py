"""Scores: a KPI's points in a period, a sheet's from its goals, a year's from its periods (RULES N1, U1, W1, Y1).

Everything is a rational, rounded once at the end (`cairn.domain.exact.rounded`), and nothing missing is silently zero.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Final

from cairn.domain import curves
from cairn.domain.attainment import Aim, attainment, off_target
from cairn.domain.exact import ZERO, exact
from cairn.domain.policy import Curve, GradeBand, Missing, ScoringRules


class Unscored(Enum):
    """Why something has no points (RULES U1). What is known to be nothing has zero points and is none of these."""

    NOT_APPLICABLE = "not_applicable"
    MISSING = "missing"


NOT_APPLICABLE: Final = Unscored.NOT_APPLICABLE
MISSING: Final = Unscored.MISSING
Score = Fraction | Unscored


def kpi_points(aim: Aim, curve: Curve, actual: Fraction) -> tuple[Fraction, Fraction]:
    """(attainment, points) of an actual against what a KPI aims at in a period."""
    reached = attainment(aim, actual)
    return reached, curves.points(curve, reached, aim.threshold, aim.stretch, off_target(aim, actual))


def weighted(parts: Iterable[tuple[Fraction, Score]], missing: Missing) -> Score:
    """The mean of (weight, score) pairs on one level.

    What is not applicable never counts. What is missing gives its weight to the rest (`reweight`) or counts as zero.
    Not applicable where every part is; missing where nothing is known under `reweight`.
    """
    due = [(weight, score) for weight, score in parts if score is not NOT_APPLICABLE]
    known = [(weight, score) for weight, score in due if isinstance(score, Fraction)]
    if not due:
        return NOT_APPLICABLE
    if missing == "zero":
        known += [(weight, ZERO) for weight, score in due if score is MISSING]
    whole = sum((weight for weight, _ in known), ZERO)
    if whole == 0:
        return MISSING
    return sum((weight * score for weight, score in known), ZERO) / whole


def mean(values: Iterable[Fraction]) -> Fraction | None:
    """The plain mean, None of nothing."""
    numbers = list(values)
    return sum(numbers, ZERO) / len(numbers) if numbers else None


def in_force(parts: Iterable[tuple[Fraction, Fraction, Score]], missing: Missing) -> Score:
    """A period's score from (weight, share of its days in force, score) of each goal (RULES W1): a goal counts by its
    weight and by the days it was in force; a weight that changed in the period comes as two parts."""
    return weighted(((weight * days, score) for weight, days, score in parts), missing)


def mixed(
    mix: Mapping[str, Decimal],
    by_kind: Mapping[str, Iterable[tuple[Fraction, Score]]],
    subordinates: Score,
    rules: ScoringRules,
) -> Score:
    """The year's mix (RULES Y1): of each kind of period the mean of its (months in force, score) pairs, and the
    subordinates' mean, weighted by the family's mix. A kind of weight 0 may be scored, but does not count."""
    parts: list[tuple[Fraction, Score]] = []
    for kind, weight in mix.items():
        of_periods = weighted(by_kind.get(kind, ()), rules.missing_at("period"))
        parts.append((exact(weight), subordinates if kind == "subordinates" else of_periods))
    return weighted([part for part in parts if part[0] > 0], rules.missing_at("part"))


def pays_after(year: Fraction, advances: Iterable[Fraction]) -> Fraction:
    """What the year still pays after the advances of a kind of weight 0: never less than nothing (RULES Y1)."""
    return max(year - sum(advances, ZERO), ZERO)


def by_days(results: Iterable[tuple[int, Fraction]]) -> Fraction | None:
    """The mean of (days, result) pairs, None where no day counts: subordinates by the days they reported (RULES Y2)."""
    found = weighted(((Fraction(days), result) for days, result in results if days > 0), "reweight")
    return found if isinstance(found, Fraction) else None


def by_months(sheets: Iterable[tuple[Fraction, Fraction]]) -> Fraction | None:
    """The mean of (months, result) pairs: a year of several sheets (RULES L7)."""
    found = weighted(((months, result) for months, result in sheets if months > 0), "reweight")
    return found if isinstance(found, Fraction) else None


def grade(score: Decimal, grades: Iterable[GradeBand]) -> GradeBand:
    """The best grade whose points the rounded score reaches; the last of those that points reach if it reaches none."""
    reached = [(band.points, band) for band in grades if band.points is not None]
    return next((band for points, band in reached if score >= points), reached[-1][1])
