"""What a later score of a goal does to its sheet: the next versions, or a proposed restatement (RULES W2, Y3)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cairn.domain.calendar import add_working_days, opening
from cairn.domain.cycle.status import AFTER_THE_GOALS
from cairn.domain.evaluation.scores import Beside, issue_result, score_sheet
from cairn.domain.evaluation.steps import has_steps
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import GoalScored, ScoreHeldBack
from cairn.domain.goal.state import Goal
from cairn.domain.goal.state import evolve as evolve_goal
from cairn.domain.policy import Policy
from cairn.domain.schedule import Schedule, local_day
from cairn.domain.sheet.events import (
    IncidentRecorded,
    IncidentWithdrawn,
    Restated,
    RestatementProposed,
    ResultIssued,
    SheetCause,
    SheetScored,
)
from cairn.domain.sheet.state import Sheet, evolve
from cairn.domain.terms import Terms


def settles_at(shown: datetime, policy: Policy) -> datetime:
    """When a version that was shown at a moment is settled: so many working days later (RULES Y3)."""
    day = add_working_days(local_day(shown, policy.calendar), policy.scoring.settles_after, policy.calendar)
    return opening(day, policy.calendar)


def is_score_settled(version: SheetScored | None, policy: Policy, at: datetime) -> bool:
    """Whether a version of a period's score changes by a restatement only."""
    return version is not None and at >= settles_at(version.at, policy)


def is_result_settled(sheet: Sheet, policy: Policy, at: datetime) -> bool:
    """Whether the last version of a result changes by a restatement only: it was signed, handed over, or shown long
    enough ago.
    Where the policy names no steps it is shown as it is computed (RULES Y3)."""
    result = sheet.result
    if result is None:
        return False
    if sheet.handed_over == result.number:
        return True
    if not has_steps(sheet, result, policy):
        return at >= settles_at(result.at, policy)
    if sheet.shown != result.number or sheet.shown_at is None:
        return False
    return sheet.signed == result.number or at >= settles_at(sheet.shown_at, policy)


def is_followed(sheet: Sheet, period: str, schedule: Schedule, at: datetime) -> bool:
    """Whether a goal's score of a period is the sheet's business at once: the sheet has its own score of it, or the
    time for one has passed. Before that, the cycle scores all its sheets."""
    found = schedule.period(period)
    if found is None:
        return False
    due = schedule.results_due if found.kind == "year" else found.scored_at + AFTER_THE_GOALS
    return period in sheet.scores or at >= due


def versions(
    sheet: Sheet,
    goals: Mapping[str, Goal],
    period: str,
    schedule: Schedule,
    terms: Terms,
    at: datetime,
    cause: SheetCause,
) -> list[SheetScored | ResultIssued]:
    """The next versions of the sheet's score of a period and of its result, where they change; each under the
    version of the policy in force at its end (RULES L11)."""
    scored = score_sheet(sheet, goals, period, schedule, _policy_of(period, schedule, terms), at, cause)
    if not scored or sheet.result is None:
        return [*scored]
    return [
        *scored,
        *result_again(evolve(sheet, scored[0]), schedule, terms.on(schedule.ends), at, cause),
    ]


def versions_with_incidents(
    sheet: Sheet,
    goals: Mapping[str, Goal],
    period: str,
    schedule: Schedule,
    terms: Terms,
    at: datetime,
    cause: SheetCause,
) -> list[SheetScored | ResultIssued]:
    """The next versions of a period's score and of the result once an incident of that period (`Y`: of the year) was
    recorded or taken back; gates of the result look at those of every period."""
    scored: list[SheetScored] = []
    if period != "Y" and is_followed(sheet, period, schedule, at):
        scored = score_sheet(sheet, goals, period, schedule, _policy_of(period, schedule, terms), at, cause)
    after = evolve(sheet, scored[0]) if scored else sheet
    return [*scored, *result_again(after, schedule, terms.on(schedule.ends), at, cause)]


def with_incident(
    happened: IncidentRecorded | IncidentWithdrawn,
    sheet: Sheet,
    goals: Mapping[str, Goal],
    schedule: Schedule,
    terms: Terms,
) -> list[Event]:
    """What was recorded of an incident, with the sheet's next versions; or, where one of those that count now is
    settled, with a proposed restatement in their place. `sheet` is the sheet before."""
    at, policy = happened.at, terms.on(schedule.ends)
    known = happened if isinstance(happened, IncidentRecorded) else sheet.incidents[happened.incident]
    after = evolve(sheet, happened)
    next_ones = versions_with_incidents(after, goals, known.period, schedule, terms, at, "incident")
    settled = any(
        is_score_settled(sheet.scores.get(each.period), policy, at)
        if isinstance(each, SheetScored)
        else is_result_settled(sheet, policy, at)
        for each in next_ones
    )
    if not settled:
        return [happened, *next_ones]
    return [happened, propose(after, next_ones, known.period, "incident", at)]


