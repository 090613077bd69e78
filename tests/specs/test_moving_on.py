"""Urging who is waited for, recalling what was handed in, and one step back where a step was a mistake."""

from datetime import UTC

import pytest

from cairn.domain.event import Event
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.policy import Committee
from cairn.i18n import refusal_message
from tests.specs.company import (
    CHEN,
    HUA,
    LI,
    LIN,
    OF_DEPARTMENT,
    PEOPLE,
    QIAN,
    REVENUE,
    WANG,
    active,
    adjusting,
    approved,
    draft,
    on,
    person,
    plan,
    returned,
    submitted,
)
from tests.specs.given import given, please


def urge(by: str, day: str, hour: int = 10) -> ask.UrgeGoal:
    return please(ask.UrgeGoal, by, on(day, hour), note="the quarter is near")


def back(by: str = HUA, *, tell: bool = True) -> ask.StepGoalBack:
    return please(ask.StepGoalBack, by, "01-07", reason="the wrong sheet was handed in", tell=tell)


def test_whoever_a_goal_waits_for_is_urged() -> None:
    command = urge(LIN, "01-06")
    given(submitted()).when(command).then(
        did.GoalUrged(goal=REVENUE, to=(WANG,), note="the quarter is near", by=LIN, at=command.at)
    )


def test_the_owner_is_urged_to_hand_a_draft_in_and_both_confirmers_to_confirm() -> None:
    assert given(draft()).when(urge(WANG, "01-06")).events[0].to == (LIN,)  # type: ignore[attr-defined]
    urged = given(adjusting()).when(urge(LIN, "04-03")).events[0]
    assert urged.to == (WANG, "role:hr")  # type: ignore[attr-defined]


def test_one_urge_in_a_working_day_and_the_refusal_says_from_when_on() -> None:
    friday = given(submitted()).having(urge(LIN, "01-09"))
    refusal = friday.when(urge(HUA, "01-11")).refused("urge.again", by=LIN)
    assert "2026-01-12 10:00" in refusal_message(refusal).text("en")
    friday.when(urge(HUA, "01-12")).then_types(did.GoalUrged)


def test_the_refusal_of_an_urge_tells_the_time_by_the_cycles_clock() -> None:
    """The workflow's time is UTC: 10:00 in Shanghai is 02:00 there."""
    asked = urge(LIN, "01-09")
    friday = given(submitted()).having(asked.model_copy(update={"at": asked.at.astimezone(UTC)}))
    said = refusal_message(friday.when(urge(HUA, "01-11")).refused("urge.again")).text("en")
    assert "2026-01-09 10:00" in said and "2026-01-12 10:00" in said


def test_another_stage_may_be_urged_at_once() -> None:
    gone_back = please(ask.ReturnGoal, WANG, on("01-09", 11), comment="?")
    given(submitted()).having(urge(LIN, "01-09"), gone_back).when(urge(WANG, "01-09", 12)).then_types(
        did.GoalUrged
    )


def test_nobody_urges_themselves_and_what_runs_by_itself_is_not_urged() -> None:
    given(submitted()).when(urge(WANG, "01-06")).refused("urge.own")
    given(active()).when(urge(LIN, "04-02")).refused("goal.stage")


def test_strangers_urge_nobody() -> None:
    given(submitted()).when(urge(CHEN, "01-06")).refused("goal.not-yours")


def test_what_was_handed_in_is_recalled_before_it_is_judged() -> None:
    command = please(ask.RecallGoal, LIN, "01-06", reason="the target is last year's")
    world = (
        given(submitted())
        .when(command)
        .then(
            did.GoalSteppedBack(
                goal=REVENUE,
                stage="draft",
                reason="the target is last year's",
                told=True,
                by=LIN,
                at=command.at,
            )
        )
    )
    assert world.goal().stage == "draft"
    world.when(please(ask.ReviseGoal, LIN, "01-06", title="better")).then_types(did.GoalRevised)


def test_what_is_judged_is_not_recalled() -> None:
    given(approved()).when(please(ask.RecallGoal, LIN, "01-07")).refused("goal.stage")
    given(submitted()).when(please(ask.RecallGoal, WANG, "01-07")).refused("goal.not-yours")


def test_what_the_committee_votes_on_is_not_recalled() -> None:
    vote = please(ask.ApproveGoal, CHEN, "01-06", OF_DEPARTMENT)
    people = {**PEOPLE, QIAN: person(QIAN, WANG, roles=("committee",))}
    rules = plan(committee=Committee(quorum=2))
    begun = given(submitted(OF_DEPARTMENT), people=people, policy=rules).having(vote)
    assert begun.goal(OF_DEPARTMENT).ballots
    begun.when(please(ask.RecallGoal, HUA, "01-07", OF_DEPARTMENT)).refused("recall.voted", votes="1")


@pytest.mark.parametrize("before", [returned(), approved()])
def test_hr_takes_a_return_or_an_approval_back(before: tuple[Event, ...]) -> None:
    """Completed by mistake, for good."""
    world = given(before).when(back()).then_types(did.GoalSteppedBack)
    assert world.goal().stage == "submitted"


def test_what_runs_goes_back_by_joint_confirmation_only() -> None:
    given(active()).when(back()).refused("goal.stage")


def test_only_hr_takes_steps_back_and_says_why() -> None:
    given(approved()).when(back(WANG)).refused("goal.not-yours")
    with pytest.raises(ValueError, match="reason"):
        please(ask.StepGoalBack, HUA, "01-07", reason="")


def test_a_quiet_step_back_is_on_record() -> None:
    told = given(approved()).when(back(tell=False)).events[0]
    assert isinstance(told, did.GoalSteppedBack) and not told.told and told.by == HUA


def test_hr_goes_no_step_back_with_a_goal_of_their_own() -> None:
    given(approved(owner=HUA, manager=LI)).when(back()).refused("goal.not-yours")
