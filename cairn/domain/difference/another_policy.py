"""The same year under another policy: whether it can be applied at all, and what a result would be computed from."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from cairn.domain.calendar import ONE_DAY
from cairn.domain.difference.inputs import Counted, Inputs, PeriodInputs
from cairn.domain.goal.state import Goal
from cairn.domain.measure import KeyTask, Kpi, is_task_due
from cairn.domain.policy import Policy
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Period, day_of

YEAR = "Y"
EvidenceOf = Callable[[Goal, Period], Evidence]


def require_applicable(policy: Policy, year: Mapping[str, Inputs]) -> None:
    """Refuses a policy under which a year could not have been scored: a job family that people are in, or a curve or
    form that their goals name, is not in it; or its scale is another one and ratings were given on the old one.

    `year` holds what the results were computed from, by sheet.
    """
    families = {each.sheet.family for each in year.values() if each.sheet.kind == "person"}
    if missing := sorted(family for family in families if family and family not in policy.families):
        people = sum(each.sheet.family in missing for each in year.values())
        raise Refusal("what-if.families", field="families", families=missing, people=people)
    measures = [counted.scored.measure for each in year.values() for _, _, counted in each.counted()]
    named = {each.curve for each in measures if each.curve is not None}
    if lost := sorted(named - policy.curves.keys()):
        raise Refusal("what-if.curves", field="curves", curves=lost)
    forms = {each.form for each in measures if isinstance(each, Kpi) and each.form is not None}
    if lost := sorted(forms - policy.forms.keys()):
        raise Refusal("what-if.forms", field="forms", forms=lost)
    rated = [each for each in year.values() if _is_rated(each)]
    if any(each.policy.scale != policy.scale for each in rated):
        raise Refusal("what-if.scale", field="scale", sheets=len(rated))


def _is_rated(inputs: Inputs) -> bool:
    """Whether a result counts points that somebody gave."""
    goals = (counted.scored for _, _, counted in inputs.counted())
    return bool(inputs.beside.ratings) or any(goal.assessments or goal.ratings for goal in goals)


def under(inputs: Inputs, policy: Policy, evidence: EvidenceOf) -> Inputs:
    """What a result would have been computed from under another policy: the same goals, targets, readings and
    judgements. Periods that only the other policy scores are made of the goals as they stood when the year was scored;
    `evidence` says what was known of a goal's metric in such a period."""
    periods = {key: _period_under(each, policy) for key, each in inputs.periods.items()}
    year = periods.get(YEAR)
    if year is not None:
        for period in _periods_missing(inputs, policy):
            goals = dict(_scored_then(year, period, evidence, policy))
            if goals:
                periods[period.key] = PeriodInputs(year.sheet, goals, policy)
    return replace(inputs, periods=periods, policy=policy)


def _period_under(period: PeriodInputs, policy: Policy) -> PeriodInputs:
    goals = {goal: replace(counted, policy=policy) for goal, counted in period.goals.items()}
    return replace(period, goals=goals, policy=policy)


def _periods_missing(inputs: Inputs, policy: Policy) -> Iterable[Period]:
    """The periods of the sheet's days of kinds that the policy scores and its own policy did not."""
    sheet = inputs.sheet
    if sheet.kind != "person":
        return []
    kinds = policy.kinds_of(sheet.family) - inputs.policy.kinds_of(sheet.family)
    last = sheet.last_day or inputs.schedule.ends
    return [
        period
        for period in inputs.schedule.periods
        if period.kind in kinds
        and period.key not in inputs.periods
        and period.ends >= sheet.since
        and period.starts <= last
    ]


def _scored_then(
    year: PeriodInputs, period: Period, evidence: EvidenceOf, policy: Policy
) -> Iterator[tuple[str, Counted]]:
    """The goals that would have a score of a period: KPIs, tasks that were due, what was judged for it."""
    for name, counted in year.goals.items():
        goal = counted.scored
        if _is_scored_in(goal, period, policy):
            known = evidence(goal, period).model_copy(update={"sources": counted.evidence.sources})
            yield name, Counted(goal, counted.weighed, known, policy)


def _is_scored_in(goal: Goal, period: Period, policy: Policy) -> bool:
    measure, last = goal.measure, goal.last_day
    outside = period.ends < goal.since or (last is not None and last + ONE_DAY <= period.starts)
    if outside or (measure.scored_in and period.kind not in measure.scored_in):
        return False
    if isinstance(measure, KeyTask) and is_task_due(measure, day_of(goal.done_at, policy.calendar), period):
        return True
    return isinstance(measure, Kpi) or period.key in goal.assessments
