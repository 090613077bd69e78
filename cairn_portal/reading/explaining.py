"""A score down to what it was made of: a result to its periods, those to their goals, and these to single readings."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from cairn.application.repository import fold_goal, fold_sheet
from cairn.application.stored_events import to_event, to_events
from cairn.domain.appraisal.behind import RolePart
from cairn.domain.cycle.state import Cycle
from cairn.domain.evaluation.scores import months_in_force, withheld
from cairn.domain.event import Event
from cairn.domain.goal.events import GoalScored
from cairn.domain.goal.evidence import days_of, whom_of
from cairn.domain.goal.measured import Measured, measured_in
from cairn.domain.goal.segments import judgements_of
from cairn.domain.goal.state import Goal, Report
from cairn.domain.measure import Kpi
from cairn.domain.policy import Policy, ResultPart
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Span
from cairn.domain.sheet.events import ResultIssued, SheetScored
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import cycle_of, holder_of, kind_of, sheet_of
from cairn.ledger import StoredEvent
from cairn_portal.presenting.explained import RESULT, as_their_own
from cairn_portal.presenting.goal_score import GoalTold, Judged, goal_told
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.sheet_score import GoalFacts, LeftOut, PeriodFacts, ResultFacts, sums_of
from cairn_portal.presenting.sums import Sum, as_facts
from cairn_portal.reading.appraisals import behind
from cairn_portal.reading.goals import unknown_goal
from cairn_portal.reading.records import Records
from cairn_portal.reading.replays import owner_of
from cairn_portal.reading.viewing import Viewer, of_goal
from projections.models.reading import ReadingVersion, versions


class Used(NamedTuple):
    """A reading as it was known when a score was computed, from which feed, at which position of the log."""

    metric: str
    subject: str
    day: date
    value: Decimal
    base: Decimal | None
    feed: str
    position: int
    recorded_at: datetime
    correction: bool


class GoalExplained(NamedTuple):
    """The last score of a goal in a period and what it was made of: readings, or what was reported, or judged by whom.
    `numbers` says how many versions there were, `counted` whether the sheet has a score of that period."""

    goal: Goal
    cycle: Cycle
    score: GoalScored
    policy: Policy
    numbers: int
    counted: bool
    readings: Sequence[Used]
    reports: Sequence[Report]
    judged: Sequence[tuple[str, Decimal]]
    measured: Sequence[Measured]
    judges: Judged

    def told(self, at: Reader, names: Mapping[str, str]) -> GoalTold:
        """How the points came about, to be worked out again."""
        return goal_told(at, self.score, self.measured, self.policy, self.judges, names)


class SheetExplained(NamedTuple):
    """The last score of a sheet in a period, or its last result; `counted`: the period's score is part of one."""

    sheet: str
    counted: bool
    cycle: Cycle
    score: SheetScored | ResultIssued
    policy: Policy
    facts: PeriodFacts | ResultFacts

    def sums(self, at: Reader) -> list[Sum]:
        """The sums that the score was made by, first to last."""
        return sums_of(at, self.score, self.facts, self.policy)


def explained_facts(at: Reader, found: GoalExplained, names: Mapping[str, str]) -> dict[str, Any]:
    """The same for programs."""
    told = found.told(at, names)
    return {
        "told": {
            "measures": [
                {
                    "days": each.days,
                    "stages": [stage._asdict() for stage in each.stages],
                    "curve": {
                        "name": each.curve.name,
                        "rule": each.curve.rule,
                        "pieces": [piece._asdict() for piece in each.curve.pieces],
                    }
                    if each.curve
                    else None,
                    "points": each.points,
                    "why": each.why,
                }
                for each in told.measures
            ],
            "sums": as_facts(told.sums),
            "rounding": told.rounding,
            "differs": told.differs,
        },
        "of": found.goal.id,
        "period": found.score.period,
        "score": found.score,
        "numbers": found.numbers,
        "readings": [each._asdict() for each in found.readings],
        "reports": found.reports,
        "judged": [{"by": by, "points": points} for by, points in found.judged],
    }


