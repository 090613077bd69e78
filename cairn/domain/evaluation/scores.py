"""A sheet's score in a period from its goals, and the year's result from its periods and subordinates."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from cairn.domain.evaluation.moving import with_raise_kept
from cairn.domain.evaluation.order import finished
from cairn.domain.evaluation.steps import has_steps
from cairn.domain.evaluation.weighing import shares
from cairn.domain.event import SYSTEM
from cairn.domain.exact import exact, rounded
from cairn.domain.goal.state import Goal
from cairn.domain.policy import Dimension, Policy
from cairn.domain.schedule import Schedule, Span, months_later
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, by_days, by_months, in_force, mixed
from cairn.domain.sheet.events import (
    EarlierPart,
    PeriodPart,
    ResultIssued,
    ScorePart,
    SheetCause,
    SheetScored,
    SubordinatePart,
    Withheld,
)
from cairn.domain.sheet.rules import missing_dimensions
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


@dataclass(frozen=True)
class Beside:
    """What a result counts besides the sheet's own scores: the results of those who reported to the holder, each by
    their days, whether anybody did (`leads`: who leads nobody has no such part, RULES U1), the sheets of those whose
    result is still open, and the person's earlier sheets (RULES L7)."""

    subordinates: Sequence[SubordinatePart] = ()
    leads: bool = True
    waiting: Sequence[str] = ()
    earlier: Sequence[EarlierPart] = ()

    @classmethod
    def of(cls, result: ResultIssued) -> "Beside":
        """What a result counted."""
        return cls(result.subordinates, result.leads, result.waiting, result.earlier)


def lacking(sheet: Sheet, policy: Policy) -> tuple[Dimension, ...]:
    """The dimensions of which nothing ran in a sheet that has goals, though nobody decided so (RULES L5)."""
    needed = policy.dimensions_of(sheet.family) if sheet.placements else ()
    return tuple(missing_dimensions(sheet, sheet.placements, needed))


def issue_result(
    sheet: Sheet,
    beside: Beside,
    schedule: Schedule,
    policy: Policy,
    at: datetime,
    cause: SheetCause = "due",
) -> list[ResultIssued]:
    """The next version of the year's result with its grade; none where the last one was computed from the very same."""
    mix, before = mix_of(sheet, policy), sheet.result
    periods = parts_of(sheet, mix, schedule)
    kept_back = withheld(sheet, schedule, policy)
    own = None if kept_back else _mixed(mix, periods, beside, policy)
    whole = _of_the_year(sheet, own, beside.earlier, schedule)
    result = finished(whole, policy) if whole is not None else None
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
        subordinates=tuple(beside.subordinates),
        leads=beside.leads,
        waiting=tuple(beside.waiting),
        own=finished(own, policy).points if own is not None and beside.earlier else None,
        earlier=tuple(beside.earlier),
        withheld=kept_back if whole is None else None,
        policy=policy.version,
        lapsed=sheet.lapsed,
        lacking=lacking(sheet, policy),
        by=SYSTEM,
        at=at,
    )
    issued = with_raise_kept(before, issued, policy)
    issued = issued.model_copy(update={"told": not has_steps(sheet, issued, policy)})
    return [] if before is not None and _content(before) == _content(issued) else [issued]


def _mixed(
    mix: Mapping[str, Decimal], periods: Iterable[PeriodPart], beside: Beside, policy: Policy
) -> Fraction | None:
    by_kind: dict[str, list[tuple[Fraction, Score]]] = {}
    for part in periods:
        by_kind.setdefault(str(part.kind), []).append((part.months, _score(part.points)))
    below = by_days((1 if part.days is None else part.days, part.result) for part in beside.subordinates)
    of_subordinates: Score = below if below is not None else MISSING if beside.leads else NOT_APPLICABLE
    return _points(mixed(mix, by_kind, of_subordinates, policy.scoring))


def _of_the_year(
    sheet: Sheet, own: Fraction | None, earlier: Sequence[EarlierPart], schedule: Schedule
) -> Fraction | None:
    """The sheet's points, or those of the year's sheets by their months (RULES L7)."""
    if not earlier:
        return own
    parts = [(part.months, part.result) for part in earlier]
    if own is not None:
        parts.append((months_in_force(sheet, schedule), own))
    return by_months(parts)


def months_in_force(sheet: Sheet, schedule: Schedule) -> Fraction:
    """How many of the cycle's months a sheet covers, long leave not counted."""
    return schedule.without(sheet.gaps).months_of(schedule.year, sheet.since)


def withheld(sheet: Sheet, schedule: Schedule, policy: Policy) -> Withheld | None:
    """Why a sheet has no result of its own, None where it has one (RULES L7)."""
    if sheet.kind != "person":
        return None
    if sheet.end_cause == "left" and policy.leavers == "none":
        return "leaver"
    least = policy.minimum
    if least is None:
        return None
    days = schedule.without(sheet.gaps).days_of(schedule.year, sheet.since)
    if least.days is not None:
        return "minimum" if days < least.days else None
    after = months_later(sheet.since, least.months or 0) - sheet.since
    return "minimum" if days < after.days else None


def _content(result: ResultIssued) -> ResultIssued:
    """A result as it was computed, without what differs between versions computed from the very same."""
    same = {"number": 0, "cause": "due", "at": NEVER, "by": SYSTEM, "restatement": None, "told": True}
    grade = {"grade": result.computed_grade, "coefficient": None, "moved": None}
    parts = {
        "subordinates": tuple(part.model_copy(update={"version": 0}) for part in result.subordinates),
        "earlier": tuple(part.model_copy(update={"version": 0}) for part in result.earlier),
    }
    return result.model_copy(update={**same, **grade, **parts})
