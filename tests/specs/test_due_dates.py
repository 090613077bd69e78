"""Key tasks and capability goals with a day of their own: reminded before it, late once it is over, never once done."""

from datetime import date, datetime
from typing import Any

import pytest

from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.status import deadlines_of
from cairn.domain.measure import Capability, KeyTask
from tests.specs.company import (
    LEARNING,
    LIN,
    OF_DEPARTMENT,
    RELEASE,
    REVENUE,
    SHANGHAI,
    WANG,
    ZHAO,
    D,
    active,
    fact,
    on,
)
from tests.specs.given import World, deadline, given, please

OVER = datetime(2026, 7, 1, 0, 0, tzinfo=SHANGHAI)
"""The whole of Tuesday 30 June is over (RULES K3)."""
REMINDED = on("06-25", 9)
"""Three working days before 30 June, a Tuesday."""
DELIVERY = ("delivery_remind", "delivery_due")
TRAINED = Capability(outcomes=("training finished", "proposal handed in"), due=date(2026, 6, 30))


def ahead(world: World, goal: str) -> list[tuple[str, Any]]:
    return [
        (d.phase, d.at) for d in deadlines_of(world.goal(goal), world.context(goal)) if d.phase in DELIVERY
    ]


def accepted(number: int, goal: str = RELEASE) -> ask.AcceptCriterion:
    return please(ask.AcceptCriterion, WANG, "05-04", goal, criterion=number, evidence="e")


@pytest.mark.parametrize(("goal", "facts"), [(RELEASE, {}), (LEARNING, {"measure": TRAINED})])
def test_it_is_reminded_of_before_the_day_and_late_when_the_day_is_over(
    goal: str, facts: dict[str, Any]
) -> None:
    world = given(active(goal, **facts))
    assert ahead(world, goal) == [("delivery_remind", REMINDED), ("delivery_due", OVER)]
    remind, missed = deadline("delivery_remind", REMINDED, goal), deadline("delivery_due", OVER, goal)
    told = fact(did.ReminderSent, SYSTEM, REMINDED, goal, phase="delivery_remind", due=REMINDED, to=[LIN])
    world = world.when(remind).then(told)
    late = fact(
        did.DeadlineMissed, SYSTEM, OVER, goal, phase="delivery_due", due=OVER, awaited=[LIN], to=[WANG]
    )
    world = world.when(missed).then(late)
    world.when(missed).nothing()
    assert ahead(world, goal) == [] and world.goal(goal).stage == "active"


def test_what_is_accepted_whole_is_not_waited_for_any_more() -> None:
    half = given(active(RELEASE)).having(accepted(1))
    assert len(ahead(half, RELEASE)) == 2
    done = half.having(accepted(2))
    assert ahead(done, RELEASE) == []
    done.when(deadline("delivery_due", OVER, RELEASE)).nothing()


def test_a_goal_assessed_for_a_period_that_holds_the_day_is_not_late() -> None:
    world = given(active(LEARNING, measure=TRAINED.model_copy(update={"due": date(2026, 3, 20)})))
    early = please(ask.AssessGoal, WANG, "03-02", LEARNING, period="M02", points=D(90))
    assert len(ahead(world.having(early), LEARNING)) == 2
    in_time = please(ask.AssessGoal, WANG, "04-01", LEARNING, period="M03", points=D(90))
    assert ahead(world.having(in_time), LEARNING) == []


def test_a_goal_without_a_day_of_its_own_and_a_kpi_have_no_such_deadline() -> None:
    for goal, facts in ((REVENUE, {}), (LEARNING, {}), (RELEASE, {"measure": KeyTask(criteria=("live",))})):
        assert ahead(given(active(goal, **facts)), goal) == []


def test_a_departments_late_task_is_its_heads_and_told_to_the_committee() -> None:
    world = given(
        active(OF_DEPARTMENT, measure=KeyTask(criteria=("live",), due=date(2026, 6, 30))), head=ZHAO
    )
    [missed] = world.when(deadline("delivery_due", OVER, OF_DEPARTMENT)).events
    assert isinstance(missed, did.DeadlineMissed)
    assert (missed.awaited, missed.to) == ((ZHAO,), ("role:committee",))


def test_nobody_is_reminded_of_a_day_that_came_before_the_goal_ran() -> None:
    world = given(active(RELEASE, measure=KeyTask(criteria=("live",), due=date(2026, 1, 7))))
    assert [phase for phase, _ in ahead(world, RELEASE)] == ["delivery_due"]


def test_another_day_is_another_deadline() -> None:
    missed = fact(
        did.DeadlineMissed, SYSTEM, OVER, RELEASE, phase="delivery_due", due=OVER, awaited=[LIN], to=[WANG]
    )
    later = did.Changes(measure=KeyTask(criteria=("live",), due=date(2026, 9, 30)))
    filed = fact(
        did.GoalAdjusted, WANG, on("07-06"), RELEASE, adjustment="a", before=did.Changes(), after=later, reason="r",
        draws=D(0), space_left=D(15),
    )  # fmt: skip
    world = given(active(RELEASE), missed, filed)
    assert [phase for phase, _ in ahead(world, RELEASE)] == ["delivery_remind", "delivery_due"]