async def explain(records: Records, who: str | None, of: str, period: str) -> GoalExplained | SheetExplained:
    """How the last score of a goal or a sheet in a period, or a sheet's `result`, came about. Refuses whoever may not
    read it, and what was not scored yet."""
    if kind_of(of) not in ("goal", "sheet"):
        raise Refusal("sheet.unknown", field="sheet", sheet=of)
    cycle = await records.cycle(cycle_of(of))
    view = await records.viewer(who, cycle)
    if kind_of(of) == "goal":
        return await _of_goal(records, view, cycle, of, period)
    return await _of_sheet(records, view, cycle, of, period)


async def _of_sheet(records: Records, view: Viewer, cycle: Cycle, name: str, period: str) -> SheetExplained:
    # asked first: whoever may not read somebody's scores does not learn which sheets there are
    view.require("scores", await owner_of(records, view, holder_of(name)))
    sheet = fold_sheet(name, await records.ledger.read_stream(name))
    if sheet.version == 0:
        raise Refusal("sheet.unknown", field="sheet", sheet=name)
    found = sheet.result if period == RESULT else sheet.scores.get(period)
    own = view.person is not None and view.person.id == sheet.holder
    if isinstance(found, ResultIssued) and own and not found.told and sheet.shown != found.number:
        raise Refusal("score.not-shown", field="period", sheet=name)
    if found is None:
        raise Refusal("score.unknown", field="period", of=name, period=period)
    policy = await records.application.policies.version(found.policy)
    told = as_their_own(found, policy) if isinstance(found, ResultIssued) and own else found
    facts = await facts_of_sheet(records, view, cycle, found, policy)
    return SheetExplained(name, period != RESULT and sheet.result is not None, cycle, told, policy, facts)


async def _of_goal(records: Records, view: Viewer, cycle: Cycle, name: str, period: str) -> GoalExplained:
    rows = await records.ledger.read_stream(name)
    now = fold_goal(name, rows)
    if now.version == 0 or not view.may("goals", of_goal(now)):
        raise unknown_goal(name)
    view.require("scores", of_goal(now))
    events: Sequence[Event] = to_events(rows)
    scores = [each for each in events if isinstance(each, GoalScored) and each.period == period]
    if not scores:
        raise Refusal("score.unknown", field="period", of=name, period=period)
    score = scores[-1]
    then = view.in_words(fold_goal(name, rows[: score.inputs.version]), of_goal(now))
    sheet = fold_sheet(sheet_of(name), await records.ledger.read_stream(sheet_of(name)))
    told = view.of_event(score.type, score.model_dump(), of_goal(now))
    period_of_it = cycle.schedule.period(score.period) if cycle.schedule else None
    return GoalExplained(
        goal=then,
        cycle=cycle,
        score=GoalScored.model_validate(told),
        policy=await records.application.policies.version(score.policy),
        numbers=len(scores),
        counted=period in sheet.scores,
        readings=await _readings(records, cycle, then, sheet, score),
        reports=[
            each
            for each in then.reports
            if each.said.value is not None and score.starts <= each.said.on <= score.ends
        ],
        judged=sorted(then.assessments.get(period, {}).items()),
        measured=measured_in(then, period_of_it, cycle.schedule) if period_of_it and cycle.schedule else [],
        judges=await _judges(records, view, then, score, period_of_it),
    )


async def _judges(
    records: Records, view: Viewer, goal: Goal, score: GoalScored, period: Span | None
) -> Judged:
    """Who judged it: raters by their roles, or managers by their segments."""
    rated = score.formula.facts
    if score.formula.code == "rated":
        reader = view.person.id if view.person else None
        found = await behind(records, str(rated["appraisal"]), int(str(rated["number"])), goal.id, reader)
        return Judged(roles=found.roles, roles_seen=found.seen)
    given = goal.assessments.get(score.period, {})
    return Judged(segments=judgements_of(goal, period, given) if period and given else ())


