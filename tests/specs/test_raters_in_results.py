"""What raters say in their goals and in the year's result: its versions, their causes, what is settled (RULES E1, U2,
W2, Y3)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from itertools import count
from typing import Any

from hypothesis import strategies as st

from cairn.application.audit import differences
from cairn.domain.evaluation.rating import (
    Around,
    Rated,
    ratings_of,
    scored_with,
    taken_in,
    versions_with_ratings,
)
from cairn.domain.evaluation.scores import Beside, issue_result, score_sheet
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.scoring import score as score_again
from cairn.domain.policy import AppraisalRules, Behaviour, Name, Policy, ScoringRules
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.events import Placement, ResultIssued, SheetScored
from cairn.domain.terms import Terms
from tests.specs.company import (
    HUA,
    LEARNING,
    PLAN,
    REVENUE,
    WANG,
    D,
    fact,
    in_force,
    on,
    opened,
    plan,
    schedule,
    score,
)
from tests.specs.given import World, deadline, for_all, given, please

CASE = "appraisal-2026-lin-1"
OPENS, DUE = schedule().review_opens, schedule().scores_due
RESULTS = schedule().results_due
LATE = on("2027-01-25")
LONG_AFTER = on("2027-06-01")


def rules(**facts: Any) -> Policy:
    """The plan with E1's raters, and behaviours as a fifth of the result."""
    weights = {"self": D(10), "manager": D(70), "internal_customers": D(20)}
    sales = PLAN.families["sales"].model_copy(update={"evaluators": weights})
    teamwork = Behaviour(title=Name(zh="协作", en="Teamwork"))
    usual: dict[str, Any] = {
        "families": {**PLAN.families, "sales": sales},
        "appraisal": AppraisalRules(behaviours={"teamwork": teamwork}),
        "result": {"goals": D(80), "behaviours": D(20)},
    }
    return plan(**usual | facts)


RATED = rules()
PLACED = (
    Placement(goal=REVENUE, dimension="duties", weight=D(80)),
    Placement(goal=LEARNING, dimension="capability", weight=D(20)),
)
RUNNING = (
    opened(placements=PLACED),
    *in_force(REVENUE, LEARNING),
    fact(did.GoalActivated, SYSTEM, on("01-06"), REVENUE),
    fact(did.GoalActivated, SYSTEM, on("01-06"), LEARNING),
)
NUMBERS = {1: (Fraction(8125, 100), Fraction(65)), 2: (Fraction(77), Fraction(60))}
"""What E1's appraisal comes to, goal and behaviours: without the customers, who are too few; once they are three."""


def said(number: int, goal: Fraction | None = None, behaviours: Fraction | None = None) -> Rated:
    goal, behaviours = (goal, behaviours) if goal is not None else NUMBERS[number]
    return Rated(CASE, number, (LEARNING,), {LEARNING: goal}, behaviours)


def in_review(policy: Policy = RATED) -> World:
    """The year is over; revenue came to 100."""
    running = given(*RUNNING).under(policy=policy)
    under_review = running.having(deadline("review_opens", OPENS, LEARNING))
    return replace(under_review, events=(*under_review.events, score(REVENUE)))


def around(world: World) -> Around:
    sheet, terms = world.sheet(), Terms(world.policy, dates(world))
    goals = {name: world.goal(name) for name in sheet.weighings}
    return Around(sheet, goals, {name: world.context(name) for name in goals}, dates(world), terms)


def dates(world: World) -> Schedule:
    return schedule(world.policy)


def happened(world: World, events: Sequence[Event]) -> World:
    return replace(world, events=(*world.events, *events))


def after(world: World, rated: Rated, at: datetime) -> tuple[World, list[Event]]:
    """The world once this was taken in, and what was recorded."""
    events = taken_in(rated, around(world), at)
    return happened(world, events), events


