"""Progress and judgement while a goal runs: check-ins, accepted criteria, assessments."""

from datetime import date
from typing import Any

import pytest

from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.scoring import score as score_of
from cairn.domain.measure import Kpi
from cairn.domain.policy import WorkingCalendar
from tests.specs.company import (
    CHEN,
    HUA,
    LEARNING,
    LIN,
    OF_DEPARTMENT,
    PEOPLE,
    QIAN,
    RELEASE,
    REVENUE,
    VISITS,
    WANG,
    D,
    active,
    adjusting,
    approved,
    closed,
    draft,
    fact,
    in_review,
    on,
    person,
    plan,
    score,
    scored,
    submitted,
)
from tests.specs.given import deadline, given, please, utc


def check_in(
    value: Any = 5, day: Any = "03-10", by: str = LIN, goal: str = VISITS, **facts: Any
) -> ask.CheckIn:
    return please(ask.CheckIn, by, day, goal, value=value, **facts)


def test_a_check_in_without_a_day_is_of_today() -> None:
    command = check_in(note="five visits")
    said = fact(did.CheckedIn, LIN, command.at, VISITS, on="2026-03-10", value=5, note="five visits")
    given(active(VISITS)).when(command).then(said)


def test_the_same_check_in_twice_is_one() -> None:
    given(active(VISITS)).having(check_in()).when(check_in(day=on("03-10", 17))).nothing()


def test_a_days_value_is_corrected_and_corrected_back() -> None:
    """5, then 7, then 5 again: the last word of the day counts, not the first of its kind."""
    world = given(active(VISITS)).having(check_in(5), check_in(7), check_in(5))
    assert [said.value for said in world.goal(VISITS).check_ins] == [5, 7, 5]
    assert score_of(world.goal(VISITS), "M03", world.context(VISITS), on("04-05")).actual == 5


def test_a_note_after_the_value_does_not_take_it_away() -> None:
    world = given(active(VISITS)).having(check_in(5), check_in(None, note="more tomorrow"))
    assert score_of(world.goal(VISITS), "M03", world.context(VISITS), on("04-05")).actual == 5


def test_no_check_in_lies_ahead() -> None:
    given(active(VISITS)).when(check_in(on="2026-03-11")).refused("check-in.future", on="2026-03-11")
    given(active(VISITS)).when(check_in(on="2026-03-09")).then_types(did.CheckedIn)


@pytest.mark.parametrize(
    ("since", "day", "inside"),
    [
        ("2026-01-01", "2025-12-31", False),
        ("2026-01-01", "2026-01-01", True),
        ("2026-01-01", "2026-12-31", True),
        ("2026-01-01", "2027-01-01", False),
        ("2026-07-01", "2026-06-30", False),
        ("2026-07-01", "2026-07-01", True),
    ],
)
def test_d6_a_check_ins_day_lies_inside_the_goals_span(since: str, day: str, inside: bool) -> None:
    """One dated before the cycle was taken, and counted nowhere."""
    command = check_in(day=on("2027-01-04"), on=day)
    outcome = given(in_review(VISITS, since=since)).when(command)
    if inside:
        outcome.then_types(did.CheckedIn)
    else:
        outcome.refused("check-in.outside", on=day, since=since, ends="2026-12-31")


def test_d6_in_review_the_day_has_to_be_said() -> None:
    given(in_review(VISITS)).when(check_in(day=on("2027-01-04"))).refused("check-in.outside", on="2027-01-04")


def test_today_is_todays_date_in_the_policys_time_zone() -> None:
    """16:30 UTC on 10 March is half past midnight on 11 March in Shanghai, and still 10 March in London."""
    [event] = given(active(VISITS)).when(check_in(day=utc("03-10", 16, 30))).events
    assert isinstance(event, did.CheckedIn) and event.on == on("03-11").date()
    given(active(VISITS)).when(check_in(day=utc("03-10", 16, 30), on="2026-03-11")).then_types(did.CheckedIn)
    london = plan(calendar=WorkingCalendar(timezone="Europe/London"))
    command = check_in(day=utc("03-10", 16, 30), on="2026-03-11")
    given(active(VISITS), policy=london).when(command).refused("check-in.future")


