"""What raters' judgements do to their goals, and to the result of the sheet (RULES E1, U2, Y3): all of one score of the
appraisal at once, so that there is one version of the result for each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from cairn.domain.evaluation.scores import Beside, Rating, issue_result, score_sheet
from cairn.domain.evaluation.versions import is_followed, is_result_settled, is_score_settled, propose
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import GoalRated, GoalScored, ScoreHeldBack
from cairn.domain.goal.scoring import content, score
from cairn.domain.goal.state import Goal
from cairn.domain.goal.state import evolve as evolve_goal
from cairn.domain.policy import Policy, ResultPart
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.events import ResultIssued, SheetCause, SheetScored
from cairn.domain.sheet.state import Sheet, evolve
from cairn.domain.terms import Terms

YEAR = "Y"


class Rated(NamedTuple):
    """The `number`-th score of an `appraisal`, in points: each goal that was `asked` about and that somebody rated, and
    the behaviours together, None where nobody rated any."""

    appraisal: str
    number: int
    asked: tuple[str, ...]
    goals: Mapping[str, Fraction]
    behaviours: Fraction | None


class Around(NamedTuple):
    """The sheet whose goals were rated, all goals that are or were on it and what each is scored by, by goal's id."""

    sheet: Sheet
    goals: Mapping[str, Goal]
    contexts: Mapping[str, GoalContext]
    schedule: Schedule
    terms: Terms


def ratings_of(rated: Rated | None, policy: Policy) -> dict[ResultPart, Rating]:
    """The parts of the result that raters judge, where the policy has some; without an appraisal (`rated` None) they
    do not apply: nobody rates this person."""
    if policy.appraisal is None or not policy.result.get("behaviours"):
        return {}
    if rated is None:
        return {"behaviours": Rating(None)}
    return {"behaviours": Rating(rated.behaviours, rated.appraisal, rated.number)}


def taken_in(rated: Rated, around: Around, at: datetime) -> list[Event]:
    """What a score of the appraisal says of each goal, with the next versions of what was scored before: of goals,
    sheet and result, all with the cause `raters`; or, where those that count now are settled, a proposed restatement in
    their place. None where everything is as it was."""
    facts, later = _facts(rated, around.goals, at), dict[str, GoalScored]()
    goals = dict(around.goals)
    for fact in facts:
        goals[fact.goal] = evolve_goal(goals[fact.goal], fact)
        again = _again(goals[fact.goal], around, at)
        if again is not None:
            later[fact.goal] = again
    for name, again in later.items():
        goals[name] = evolve_goal(goals[name], again)
    sheet, policy = around.sheet, around.terms.on(around.schedule.ends)
    next_ones = versions_with_ratings(rated, around._replace(goals=goals), at, "raters")
    settled = is_score_settled(sheet.scores.get(YEAR), policy, at) or is_result_settled(sheet, policy, at)
    if not next_ones or not settled:
        return [*_in_turn(facts, later), *next_ones]
    proposed = propose(sheet, next_ones, YEAR, "raters", at)
    held = {
        name: ScoreHeldBack(goal=name, period=YEAR, restatement=proposed.restatement, by=SYSTEM, at=at)
        for name in later
    }
    return [*_in_turn(facts, held), proposed]


def versions_with_ratings(
    rated: Rated, around: Around, at: datetime, cause: SheetCause
) -> list[SheetScored | ResultIssued]:
    """The next versions of the year's score and of the result by the goals as they are scored, with these ratings."""
    sheet, schedule, policy = around.sheet, around.schedule, around.terms.on(around.schedule.ends)
    scored: list[SheetScored] = []
    if is_followed(sheet, YEAR, schedule, at) and YEAR in sheet.scores:
        scored = score_sheet(sheet, around.goals, YEAR, schedule, policy, at, cause)
    after = evolve(sheet, scored[0]) if scored else sheet
    if after.result is None:
        return [*scored]
    beside = replace(Beside.of(after.result), ratings=ratings_of(rated, policy))
    return [*scored, *issue_result(after, beside, schedule, policy, at, cause)]


def scored_with(rated: Rated, around: Around, at: datetime) -> tuple[list[GoalScored], dict[str, Goal]]:
    """(the next version of each rated goal whose score waits for a restatement, the goals with them)."""
    goals, scored = dict(around.goals), []
    for name in rated.asked:
        goal = goals.get(name)
        again = _again(goal, around, at, "restated") if goal is not None else None
        if again is not None:
            scored.append(again)
            goals[name] = evolve_goal(goals[name], again)
    return scored, goals


def _facts(rated: Rated, goals: Mapping[str, Goal], at: datetime) -> list[GoalRated]:
    """What is new of each goal; nothing of one whose points are as they were."""
    found = []
    for name in rated.asked:
        goal, points = goals.get(name), rated.goals.get(name)
        before = goal.ratings.get(YEAR) if goal else None
        if goal is None or (before is not None and before.points == points):
            continue
        found.append(
            GoalRated(
                goal=name,
                period=YEAR,
                points=points,
                appraisal=rated.appraisal,
                number=rated.number,
                by=SYSTEM,
                at=at,
            )
        )
    return found


def _again(goal: Goal, around: Around, at: datetime, cause: SheetCause = "raters") -> GoalScored | None:
    """The next version of the year's score of a goal that has one, None where it would be the same."""
    before = goal.scores.get(YEAR)
    if before is None:
        return None
    again = score(goal, YEAR, around.contexts[goal.id], at, cause)
    return None if content(again) == content(before) else again


def _in_turn(facts: Sequence[GoalRated], then: Mapping[str, Event]) -> list[Event]:
    return [each for fact in facts for each in (fact, *([then[fact.goal]] if fact.goal in then else []))]
