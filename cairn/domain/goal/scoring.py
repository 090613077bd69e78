"""The score of one goal in one period, with its inputs. The same function recomputes it for an auditor."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from cairn.domain import curves
from cairn.domain.attainment import aim_in
from cairn.domain.event import SYSTEM
from cairn.domain.exact import HUNDRED, ZERO, exact, rounded
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import GoalScored, Inputs, Note, NoteCode
from cairn.domain.goal.evidence import days_of
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure, is_task_due
from cairn.domain.policy import Policy
from cairn.domain.reading import Reading, Row, aggregate
from cairn.domain.refusal import FactValue, Refusal
from cairn.domain.schedule import Period, Schedule, local_day
from cairn.domain.scoring import MISSING, Score, kpi_points, mean, weighted


@dataclass(frozen=True)
class Found:
    """What a goal came to in a period; without points `why` says why, `applies` whether any were due."""

    formula: Note
    actual: Fraction | None = None
    target: Fraction | None = None
    attainment: Fraction | None = None
    points: Fraction | None = None
    applies: bool = True
    why: Note | None = None
    readings: tuple[int, ...] = ()
    marks: tuple[Note, ...] = ()


def _note(code: NoteCode, **facts: FactValue) -> Note:
    return Note(code=code, facts=facts)


def score(goal: Goal, period_key: str, context: GoalContext, at: datetime) -> GoalScored:
    """The score event of a goal in a period; `points` is None with `why` where nothing could be measured."""
    schedule = context.schedule
    period = schedule.period(period_key) if schedule else None
    if schedule is None or period is None:
        raise Refusal("adjustment.period", field="period", period=period_key)
    if isinstance(goal.measure, Kpi):
        found = _kpi(goal, goal.measure, period, schedule, context)
    else:
        found = _judged(goal, goal.measure, period, context.policy)
    if not _is_scored_in(goal.measure, period):
        found = Found(formula=found.formula, applies=False, why=_note("not_in_period"))
    return GoalScored(
        goal=goal.id,
        period=period.key,
        starts=period.starts,
        ends=period.ends,
        actual=found.actual,
        target=found.target,
        attainment=found.attainment,
        points=found.points,
        rounded=rounded(found.points, context.policy.scoring.places) if found.points is not None else None,
        formula=found.formula,
        applies=found.applies,
        why=found.why,
        marks=(*_marks(goal, period, schedule), *found.marks),
        inputs=_inputs(goal, found, context),
        policy=context.policy.version,
        by=SYSTEM,
        at=at,
    )


def _inputs(goal: Goal, found: Found, context: GoalContext) -> Inputs:
    evidence = context.evidence
    return Inputs(
        readings=found.readings,
        upto=evidence.upto,
        version=goal.version,
        complete_through=evidence.complete_through,
        covered=evidence.covered,
        coverage=evidence.coverage,
        unread=dict(evidence.unread),
        check_ins=context.policy.check_ins,
    )


def _is_scored_in(measure: Measure, period: Period) -> bool:
    return not measure.scored_in or period.kind in measure.scored_in


def _marks(goal: Goal, period: Period, schedule: Schedule) -> Iterable[Note]:
    """A target approved once its period was over holds for it all the same, and says so (RULES T6)."""
    if goal.approved_at is not None and period.ends < local_day(goal.approved_at, schedule.calendar):
        yield _note("approved_later", on=local_day(goal.approved_at, schedule.calendar).isoformat())


def _kpi(goal: Goal, kpi: Kpi, period: Period, schedule: Schedule, context: GoalContext) -> Found:
    said = _fed(goal, kpi, period, context) if kpi.metric is not None else _told(goal, kpi, period, context)
    counted = _note(
        "counted",
        aggregation=kpi.aggregation,
        n=str(len(said.rows)),
        direction=kpi.direction,
        curve=kpi.curve,
    )
    found = Found(formula=counted, readings=said.positions, marks=said.marks)
    aim = aim_in(kpi, period, schedule, goal.since)
    actual = aggregate(said.rows, kpi.aggregation, kpi.unit)
    if actual is None and said.nothing and kpi.aggregation == "sum":
        actual = ZERO
    if aim is None:
        return replace(found, actual=actual, applies=False, why=_note("not_in_period"))
    found = replace(found, actual=actual, target=aim.target)
    if actual is None:
        return _unmeasured(found, kpi, said)
    reached, points = kpi_points(aim, context.policy.curves[kpi.curve], actual)
    return replace(found, attainment=reached, points=points)


@dataclass(frozen=True)
class Said:
    """What is known of a KPI in a period: the rows that count and where they are from. `nothing` says that where there
    is no row nothing happened; `why` says why there is none, where that is not the plain reason."""

    rows: list[Row]
    positions: tuple[int, ...] = ()
    nothing: bool = False
    why: Note | None = None
    marks: tuple[Note, ...] = ()


def _unmeasured(found: Found, kpi: Kpi, said: Said) -> Found:
    """Without a number: not applicable where a rate has no base (RULES D2) or the company did not bring what it should
    have (D4, U2), else missing."""
    if kpi.aggregation == "ratio" and (said.rows or said.nothing):
        return replace(found, applies=False, why=_note("no_base"))
    if said.why is not None and said.why.code == "not_brought":
        return replace(found, applies=False, why=said.why)
    return replace(found, why=said.why or _note("no_readings"))


def _fed(goal: Goal, kpi: Kpi, period: Period, context: GoalContext) -> Said:
    """A feed's readings. A covered subject of whom a complete feed has no row had nothing (RULES D3)."""
    (first, last), evidence = days_of(goal, kpi, period), context.evidence
    rows = [row for row in evidence.readings if _is_of(row, kpi) and first <= row.on <= last]
    complete = evidence.complete_through is not None and evidence.complete_through >= last
    waived = (not complete or bool(evidence.unread)) and period.key in goal.waived
    return Said(
        rows=list(rows),
        positions=tuple(sorted({row.position for row in rows})),
        nothing=complete and evidence.covered and not evidence.unread,
        why=_note("not_brought") if waived else None,
        marks=(_note("waived", reason=goal.waived[period.key]),) if waived and rows else (),
    )


