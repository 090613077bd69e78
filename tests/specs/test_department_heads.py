"""RULES L2: a department's goals belong to its head, whoever that is on the day."""

from typing import Any

import pytest

from cairn.application.goals import head_of
from cairn.application.repository import to_appends
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.identity import by_system
from cairn.domain.people import Department, DepartmentNamed
from cairn.ledger import StoredEvent
from tests.specs.company import (
    CHEN,
    HUA,
    LI,
    LIN,
    OF_COMPANY,
    OF_DEPARTMENT,
    QIAN,
    WANG,
    ZHAO,
    active,
    draft,
    on,
    submitted,
)
from tests.specs.given import World, deadline, given, please


def headed_by(head: str | None, events: Any) -> World:
    """Zhao was the head at the launch and owns the department's goals by their drafts."""
    return given(events, head=head)


def test_l2_a_new_head_submits_and_the_old_one_cannot() -> None:
    world = headed_by(QIAN, draft(OF_DEPARTMENT))
    assert world.status(OF_DEPARTMENT).awaited == (QIAN,)
    world.when(please(ask.SubmitGoal, ZHAO, "01-05", OF_DEPARTMENT)).refused("goal.not-yours")
    world.when(please(ask.SubmitGoal, QIAN, "01-05", OF_DEPARTMENT)).then_types(did.GoalSubmitted)


def test_l2_the_old_head_on_the_committee_judges_and_the_new_one_does_not() -> None:
    """Zhao sits on the committee: a goal that is no longer Zhao's is Zhao's to judge; Chen, the new head, may not."""
    approve = [please(ask.ApproveGoal, by, "01-06", OF_DEPARTMENT) for by in (CHEN, ZHAO)]
    world = headed_by(CHEN, submitted(OF_DEPARTMENT))
    world.when(approve[0]).refused("goal.own")
    world.when(approve[1]).then_types(did.CommitteeDecided, did.GoalApproved, did.GoalActivated)


@pytest.mark.parametrize("by", [ZHAO, QIAN])
def test_l2_a_place_nobody_holds_waits_for_hr(by: str) -> None:
    world = headed_by("", draft(OF_DEPARTMENT))
    assert world.status(OF_DEPARTMENT).awaited == ("role:hr",)
    world.when(please(ask.SubmitGoal, by, "01-05", OF_DEPARTMENT)).refused("goal.not-yours")
    world.when(please(ask.SubmitGoal, HUA, "01-05", OF_DEPARTMENT)).then_types(did.GoalSubmitted)


def test_l2_reminders_and_late_drafts_name_the_new_head() -> None:
    world = headed_by(QIAN, draft(OF_DEPARTMENT))
    [sent] = world.when(deadline("drafts_remind", on("01-13", 9), OF_DEPARTMENT)).events
    assert isinstance(sent, did.ReminderSent) and sent.to == (QIAN,)


def test_l2_the_companys_and_peoples_goals_are_no_heads() -> None:
    for goal, owner in ((OF_COMPANY, LI), ("goal-2026-lin-1", LIN)):
        assert headed_by(QIAN, draft(goal)).status(goal).awaited == (owner,)


def test_l2_an_unknown_department_leaves_its_goals_where_they_are() -> None:
    assert headed_by(None, draft(OF_DEPARTMENT)).status(OF_DEPARTMENT).awaited == (ZHAO,)


def test_l2_the_head_checks_in_for_the_department() -> None:
    report = [please(ask.CheckIn, by, "03-10", OF_DEPARTMENT, note="12 so far") for by in (WANG, ZHAO, QIAN)]
    world = headed_by(QIAN, active(OF_DEPARTMENT))
    for command in report[:2]:
        world.when(command).refused("goal.not-yours")
    world.when(report[2]).then_types(did.CheckedIn)


def named(head: str | None) -> StoredEvent:
    event = DepartmentNamed(
        department=Department(id="sales", name="Sales", head=head), by=HUA, at=on("01-01")
    )
    [append] = to_appends([event], {}, by_system(event.stream, "roster"))
    [row] = append.events
    return StoredEvent(
        stream=event.stream, version=1, type=row.type, schema_version=row.schema_version, id=row.id, data=row.data,
        occurred_at=event.at, recorded_at=event.at, actor=HUA, correlation=None, causation=None, subject=None,
        cycle=None, position=None,
    )  # fmt: skip


def test_l2_the_last_word_of_the_departments_stream_counts() -> None:
    assert head_of([named(ZHAO), named(QIAN)]) == QIAN
    assert head_of([named(ZHAO), named(None)]) == "" and head_of([]) is None
