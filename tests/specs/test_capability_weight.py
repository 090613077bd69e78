"""The share of capability goals that a family allows is kept wherever weights change, not in the template alone."""

from typing import Any

import pytest

from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.sheet.events import GoalWeighted, Placement
from tests.specs.company import (
    LEARNING,
    LIN,
    PLAN,
    REVENUE,
    VISITS,
    D,
    active,
    draft,
    drafted,
    opened,
    plan,
)
from tests.specs.given import World, given, please


def allowing(least: int, most: int) -> Any:
    families = {
        key: family.model_copy(update={"capability_weight": (D(least), D(most))})
        for key, family in PLAN.families.items()
    }
    return plan(families=families)


def sheet(revenue: int, learning: int) -> Any:
    return opened(
        placements=[
            Placement(goal=REVENUE, dimension="duties", weight=D(revenue)),
            Placement(goal=LEARNING, dimension="capability", weight=D(learning)),
        ]
    )


def world(revenue: int, learning: int, least: int = 10, most: int = 30) -> World:
    events = (sheet(revenue, learning), drafted(), drafted(LEARNING))
    return given(events, policy=allowing(least, most))


SUBMIT = please(ask.SubmitGoal, LIN, "01-05")


@pytest.mark.parametrize("learning", [10, 30])
def test_a_sheet_within_the_bounds_is_submitted(learning: int) -> None:
    world(100 - learning, learning).when(SUBMIT).then_types(did.GoalSubmitted)


@pytest.mark.parametrize("learning", [9, 31])
def test_a_sheet_outside_the_bounds_is_not(learning: int) -> None:
    facts = {"share": str(learning), "least": "10", "most": "30", "family": "sales"}
    refusal = world(100 - learning, learning).when(SUBMIT).refused("sheet.capability", **facts)
    assert refusal.field == "weight"


def test_a_revision_may_not_pass_the_bounds_but_may_go_on_in_steps() -> None:
    lighter = please(ask.ReviseGoal, LIN, "01-03", LEARNING, weight=D(5))
    heavier = please(ask.ReviseGoal, LIN, "01-03", REVENUE, weight=D(95))
    step = world(80, 20).having(lighter)  # 85 in all: the rest is still to come
    step.having(heavier).when(SUBMIT).refused("sheet.capability", share="5")
    full = world(80, 20).having(please(ask.ReviseGoal, LIN, "01-03", REVENUE, weight=D(70)))
    full.when(please(ask.ReviseGoal, LIN, "01-03", LEARNING, weight=D(30))).then_types(GoalWeighted)
    room = world(60, 20)
    room.when(please(ask.ReviseGoal, LIN, "01-03", LEARNING, weight=D(35))).refused(
        "sheet.capability", share="35"
    )


def test_a_new_capability_goal_may_not_pass_them_either() -> None:
    wanted = {
        "key": "k",
        "title": "t",
        "dimension": "capability",
        "measure": {"kind": "capability", "outcomes": ["o"]},
    }
    new = please(ask.DraftGoal, LIN, "01-03", "goal-2026-lin-9", weight=D(15), **wanted)
    world(60, 20).when(new).refused("sheet.capability", share="35", most="30")


def adjust(**weights: int) -> ask.RequestAdjustment:
    own = weights.pop("own")
    changes = did.Changes(weight=D(own), counterweights={LEARNING: D(weights["learning"])})
    return please(ask.RequestAdjustment, LIN, "04-01", adjustment="a", changes=changes, reason="r")


def test_an_adjustment_that_moves_weight_stays_within_them() -> None:
    running = given((sheet(80, 20), *active()[1:], drafted(LEARNING)), policy=allowing(15, 30))
    running.when(adjust(own=90, learning=10)).refused("sheet.capability", share="10", least="15")
    running.when(adjust(own=85, learning=15)).then_types(did.AdjustmentRequested)


def test_an_adjustment_of_duties_alone_is_not_asked_about_a_share_it_does_not_touch() -> None:
    """A sheet that was opened before the bounds were checked goes on."""
    placements = [
        Placement(goal=REVENUE, dimension="duties", weight=D(40)),
        Placement(goal=VISITS, dimension="duties", weight=D(20)),
        Placement(goal=LEARNING, dimension="capability", weight=D(40)),
    ]
    running = given((opened(placements=placements), *active()[1:]), policy=allowing(10, 30))
    changes = did.Changes(weight=D(45), counterweights={VISITS: D(15)})
    asked = please(ask.RequestAdjustment, LIN, "04-01", adjustment="a", changes=changes, reason="r")
    running.when(asked).then_types(did.AdjustmentRequested)


def test_the_company_and_departments_have_no_such_share() -> None:
    given(draft("goal-2026-department.sales-1"), policy=allowing(10, 30)).when(
        please(ask.SubmitGoal, "zhao", "01-05", "goal-2026-department.sales-1")
    ).then_types(did.GoalSubmitted)
