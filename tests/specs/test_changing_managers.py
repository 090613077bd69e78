"""RULES L1: what is decided on a day is decided by who holds the place on that day; who may come to hold it."""

from datetime import datetime
from typing import Any

import pytest

from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.people import Person, check_new_manager, reports_to
from cairn.domain.refusal import Refusal
from tests.specs.company import (
    CHEN,
    GONE,
    HE,
    HUA,
    LEARNING,
    LI,
    LIN,
    PEOPLE,
    QIAN,
    REVENUE,
    WANG,
    ZHAO,
    active,
    draft,
    fact,
    in_review,
    on,
    person,
    requested,
    submitted,
)
from tests.specs.given import World, deadline, given, please


def move(
    manager: str, effective: str, by: str = HUA, day: str = "01-10", goal: str = REVENUE
) -> ask.ChangeManager:
    return please(ask.ChangeManager, by, day, goal, manager=manager, effective=f"2026-{effective}")


ADJUSTING_IN_JUNE = (*active(), requested(at=on("06-25"), expires_at=on("07-10", 9)))


def decided_ahead(events: Any) -> World:
    """Decided on 10 January: from 1 July on Chen manages Lin's goal."""
    return given(events).having(move(CHEN, "07-01"))


def test_l1_a_change_from_1_july_leaves_the_approval_with_the_old_manager_in_january() -> None:
    """A task that stays with the former manager."""
    world = decided_ahead(submitted())
    assert world.status().awaited == (WANG,)
    approve = please(ask.ApproveGoal, WANG, "01-11")
    world.when(approve).then_types(did.GoalApproved, did.GoalActivated)
    world.when(please(ask.ApproveGoal, CHEN, "01-11")).refused("goal.not-yours", manager=WANG)


@pytest.mark.parametrize(
    ("day", "hour", "holder", "other"), [("06-30", 23, WANG, CHEN), ("07-01", 0, CHEN, WANG)]
)
def test_l1_the_place_passes_on_with_the_day(day: str, hour: int, holder: str, other: str) -> None:
    """A task that stays with the former manager."""
    world, at = decided_ahead(ADJUSTING_IN_JUNE), on(day, hour)
    assert world.status(at=at).awaited == (holder, "role:hr")
    world.when(please(ask.ConfirmAdjustment, other, at, role="manager")).refused(
        "goal.not-yours", manager=holder
    )
    world.when(please(ask.ConfirmAdjustment, holder, at, role="manager")).then_types(did.AdjustmentConfirmed)


def test_l1_reminders_and_escalations_go_to_who_holds_the_place_that_day() -> None:
    world = decided_ahead(submitted())
    due = on("01-29", 9)
    [missed] = world.when(deadline("approvals_due", due)).events
    assert isinstance(missed, did.DeadlineMissed) and (missed.awaited, missed.to) == ((WANG,), (ZHAO,))
    late = deadline("drafts_due", on("01-21", 9))
    [missed] = decided_ahead(draft()).when(late).events
    assert isinstance(missed, did.DeadlineMissed) and missed.to == (WANG,)


def test_l1_a_manager_to_be_is_no_former_one_and_the_present_one_is_not_either() -> None:
    """Before 1 July Wang accepts and assesses as the manager, Chen not at all; after it Wang as the former one."""
    world = given(active(LEARNING)).having(move(CHEN, "07-01", goal=LEARNING))
    assess: dict[str, Any] = {"goal": LEARNING, "period": "M03", "points": 80}
    world.when(please(ask.AssessGoal, CHEN, "04-02", **assess)).refused("goal.not-yours", who="manager")
    world.when(please(ask.AssessGoal, WANG, "04-02", **assess)).then_types(did.GoalAssessed)
    world.when(please(ask.AssessGoal, WANG, "07-02", **assess)).then_types(did.GoalAssessed)
    moved = fact(
        did.ManagerChanged, HUA, on("01-10"), LEARNING, former=WANG, manager=CHEN, effective="2026-07-01"
    )
    assert given(in_review(LEARNING), moved).status(LEARNING, on("2027-01-04")).awaited == (CHEN,)


def test_l1_the_same_change_again_is_nothing_and_an_earlier_day_for_it_is_refused() -> None:
    world = decided_ahead(active())
    world.when(move(CHEN, "07-01")).nothing()
    world.when(move(CHEN, "08-01")).nothing()
    world.when(move(CHEN, "05-01")).refused("move.too-early", since="2026-07-01")


def test_l1_a_decided_change_is_taken_back_before_its_day() -> None:
    world = decided_ahead(submitted()).having(move(WANG, "07-01", day="02-01"))
    assert world.status(at=on("08-01")).awaited == (WANG,)


@pytest.mark.parametrize(
    ("manager", "by", "code"),
    [
        ("nobody", HUA, "move.unknown-manager"),
        (GONE, HUA, "move.manager-away"),
        (HUA, HUA, "move.to-oneself"),
        (LIN, HUA, "goal.own-manager"),
    ],
)
def test_l1_nobody_becomes_manager_who_is_unknown_gone_or_names_themselves(
    manager: str, by: str, code: str
) -> None:
    given(active()).when(move(manager, "04-01", by)).refused(code)


def test_l1_hr_becomes_somebodys_manager_when_another_hr_says_so() -> None:
    given(active()).when(move(HUA, "04-01", HE)).then_types(did.ManagerChanged)


@pytest.mark.parametrize(
    ("facts", "effective", "fits"),
    [
        ({"left": on("07-01").date()}, "06-30", True),
        ({"left": on("07-01").date()}, "07-01", False),
        ({"hired": on("03-01").date()}, "02-28", False),
        ({"hired": on("03-01").date()}, "03-01", True),
    ],
)
def test_l1_a_new_manager_is_there_on_the_day_of_the_change(facts: Any, effective: str, fits: bool) -> None:
    people = {**PEOPLE, QIAN: person(QIAN, LI, **facts)}
    outcome = given(active(), people=people).when(move(QIAN, effective))
    outcome.then_types(did.ManagerChanged) if fits else outcome.refused("move.manager-away", manager=QIAN)


def test_l1_nobody_comes_to_report_to_somebody_below_them() -> None:
    """Wang's own goal: neither Lin, who reports to Wang, nor who reports to Lin may manage it."""
    below = {**PEOPLE, QIAN: person(QIAN, LIN)}
    for manager in (LIN, QIAN):
        world = given(active(owner=WANG, manager=ZHAO), people=below)
        world.when(move(manager, "04-01")).refused("move.circle", manager=manager, person=WANG)


def test_l1_reporting_lines_that_are_broken_already_have_an_end() -> None:
    circle: dict[str, Person] = {"a": person("a", "b"), "b": person("b", "a"), "c": person("c", "c")}
    assert (
        reports_to("a", "b", circle) and not reports_to("a", "z", circle) and not reports_to("z", "a", circle)
    )
    with pytest.raises(Refusal, match=r"move\.circle"):
        check_new_manager("a", "b", on("04-01").date(), HUA, circle)


def test_l1_a_status_asked_for_at_another_time_names_who_holds_the_place_then() -> None:
    world = decided_ahead(submitted())
    asked: list[tuple[datetime, str]] = [(on("06-30"), WANG), (on("07-01"), CHEN), (on("12-01"), CHEN)]
    for at, holder in asked:
        assert world.status(at=at).awaited == (holder,)
    assert world.goal().manager == CHEN and world.goal().held_on(on("06-30").date()).manager == WANG
