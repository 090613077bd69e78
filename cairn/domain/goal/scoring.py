"""The score of one goal in one period, with its inputs. The same function recomputes it for an auditor."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from cairn.domain import curves
from cairn.domain.attainment import aim_in
from cairn.domain.calendar import ONE_DAY
from cairn.domain.computed import AlignedGoal, children, subordinates_on_goal
from cairn.domain.event import SYSTEM, Event
from cairn.domain.exact import HUNDRED, ZERO, exact, rounded
from cairn.domain.forms import evaluated
from cairn.domain.goal.commands import ScoreAgain
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import GoalScored, Inputs, MeasurePart, Note, NoteCode, ScoreCause
from cairn.domain.goal.segments import judgements_of
from cairn.domain.goal.state import Goal, Report
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure, is_task_due
from cairn.domain.policy import Policy, SubordinatesOnGoal
from cairn.domain.reading import Reading, Row, Source, aggregate
from cairn.domain.refusal import FactValue, Refusal
from cairn.domain.schedule import Period, Schedule, Span, Timeline, day_of, gaps_of, local_day
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, kpi_points, mean, weighted


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
    parts: tuple[MeasurePart, ...] = ()

    @property
    def score(self) -> Score:
        """The points, or why there are none (RULES U1)."""
        if not self.applies:
            return NOT_APPLICABLE
        return MISSING if self.points is None else self.points


def _note(code: NoteCode, **facts: FactValue) -> Note:
    return Note(code=code, facts=facts)


@dataclass(frozen=True)
class Piece:
    """A measure of a goal and the days from `first` to `last` on which it was the goal's, with what was said of it."""

    measure: Measure
    first: date
    last: date
    reports: tuple[Report, ...]
    accepted: int
    done: date | None
    dates: Timeline


def score(
    goal: Goal, period_key: str, context: GoalContext, at: datetime, cause: ScoreCause = "due"
) -> GoalScored:
    """The next version of a goal's score in a period; `points` is None with `why` where nothing could be measured.

    Targets are prorated for the days on which the goal was in force (RULES L7). Where one measure took another's place
    within the period each is scored for its days (RULES W1). The policy is the version in force at the period's end
    (L11)."""
    schedule = context.schedule
    period = schedule.period(period_key) if schedule else None
    if schedule is None or period is None:
        raise Refusal("adjustment.period", field="period", period=period_key)
    context = context.model_copy(update={"policy": context.terms.on(period.ends)})
    founds = [(piece, _found(goal, piece, period, context)) for piece in pieces_in(goal, schedule, period)]
    found = founds[0][1] if len(founds) == 1 else _together(founds, period, context.policy)
    before = goal.scores.get(period.key)
    return GoalScored(
        goal=goal.id,
        number=before.number + 1 if before else 1,
        cause=cause,
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
        parts=found.parts,
        inputs=_inputs(goal, found, context),
        policy=context.policy.version,
        by=SYSTEM,
        at=at,
    )


def pieces_in(goal: Goal, schedule: Schedule, period: Span) -> list[Piece]:
    """The goal's measures that have days in a period, in order."""
    return [
        piece
        for piece in _pieces(goal, schedule)
        if piece.first <= period.ends and period.starts <= piece.last
    ]


def _pieces(goal: Goal, schedule: Schedule) -> Iterator[Piece]:
    """The goal's measures in order, each with its days."""
    first, ends = goal.since, min(goal.last_day or schedule.ends, schedule.ends)
    for former in goal.former:
        dates = schedule.without(gaps_of(former.last, goal.absences))
        done, last = day_of(former.done_at, schedule.calendar), min(former.last, ends)
        yield Piece(former.measure, first, last, former.reports, len(former.accepted), done, dates)
        first = former.last + ONE_DAY
    done, dates = day_of(goal.done_at, schedule.calendar), schedule.without(goal.gaps)
    yield Piece(goal.measure, first, ends, goal.reports, len(goal.accepted), done, dates)