def with_result(world: World, rated: Rated | None, at: datetime = RESULTS) -> World:
    """The world once the results were due: the first one, with what raters have said by then."""
    goals = {name: world.goal(name) for name in world.sheet().weighings}
    [year] = score_sheet(world.sheet(), goals, "Y", dates(world), world.policy, at)
    scored = happened(world, [year])
    beside = Beside(leads=False, ratings=ratings_of(rated, world.policy))
    return happened(scored, issue_result(scored.sheet(), beside, dates(world), world.policy, at))


def result(world: World) -> ResultIssued:
    found = world.sheet().result
    assert found is not None
    return found


def scored_in_time(policy: Policy = RATED, rated: Rated | None = None) -> World:
    """The first result, with what the raters had said before it was due."""
    rated = rated or said(1)
    world, _ = after(in_review(policy), rated, on("2027-01-11"))
    return with_result(world.having(deadline("scores_due", DUE, LEARNING, "Y")), rated)


def types(events: Sequence[Event]) -> list[str]:
    return [event.type for event in events]


# ---------------------------------------------------------------- who judges


def test_e1_a_goal_that_raters_judge_waits_for_them_and_its_manager_is_asked_nothing() -> None:
    world = in_review()
    assert world.goal(LEARNING).rated and not world.goal(REVENUE).rated
    standing = world.status(LEARNING)
    assert (standing.stage, standing.awaited) == ("in_review", ())
    assert standing.next_deadline is None  # neither a score nor a reminder of the manager
    asked = please(ask.AssessGoal, WANG, "2027-01-05", LEARNING, points=90, period="Y")
    world.when(asked).refused("assess.rated", appraisal=CASE)


def test_e1_only_goals_of_the_rated_kinds_in_families_with_raters_are_judged_by_them() -> None:
    without = rules(appraisal=None)
    nobody = rules(families=PLAN.families)
    others = rules(appraisal=AppraisalRules(rates=("key_task",)))
    for policy in (without, nobody, others):
        world = in_review(policy)
        assert not world.goal(LEARNING).rated
        assert world.status(LEARNING).awaited == (WANG,)


def test_whoever_left_before_the_review_has_no_appraisal_and_is_assessed_by_the_manager() -> None:
    """Their goals' review opens after their own last day."""
    left = fact(did.LastDaySet, HUA, on("11-02"), LEARNING, last="2026-10-31", cause="left")
    world = happened(given(*RUNNING).under(policy=RATED), [left])
    standing = world.status(LEARNING, on("11-02"))
    own = standing.next_deadline
    assert own is not None and own.phase == "review_opens" and own.at < OPENS
    assert not world.having(deadline("review_opens", own.at, LEARNING)).goal(LEARNING).rated


# ---------------------------------------------------------------- E1's numbers


def test_e1_81_25_is_the_goals_score_and_behaviours_are_a_fifth_of_the_result() -> None:
    world, recorded = after(in_review(), said(1), on("2027-01-11"))
    assert types(recorded) == ["GoalRated"]
    ahead = world.status(LEARNING, on("2027-01-11")).next_deadline
    assert ahead is not None and ahead.phase == "scores_due"  # nobody is waited for any more
    world = with_result(world.having(deadline("scores_due", DUE, LEARNING, "Y")), said(1))
    learned = world.goal(LEARNING).scores["Y"]
    assert (learned.points, learned.formula.code, learned.cause) == (Fraction(8125, 100), "rated", "due")
    assert learned.formula.facts == {"appraisal": CASE, "number": "1"}
    found = result(world)
    [part] = found.ratings
    assert (part.points, part.appraisal, part.number, part.applies) == (Fraction(65), CASE, 1, True)
    assert found.points == Fraction(80, 100) * Fraction(9625, 100) + Fraction(20, 100) * 65 == 90
    assert (found.rounded, found.grade) == (D("90.00"), "B")


