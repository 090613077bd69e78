"""Goals that go on from last year's, or come from a table: ordinary drafts whose origin is on record."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.origin import Origin
from cairn.domain.measure import KeyTask, Kpi
from cairn.domain.sheet.events import Placement
from cairn.goal_tables.carrying import Carried, FormerGoal, carry_over, later
from cairn.goal_tables.wanted import OpenCycle, StandingGoal
from tests.specs.company import LIN, MEASURES, REVENUE, D, draft, opened
from tests.specs.given import given, please

NEW = "goal-2026-lin-9"
OLD = "goal-2025-lin-3"
KPI = Kpi(target=D(5))
ROOMY = opened(placements=[Placement(goal=REVENUE, dimension="duties", weight=D(80))])


def wanted(**facts: Any) -> ask.DraftGoal:
    usual = {"key": "k", "title": "新客户", "dimension": "duties", "measure": KPI, "weight": 20}
    return please(ask.DraftGoal, LIN, "01-03", NEW, **usual | facts)


def test_the_event_says_from_which_goal_of_last_year_or_which_row_it_came() -> None:
    origin = Origin(file="goals.xlsx", row=12, template="sales.revenue")
    event = given(ROOMY).when(wanted(carried_from=OLD, origin=origin)).events[0]
    assert isinstance(event, did.GoalDrafted)
    assert (event.carried_from, event.origin) == (OLD, origin)


def test_what_says_nothing_of_its_origin_is_stored_as_before() -> None:
    event = given(ROOMY).when(wanted()).events[0]
    assert {"origin", "carried_from"}.isdisjoint(event.model_dump())


@pytest.mark.parametrize("former", ["goal-2026-lin-3", "sheet-2025-lin-1", "lin"])
def test_nothing_goes_on_from_a_goal_of_the_same_cycle_or_from_no_goal(former: str) -> None:
    given(ROOMY).when(wanted(carried_from=former)).refused("goal.carried-from", goal=former)


def test_the_origin_of_a_target_is_that_of_its_last_change() -> None:
    """The origin of a target unknown. The goal knows by which event it came by its measure, and of whom."""
    imported = Origin(file="goals.csv", row=2)
    revision = please(ask.ReviseGoal, LIN, "01-04", measure=KPI, origin=imported)
    after = given(opened(), draft()).when(revision)
    goal = given(opened(), draft(), *after.events).goal()
    assert goal.stated and (goal.stated.event, goal.stated.by, goal.stated.origin) == (
        "GoalRevised",
        LIN,
        imported,
    )
    retitled = given(opened(), draft(), *after.events).when(
        please(ask.ReviseGoal, LIN, "01-05", title="别的")
    )
    goal = given(opened(), draft(), *after.events, *retitled.events).goal()
    assert goal.stated and goal.stated.origin == imported, "a title is no target"


def former(key: str, holder: str = "E1", **facts: Any) -> FormerGoal:
    usual = {
        "goal": f"goal-2025-{holder}-1", "sheet": f"sheet-2025-{holder}-1", "title": key, "dimension": "duties",
        "measure": MEASURES[REVENUE], "weight": Decimal(40), "serves": None,
    }  # fmt: skip
    return FormerGoal(holder=holder, key=key, **usual | facts)


def carried(*goals: FormerGoal, revise: bool = False) -> Carried:
    there = StandingGoal("goal-2026-E1-1", "revenue", "销售额", "duties", KPI, None, "draft")
    above = StandingGoal("goal-2026-department.D1-1", "growth", "增长", "duties", KPI, None, "draft")
    sheets = {holder: f"sheet-2026-{holder}-1" for holder in ("E1", "department.D1")}
    cycle = OpenCycle("2026", sheets, {"E1": [there], "department.D1": [above]}, {"E1": 4})
    return carry_over(goals, cycle, 1, revise=revise)


def test_targets_and_weight_are_kept_and_the_new_goal_is_the_next_one() -> None:
    (goal,) = carried(former("visits")).goals
    assert (goal.goal, goal.weight, goal.carried_from) == ("goal-2026-E1-5", D(40), "goal-2025-E1-1")
    before = MEASURES[REVENUE]
    assert isinstance(goal.measure, Kpi) and isinstance(before, Kpi)
    assert goal.measure.target == before.target


def test_due_days_are_a_year_later() -> None:
    task = KeyTask(criteria=("上线",), due=date(2025, 6, 30))
    (goal,) = carried(former("v2", measure=task)).goals
    assert goal.measure == KeyTask(criteria=("上线",), due=date(2026, 6, 30))
    assert later(date(2024, 2, 29), 1) == date(2025, 2, 28)


def test_a_key_that_is_there_stays_as_it_is_unless_it_is_to_be_revised() -> None:
    left = carried(former("revenue")).left_out
    assert [(each.code, each.there) for each in left] == [("there", "goal-2026-E1-1")]
    (goal,) = carried(former("revenue"), revise=True).goals
    assert goal.there and (goal.goal, goal.weight) == ("goal-2026-E1-1", None)


def test_who_has_no_sheet_this_year_is_named() -> None:
    (left,) = carried(former("visits", holder="E9")).left_out
    assert (left.code, left.former.holder) == ("no_sheet", "E9")


def test_what_it_served_is_found_again_by_its_key_or_named() -> None:
    found = carried(former("a", serves=("department.D1", "growth")), former("b", serves=("company", "x")))
    assert [each.parent for each in found.goals] == ["goal-2026-department.D1-1", None]
    assert found.unaligned == ("goal-2025-E1-1",)
