"""Who may do what is asked before anything is decided, and whoever may not is told who could."""

from collections.abc import Sequence

import pytest

from cairn.application.access import hr_instead_of
from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.people import Person
from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message
from tests.specs.company import (
    GONE,
    HE,
    HUA,
    LIN,
    OF_DEPARTMENT,
    PEOPLE,
    QIAN,
    WANG,
    active,
    adjusting,
    closed,
    draft,
    on,
    scored,
    submitted,
)
from tests.specs.given import given, please

DAY = on("04-02").date()
EVERYBODY = tuple(PEOPLE.values())


@pytest.mark.parametrize(
    "command",
    [
        please(ask.SubmitGoal, SYSTEM, "01-05"),
        please(ask.ApproveGoal, SYSTEM, "01-05"),
        please(ask.CancelGoal, SYSTEM, "01-05", reason="r"),
        please(ask.CloseGoal, SYSTEM, "01-05"),
    ],
    ids=lambda command: command.row.name,
)
def test_nobody_gives_a_command_in_the_systems_name(command: ask.GoalCommand) -> None:
    for events in (draft(), submitted(), scored()):
        given(events).when(command).refused("person.unknown", by=SYSTEM)


def test_a_stranger_is_not_told_in_which_stage_a_goal_is() -> None:
    for events in (draft(), submitted(), active(), closed()):
        given(events).when(please(ask.ReviseGoal, QIAN, "01-05", title="mine")).refused("goal.not-yours")


def test_a_departments_goal_names_the_committee_where_a_persons_names_the_manager() -> None:
    wish = please(ask.ReviseGoal, QIAN, "01-05", OF_DEPARTMENT, title="mine")
    refusal = given(draft(OF_DEPARTMENT)).when(wish).refused("goal.not-yours", who="owner_committee_or_hr")
    assert "the committee" in refusal_message(refusal).text("en")


def test_who_asked_is_named_to_whoever_withdraws_anothers_request() -> None:
    command = please(ask.WithdrawAdjustment, HUA, "04-02")
    refusal = given(adjusting()).when(command).refused("goal.not-yours", who="who_asked", requester=LIN)
    assert refusal_message(refusal).text("zh") == f"{HUA} 无权进行此操作；可由申请人 {LIN} 进行。"


def test_where_nothing_is_asked_for_there_is_nothing_to_withdraw_for_anybody() -> None:
    for by in (LIN, WANG, HUA):
        given(active()).when(please(ask.WithdrawAdjustment, by, "04-02")).refused("goal.stage")


def test_the_right_to_cancel_depends_on_whether_the_goal_runs() -> None:
    cancel = please(ask.CancelGoal, QIAN, "04-02", reason="r")
    given(draft()).when(cancel).refused("goal.not-yours", who="hr_other_than_owner_or_approver")
    given(active()).when(cancel).refused("goal.not-yours", who="hr_other_than_owner")


def instead(by: str, known: Sequence[Person] = EVERYBODY, coming: Sequence[Person] | None = None) -> set[str]:
    return set(hr_instead_of(by, known, DAY, coming))


@pytest.mark.parametrize("by", [LIN, GONE, "nobody"])
def test_what_is_hrs_alone_names_hr_to_whoever_is_not(by: str) -> None:
    assert instead(HUA) == set()
    assert instead(by) == {HUA, HE}


def test_before_the_first_roster_anybody_adopts_a_policy_and_its_own_hr_imports_it() -> None:
    assert instead("nobody", known=()) == set()
    assert instead(HUA, known=(), coming=EVERYBODY) == set()
    assert instead(LIN, known=(), coming=EVERYBODY) == {HUA, HE}


def test_a_roster_without_hr_is_refused() -> None:
    nobody = [person for person in EVERYBODY if "hr" not in person.roles]
    with pytest.raises(Refusal) as refused:
        instead(LIN, known=(), coming=nobody)
    assert refused.value.code == "roster.no-hr"
