"""A sheet's score in a period from its goals, and the year's result from its periods and subordinates."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from cairn.domain.calendar import is_working_day
from cairn.domain.curves import on_scale
from cairn.domain.evaluation.gates import Reached, set_points
from cairn.domain.evaluation.moving import with_raise_kept
from cairn.domain.evaluation.order import (
    NO_CAPS,
    Extras,
    factor,
    finished,
    graded,
    parts_of_incidents,
    with_incidents,
)
from cairn.domain.evaluation.steps import has_steps
from cairn.domain.evaluation.weighing import shares
from cairn.domain.event import SYSTEM
from cairn.domain.exact import ONE, exact, rounded
from cairn.domain.goal.state import Goal
from cairn.domain.policy import Dimension, Policy, ResultPart, WorkingCalendar
from cairn.domain.schedule import Schedule, Span, months_later
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, by_days, by_months, in_force, mixed, weighted
from cairn.domain.sheet.events import (
    Added,
    EarlierPart,
    MultiplierPart,
    PeriodPart,
    PerspectivePart,
    RatingPart,
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
    In this order (E2): gates of single goals, goals, perspectives, incidents of the period, gates of the period, the
    scale, the rounding, the grade.
    """
    span, before = schedule.period(period), sheet.scores.get(period)
    if span is None:
        return []
    parts = tuple(_parts(sheet, goals, span, schedule, policy))
    if not parts:
        return []
    perspectives, score = _together(parts, goals, sheet.family, policy)
    points, added, gate = _beyond_the_goals(_points(score), sheet, span, parts, perspectives, policy)
    band, bounds = None, None
    whole = _rounded(points, policy)
    if whole is not None and span.kind != "year":
        band, bounds = graded(whole, span.kind, policy, _reached(sheet, parts, perspectives, span.key))
    scored = SheetScored(
        sheet=sheet.id,
        number=before.number + 1 if before else 1,
        cause=cause,
        period=period,
        points=points,
        rounded=whole,
        parts=parts,
        perspectives=perspectives,
        added=added,
        gate=gate,
        grade=band.grade if band else None,
        coefficient=band.coefficient if band else None,
        bounds=bounds,
        policy=policy.version,
        by=SYSTEM,
        at=at,
    )
    return [] if before is not None and _of_score(before) == _of_score(scored) else [scored]


def _of_score(scored: SheetScored) -> SheetScored:
    """A score without what differs between versions computed from the very same; goals may have moved on in what it
    does not read."""
    parts = tuple(part.model_copy(update={"version": 0}) for part in scored.parts)
    plain = {"number": 0, "cause": "due", "at": NEVER, "by": SYSTEM, "restatement": None, "parts": parts}
    return scored.model_copy(update=plain)


def _parts(
    sheet: Sheet, goals: Mapping[str, Goal], span: Span, schedule: Schedule, policy: Policy
) -> Iterator[ScorePart]:
    happened = Reached(incidents=_kinds(sheet, span.key))
    for name, weighings in sheet.weighings.items():
        goal = goals.get(name)
        scored = goal.scores.get(span.key) if goal else None
        if goal is None or scored is None or not scored.applies:
            continue
        gated = set_points(policy.gates, "goal", happened, goal.key)
        of_gate = {"gate": gated[0], "reached": scored.points} if gated else {}
        points = gated[1] if gated else scored.points
        for weight, share in shares(goal, weighings, span, schedule):
            facts = {
                "goal": name,
                "version": goal.version,
                "weight": weight,
                "share": share,
                "points": points,
            }
            yield ScorePart.model_validate({**facts, **of_gate})


def _kinds(sheet: Sheet, period: str | None = None) -> frozenset[str]:
    """The kinds of incidents that happened, in one period or ever."""
    return frozenset(each.kind for each in sheet.incidents.values() if period in (None, each.period))


def _together(
    parts: Sequence[ScorePart], goals: Mapping[str, Goal], family: str | None, policy: Policy
) -> tuple[tuple[PerspectivePart, ...], Score]:
    """(the sub-scores of perspectives, the goals' score). Goals of no perspective stand beside them, each with its own
    weight."""
    perspectives = policy.perspectives_of(family)
    if not perspectives:
        return (), in_force(map(_weighed, parts), policy.scoring.missing_at("goal"))
    members: dict[str | None, list[ScorePart]] = {}
    for part in parts:
        key = policy.perspective_of(family, goals[part.goal].key)
        members.setdefault(key, []).append(part)
    found: list[PerspectivePart] = []
    level: list[tuple[Fraction, Score]] = []
    for key, perspective in perspectives.items():
        inside = in_force(map(_weighed, members.get(key, ())), policy.scoring.missing_at("measure"))
        level.append((exact(perspective.weight), inside))
        found.append(
            PerspectivePart(
                perspective=key,
                weight=perspective.weight,
                points=_points(inside),
                applies=inside is not NOT_APPLICABLE,
            )
        )
    alone = [part for key, inside in members.items() if key not in perspectives for part in inside]
    level += [(weight * share, points) for weight, share, points in map(_weighed, alone)]
    return tuple(found), weighted(level, policy.scoring.missing_at("goal"))


