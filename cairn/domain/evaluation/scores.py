"""A sheet's score in a period from its goals, and the year's result from its periods and subordinates."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from cairn.domain.evaluation.order import finished
from cairn.domain.evaluation.weighing import shares
from cairn.domain.event import SYSTEM
from cairn.domain.exact import exact, rounded
from cairn.domain.goal.state import Goal
from cairn.domain.policy import Policy
from cairn.domain.schedule import Schedule, Span
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, by_days, in_force, mixed
from cairn.domain.sheet.events import (
    PeriodPart,
    ResultIssued,
    ScorePart,
    SheetCause,
    SheetScored,
    SubordinatePart,
)
from cairn.domain.sheet.state import Sheet

NEVER = datetime.min.replace(tzinfo=UTC)


def score_sheet(
    sheet: Sheet,
    goals: Mapping[str, Goal],
    period: str,
    schedule: Schedule,
    policy: Policy,
    at: datetime,
    cause: SheetCause = "due",
) -> list[SheetScored]:
    """The next version of the sheet's score of a period; none where no goal has one there, or where the last version
    was computed from the very same.

    `goals` are those that are or were on the sheet, by id. Each counts by its weight and its days in force (RULES W1).
    """
    span, before = schedule.period(period), sheet.scores.get(period)
    if span is None:
        return []
    parts = tuple(_parts(sheet, goals, span, schedule))
    if not parts or (before is not None and _is_same(before, parts, policy)):
        return []
    of_goals = ((exact(part.weight), part.share, _score(part.points)) for part in parts)
    points = _points(in_force(of_goals, policy.scoring.missing_at("goal")))
    return [
        SheetScored(
            sheet=sheet.id,
            number=before.number + 1 if before else 1,
            cause=cause,
            period=period,
            points=points,
            rounded=_rounded(points, policy),
            parts=parts,
            policy=policy.version,
            by=SYSTEM,
            at=at,
        )
    ]


def _is_same(before: SheetScored, parts: Sequence[ScorePart], policy: Policy) -> bool:
    """Whether a version would be computed from the very same; goals may have moved on in what it does not read."""
    was = [part.model_copy(update={"version": 0}) for part in before.parts]
    return before.policy == policy.version and was == [
        part.model_copy(update={"version": 0}) for part in parts
    ]


def _parts(sheet: Sheet, goals: Mapping[str, Goal], span: Span, schedule: Schedule) -> Iterator[ScorePart]:
    for name, weighings in sheet.weighings.items():
        goal = goals.get(name)
        scored = goal.scores.get(span.key) if goal else None
        if goal is None or scored is None or not scored.applies:
            continue
        for weight, share in shares(goal, weighings, span, schedule):
            yield ScorePart(goal=name, version=goal.version, weight=weight, share=share, points=scored.points)


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
    dates = schedule.without(sheet.gaps)
    return tuple(
        PeriodPart(period=period.key, kind=period.kind, months=months, points=sheet.scores[period.key].points)
        for period in schedule.periods
        if str(period.kind) in mix
        and period.key in sheet.scores
        and (months := dates.months_of(period, sheet.since))
    )


def issue_result(
    sheet: Sheet,
    subordinates: Sequence[SubordinatePart],
    schedule: Schedule,
    policy: Policy,
    at: datetime,
    leads: bool = True,
    waiting: Sequence[str] = (),
    cause: SheetCause = "due",
) -> list[ResultIssued]:
    """The next version of the year's result with its grade; none where the last one was computed from the very same.

    `subordinates` are the results of those who reported to the holder, each by their days; `leads` says whether anybody
    did: who leads nobody has no such part (RULES U1). `waiting` are the sheets of those whose result is still open."""
    mix, before = mix_of(sheet, policy), sheet.result
    periods = parts_of(sheet, mix, schedule)
    by_kind: dict[str, list[tuple[Fraction, Score]]] = {}
    for part in periods:
        by_kind.setdefault(str(part.kind), []).append((part.months, _score(part.points)))
    below = by_days((1 if part.days is None else part.days, part.result) for part in subordinates)
    of_subordinates: Score = below if below is not None else MISSING if leads else NOT_APPLICABLE
    mix_points = _points(mixed(mix, by_kind, of_subordinates, policy.scoring))
    result = finished(mix_points, policy) if mix_points is not None else None
    issued = ResultIssued(
        sheet=sheet.id,
        number=before.number + 1 if before else 1,
        cause=cause,
        points=result.points if result else None,
        rounded=result.rounded if result else None,
        grade=result.grade if result else None,
        coefficient=result.coefficient if result else None,
        mix=mix,
        periods=periods,
        subordinates=tuple(subordinates),
        leads=leads,
        waiting=tuple(waiting),
        policy=policy.version,
        by=SYSTEM,
        at=at,
    )
    return [] if before is not None and _content(before) == _content(issued) else [issued]


def _content(result: ResultIssued) -> ResultIssued:
    """A result without what differs between versions computed from the very same."""
    return result.model_copy(update={"number": 0, "cause": "due", "at": NEVER, "by": SYSTEM})