def test_e1_a_role_that_is_released_late_gives_one_next_version_with_its_cause() -> None:
    world, recorded = after(scored_in_time(), said(2), LATE)
    assert types(recorded) == ["GoalRated", "GoalScored", "SheetScored", "ResultIssued"]
    assert {
        each.cause for each in recorded if isinstance(each, did.GoalScored | SheetScored | ResultIssued)
    } == {"raters"}
    assert world.goal(LEARNING).scores["Y"].points == 77
    found = result(world)
    assert (found.number, found.points) == (2, Fraction("88.32"))  # 0.8 × 95.4 + 0.2 × 60
    assert after(world, said(2), LATE)[1] == []


def test_a_late_release_that_changes_nothing_gives_no_version() -> None:
    same = said(2, *NUMBERS[1])
    assert after(scored_in_time(), same, LATE)[1] == []


def test_a_release_between_the_goals_score_and_the_result_is_not_lost() -> None:
    """The result was computed with the first score of the appraisal while the second one came."""
    world, _ = after(in_review(), said(1), on("2027-01-11"))
    world, recorded = after(world.having(deadline("scores_due", DUE, LEARNING, "Y")), said(2), RESULTS)
    assert types(recorded) == ["GoalRated", "GoalScored"]
    world = with_result(world, said(1))
    world, recorded = after(world, said(2), RESULTS)
    assert types(recorded) == ["ResultIssued"] and result(world).points == Fraction("88.32")


# ---------------------------------------------------------------- U2: nobody rated


def test_u2_what_no_rater_judged_leaves_the_weights_of_the_goals_and_of_the_result() -> None:
    """The employee's manager and everybody else omitted it, and HR went on; the policy's `missing` is zero."""
    strict = rules(scoring=ScoringRules(missing="zero"))
    nobody = Rated(CASE, 1, (LEARNING,), {}, None)
    world = scored_in_time(strict, nobody)
    learned = world.goal(LEARNING).scores["Y"]
    assert (learned.points, learned.applies, learned.why and learned.why.code) == (None, False, "not_rated")
    [part] = result(world).ratings
    assert (part.points, part.applies) == (None, False)
    assert result(world).points == 100  # revenue alone


def test_u1_whom_nobody_rates_has_no_part_of_behaviours_and_loses_nothing_by_it() -> None:
    strict = rules(scoring=ScoringRules(missing="zero"))
    world = happened(given(*RUNNING).under(policy=strict), [score(REVENUE), score(LEARNING, points=D(90))])
    found = result(with_result(world, None))
    [part] = found.ratings
    assert (part.applies, part.appraisal, found.points) == (False, "", Fraction(98))


def test_without_appraisals_a_part_that_the_policy_names_is_missing_as_before() -> None:
    world = happened(
        given(*RUNNING).under(policy=rules(appraisal=None)), [score(REVENUE), score(LEARNING, points=D(90))]
    )
    [part] = result(with_result(world, None)).ratings
    assert (part.points, part.applies) == (None, True)


# ---------------------------------------------------------------- Y3: what is settled


def test_y3_a_settled_result_changes_by_a_restatement_only_which_brings_all_of_it_at_once() -> None:
    world, recorded = after(scored_in_time(), said(2), LONG_AFTER)
    assert types(recorded) == ["GoalRated", "ScoreHeldBack", "RestatementProposed"]
    assert (result(world).number, world.goal(LEARNING).scores["Y"].points) == (1, Fraction(8125, 100))
    [proposed] = world.sheet().restatements.values()
    assert proposed.cause == "raters" and proposed.lowers
    assert proposed.of_result is not None and proposed.of_result.after == Fraction("88.32")
    ahead = world.status(LEARNING).next_deadline
    assert ahead is not None and ahead.phase == "closes"  # the score waits for the decision and for no timer

    rating = around(world)
    scored, goals = scored_with(said(2), rating, LONG_AFTER)
    following = versions_with_ratings(said(2), rating._replace(goals=goals), LONG_AFTER, "restated")
    restated = happened(world, [*scored, *following])
    assert [each.cause for each in (*scored, *following)] == ["restated"] * 3
    assert result(restated).points == Fraction("88.32")


