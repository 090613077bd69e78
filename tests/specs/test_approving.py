"""Approving and returning: by the manager for a person, by the committee for departments, by nobody for themselves."""

import pytest

from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.policy import Deadlines
from cairn.i18n import refusal_message
from tests.specs.company import (
    CHEN,
    GONE,
    HUA,
    LEARNING,
    LI,
    LIN,
    OF_DEPARTMENT,
    QIAN,
    REVENUE,
    WANG,
    ZHAO,
    active,
    approved,
    closed,
    draft,
    fact,
    on,
    plan,
    returned,
    submitted,
)
from tests.specs.given import given, please

SOON = plan(deadlines=Deadlines(execution_starts=40))
"""Under this policy the year's work begins on 10 February."""


def approve(by: str = WANG, day: str = "01-06", goal: str = REVENUE) -> ask.ApproveGoal:
    return please(ask.ApproveGoal, by, day, goal, comment="good")


def give_back(by: str = WANG, goal: str = REVENUE) -> ask.ReturnGoal:
    return please(ask.ReturnGoal, by, "01-06", goal, comment="how will I see it?")


def test_approved_before_execution_starts_it_waits_for_that_day() -> None:
    command = approve()
    world = given(submitted(), policy=SOON).when(command)
    after = world.then(did.GoalApproved(goal=REVENUE, comment="good", by=WANG, at=command.at))
    due = after.status().next_deadline
    assert due is not None and due.phase == "execution_starts"


def test_approved_late_it_runs_at_once() -> None:
    command = approve(day="02-11")
    given(submitted(), policy=SOON).when(command).then(
        did.GoalApproved(goal=REVENUE, comment="good", by=WANG, at=command.at),
        did.GoalActivated(goal=REVENUE, by=SYSTEM, at=command.at),
    )


def test_at_the_very_moment_execution_starts_it_runs() -> None:
    command = please(ask.ApproveGoal, WANG, on("02-10", 9))
    given(submitted(), policy=SOON).when(command).then_types(did.GoalApproved, did.GoalActivated)


def test_approving_twice_changes_nothing_before_and_after_it_runs() -> None:
    given(approved(), policy=SOON).when(approve()).nothing()
    given(active()).when(approve()).nothing()


def test_nobody_approves_their_own_goal_and_is_told_who_may() -> None:
    refusal = given(submitted()).when(approve(LIN)).refused("goal.own", who="manager", manager="wang")
    assert "wang" in refusal_message(refusal).text("zh") and refusal.field == "by"


@pytest.mark.parametrize("by", [QIAN, ZHAO, HUA, CHEN])
def test_neither_hr_nor_committee_nor_the_managers_manager_approves_for_the_manager(by: str) -> None:
    given(submitted()).when(approve(by)).refused("goal.not-yours", who="manager", manager="wang")


def test_a_stranger_is_not_told_that_an_active_goal_was_approved() -> None:
    given(active()).when(approve(QIAN)).refused("goal.not-yours")


@pytest.mark.parametrize("by", [CHEN, LI])
def test_committee_and_executives_approve_a_departments_goal(by: str) -> None:
    given(submitted(OF_DEPARTMENT)).when(approve(by, goal=OF_DEPARTMENT)).then_types(
        did.CommitteeDecided, did.GoalApproved, did.GoalActivated
    )


def test_a_committee_member_does_not_approve_the_goal_of_their_own_department() -> None:
    given(submitted(OF_DEPARTMENT)).when(approve(ZHAO, goal=OF_DEPARTMENT)).refused(
        "goal.own", who="committee"
    )


def test_a_manager_does_not_approve_a_departments_goal() -> None:
    refusal = (
        given(submitted(OF_DEPARTMENT)).when(approve(WANG, goal=OF_DEPARTMENT)).refused("goal.not-yours")
    )
    assert refusal.facts["who"] == "committee"


def test_the_goal_of_somebody_without_a_manager_is_the_committees() -> None:
    world = given(submitted(manager=None))
    assert world.status().awaited == ("role:committee",)
    world.when(approve(CHEN)).then_types(did.CommitteeDecided, did.GoalApproved, did.GoalActivated)
    world.when(approve(WANG)).refused("goal.not-yours")


def test_who_is_both_owner_and_manager_by_mistake_still_judges_nothing() -> None:
    given(submitted(manager=LIN)).when(approve(LIN)).refused("goal.own")


def test_a_manager_who_has_left_approves_nothing() -> None:
    given(submitted(manager=GONE)).when(approve(GONE)).refused("person.left")


def test_what_became_incomplete_after_submission_is_not_approved() -> None:
    lighter = please(ask.ReviseGoal, LIN, "01-05", LEARNING, weight=10)
    world = given(submitted(), draft(LEARNING)[1]).having(lighter)
    world.when(approve()).refused("sheet.not-whole", sum="90")


def test_a_goal_is_returned_with_a_comment_and_waits_for_its_owner() -> None:
    command = give_back()
    returned_ = did.GoalReturned(goal=REVENUE, comment="how will I see it?", by=WANG, at=command.at)
    world = given(submitted()).when(command).then(returned_)
    assert world.status().awaited == (LIN,)
    world.when(command).nothing()


@pytest.mark.parametrize(
    ("by", "code"), [(LIN, "goal.own"), (QIAN, "goal.not-yours"), (HUA, "goal.not-yours")]
)
def test_only_who_approves_may_return(by: str, code: str) -> None:
    given(submitted()).when(give_back(by)).refused(code)
    given(returned()).when(give_back(by)).refused(code)


def test_what_is_not_submitted_is_neither_approved_nor_returned() -> None:
    for events in (draft(), returned()):
        given(events).when(approve()).refused("goal.stage", command="approve", when=("submitted",))
    for events in (draft(), active(), closed()):
        given(events).when(give_back()).refused("goal.stage", command="return")


def test_the_execution_start_makes_it_run_once() -> None:
    due = given(approved(), policy=SOON).status().next_deadline
    assert due is not None
    start = please(ask.KeepDeadline, SYSTEM, due.at, phase=due.phase, due=due.at)
    world = given(approved(), policy=SOON).when(start).then(fact(did.GoalActivated, SYSTEM, due.at))
    world.when(start).nothing()
    early = please(ask.KeepDeadline, SYSTEM, on("02-09"), phase=due.phase, due=due.at)
    given(approved(), policy=SOON).when(early).nothing()