def _found(goal: Goal, piece: Piece, period: Period, context: GoalContext) -> Found:
    if isinstance(piece.measure, Kpi):
        found = _kpi(goal, piece, piece.measure, period, context)
    else:
        found = _judged(goal, piece, piece.measure, period, context.policy)
    if not _is_scored_in(piece.measure, period) or not piece.dates.days_of(period, piece.first):
        return Found(formula=found.formula, applies=False, why=_note("not_in_period"))
    return found


def _together(founds: list[tuple[Piece, Found]], period: Period, policy: Policy) -> Found:
    """Several measures by their days; none, where the goal was not there."""
    if not founds:
        return Found(formula=_note("measures", n="0"), applies=False, why=_note("not_in_period"))
    parts = [_part(piece, found, period) for piece, found in founds]
    scores = [(Fraction(part.days), found.score) for part, (_, found) in zip(parts, founds, strict=True)]
    points = weighted(scores, policy.scoring.missing_at("measure"))
    return Found(
        formula=_note("measures", n=str(len(parts))),
        points=points if isinstance(points, Fraction) else None,
        applies=points is not NOT_APPLICABLE,
        why=None if isinstance(points, Fraction) else next(found.why for _, found in founds if found.why),
        readings=tuple(sorted({position for _, found in founds for position in found.readings})),
        marks=tuple(mark for _, found in founds for mark in found.marks),
        parts=tuple(parts),
    )


def _part(piece: Piece, found: Found, period: Period) -> MeasurePart:
    return MeasurePart(
        first=max(piece.first, period.starts),
        last=min(piece.last, period.ends),
        days=piece.dates.days_of(period, piece.first),
        actual=found.actual,
        target=found.target,
        attainment=found.attainment,
        points=found.points,
        formula=found.formula,
        why=found.why,
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
        sources=evidence.sources or (),
    )


def _is_scored_in(measure: Measure, period: Period) -> bool:
    return not measure.scored_in or period.kind in measure.scored_in


def _marks(goal: Goal, period: Period, schedule: Schedule) -> Iterable[Note]:
    """A target approved once its period was over holds for it all the same, and says so (RULES T6)."""
    if goal.approved_at is not None and period.ends < local_day(goal.approved_at, schedule.calendar):
        yield _note("approved_later", on=local_day(goal.approved_at, schedule.calendar).isoformat())


def _kpi(goal: Goal, piece: Piece, kpi: Kpi, period: Period, context: GoalContext) -> Found:
    if kpi.computed is not None:
        return _computed(goal, piece, kpi, period, context)
    if kpi.form is not None:
        return _evaluated(goal, piece, kpi, period, context)
    fed = kpi.metric is not None
    said = _fed(goal, piece, kpi, period, context) if fed else _told(goal, piece, period, context)
    counted = _note(
        "counted",
        aggregation=kpi.aggregation,
        n=str(len(said.rows)),
        direction=kpi.direction,
        curve=kpi.curve,
    )
    found = Found(formula=counted, readings=said.positions, marks=said.marks)
    aim = aim_in(kpi, period, piece.dates, goal.since)
    actual = aggregate(said.rows, kpi.aggregation, kpi.unit)
    if actual is None and said.nothing and kpi.aggregation == "sum":
        actual = ZERO
    if aim is None:
        return replace(found, actual=actual, applies=False, why=_note("not_in_period"))
    found = replace(found, actual=actual, target=aim.target)
    if actual is None:
        return _unmeasured(found, kpi, said, period.key in goal.waived)
    if kpi.least_readings is not None and len(said.rows) < kpi.least_readings:
        few = _note("too_few", n=str(len(said.rows)), least=str(kpi.least_readings))
        return replace(found, applies=False, why=few)
    reached, points = kpi_points(aim, context.policy.curves[kpi.curve], actual)
    return replace(found, attainment=reached, points=points)


