"""RULES L7, K5: goals end with their holder's last day, rest while they are away, and pass to whoever stands in."""

from datetime import datetime
from typing import Any

import pytest

from cairn.application import access
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.status import Deadline, deadlines_of
from cairn.domain.moves import GoAway, Leave, Return
from cairn.domain.schedule import Days
from cairn.domain.sheet.events import SheetAbsencesSet, SheetLastDaySet
from tests.specs.company import (
    CHEN,
    HE,
    HUA,
    LEARNING,
    LI,
    LIN,
    OF_COMPANY,
    OF_DEPARTMENT,
    QIAN,
    REVENUE,
    SHEET,
    VISITS,
    WANG,
    ZHAO,
    active,
    draft,
    fact,
    on,
    submitted,
)
from tests.specs.given import World, deadline, given, please
from tests.specs.moving import after, day, follow, followed, say

IN_JUNE = after(say(Leave, LIN, "03-10", last_day="2026-06-30"))
ON_LEAVE = after(say(GoAway, LIN, "03-10", first="2026-04-01", last="2026-06-30"))


def ahead(world: World, goal: str = REVENUE) -> dict[str, datetime]:
    """The deadlines ahead: those of periods by their period."""
    found = deadlines_of(world.goal(goal), world.context(goal))
    return {
        each.period if each.phase == "period_scored" and each.period else each.phase: each.at
        for each in found
    }


def fires(world: World, phase: str, goal: str = REVENUE) -> World:
    """The world once the next deadline of a kind has fired."""
    due: Deadline = next(
        each for each in deadlines_of(world.goal(goal), world.context(goal)) if each.phase == phase
    )
    return world.having(deadline(phase, due.at, goal, due.period))


def test_l7_a_leave_recorded_in_march_for_30_june_ends_nothing_in_march() -> None:
    """L7: "leave recorded in March for 30 June: goals cancelled in March; on the day, scored for their part"."""
    world = followed(given(active()), IN_JUNE, "03-10")
    assert world.goal().stage == "active" and world.goal().last_day == day("06-30")
    assert world.sheet().last_day == day("06-30")
    world.when(please(ask.CheckIn, LIN, "06-30", note="still here")).then_types(did.CheckedIn)
    due = ahead(world)
    assert (due["review_opens"], due["M06"]) == (on("07-01", 9), on("07-05", 9))
    assert "M07" not in due and "M12" not in due


def test_l7_then_the_goal_is_reviewed_scored_and_closed_as_the_policy_says_of_the_cycles_end() -> None:
    world = fires(followed(given(active()), IN_JUNE, "03-10"), "review_opens")
    assert world.goal().stage == "in_review" and ahead(world)["scores_due"] == on("07-15", 9)
    world = fires(world, "scores_due")
    assert world.goal().stage == "scored" and ahead(world) == {"closes": on("07-30", 9)}


def test_l7_a_period_that_the_last_day_cuts_is_scored_days_after_that_day() -> None:
    people = after(say(Leave, LIN, "03-10", last_day="2026-06-12"))
    assert ahead(followed(given(active()), people, "03-10"))["M06"] == on("06-17", 9)


def test_l7_what_was_never_approved_lapses_when_the_last_day_is_over() -> None:
    world = followed(given(draft()), IN_JUNE, "03-10")
    assert world.goal().stage == "draft" and ahead(world)["lapses"] == on("07-01", 9)
    assert fires(world, "lapses").goal().stage == "cancelled"


def test_l7_following_says_goal_and_sheet_at_once_and_twice_says_nothing() -> None:
    world = given(active())
    world.when(follow(world, IN_JUNE, "03-10")).then(
        fact(did.LastDaySet, HUA, on("03-10"), last="2026-06-30", cause="left"),
        SheetLastDaySet(sheet=SHEET, last=day("06-30"), cause="left", by=HUA, at=on("03-10")),
    )
    done = followed(world, IN_JUNE, "03-10")
    done.when(follow(done, IN_JUNE, "03-11")).nothing()


@pytest.mark.parametrize(("last", "kept"), [("2026-08-31", "08-31"), ("2026-04-30", "04-30"), (None, None)])
def test_l7_a_leave_date_is_later_earlier_or_taken_back_before_it_has_come(last: Any, kept: Any) -> None:
    world = followed(given(active()), IN_JUNE, "03-10")
    people = after(say(Leave, LIN, "04-10", last_day=last), people=IN_JUNE)
    assert followed(world, people, "04-10").goal().last_day == (day(kept) if kept else None)