def test_a_fed_metric_takes_no_typed_values_but_takes_notes() -> None:
    given(active()).when(check_in(goal=REVENUE)).refused("check-in.fed", metric="sales")
    given(active()).when(check_in(None, goal=REVENUE, note="signed today")).then_types(did.CheckedIn)


def test_a_check_in_says_something() -> None:
    given(active(VISITS)).when(check_in(None)).refused("check-in.empty")


def test_a_ratio_needs_both_its_numbers() -> None:
    """A typed 95 without its base would be taken as 95 of 1: 9,500 %."""
    ratio = Kpi(unit="%", aggregation="ratio", target=D(95))
    given(active(VISITS, measure=ratio)).when(check_in(95)).refused("check-in.base")
    world = given(active(VISITS, measure=ratio)).having(check_in(95, base=100))
    assert score_of(world.goal(VISITS), "M03", world.context(VISITS), on("04-05")).actual == 95


@pytest.mark.parametrize(("by", "done"), [(LIN, True), (HUA, True), (WANG, False), (QIAN, False)])
def test_the_owner_or_hr_checks_in(by: str, done: bool) -> None:
    outcome = given(active(VISITS)).when(check_in(by=by))
    outcome.then_types(did.CheckedIn) if done else outcome.refused("goal.not-yours")


def test_check_ins_are_taken_from_approval_to_review() -> None:
    for events in (approved(VISITS), active(VISITS), in_review(VISITS)):
        given(events).when(check_in()).then_types(did.CheckedIn)
    for events in (draft(VISITS), submitted(VISITS), scored(VISITS), closed(VISITS)):
        given(events).when(check_in()).refused("goal.stage", command="check_in")


def accept(criterion: int = 1, by: str = WANG, goal: str = RELEASE) -> ask.AcceptCriterion:
    return please(ask.AcceptCriterion, by, "06-30", goal, criterion=criterion, evidence="release notes")


def test_the_manager_accepts_a_criterion_on_evidence_once() -> None:
    command = accept()
    accepted = fact(did.CriterionAccepted, WANG, command.at, RELEASE, criterion=1, evidence="release notes")
    given(active(RELEASE)).when(command).then(accepted).when(command).nothing()


def test_the_owner_accepts_nothing_of_their_own() -> None:
    given(active(RELEASE)).when(accept(by=LIN)).refused("goal.own", who="manager", manager="wang")
    given(active(RELEASE)).when(accept(by=HUA)).refused("goal.not-yours")


def test_only_criteria_that_are_there_are_accepted() -> None:
    given(active(RELEASE)).when(accept(3)).refused("accept.unknown", number="3", of="2")
    given(active(VISITS)).when(accept(goal=VISITS)).refused("accept.not-a-task")


def test_a_key_task_scores_the_share_of_its_accepted_criteria() -> None:
    world = given(active(RELEASE)).having(accept(2))
    found = score_of(world.goal(RELEASE), "Y", world.context(RELEASE), on("2027-01-15"))
    assert [found.points, found.actual, found.target] == [50, 1, 2]


def assess(points: int = 90, by: str = WANG, goal: str = LEARNING, **facts: Any) -> ask.AssessGoal:
    return please(ask.AssessGoal, by, facts.pop("day", on("2027-01-04")), goal, points=points, **facts)


def test_the_manager_assesses_a_capability_goal_and_may_think_again() -> None:
    command = assess()
    said = fact(did.GoalAssessed, WANG, command.at, LEARNING, period="Y", points=90)
    world = given(active(LEARNING)).when(command).then(said)
    world.when(command).nothing()
    assert world.having(assess(80)).goal(LEARNING).assessments == {"Y": {WANG: 80}}


