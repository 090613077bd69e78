"""Submitting: only a whole sheet and a measurable goal go to the approver."""

from typing import Any

import pytest

from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.measure import Kpi
from cairn.domain.sheet.events import Placement
from tests.specs.company import (
    COMPANY_SHEET,
    HUA,
    LEARNING,
    LI,
    LIN,
    OF_COMPANY,
    OF_DEPARTMENT,
    PEOPLE,
    REVENUE,
    SHEET,
    VISITS,
    WANG,
    ZHAO,
    D,
    active,
    closed,
    draft,
    drafted,
    on,
    opened,
    person,
    returned,
    submitted,
)
from tests.specs.given import given, please
from tests.specs.test_drafting_and_revising import PARTS, SMART

SUBMIT = please(ask.SubmitGoal, LIN, "01-05")


def sheet_of(*weights: tuple[str, str, int]) -> Any:
    return opened(
        placements=[Placement.model_validate({"goal": g, "dimension": d, "weight": w}) for g, d, w in weights]
    )


def test_a_whole_sheets_goal_is_submitted_and_waits_for_the_manager() -> None:
    world = given(draft()).when(SUBMIT).then(did.GoalSubmitted(goal=REVENUE, by=LIN, at=SUBMIT.at))
    assert world.status().awaited == (WANG,)


def test_submitting_twice_changes_nothing() -> None:
    given(submitted()).when(SUBMIT).nothing()


def test_a_returned_goal_is_submitted_again() -> None:
    given(returned()).when(SUBMIT).then_types(did.GoalSubmitted)


@pytest.mark.parametrize("by", [LIN, HUA])
def test_the_owner_or_hr_submits(by: str) -> None:
    given(draft()).when(please(ask.SubmitGoal, by, "01-05")).then_types(did.GoalSubmitted)


@pytest.mark.parametrize("by", [WANG, ZHAO])
def test_nobody_else_submits(by: str) -> None:
    given(draft()).when(please(ask.SubmitGoal, by, "01-05")).refused("goal.not-yours", who="owner_or_hr")


def test_a_stranger_is_not_told_that_a_submitted_goal_was_submitted() -> None:
    given(submitted()).when(please(ask.SubmitGoal, ZHAO, "01-05")).refused("goal.not-yours")


@pytest.mark.parametrize("sum_", [99, 60])
def test_a_sheet_of_less_than_a_hundred_is_refused_with_its_sum(sum_: int) -> None:
    sheet = sheet_of((REVENUE, "duties", sum_ - 20), (LEARNING, "capability", 20))
    refusal = given(sheet, drafted()).when(SUBMIT).refused("sheet.not-whole", sum=str(sum_))
    assert refusal.field == "weight"


def test_a_sheet_without_a_capability_goal_is_refused() -> None:
    given(sheet_of((REVENUE, "duties", 100)), drafted()).when(SUBMIT).refused("sheet.no-capability")


def test_a_capability_goal_without_weight_is_none() -> None:
    sheet = sheet_of((REVENUE, "duties", 100), (LEARNING, "capability", 0))
    given(sheet, drafted()).when(SUBMIT).refused("sheet.no-capability")


def test_a_sheet_without_job_duties_is_refused() -> None:
    sheet = sheet_of((LEARNING, "capability", 100))
    command = please(ask.SubmitGoal, LIN, "01-05", LEARNING)
    given(sheet, drafted(LEARNING)).when(command).refused("sheet.no-duties", sheet=SHEET)


def test_a_department_needs_no_capability_goal() -> None:
    command = please(ask.SubmitGoal, ZHAO, "01-05", OF_DEPARTMENT)
    given(draft(OF_DEPARTMENT)).when(command).then_types(did.GoalSubmitted)


def test_a_kpi_without_a_target_is_refused_by_its_title() -> None:
    refusal = given(draft(measure=Kpi())).when(SUBMIT).refused("goal.no-target", title="标题")
    assert refusal.field == "measure.target"


@pytest.mark.parametrize(
    "measure",
    [
        Kpi(target=D(0)),
        Kpi(targets={"M01": D(3)}),
        Kpi(direction="range", lower=D(1), upper=D(2)),
        Kpi(direction="on_off"),
    ],
)
def test_zero_a_range_and_on_or_off_are_targets(measure: Kpi) -> None:
    given(draft(measure=measure)).when(SUBMIT).then_types(did.GoalSubmitted)


def strategic(by: str = LI) -> ask.SubmitGoal:
    return please(ask.SubmitGoal, by, "01-05", OF_COMPANY)


def test_a_strategic_goal_needs_the_smart_check_first() -> None:
    given(draft(OF_COMPANY)).when(strategic()).refused("goal.not-smart")


def test_a_strategic_goal_needs_its_parts_too() -> None:
    checked = please(ask.CheckSmart, LI, "01-03", OF_COMPANY, check=SMART)
    given(draft(OF_COMPANY)).having(checked).when(strategic()).refused("goal.no-parts")


def test_a_checked_and_decomposed_strategic_goal_is_submitted_to_the_committee() -> None:
    checked = please(ask.CheckSmart, LI, "01-03", OF_COMPANY, check=SMART)
    parted = please(ask.DecomposeGoal, LI, "01-03", OF_COMPANY, parts=PARTS)
    world = given(draft(OF_COMPANY)).having(checked, parted, strategic())
    assert world.status(OF_COMPANY).awaited == ("role:committee",)
    assert world.sheet(COMPANY_SHEET).weight == 100


def test_a_running_or_closed_goal_cannot_be_submitted() -> None:
    for events in (active(), closed()):
        given(events).when(SUBMIT).refused("goal.stage", command="submit")


def test_who_leaves_next_month_still_submits_and_on_the_first_day_gone_no_longer() -> None:
    going = {**PEOPLE, LIN: person(LIN, WANG, left=on("02-01").date())}
    given(draft(), people=going).when(please(ask.SubmitGoal, LIN, on("01-31", 23))).then_types(
        did.GoalSubmitted
    )
    given(draft(), people=going).when(please(ask.SubmitGoal, LIN, on("02-01", 0))).refused(
        "person.left", by=LIN
    )


def test_one_goal_of_the_sheet_may_be_submitted_while_another_is_a_draft() -> None:
    world = given(draft(), drafted(VISITS)).having(SUBMIT)
    world.when(please(ask.SubmitGoal, LIN, "01-05", VISITS)).then_types(did.GoalSubmitted)
