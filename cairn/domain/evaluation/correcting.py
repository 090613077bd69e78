"""A clerical error mended by hand: what is right instead, and every version that follows from it (RULES T6, Y3)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, cast

from cairn.domain import targets as periods
from cairn.domain.evaluation.scores import score_sheet
from cairn.domain.evaluation.versions import is_followed, is_result_settled, is_score_settled, result_again
from cairn.domain.event import Event
from cairn.domain.exact import exact
from cairn.domain.goal.changing import check_measure
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import (
    AnyGoalEvent,
    CheckedIn,
    CheckInsConfirmed,
    CheckInWithdrawn,
    GoalAssessed,
    GoalEvent,
    GoalRevised,
    GoalScored,
)
from cairn.domain.goal.retargeting import YEAR, standing
from cairn.domain.goal.reviewing import check_rating
from cairn.domain.goal.scoring import content, score
from cairn.domain.goal.state import Goal
from cairn.domain.goal.state import evolve as evolve_goal
from cairn.domain.measure import Kpi
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Period, Schedule, local_day
from cairn.domain.sheet import rules
from cairn.domain.sheet.events import (
    AnySheetEvent,
    Correction,
    GoalWeighted,
    Restated,
    RestatedScore,
    RestatementProposed,
    ResultIssued,
    SheetCause,
    SheetEvent,
    SheetScored,
)
from cairn.domain.sheet.state import Sheet, evolve

Version = GoalScored | SheetScored | ResultIssued


class Slip(NamedTuple):
    """A correction somebody asks for: of `goal` or of the weights of its sheet, `restatement` its id, `reason` how the
    slip came about."""

    goal: str
    correction: Correction
    restatement: str
    reason: str
    by: str
    at: datetime


class Case(NamedTuple):
    """What a correction is looked at with: the sheet, all goals that are or were on it by id, and what is around the
    goal that is named."""

    sheet: Sheet
    goals: Mapping[str, Goal]
    context: GoalContext

    @property
    def schedule(self) -> Schedule:
        if self.context.schedule is None:
            raise Refusal("cycle.unknown", cycle=self.sheet.cycle)
        return self.context.schedule

    def after(self, events: Sequence[Event]) -> "Case":
        """The same once these have happened."""
        sheet, goals = self.sheet, dict(self.goals)
        for event in events:
            if isinstance(event, SheetEvent):
                sheet = evolve(sheet, cast(AnySheetEvent, event))
            elif isinstance(event, GoalEvent):
                goals[event.goal] = evolve_goal(goals[event.goal], cast(AnyGoalEvent, event))
        return self._replace(sheet=sheet, goals=goals)


class Mended(NamedTuple):
    """What a correction comes to: the `facts` as they are right, the `versions` that follow, and the proposal with what
    was before and after. `settled` says whether any of them takes the place of one that is settled."""

    facts: Sequence[Event]
    versions: Sequence[Version]
    proposed: RestatementProposed
    settled: bool


def right_facts(slip: Slip, case: Case) -> list[Event]:
    """What is recorded so that the log says what is right. Refuses a correction of what has not ended (that changes by
    joint confirmation), of what nobody wrote, and one that changes nothing."""
    goal, correction = case.goals[slip.goal], slip.correction
    if correction.empty:
        raise Refusal("restatement.empty", field="correction")
    if goal.approved_at is None:
        raise Refusal("restatement.not-approved", field="goal", goal=goal.id)
    return [
        *_targets(slip, goal, case),
        *_check_ins(slip, goal),
        *_assessments(slip, goal, case.context),
        *_weights(slip, case),
    ]


def _targets(slip: Slip, goal: Goal, case: Case) -> Iterator[Event]:
    wanted, dates, kpi = slip.correction.targets, case.schedule, goal.measure
    if not wanted:
        return
    if not isinstance(kpi, Kpi) or kpi.direction == "range":
        raise Refusal("adjustment.no-target", field="target")
    named = [_ended(key, goal, case, slip.at) for key in wanted]
    if len({each.kind for each in named}) > 1:
        raise Refusal("restatement.kinds", field="target", periods=sorted(wanted))
    same = [key for key, target in wanted.items() if standing(goal, key, case.context) == exact(target)]
    if same:
        raise Refusal("restatement.same", field="target", what=same[0])
    if YEAR in wanted:
        right = periods.with_target(kpi, wanted[YEAR], dates, goal.since, None)
    else:
        exactly = {key: exact(target) for key, target in wanted.items()}
        right = periods.with_targets(kpi, exactly, dates, goal.since, None)
    check_measure(right, goal, case.context, "target")
    yield GoalRevised(
        goal=goal.id, title=goal.title, measure=right, restatement=slip.restatement, by=slip.by, at=slip.at
    )


def _ended(key: str, goal: Goal, case: Case, at: datetime) -> Period:
    """A period by its key. Refuses one that has not ended: its target changes by an adjustment."""
    period = case.schedule.period(key)
    if period is None:
        raise Refusal("adjustment.period", field="target", period=key)
    ends = min(period.ends, goal.last_day or period.ends)
    if _today(case, at) <= ends:
        raise Refusal("restatement.running", field="target", period=key, ends=ends)
    return period


def _today(case: Case, at: datetime) -> date:
    return local_day(at, case.context.policy.calendar)


def _check_ins(slip: Slip, goal: Goal) -> Iterator[Event]:
    """A wrong report is taken back and the right one takes its place, confirmed where the wrong one was."""
    said, number = {"goal": goal.id, "by": slip.by, "at": slip.at}, goal.reported
    for wrong, value in sorted(slip.correction.check_ins.items()):
        report = goal.report(wrong)
        if report is None or report.said.value is None:
            known = [str(each.number) for each in goal.reports if each.said.value is not None]
            raise Refusal("restatement.check-in", field="check_in", number=wrong, known=known)
        if report.said.value == value:
            raise Refusal("restatement.same", field="check_in", what=wrong)
        number += 1
        yield CheckInWithdrawn(check_in=wrong, reason=slip.reason, **said)
        yield CheckedIn(on=report.said.on, value=value, base=report.said.base, note=report.said.note, **said)
        if report.confirmed_by is not None:
            yield CheckInsConfirmed(check_ins=(number,), **said)


def _assessments(slip: Slip, goal: Goal, context: GoalContext) -> Iterator[Event]:
    """The points that a manager meant, in their name."""
    for period, given in slip.correction.assessments.items():
        there = goal.assessments.get(period, {})
        for manager, points in given.items():
            if manager not in there:
                raise Refusal(
                    "restatement.not-assessed", field="assessment", period=period, manager=manager,
                    known=sorted(there),
                )  # fmt: skip
            if there[manager] == points:
                raise Refusal("restatement.same", field="assessment", what=period)
            if not isinstance(goal.measure, Kpi):
                check_rating(points, goal.measure, context)
            yield GoalAssessed(
                goal=goal.id, period=period, points=points, acting_for=manager, by=slip.by, at=slip.at
            )


def _weights(slip: Slip, case: Case) -> Iterator[Event]:
    """Weights of a sheet whose days are over; while it runs they change by joint confirmation (RULES L3)."""
    weights, sheet = slip.correction.weights, case.sheet
    if not weights:
        return
    ends = min(sheet.last_day or case.schedule.ends, case.schedule.ends)
    if _today(case, slip.at) <= ends:
        raise Refusal("restatement.sheet-running", field="weight", sheet=sheet.id, ends=ends)
    rules.check_known(sheet, weights)
    lacking = rules.missing_dimensions(sheet, sheet.placements, case.context.dimensions)
    needed = [each for each in case.context.dimensions if each not in lacking]
    rules.check_whole_after(sheet, rules.weighed(sheet, weights).placements, needed)
    if all(sheet.weight_of(goal) == weight for goal, weight in weights.items()):
        raise Refusal("restatement.same", field="weight", what=sheet.id)
    for each in rules.weighted(sheet, weights, slip.by, slip.at):
        if isinstance(each, GoalWeighted):
            yield each.model_copy(update={"restatement": slip.restatement})


def mended(
    slip: Slip, case: Case, facts: Sequence[Event], evidence: Mapping[str, Evidence], cause: SheetCause
) -> Mended:
    """The versions that follow from the facts. `evidence` is what is known of the goal's metric in each period that it
    is scored in; `cause` is theirs."""
    now = case.after(facts)
    scored = list(_goal_versions(slip, now, evidence, cause))
    now = now.after(scored)
    periods_changed = {each.period for each in scored}
    of_sheet: list[SheetScored | ResultIssued] = []
    for period in case.schedule.periods:
        if not (slip.correction.weights or period.key in periods_changed):
            continue
        if is_followed(now.sheet, period.key, case.schedule, slip.at):
            policy = case.context.terms.on(period.ends)
            again = score_sheet(now.sheet, now.goals, period.key, case.schedule, policy, slip.at, cause)
            of_sheet += again
            now = now.after(again)
    policy = case.context.terms.on(case.schedule.ends)
    of_sheet += result_again(now.sheet, case.schedule, policy, slip.at, cause)
    versions = [each.model_copy(update={"restatement": slip.restatement}) for each in (*scored, *of_sheet)]
    return Mended(facts, versions, _proposed(slip, case, versions), _is_settled(case, versions, slip.at))


def _goal_versions(
    slip: Slip, now: Case, evidence: Mapping[str, Evidence], cause: SheetCause
) -> Iterator[GoalScored]:
    """The next version of each of the goal's scores that comes out otherwise."""
    goal = now.goals[slip.goal]
    for period in now.schedule.periods:
        before = goal.scores.get(period.key)
        if before is None:
            continue
        context = now.context.model_copy(update={"evidence": evidence.get(period.key, Evidence())})
        again = score(goal, period.key, context, slip.at, cause)
        if content(again) != content(before) or period.key in goal.late:
            goal = evolve_goal(goal, again)
            yield again