def _evaluated(goal: Goal, piece: Piece, kpi: Kpi, period: Period, context: GoalContext) -> Found:
    """The mean of the pieces of work that were evaluated in the period (RULES E2). With fewer than the KPI needs it
    does not apply: evaluating is somebody else's to do (U2)."""
    policy = context.policy
    form, rule = policy.forms[kpi.form or ""], policy.scoring.missing_at("criterion")
    present = piece.measure is goal.measure
    pieces = [each for each in goal.evaluations.values() if present and _counts(goal, piece, period, each.on)]
    scores = [
        evaluated(form, policy.scale.full, each.marks, each.errors, each.fatal, rule) for each in pieces
    ]
    known = [each for each in scores if isinstance(each, Fraction)]
    found = Found(formula=_note("evaluated", n=str(len(known)), form=kpi.form or "", curve=kpi.curve))
    aim, actual, least = aim_in(kpi, period, piece.dates, goal.since), mean(known), kpi.least_readings or 1
    if aim is None:
        return replace(found, actual=actual, applies=False, why=_note("not_in_period"))
    found = replace(found, actual=actual, target=aim.target)
    if actual is None or len(known) < least:
        few = _note("too_few", n=str(len(known)), least=str(least))
        return replace(found, applies=False, why=few)
    reached, points = kpi_points(aim, policy.curves[kpi.curve], actual)
    return replace(found, attainment=reached, points=points)


def _computed(goal: Goal, piece: Piece, kpi: Kpi, period: Period, context: GoalContext) -> Found:
    """From the goals that serve it, or from the subordinates' results (RULES M6). Of a former measure nobody has
    looked."""
    sources = context.evidence.sources or () if piece.measure is goal.measure else ()
    of_children = kpi.computed == "children"
    how = "children" if of_children else "subordinates"
    found = Found(formula=_note("computed", how=how, n=str(len(sources)), curve=kpi.curve))
    aim = aim_in(kpi, period, piece.dates, goal.since)
    if aim is None:
        return replace(found, applies=False, why=_note("not_in_period"))
    if isinstance(kpi.computed, SubordinatesOnGoal):
        results = ((each.days, each.value) for each in sources if each.value is not None)
        actual = subordinates_on_goal(results, exact(kpi.computed.subordinates_on_goal))
    else:
        actual = children(goal.id, {each.stream: _aligned(each, goal.id) for each in sources})
    found = replace(found, target=aim.target)
    if not isinstance(actual, Fraction):
        nobody = _note("no_children" if of_children else "no_subordinates")
        return replace(found, applies=actual is not NOT_APPLICABLE, why=nobody)
    reached, points = kpi_points(aim, context.policy.curves[kpi.curve], actual)
    return replace(found, actual=actual, attainment=reached, points=points)


def _aligned(source: Source, parent: str) -> AlignedGoal:
    missing = MISSING if source.applies else NOT_APPLICABLE
    return AlignedGoal(parent, missing if source.value is None else source.value, source.weight)


@dataclass(frozen=True)
class Said:
    """What is known of a KPI in a period: the rows that count and where they are from. `nothing` says that where there
    is no row nothing happened; `why` says why there is none, where that is not the plain reason."""

    rows: list[Row]
    positions: tuple[int, ...] = ()
    nothing: bool = False
    why: Note | None = None
    marks: tuple[Note, ...] = ()


def _unmeasured(found: Found, kpi: Kpi, said: Said, waived: bool) -> Found:
    """Without a number: not applicable where a rate has no base (RULES D2) or the company did not bring what it should
    have (D4, U2), else missing."""
    if kpi.aggregation == "ratio" and (said.rows or said.nothing):
        return replace(found, applies=False, why=_note("no_base"))
    if said.why is not None and (said.why.code == "not_brought" or waived):
        return replace(found, applies=False, why=said.why)
    return replace(found, why=said.why or _note("no_readings"))


def _counts(goal: Goal, piece: Piece, period: Period, day: date) -> bool:
    """Whether a day is one of the measure's own in a period, and no day of long leave."""
    first, last = max(period.starts, piece.first), min(period.ends, piece.last)
    return first <= day <= last and not any(away.holds(day) for away in goal.absences)


