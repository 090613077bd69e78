"""A sheet's score in a period from its goals, and the year's result from its periods and subordinates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from cairn.domain.evaluation.order import finished
from cairn.domain.event import SYSTEM
from cairn.domain.exact import exact, rounded
from cairn.domain.goal.state import Goal
from cairn.domain.policy import Dimension, Policy
from cairn.domain.schedule import Schedule
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, mean, mixed, weighted
from cairn.domain.sheet.events import PeriodPart, ResultIssued, ScorePart, SheetScored, SubordinatePart
from cairn.domain.sheet.rules import missing_dimensions
from cairn.domain.sheet.state import Sheet


def score_sheet(
    sheet: Sheet, goals: Mapping[str, Goal], period: str, policy: Policy, at: datetime
) -> list[SheetScored]:
    """The sheet's score of a period, none where no goal has one there or it is issued already."""
    if period in sheet.scores:
        return []
    parts = [
        ScorePart(goal=goal, version=goals[goal].version, weight=placed.weight, points=scored.points)
        for goal, placed in sheet.placements.items()
        if goal in goals and (scored := goals[goal].scores.get(period)) is not None and scored.applies
    ]
    if not parts:
        return []
    of_goals = ((exact(part.weight), _score(part.points)) for part in parts)
    points = _points(weighted(of_goals, policy.scoring.missing_at("goal")))
    return [
        SheetScored(
            sheet=sheet.id,
            period=period,
            points=points,
            rounded=_rounded(points, policy),
            parts=tuple(parts),
            policy=policy.version,
            by=SYSTEM,
            at=at,
        )
    ]


def _score(points: Fraction | None) -> Score:
    return MISSING if points is None else points


def _points(score: Score) -> Fraction | None:
    return score if isinstance(score, Fraction) else None


def _rounded(points: Fraction | None, policy: Policy) -> Decimal | None:
    return rounded(points, policy.scoring.places) if points is not None else None


def mix_of(sheet: Sheet, policy: Policy) -> dict[str, Decimal]:
    """How the year's result is mixed: the family's periods and subordinates; the year alone for other sheets."""
    family = policy.families.get(sheet.family or "")
    if family is None:
        return {"year": Decimal(100)}
    periods: dict[str, Decimal] = {str(kind): weight for kind, weight in family.periods.items() if weight > 0}
    return {**periods, "subordinates": family.subordinates} if family.subordinates else periods


def parts_of(sheet: Sheet, mix: Mapping[str, Decimal], schedule: Schedule) -> tuple[PeriodPart, ...]:
    """Every period that counts in the year's result, with its months in force (RULES Y1). Where something was due and
    stayed unknown its points are missing; a period without any score had nothing due and does not count."""
    return tuple(
        PeriodPart(
            period=period.key,
            kind=period.kind,
            months=schedule.months_of(period, sheet.since),
            points=sheet.scores[period.key].points,
        )
        for period in schedule.periods
        if str(period.kind) in mix and period.key in sheet.scores and period.ends >= sheet.since
    )


def lacking(sheet: Sheet, policy: Policy) -> tuple[Dimension, ...]:
    """The dimensions of which nothing ran in a sheet that has goals, though nobody decided so (RULES L5)."""
    needed = policy.dimensions_of(sheet.family) if sheet.placements else ()
    return tuple(missing_dimensions(sheet, sheet.placements, needed))


def issue_result(
    sheet: Sheet,
    subordinates: Sequence[SubordinatePart],
    schedule: Schedule,
    policy: Policy,
    at: datetime,
    leads: bool = True,
) -> list[ResultIssued]:
    """The year's result with its grade; `subordinates` are the results of those who report to the holder, `leads` says
    whether anybody does: who leads nobody has no such part (RULES U1)."""
    if sheet.result is not None:
        return []
    mix = mix_of(sheet, policy)
    periods = parts_of(sheet, mix, schedule)
    by_kind: dict[str, list[tuple[Fraction, Score]]] = {}
    for part in periods:
        by_kind.setdefault(str(part.kind), []).append((part.months, _score(part.points)))
    below = mean(part.result for part in subordinates)
    of_subordinates: Score = below if below is not None else MISSING if leads else NOT_APPLICABLE
    mix_points = _points(mixed(mix, by_kind, of_subordinates, policy.scoring))
    result = finished(mix_points, policy) if mix_points is not None else None
    return [
        ResultIssued(
            sheet=sheet.id,
            points=result.points if result else None,
            rounded=result.rounded if result else None,
            grade=result.grade if result else None,
            coefficient=result.coefficient if result else None,
            mix=mix,
            periods=periods,
            subordinates=tuple(subordinates),
            leads=leads,
            policy=policy.version,
            lapsed=sheet.lapsed,
            lacking=lacking(sheet, policy),
            by=SYSTEM,
            at=at,
        )
    ]
