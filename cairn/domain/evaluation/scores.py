"""A sheet's score in a period from its goals, and the year's result from its periods and subordinates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from cairn.domain.event import SYSTEM
from cairn.domain.goal.state import Goal
from cairn.domain.policy import Policy
from cairn.domain.schedule import Schedule
from cairn.domain.scoring import grade, mean, rounded, weighted, year_result
from cairn.domain.sheet.events import ResultIssued, ScorePart, SheetScored, SubordinatePart
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
    points = weighted([(part.weight, part.points) for part in parts], policy.scoring.missing)
    return [
        SheetScored(
            sheet=sheet.id,
            period=period,
            points=points,
            parts=tuple(parts),
            policy=policy.version,
            by=SYSTEM,
            at=at,
        )
    ]


def mix_of(sheet: Sheet, policy: Policy) -> dict[str, Decimal]:
    """How the year's result is mixed: the family's periods and subordinates; the year alone for other sheets."""
    family = policy.families.get(sheet.family or "")
    if family is None:
        return {"year": Decimal(100)}
    periods: dict[str, Decimal] = {str(kind): weight for kind, weight in family.periods.items() if weight > 0}
    return {**periods, "subordinates": family.subordinates} if family.subordinates else periods


def issue_result(
    sheet: Sheet, subordinates: Sequence[SubordinatePart], schedule: Schedule, policy: Policy, at: datetime
) -> list[ResultIssued]:
    """The year's result with its grade; `subordinates` are the results of those who report to the holder."""
    if sheet.result is not None:
        return []
    mix = mix_of(sheet, policy)
    kinds = {period.key: str(period.kind) for period in schedule.periods}
    by_kind: dict[str, list[Decimal | None]] = {}
    for key, scored in sorted(sheet.scores.items()):
        by_kind.setdefault(kinds[key], []).append(scored.points)
    points = year_result(mix, by_kind, mean(part.result for part in subordinates), policy.scoring.missing)
    score = rounded(points, policy.scoring) if points is not None else None
    band = grade(score, policy.grades) if score is not None else None
    return [
        ResultIssued(
            sheet=sheet.id,
            points=points,
            rounded=score,
            grade=band.grade if band else None,
            coefficient=band.coefficient if band else None,
            mix=mix,
            by_kind={kind: tuple(values) for kind, values in by_kind.items()},
            subordinates=tuple(subordinates),
            policy=policy.version,
            by=SYSTEM,
            at=at,
        )
    ]