def _is_settled(case: Case, versions: Sequence[Version], at: datetime) -> bool:
    policy, sheet = case.context.policy, case.sheet
    return any(
        is_score_settled(sheet.scores.get(each.period), policy, at)
        if isinstance(each, SheetScored)
        else isinstance(each, ResultIssued) and is_result_settled(sheet, policy, at)
        for each in versions
    )


def _proposed(slip: Slip, case: Case, versions: Sequence[Version]) -> RestatementProposed:
    goal, sheet = case.goals[slip.goal], case.sheet
    of_goal: dict[str, Restated] = {}
    of_period: dict[str, Restated] = {}
    of_result = None
    for each in versions:
        match each:
            case GoalScored():
                of_goal[each.period] = Restated(before=goal.scores[each.period].points, after=each.points)
            case SheetScored():
                last = sheet.scores.get(each.period)
                of_period[each.period] = Restated(before=last.points if last else None, after=each.points)
            case ResultIssued():
                was = sheet.result
                of_result = Restated(
                    before=was.points if was else None,
                    after=each.points,
                    grade_before=was.grade if was else None,
                    grade_after=each.grade,
                )
    changed = [each.key for each in case.schedule.periods if each.key in {*of_goal, *of_period}]
    scores = tuple(
        RestatedScore(period=key, of_goal=of_goal.get(key), of_period=of_period.get(key)) for key in changed
    )
    same = [
        key
        for key, each in sheet.restatements.items()
        if each.correction is not None and (each.goal, each.correction) == (slip.goal, slip.correction)
    ]
    return RestatementProposed(
        sheet=sheet.id,
        restatement=slip.restatement,
        cause="corrected",
        goal=slip.goal,
        period=changed[0] if changed else YEAR,
        of_result=of_result,
        replaces=same[0] if same else None,
        correction=slip.correction,
        reason=slip.reason,
        scores=scores,
        by=slip.by,
        at=slip.at,
    )
