"""A goal that rests, for a long leave say: nothing is due, and nothing is lost."""

import pytest

from cairn.domain.event import Event
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.status import deadlines_of
from cairn.domain.policy import Deadlines
from tests.specs.company import (
    CHEN,
    HUA,
    LIN,
    PEOPLE,
    REVENUE,
    WANG,
    active,
    adjusting,
    approved,
    draft,
    fact,
    on,
    person,
    plan,
)
from tests.specs.given import World, given, please

LEAVE = "parental leave"


def paused() -> World:
    return given(active(), fact(did.GoalPaused, HUA, on("03-02"), reason=LEAVE))


def pause(by: str = HUA, day: str = "03-02") -> ask.PauseGoal:
    return please(ask.PauseGoal, by, day, reason=LEAVE)


def resume(by: str = HUA, day: str = "05-04") -> ask.ResumeGoal:
    return please(ask.ResumeGoal, by, day)


def test_hr_lets_a_goal_rest_with_a_reason() -> None:
    given(active()).when(pause()).then(fact(did.GoalPaused, HUA, on("03-02"), reason=LEAVE))


@pytest.mark.parametrize("by", [LIN, WANG, CHEN])
def test_nobody_but_hr_lets_a_goal_rest_or_takes_it_up(by: str) -> None:
    given(active()).when(pause(by)).refused("goal.not-yours")
    paused().when(resume(by)).refused("goal.not-yours")


def test_nothing_is_due_and_nobody_is_waited_for_while_a_goal_rests() -> None:
    world = paused()
    assert world.status().stage == "paused" and world.status().awaited == ()
    assert deadlines_of(world.goal(), world.context()) == []


def test_a_resting_goal_takes_no_check_in_and_no_adjustment() -> None:
    paused().when(please(ask.CheckIn, LIN, "03-03", note="?")).refused("goal.stage")
    adjust = please(ask.RequestAdjustment, LIN, "03-03", adjustment="a", changes=did.Changes(), reason="?")
    paused().when(adjust).refused("goal.stage")


def test_a_goal_taken_up_again_is_active_and_what_fell_due_meanwhile_is_due_at_once() -> None:
    ahead = given(active()).status().next_deadline
    world = paused().having(resume())
    assert world.goal().stage == "active"
    assert ahead is not None and world.status().next_deadline == ahead and ahead.at < on("05-04")


def test_a_goal_approved_before_execution_rests_and_goes_on_as_approved() -> None:
    soon = plan(deadlines=Deadlines(execution_starts=40))
    world = given(approved(), policy=soon).having(pause(day="01-04"))
    world.when(resume(day="01-05")).then_types(did.GoalResumed)
    assert world.having(resume(day="01-05")).goal().stage == "approved"


def test_asking_twice_does_nothing() -> None:
    paused().when(pause()).nothing()
    given(active()).when(resume()).nothing()


@pytest.mark.parametrize("before", [draft(), adjusting()], ids=["draft", "adjusting"])
def test_what_is_not_settled_yet_cannot_rest(before: tuple[Event, ...]) -> None:
    given(before).when(pause()).refused("goal.stage")


def test_a_resting_goal_still_changes_hands_and_ends_by_hr_when_its_owner_leaves() -> None:
    move = please(ask.ChangeManager, HUA, "03-03", REVENUE, manager=CHEN, effective="2026-04-01")
    paused().when(move).then_types(did.ManagerChanged)
    left = {**PEOPLE, LIN: person(LIN, WANG, left=on("03-03").date())}
    cancel = please(ask.CancelGoal, HUA, "03-03", REVENUE, reason="left")
    paused().when(cancel).refused("goal.running", stage="paused")
    assert paused().under(people=left).having(cancel).goal().stage == "cancelled"