def _weighed(part: ScorePart) -> tuple[Fraction, Fraction, Score]:
    return exact(part.weight), part.share, _score(part.points)


def _beyond_the_goals(
    points: Fraction | None,
    sheet: Sheet,
    span: Span,
    parts: Sequence[ScorePart],
    perspectives: Sequence[PerspectivePart],
    policy: Policy,
) -> tuple[Fraction | None, Added | None, str | None]:
    """(points, what incidents did, the gate that set them) of a period. The year's incidents and gates count in the
    result, after the mix."""
    if points is None or span.kind == "year":
        return points, None, None
    happened = [(each.kind, each.times) for each in sheet.incidents.values() if each.period == span.key]
    incidents = parts_of_incidents(happened, policy.incidents)
    after, added = with_incidents(points, incidents, policy.caps.get(span.kind, NO_CAPS))
    gated = set_points(policy.gates, span.kind, _reached(sheet, parts, perspectives, span.key))
    if gated:
        return gated[1], added, gated[0]
    return on_scale(policy.scale, after) if added else points, added, None


def _reached(
    sheet: Sheet,
    parts: Sequence[ScorePart],
    perspectives: Sequence[PerspectivePart],
    period: str | None = None,
    periods: Sequence[PeriodPart] = (),
) -> Reached:
    """What gates look at in a score of one period, or of the year (None)."""
    return Reached(
        incidents=_kinds(sheet, period),
        goals=tuple(part.points for part in parts if part.points is not None),
        perspectives=tuple(part.points for part in perspectives if part.points is not None),
        periods=tuple(part.points for part in periods if part.points is not None),
    )


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


def parts_of(
    sheet: Sheet, mix: Mapping[str, Decimal], schedule: Schedule, policy: Policy
) -> tuple[PeriodPart, ...]:
    """Every period that counts in the year's result, with its months in force (RULES Y1). Where something was due and
    stayed unknown its points are missing; a period without any score had nothing due and does not count, nor does one
    with so many days of leave that the policy does not assess it."""
    dates = schedule.without(sheet.gaps)
    return tuple(
        PeriodPart(period=period.key, kind=period.kind, months=months, points=sheet.scores[period.key].points)
        for period in schedule.periods
        if str(period.kind) in mix
        and period.key in sheet.scores
        and (months := dates.months_of(period, sheet.since))
        and is_assessed(sheet, period, policy)
    )


def is_assessed(sheet: Sheet, period: Span, policy: Policy) -> bool:
    """Whether a period counts with the days of leave that its holder had in it."""
    most = policy.scoring.not_assessed_from.get(period.kind)
    return most is None or days_of_leave(sheet, period, policy.calendar) < most


def days_of_leave(sheet: Sheet, period: Span, calendar: WorkingCalendar) -> int:
    """The working days of a period on which the sheet's holder was on long leave."""
    days = (period.starts + timedelta(days=number) for number in range(period.days))
    return sum(
        any(each.holds(day) for each in sheet.absences) and is_working_day(day, calendar) for day in days
    )


class UnitResult(NamedTuple):
    """The result of a department's or the company's sheet at a version, in exact points; None: it has none yet."""

    unit: str
    sheet: str
    version: int
    result: Fraction | None


class Rating(NamedTuple):
    """A part of a result that raters judged: the points of the `number`-th score of their `appraisal`; None where the
    part does not apply: nobody rates this person, or what others omitted leaves the weights (RULES U1, U2)."""

    points: Fraction | None
    appraisal: str = ""
    number: int = 0

    @property
    def score(self) -> Score:
        return NOT_APPLICABLE if self.points is None else self.points