def _told(goal: Goal, kpi: Kpi, period: Period, context: GoalContext) -> Said:
    """The owner's reports, of each day the last one that counts: those the manager has confirmed, or all where the
    policy trusts them (RULES D6)."""
    first, last = days_of(goal, kpi, period)
    trusted = context.policy.check_ins == "trusted"
    told: dict[date, Row] = {}
    waiting = 0
    for each in goal.reports:
        said = each.said
        if said.value is None or not first <= said.on <= last:
            continue
        if each.confirmed_by is None and not trusted:
            waiting += 1
            continue
        told[said.on] = Row(metric="check_in", subject=goal.id, on=said.on, value=said.value, base=said.base)
    note = (_note("not_confirmed", n=str(waiting)),) if waiting else ()
    return Said(list(told.values()), why=note[0] if note else None, marks=note if told else ())


def _is_of(row: Reading, kpi: Kpi) -> bool:
    return row.metric == kpi.metric and row.subject == kpi.subject


def _judged(goal: Goal, measure: KeyTask | Capability, period: Period, policy: Policy) -> Found:
    """A rating is its points, or goes through the curve that is named; a task that nobody rated counts the share of its
    criteria that is accepted, from the day it is due (RULES M5, M7, U1)."""
    given = goal.assessments.get(period.key, {})
    if given:
        rating = weighted(
            _segments(goal, period, {who: exact(each) for who, each in given.items()}), "reweight"
        )
        return _rated(rating, measure, policy)
    if not isinstance(measure, KeyTask):
        return Found(formula=_note("assessed"), why=_note("not_assessed"))
    formula = _note("share_accepted")
    if not is_task_due(measure, len(goal.accepted), period):
        return Found(formula=formula, applies=False, why=_note("not_due"))
    done, number = Fraction(len(goal.accepted)), Fraction(len(measure.criteria))
    reached = HUNDRED * done / number
    return Found(
        formula=formula,
        actual=done,
        target=number,
        attainment=reached,
        points=_through_curve(reached, measure, policy),
    )


def _through_curve(reached: Fraction, measure: KeyTask | Capability, policy: Policy) -> Fraction:
    if measure.curve is None:
        return curves.straight(policy.scale, reached)
    return curves.points(policy.curves[measure.curve], reached)


def _rated(rating: Score, measure: KeyTask | Capability, policy: Policy) -> Found:
    found = Found(formula=_note("assessed"))
    if not isinstance(rating, Fraction):
        return replace(found, why=_note("not_assessed"))
    if measure.curve is None:
        return replace(found, points=rating)
    reached = curves.rated(policy.scale, rating)
    return replace(found, actual=rating, attainment=reached, points=_through_curve(reached, measure, policy))


def _segments(goal: Goal, period: Period, given: dict[str, Fraction]) -> list[tuple[Fraction, Score]]:
    """(days, points) of each manager's segment in the period. Who assessed without a segment in it (a committee
    member, a successor) counts for the days of the segments nobody assessed."""
    present: list[tuple[int, str]] = []
    for number, segment in enumerate(goal.segments):
        following = goal.segments[number + 1].since if number + 1 < len(goal.segments) else None
        days = _days(max(segment.since, period.starts), following, period)
        if days > 0:
            present.append((days, segment.manager or ""))
    managers = {manager for _, manager in present}
    stands = mean(points for who, points in given.items() if who not in managers)
    rest: Score = stands if stands is not None else MISSING
    return [(Fraction(days), given.get(manager, rest)) for days, manager in present] or [(Fraction(1), rest)]


def _days(since: date, following: date | None, period: Period) -> int:
    last = min(period.ends, following) if following else period.ends
    return (last - since).days + (0 if following and following <= period.ends else 1)