@pytest.mark.parametrize(
    ("by", "code"), [(LIN, "goal.own"), (QIAN, "goal.not-yours"), (CHEN, "goal.not-yours")]
)
def test_nobody_else_assesses(by: str, code: str) -> None:
    given(active(LEARNING)).when(assess(by=by)).refused(code)


def test_a_kpi_is_measured_and_not_assessed() -> None:
    given(active()).when(assess(goal=REVENUE)).refused("assess.measured")
    given(active(OF_DEPARTMENT)).when(assess(by=CHEN, goal=OF_DEPARTMENT)).refused("assess.measured")


@pytest.mark.parametrize("period", ["Q1", "H1", "M13"])
def test_a_period_without_a_score_takes_no_assessment(period: str) -> None:
    """Sales are scored by month and year: an assessment of a quarter would count nowhere."""
    given(active(LEARNING)).when(assess(period=period)).refused("assess.period", period=period)


def test_w2_an_assessment_after_the_score_has_the_period_scored_again_at_once() -> None:
    march: dict[str, Any] = {"starts": date(2026, 3, 1), "ends": date(2026, 3, 31)}
    late = assess(period="M03", day="04-10")
    world = given(active(LEARNING), score(LEARNING, "M03", **march)).having(late)
    due = world.status(LEARNING).next_deadline
    assert due and (due.phase, due.period, due.at) == ("scored_again", "M03", late.at)
    again = world.having(deadline("scored_again", due.at, LEARNING, "M03")).goal(LEARNING).scores["M03"]
    assert again.number == 2 and again.cause == "goal" and again.points == 90


@pytest.mark.parametrize(("period", "ends"), [("M02", "02-28"), ("M12", "12-31"), ("Y", "12-31")])
def test_l9_a_period_that_has_not_ended_is_not_assessed(period: str, ends: str) -> None:
    """M02, M12 and Y, all assessed in the middle of February; M01 has ended."""
    early = assess(day="02-15", period=period)
    given(active(LEARNING)).when(early).refused("assess.early", period=period, ends=f"2026-{ends}")
    given(active(LEARNING)).when(assess(day="02-15", period="M01")).then_types(did.GoalAssessed)


def test_l9_a_period_has_ended_on_the_day_after_it_where_the_policy_is_at_home() -> None:
    """15:59 UTC on 28 February is the last minute of M02 in Shanghai."""
    given(active(LEARNING)).when(assess(day=utc("02-28", 15, 59), period="M02")).refused("assess.early")
    given(active(LEARNING)).when(assess(day=utc("02-28", 16, 0), period="M02")).then_types(did.GoalAssessed)


def test_l9_a_leavers_periods_end_with_the_last_day() -> None:
    """Lin is gone from 16 April: on the 15th M04 and the year are assessed, May never, and nothing on the 14th."""
    leaving = {**PEOPLE, LIN: person(LIN, WANG, left=on("04-16").date())}
    world = given(active(LEARNING), people=leaving)
    for period in ("M04", "Y"):
        world.when(assess(day="04-14", period=period)).refused("assess.early")
        world.when(assess(day="04-15", period=period)).then_types(did.GoalAssessed)
    world.when(assess(day="04-15", period="M05")).refused("assess.early")


def test_in_review_a_judged_goal_waits_for_the_managers_assessment() -> None:
    assert given(in_review(LEARNING)).status(LEARNING).awaited == (WANG,)
    assert given(in_review(LEARNING)).having(assess()).status(LEARNING).awaited == ()
    assert given(in_review()).status().awaited == ()


def test_while_an_adjustment_waits_work_goes_on() -> None:
    changing = given(adjusting(did.Changes(title="x")))
    changing.when(check_in(None, goal=REVENUE, note="still selling")).then_types(did.CheckedIn)