def test_y3_a_proposal_of_raters_takes_the_place_of_their_earlier_one_and_of_no_other() -> None:
    world, _ = after(scored_in_time(), said(2), LONG_AFTER)
    world, recorded = after(world, said(3, Fraction(50), Fraction(50)), LONG_AFTER)
    assert recorded[-1].type == "RestatementProposed"
    assert [each.restatement for each in world.sheet().restatements.values()] == ["2026-lin-1-R2"]


# ---------------------------------------------------------------- laws

POINTS = st.integers(0, 480).map(lambda quarters: Fraction(quarters, 4))
SAID = st.lists(st.tuples(POINTS, st.one_of(st.none(), POINTS)), min_size=1, max_size=4)


def rescored(world: World, points: Fraction, at: datetime) -> World:
    """Revenue came out otherwise later on: its score's next version, and the sheet's."""
    number = world.goal(REVENUE).scores["Y"].number + 1
    again = score(REVENUE, number=number, points=points, rounded=D(0), cause="readings")
    goals = {name: world.goal(name) for name in world.sheet().weighings}
    world = happened(world, [again])
    goals[REVENUE] = world.goal(REVENUE)
    events: list[Event] = [
        *score_sheet(world.sheet(), goals, "Y", dates(world), world.policy, at, "readings")
    ]
    world = happened(world, events)
    beside = Beside.of(result(world))
    return happened(world, issue_result(world.sheet(), beside, dates(world), world.policy, at, "readings"))


def recomputed(world: World) -> list[Any]:
    """What differs between each version that is recorded and the same computed again from what came before it."""
    found: list[Any] = []
    for number, event in enumerate(world.events):
        before = replace(world, events=world.events[:number])
        if isinstance(event, did.GoalScored) and event.goal == LEARNING:
            context = before.context(LEARNING)
            again: Any = score_again(before.goal(LEARNING), "Y", context, event.at, event.cause)
            found += differences(LEARNING, "Y", number, event, again)
        if isinstance(event, ResultIssued):
            cause: Any = event.cause
            found_again = issue_result(
                before.sheet(), Beside.of(event), dates(world), world.policy, event.at, cause
            )
            found += differences(event.sheet, "Y", number, event, found_again[0] if found_again else None)
    return found


@for_all(SAID, POINTS, st.integers(0, 4))
def test_law_w2_the_last_version_is_the_same_in_whatever_order_late_facts_come(
    said_so: list[tuple[Fraction, Fraction | None]], revenue: Fraction, place: int
) -> None:
    numbers = count(1)
    released = [said(next(numbers), goal, behaviours) for goal, behaviours in said_so]
    first = scored_in_time(rated=released[0])
    world = first
    for turn, rated in enumerate(released[1:]):
        if turn == place:
            world = rescored(world, revenue, LATE)
        world, _ = after(world, rated, LATE)
    if place >= len(released) - 1:
        world = rescored(world, revenue, LATE)
    straight = rescored(after(first, released[-1], LATE)[0], revenue, LATE)
    assert (result(world).points, result(world).grade) == (result(straight).points, result(straight).grade)
    assert result(world).ratings[0].points == result(straight).ratings[0].points == released[-1].behaviours


@for_all(SAID)
def test_law_every_version_computed_again_is_what_is_recorded(
    said_so: list[tuple[Fraction, Fraction | None]],
) -> None:
    world = scored_in_time(rated=said(1, *said_so[0]))
    for number, (goal, behaviours) in enumerate(said_so[1:], 2):
        world, recorded = after(world, said(number, goal, behaviours), LATE)
        assert types(recorded).count("ResultIssued") <= 1
    assert recomputed(world) == []