def _fed(goal: Goal, piece: Piece, kpi: Kpi, period: Period, context: GoalContext) -> Said:
    """A feed's readings. A covered subject of whom a complete feed has no row had nothing (RULES D3). What feeds have
    stated is known of the present metric alone: of a former one no row is missing."""
    evidence, last = context.evidence, min(period.ends, piece.last)
    rows = [row for row in evidence.readings if _is_of(row, kpi) and _counts(goal, piece, period, row.on)]
    present = piece.measure is goal.measure
    complete = evidence.complete_through is not None and evidence.complete_through >= last
    waived = (not complete or bool(evidence.unread)) and period.key in goal.waived
    return Said(
        rows=list(rows),
        positions=tuple(sorted({row.position for row in rows})),
        nothing=present and complete and evidence.covered and not evidence.unread,
        why=_note("not_brought") if waived else None,
        marks=(_note("waived"),) if waived and rows else (),
    )


def _told(goal: Goal, piece: Piece, period: Period, context: GoalContext) -> Said:
    """The owner's reports, of each day the last one that counts: those the manager has confirmed, or all where the
    policy trusts them (RULES D6)."""
    trusted = context.policy.check_ins == "trusted"
    told: dict[date, Row] = {}
    waiting = 0
    for each in piece.reports:
        said = each.said
        if said.value is None or not _counts(goal, piece, period, said.on):
            continue
        if each.confirmed_by is None and not trusted:
            waiting += 1
            continue
        told[said.on] = Row(metric="check_in", subject=goal.id, on=said.on, value=said.value, base=said.base)
    note = (_note("not_confirmed", n=str(waiting)),) if waiting else ()
    return Said(list(told.values()), why=note[0] if note else None, marks=note if told else ())


def _is_of(row: Reading, kpi: Kpi) -> bool:
    return row.metric == kpi.metric and row.subject == kpi.subject


def _judged(goal: Goal, piece: Piece, measure: KeyTask | Capability, period: Period, policy: Policy) -> Found:
    """A rating is its points, or goes through the curve that is named; a task that nobody rated counts the share of its
    criteria that is accepted, from the day it is due (RULES M5, M7, U1)."""
    rated = goal.ratings.get(period.key)
    if rated is not None and rated.points is not None:
        by_raters = _note("rated", appraisal=rated.appraisal, number=str(rated.number))
        return replace(_rated(rated.points, measure, policy), formula=by_raters)
    given = goal.assessments.get(period.key, {})
    if given:
        judged = judgements_of(goal, period, given)
        rating = weighted(((Fraction(each.days), each.points) for each in judged), "reweight")
        return _rated(rating, measure, policy)
    if not isinstance(measure, KeyTask):
        # somebody else's omission is left out, never zero (RULES U2)
        if rated is not None:
            return Found(formula=_note("assessed"), why=_note("not_rated"), applies=False)
        waived = period.key in goal.waived
        why = _note("not_judged") if waived else _note("not_assessed")
        return Found(formula=_note("assessed"), why=why, applies=not waived)
    formula = _note("share_accepted")
    if not is_task_due(measure, piece.done, period):
        return Found(formula=formula, applies=False, why=_note("not_due"))
    done, number = Fraction(piece.accepted), Fraction(len(measure.criteria))
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


def score_again(command: ScoreAgain, goal: Goal, context: GoalContext) -> list[Event]:
    """The next version of a score by the readings there are now; none where they change nothing (RULES D5)."""
    before = goal.scores.get(command.period)
    if before is None or before.inputs.upto >= command.upto:
        return []
    again = score(goal, command.period, context, command.at, command.cause)
    return [] if content(before) == content(again) else [again]


def content(scored: GoalScored) -> tuple[object, ...]:
    """What a score comes to, without what it was read from."""
    return scored.actual, scored.target, scored.points, scored.applies, scored.why, scored.parts