def test_l7_a_last_day_that_has_come_is_not_taken_back() -> None:
    world = fires(followed(given(active()), IN_JUNE, "03-10"), "review_opens")
    world.when(please(ask.FollowHolder, HUA, "07-02")).refused("goal.last-day-come", on="2026-06-30")
    world.when(please(ask.FollowHolder, HUA, "07-02", last="2026-06-25")).then_types(
        did.LastDaySet, SheetLastDaySet
    )


def test_l7_hr_alone_lets_goals_follow_and_nobody_their_own() -> None:
    for by in (LIN, WANG, CHEN):
        given(active()).when(please(ask.FollowHolder, by, "03-10")).refused("goal.not-yours")
    own = given(active(owner=HUA))
    own.when(please(ask.FollowHolder, HUA, "03-10")).refused("goal.not-yours")
    own.when(please(ask.FollowHolder, HE, "03-10", last="2026-06-30")).then_types(
        did.LastDaySet, SheetLastDaySet
    )


def test_l9_a_leaver_is_assessed_on_the_last_day_and_not_before() -> None:
    world = followed(given(active(LEARNING)), IN_JUNE, "03-10", LEARNING)
    early = please(ask.AssessGoal, WANG, "06-29", LEARNING, points=90)
    world.when(early).refused("assess.early")
    world.when(please(ask.AssessGoal, WANG, "06-30", LEARNING, points=90)).then_types(did.GoalAssessed)


def test_l7_a_check_in_for_a_day_after_the_last_one_is_refused() -> None:
    world = followed(given(active()), IN_JUNE, "03-10")
    late = please(ask.CheckIn, LIN, "07-02", note="?", on="2026-07-01")
    world.when(late).refused("check-in.outside", ends="2026-06-30")


def test_l7_long_leave_pauses_on_its_first_morning_and_not_when_it_is_recorded() -> None:
    world = followed(given(active()), ON_LEAVE, "03-10")
    assert world.goal().stage == "active" and world.goal().absences == (
        Days(first=day("04-01"), last=day("06-30")),
    )
    assert ahead(world)["pauses"] == on("04-01", 9)
    world = fires(world, "pauses")
    assert world.status().stage == "paused" and world.status().awaited == ()
    world.when(please(ask.CheckIn, LIN, "05-04", note="?")).refused("goal.stage")


def test_l7_it_goes_on_by_itself_the_morning_after_the_leave() -> None:
    world = fires(followed(given(active()), ON_LEAVE, "03-10"), "pauses")
    assert ahead(world)["resumes"] == on("07-01", 9)
    world = fires(world, "resumes")
    assert world.goal().stage == "active" and "pauses" not in ahead(world)


def test_l7_who_returns_early_goes_on_early() -> None:
    world = fires(followed(given(active()), ON_LEAVE, "03-10"), "pauses")
    people = after(say(Return, LIN, "05-04", effective="2026-05-11"), people=ON_LEAVE)
    assert ahead(followed(world, people, "05-04"))["resumes"] == on("05-11", 9)


def test_l7_a_leave_without_an_end_rests_until_somebody_says_it() -> None:
    people = after(say(GoAway, LIN, "03-10", first="2026-04-01"))
    world = fires(followed(given(active()), people, "03-10"), "pauses")
    assert "resumes" not in ahead(world) and ahead(world)["review_opens"] == on("2027-01-01", 9)


def test_l7_a_leave_taken_back_after_it_began_is_over_at_once() -> None:
    world = fires(followed(given(active()), ON_LEAVE, "03-10"), "pauses")
    people = after(say(Return, LIN, "04-02", effective="2026-04-01"), people=ON_LEAVE)
    assert ahead(followed(world, people, "04-02"))["resumes"] <= on("04-02")


def test_l7_a_draft_is_due_some_days_after_the_return() -> None:
    people = after(say(GoAway, LIN, "01-05", first="2026-01-12", last="2026-02-27"))
    world = given(draft())
    assert ahead(world)["drafts_due"] == on("01-21", 9)
    assert ahead(followed(world, people, "01-05"))["drafts_due"] == on("03-09", 9)
    open_end = after(say(GoAway, LIN, "01-05", first="2026-01-12"))
    assert "drafts_due" not in ahead(followed(world, open_end, "01-05"))