@dataclass(frozen=True)
class Beside:
    """What a result counts besides the sheet's own scores: the results of those who reported to the holder, each by
    their days, whether anybody did (`leads`: who leads nobody has no such part, RULES U1), the sheets of those whose
    result is still open, the person's earlier sheets (RULES L7), the results of the units that multiply it, and the
    points of its other parts (`ratings`: behaviours and the like; what is not there is missing, RULES U1)."""

    subordinates: Sequence[SubordinatePart] = ()
    leads: bool = True
    waiting: Sequence[str] = ()
    earlier: Sequence[EarlierPart] = ()
    units: Sequence[UnitResult] = ()
    ratings: Mapping[ResultPart, Rating] = field(default_factory=dict)

    @classmethod
    def of(cls, result: ResultIssued) -> "Beside":
        """What a result counted."""
        units = {
            each.unit: UnitResult(each.unit, each.sheet, each.version, each.result)
            for each in result.multipliers
        }
        ratings = {
            each.part: Rating(each.points, each.appraisal, each.number)
            for each in result.ratings
            if each.points is not None or not each.applies
        }
        return cls(
            result.subordinates, result.leads, result.waiting, result.earlier, tuple(units.values()), ratings
        )


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
    periods = parts_of(sheet, mix, schedule, policy)
    kept_back = withheld(sheet, schedule, policy)
    own = NOT_APPLICABLE if kept_back else _mixed(mix, periods, beside, policy)
    whole = _of_the_year(sheet, own, beside.earlier, schedule)
    multipliers = _multipliers(sheet, beside, policy)
    extras = _extras(sheet, beside, periods, multipliers, policy)
    result = None if kept_back and not beside.earlier else finished(whole, policy, extras)
    of_sheet = finished(own, policy, extras) if beside.earlier and not kept_back else None
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
        own=of_sheet.points if of_sheet else None,
        earlier=tuple(beside.earlier),
        withheld=kept_back if result is None else None,
        ratings=tuple(
            _rating(part, share, beside.ratings.get(part))
            for part, share in policy.result.items()
            if part != "goals" and share
        ),
        added=result.added if result else None,
        multipliers=multipliers,
        bounds=result.bounds if result else None,
        policy=policy.version,
        lapsed=sheet.lapsed,
        lacking=lacking(sheet, policy),
        by=SYSTEM,
        at=at,
    )
    issued = with_raise_kept(before, issued, policy)
    issued = issued.model_copy(update={"told": not has_steps(sheet, issued, policy)})
    return [] if before is not None and _content(before) == _content(issued) else [issued]


def _rating(part: ResultPart, share: Decimal, rating: Rating | None) -> RatingPart:
    if rating is None:
        return RatingPart(part=part, share=share, points=None)
    return RatingPart(
        part=part,
        share=share,
        points=rating.points,
        applies=rating.points is not None,
        appraisal=rating.appraisal,
        number=rating.number,
    )


def _multipliers(sheet: Sheet, beside: Beside, policy: Policy) -> tuple[MultiplierPart, ...]:
    """What the policy's multipliers come to for a person. One whose unit has no result yet multiplies nothing (U2)."""
    if sheet.kind != "person":
        return ()
    found = []
    for key, multiplier in policy.multipliers.items():
        unit = next((each for each in beside.units if is_unit(each.unit, multiplier.result)), None)
        if unit is None:
            continue
        by = ONE if unit.result is None else factor(multiplier, unit.result)
        found.append(MultiplierPart(key=key, of=multiplier.of, factor=by, **unit._asdict()))
    return tuple(found)


def is_unit(holder: str, of: Literal["department", "company"]) -> bool:
    """Whether a sheet's holder is the company, or a department."""
    return holder == "company" if of == "company" else holder.startswith("department.")


def _extras(
    sheet: Sheet,
    beside: Beside,
    periods: Sequence[PeriodPart],
    multipliers: Sequence[MultiplierPart],
    policy: Policy,
) -> Extras:
    year = sheet.scores.get("Y")
    happened = [(each.kind, each.times) for each in sheet.incidents.values() if each.period == "Y"]
    before = frozenset(kind for each in beside.earlier for kind in each.incidents)
    reached = _reached(sheet, year.parts if year else (), year.perspectives if year else (), None, periods)
    return Extras(
        ratings={part: rating.score for part, rating in beside.ratings.items()},
        incidents=parts_of_incidents(happened, policy.incidents),
        factors=tuple(each.factor for each in multipliers if each.of == "points"),
        reached=replace(reached, incidents=reached.incidents | before),
    )


def _mixed(
    mix: Mapping[str, Decimal], periods: Iterable[PeriodPart], beside: Beside, policy: Policy
) -> Score:
    by_kind: dict[str, list[tuple[Fraction, Score]]] = {}
    for part in periods:
        by_kind.setdefault(str(part.kind), []).append((part.months, _score(part.points)))
    below = by_days((1 if part.days is None else part.days, part.result) for part in beside.subordinates)
    of_subordinates: Score = below if below is not None else MISSING if beside.leads else NOT_APPLICABLE
    return mixed(mix, by_kind, of_subordinates, policy.scoring)


def _of_the_year(sheet: Sheet, own: Score, earlier: Sequence[EarlierPart], schedule: Schedule) -> Score:
    """The sheet's points, or those of the year's sheets by their months (RULES L7)."""
    if not earlier:
        return own
    parts = [(part.months, part.result) for part in earlier]
    if isinstance(own, Fraction):
        parts.append((months_in_force(sheet, schedule), own))
    whole = by_months(parts)
    return MISSING if whole is None else whole


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
        "multipliers": tuple(part.model_copy(update={"version": 0}) for part in result.multipliers),
        "ratings": tuple(part.model_copy(update={"number": 0}) for part in result.ratings),
    }
    return result.model_copy(update={**same, **grade, **parts})