async def facts_of_sheet(
    records: Records, view: Viewer, cycle: Cycle, found: SheetScored | ResultIssued, policy: Policy
) -> PeriodFacts | ResultFacts:
    """What a sheet's score or result is explained with besides itself, as it was when it was computed."""
    rows = await records.ledger.read_stream(found.sheet)
    sheet = fold_sheet(found.sheet, rows[: _place_of(found, rows)])
    schedule = cycle.schedule
    span = schedule.period(found.period) if schedule and isinstance(found, SheetScored) else None
    if isinstance(found, SheetScored):
        assert span is not None
        return PeriodFacts(span, sheet.family, await _goals(records, view, sheet, found, span))
    kept_back = schedule is None or withheld(sheet, schedule, policy) is not None
    roles, seen = dict[ResultPart, Sequence[RolePart]](), True
    for part in found.ratings:
        if part.appraisal:
            reader = view.person.id if view.person else None
            of_raters = await behind(records, part.appraisal, part.number, None, reader)
            roles[part.part], seen = of_raters.roles, seen and of_raters.seen
    months = None if kept_back or schedule is None else months_in_force(sheet, schedule)
    return ResultFacts(months, roles, seen)


def _place_of(found: SheetScored | ResultIssued, rows: Sequence[StoredEvent]) -> int:
    """How many events of the sheet came before a version of a score or of the result."""
    for place in range(len(rows) - 1, -1, -1):
        if rows[place].type != found.type:
            continue
        event = to_event(rows[place])
        same_period = getattr(event, "period", None) == getattr(found, "period", None)
        if same_period and getattr(event, "number", None) == found.number:
            return place
    return len(rows)


async def _goals(
    records: Records, view: Viewer, sheet: Sheet, found: SheetScored, span: Span
) -> dict[str, GoalFacts]:
    """Every goal that is or was on the sheet, as the score found it."""
    versions = {part.goal: part.version for part in found.parts}
    streams = await records.ledger.read_streams(list(sheet.weighings))
    facts = {}
    for name, weighings in sheet.weighings.items():
        rows = streams[name]
        upto = versions.get(name, sum(row.occurred_at <= found.at for row in rows))
        goal = fold_goal(name, rows[:upto])
        now = fold_goal(name, rows)
        title = goal.title if view.may("goals", of_goal(now)) else name
        left = None if name in versions else _left_out(goal, span)
        scored = goal.scores.get(span.key)
        facts[name] = GoalFacts(title, goal.key, weighings[-1].weight, scored.why if scored else None, left)
    return {
        name: each
        for name, each in facts.items()
        if each.left is None or each.weight > 0 or each.why is not None
    }


def _left_out(goal: Goal, span: Span) -> LeftOut:
    """Why a goal of the sheet is no part of a score."""
    scored = goal.scores.get(span.key)
    if goal.approved_at is None:
        return "never_approved"
    if goal.since > span.ends or (goal.last_day is not None and goal.last_day < span.starts):
        return "not_in_force"
    if scored is None:
        return "not_scored" if isinstance(goal.measure, Kpi) else "not_judged"
    return "not_in_force" if scored.applies else "not_applicable"


async def _readings(
    records: Records, cycle: Cycle, goal: Goal, sheet: Sheet, score: GoalScored
) -> list[Used]:
    """Every reading that was known of the goal's metrics then: those at positions up to the last one that was read, and
    not superseded by then."""
    period = cycle.schedule.period(score.period) if cycle.schedule else None
    asked: list[tuple[str, str, date, date]] = []
    whom, kpi = whom_of(goal, sheet), goal.measure
    if period is not None and whom is not None and isinstance(kpi, Kpi) and kpi.metric is not None:
        asked.append((kpi.metric, whom.subject, *days_of(goal, kpi, period)))
    asked += [(metric, subject, score.starts, score.ends) for metric, subject in goal.formerly_fed]
    found: list[ReadingVersion] = []
    for metric, subject, starts, ends in asked:
        found += await versions(records.pool, metric, subject, starts, ends)
    upto = score.inputs.upto
    return [
        Used(
            each.metric, each.subject, each.day, each.value, each.base, each.feed, each.position, each.recorded_at,
            each.correction,
        )
        for each in found
        if each.position <= upto and (each.superseded_by is None or each.superseded_by > upto)
    ]  # fmt: skip