def _policy_of(period: str, schedule: Schedule, terms: Terms) -> Policy:
    found = schedule.period(period)
    return terms.policy if found is None else terms.on(found.ends)


def result_again(
    sheet: Sheet, schedule: Schedule, policy: Policy, at: datetime, cause: SheetCause
) -> list[ResultIssued]:
    """The next version of a result from the sheet's scores, with all else it counted as it was."""
    last = sheet.result
    return [] if last is None else issue_result(sheet, Beside.of(last), schedule, policy, at, cause)


def scored_for_the_sheet(events: Sequence[Event], context: GoalContext) -> GoalScored | None:
    """The score among a goal's events that is its sheet's business at once, None where none is."""
    scored = next((event for event in events if isinstance(event, GoalScored)), None)
    if scored is None or context.schedule is None:
        return None
    return scored if is_followed(context.sheet, scored.period, context.schedule, scored.at) else None


def with_sheet(
    events: Sequence[Event], goal: Goal, context: GoalContext, others: Mapping[str, Goal]
) -> list[Event]:
    """A goal's events with what a score among them does to its sheet: the sheet's next versions; or, where those that
    count now are settled, a proposed restatement in place of the score.

    `goal` is the goal before the events, `others` are all other goals that are or were on the sheet, by id."""
    scored = scored_for_the_sheet(events, context)
    if scored is None or context.schedule is None:
        return list(events)
    goals = {**others, goal.id: evolve_goal(goal, scored)}
    followed = _followed(goal, goals, scored, context.sheet, context.schedule, context.terms)
    return [each for event in events for each in (followed if event is scored else [event])]


def _followed(
    goal: Goal,
    goals: Mapping[str, Goal],
    scored: GoalScored,
    sheet: Sheet,
    schedule: Schedule,
    terms: Terms,
) -> list[Event]:
    period, at, cause = scored.period, scored.at, scored.cause
    next_ones = versions(sheet, goals, period, schedule, terms, at, cause)
    policy = _policy_of(period, schedule, terms)
    settled = is_score_settled(sheet.scores.get(period), policy, at) or is_result_settled(sheet, policy, at)
    if not next_ones or not settled or cause == "restated":
        return [scored, *next_ones]
    proposed = propose(sheet, next_ones, period, cause, at, scored, goal.scores.get(period))
    held = ScoreHeldBack(goal=goal.id, period=period, restatement=proposed.restatement, by=SYSTEM, at=at)
    return [held, proposed]


def propose(
    sheet: Sheet,
    next_ones: Sequence[SheetScored | ResultIssued],
    period: str,
    cause: SheetCause,
    at: datetime,
    scored: GoalScored | None = None,
    before: GoalScored | None = None,
    subordinate: str | None = None,
) -> RestatementProposed:
    """The restatement that would bring these versions; it replaces an open one of the same origin and period."""
    goal = scored.goal if scored else None
    same = (goal, subordinate, period, cause == "raters")
    open_ones = [
        key
        for key, each in sheet.restatements.items()
        if (each.goal, each.subordinate, each.period, each.cause == "raters") == same
    ]
    of_goal = Restated(before=before.points if before else None, after=scored.points) if scored else None
    of_period, of_result = None, None
    for each in next_ones:
        if isinstance(each, SheetScored):
            last = sheet.scores.get(period)
            of_period = Restated(before=last.points if last else None, after=each.points)
        else:
            of_result = Restated(
                before=sheet.result.points if sheet.result else None,
                after=each.points,
                grade_before=sheet.result.grade if sheet.result else None,
                grade_after=each.grade,
            )
    return RestatementProposed(
        sheet=sheet.id,
        restatement=next_restatement(sheet),
        cause=cause,
        goal=goal,
        subordinate=subordinate,
        period=period,
        of_goal=of_goal,
        of_period=of_period,
        of_result=of_result,
        replaces=open_ones[0] if open_ones else None,
        by=SYSTEM,
        at=at,
    )


def next_restatement(sheet: Sheet) -> str:
    """The id of the next restatement of a sheet."""
    return f"{sheet.id.removeprefix('sheet-')}-R{sheet.proposed + 1}"