def test_l7_both_streams_say_the_leave() -> None:
    world = given(active())
    world.when(follow(world, ON_LEAVE, "03-10")).then_types(did.AbsencesSet, SheetAbsencesSet)
    done = followed(world, ON_LEAVE, "03-10")
    assert done.sheet().absences == done.goal().absences


def test_k5_a_delegate_approves_and_the_log_says_for_whom() -> None:
    world = given(submitted(), acting={WANG: CHEN})
    assert world.status().awaited == (CHEN,)
    asked = please(ask.ApproveGoal, CHEN, "01-12")
    assert access.require(asked, world.goal(), world.context()) == WANG
    assert access.require(please(ask.ApproveGoal, WANG, "01-12"), world.goal(), world.context()) is None
    world.when(please(ask.ApproveGoal, ZHAO, "01-12")).refused("goal.not-yours")


def test_k5_nobody_judges_a_goal_of_their_own_as_a_delegate() -> None:
    own = given(submitted(), acting={WANG: LIN})
    own.when(please(ask.ApproveGoal, LIN, "01-12")).refused("goal.own")


def test_k5_reminders_and_escalations_go_to_whoever_stands_in() -> None:
    world = given(submitted(), acting={WANG: CHEN})
    [missed] = world.when(deadline("approvals_due", on("01-29", 9))).events
    assert isinstance(missed, did.DeadlineMissed) and missed.awaited == (CHEN,)


def test_k5_what_nobody_can_take_stands_still_and_says_so() -> None:
    assert given(submitted(), acting={WANG: "role:hr"}).status().awaited == ("role:hr",)


def test_k5_a_departments_tasks_pass_from_its_head_too() -> None:
    world = given(draft(OF_DEPARTMENT), head=ZHAO, acting={ZHAO: WANG})
    assert world.status(OF_DEPARTMENT).awaited == (WANG,)
    world.when(please(ask.SubmitGoal, WANG, "01-05", OF_DEPARTMENT)).then_types(did.GoalSubmitted)
    world.when(please(ask.SubmitGoal, LIN, "01-05", OF_DEPARTMENT)).refused("goal.not-yours")


def test_k5_an_owners_delegate_does_what_the_owner_would_and_judges_nothing() -> None:
    world = given(draft(), acting={LIN: QIAN})
    assert world.status().awaited == (QIAN,)
    asked = please(ask.SubmitGoal, QIAN, "01-05")
    assert access.require(asked, world.goal(), world.context()) == LIN
    assert access.require(please(ask.SubmitGoal, LIN, "01-05"), world.goal(), world.context()) is None
    world.when(asked).then_types(did.GoalSubmitted)
    given(draft()).when(asked).refused("goal.not-yours")
    running = given(active(VISITS), acting={LIN: QIAN})
    running.when(please(ask.CheckIn, QIAN, "02-02", VISITS, value=5)).then_types(did.CheckedIn)
    handed = given(submitted(), acting={LIN: QIAN})
    handed.when(please(ask.ApproveGoal, QIAN, "01-12")).refused("goal.not-yours")


def test_k5_the_companys_goals_have_a_delegate_too_where_their_owner_named_one() -> None:
    world = given(draft(OF_COMPANY), acting={LI: CHEN})
    asked = please(ask.SubmitGoal, CHEN, "01-05", OF_COMPANY)
    assert access.require(asked, world.goal(OF_COMPANY), world.context(OF_COMPANY)) == LI
    world.when(please(ask.SubmitGoal, QIAN, "01-05", OF_COMPANY)).refused("goal.not-yours")


def test_l2_a_department_without_a_head_waits_for_hr() -> None:
    assert given(draft(OF_DEPARTMENT), head="").status(OF_DEPARTMENT).awaited == ("role:hr",)


def test_an_assessment_for_somebody_is_that_managers_own() -> None:
    given_by_chen = fact(
        did.GoalAssessed, CHEN, on("06-30"), LEARNING, period="Y", points=90, acting_for=WANG
    )
    assert given(active(LEARNING), given_by_chen).goal(LEARNING).assessments == {"Y": {WANG: 90}}
