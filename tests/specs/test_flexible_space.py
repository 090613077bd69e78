"""The flexible space is a running balance of 10 to 15 points: every adjustment draws from what the others left."""

from typing import Any

import pytest
from hypothesis import strategies as st
from pydantic import ValidationError

from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.measure import Kpi
from cairn.domain.policy import FlexibleSpace
from cairn.domain.sheet.events import FlexibleSpaceUsed
from cairn.i18n import refusal_message
from tests.specs.company import (
    HUA,
    LIN,
    REVENUE,
    VISITS,
    WANG,
    D,
    active,
    draft,
    drafted,
    fact,
    opened,
    plan,
    requested,
)
from tests.specs.given import World, for_all, given, please


def draws(changes: did.Changes, goal: str = REVENUE, world: World | None = None, **facts: Any) -> Any:
    """What an adjustment would draw from the space."""
    asked = please(ask.RequestAdjustment, LIN, "04-01", goal, adjustment="a1", changes=changes, reason="r")
    [event] = (world or given(active(goal, **facts))).when(asked).events
    assert isinstance(event, did.AdjustmentRequested)
    return event.draws


def running() -> World:
    """Two goals of one sheet that run: revenue at 50 %, visits at 20 %."""
    more = [
        fact(kind, SYSTEM, goal=VISITS) for kind in (did.GoalSubmitted, did.GoalApproved, did.GoalActivated)
    ]
    return given(active(), drafted(VISITS), more)


def adjust(world: World, goal: str, changes: did.Changes, name: str) -> World:
    asked = please(ask.RequestAdjustment, LIN, "04-01", goal, adjustment=name, changes=changes, reason="r")
    return world.having(asked, *confirmations(goal))


def confirmations(goal: str) -> list[ask.GoalCommand]:
    return [
        please(ask.ConfirmAdjustment, WANG, "04-02", goal, role="manager"),
        please(ask.ConfirmAdjustment, HUA, "04-03", goal, role="hr"),
    ]


def test_moved_weight_counts_once_not_on_both_sides() -> None:
    assert draws(did.Changes(weight=D(58), counterweights={VISITS: D(12)})) == 8


def test_weight_moved_between_other_goals_counts_too() -> None:
    assert draws(did.Changes(counterweights={VISITS: D(24), "goal-2026-lin-4": D(16)})) == 4


@pytest.mark.parametrize(("target", "drawn"), [(1320, 5), (1080, 5), (1206, "0.25")])
def test_a_changed_target_counts_the_goals_weight_times_the_relative_change(target: int, drawn: Any) -> None:
    assert draws(did.Changes(target=D(target))) == D(drawn)


def test_a_months_target_counts_a_twelfth() -> None:
    assert draws(did.Changes(targets={"M05": D(124)})) == 1


def test_a_target_never_draws_more_than_the_goals_weight() -> None:
    assert (
        draws(did.Changes(target=D(9999)), goal="goal-2026-lin-2", measure=Kpi(target=D(1)), world=small())
        == 15
    )


def small() -> World:
    """A goal of exactly fifteen points."""
    weights = {VISITS: 15, REVENUE: 65, "goal-2026-lin-4": 20}
    placements = [
        {"goal": goal, "dimension": "capability" if goal.endswith("4") else "duties", "weight": weight}
        for goal, weight in weights.items()
    ]
    return given(opened(placements=placements), active(VISITS, measure=Kpi(target=D(1)))[1:])


def test_from_zero_or_from_none_any_target_is_a_whole_change() -> None:
    for measure in (Kpi(target=D(0)), Kpi(direction="on_off")):
        world = given(opened(), active("goal-2026-lin-3", measure=measure)[1:])
        assert draws(did.Changes(target=D(3)), "goal-2026-lin-3", world) == 10


def test_a_replaced_metric_counts_the_policys_points() -> None:
    assert draws(did.Changes(measure=Kpi(unit="分", aggregation="mean", target=D(4)))) == 5


def test_the_same_metric_with_another_target_is_a_changed_target_however_it_is_written() -> None:
    same = Kpi(unit="万元", target=D(960), metric="sales", subject=LIN)
    assert draws(did.Changes(measure=same)) == 10
    assert draws(did.Changes(measure=same.model_copy(update={"target": D(1200), "curve": "ratio"}))) == 5


def test_a_policy_may_leave_weights_free() -> None:
    free = plan(flexible_space=FlexibleSpace(draws=("target",)))
    world = given(active(), policy=free)
    assert draws(did.Changes(weight=D(58), counterweights={VISITS: D(12)}), world=world) == 0


@pytest.mark.parametrize("percent", [9, 16])
def test_the_space_is_ten_to_fifteen_points(percent: int) -> None:
    with pytest.raises(ValidationError):
        FlexibleSpace(percent=D(percent))


def test_the_balance_runs_over_the_adjustments_of_all_goals_of_a_sheet() -> None:
    world = adjust(running(), REVENUE, did.Changes(target=D(1320)), "a1")
    assert world.sheet().space_left == 10
    world = adjust(world, VISITS, did.Changes(target=D(264)), "a2")
    assert world.sheet().space_left == 8
    used = [event.left for event in world.events if isinstance(event, FlexibleSpaceUsed)]
    assert used == [10, 8]


def test_what_does_not_fit_is_refused_with_what_is_needed_and_what_is_left() -> None:
    world = adjust(running(), REVENUE, did.Changes(target=D(1440)), "a1")
    asked = please(
        ask.RequestAdjustment,
        LIN,
        "07-01",
        VISITS,
        adjustment="a2",
        changes=did.Changes(target=D(312)),
        reason="r",
    )
    world.when(asked).refused("sheet.space", needs="6.00", left="5.00", space="15")


def test_all_of_the_space_may_be_used_and_nothing_after_it() -> None:
    world = adjust(running(), REVENUE, did.Changes(target=D(1560)), "a1")
    assert world.sheet().space_left == 0
    asked = please(
        ask.RequestAdjustment,
        LIN,
        "07-01",
        VISITS,
        adjustment="a2",
        changes=did.Changes(target=D(241)),
        reason="r",
    )
    world.when(asked).refused("sheet.space", left="0.00")
    title = asked.model_copy(update={"changes": did.Changes(title="clearer")})
    world.when(title).then_types(did.AdjustmentRequested)


def test_of_two_that_compete_for_the_last_space_the_first_confirmed_gets_it() -> None:
    """Both fit when they are asked for; only one is left to fit when the second is confirmed."""
    world = running().having(
        please(
            ask.RequestAdjustment,
            LIN,
            "04-01",
            adjustment="a1",
            changes=did.Changes(target=D(1440)),
            reason="r",
        ),
        please(
            ask.RequestAdjustment,
            LIN,
            "04-01",
            VISITS,
            adjustment="a2",
            changes=did.Changes(target=D(360)),
            reason="r",
        ),
        confirmations(VISITS)[0],
        *confirmations(REVENUE),
    )
    assert world.sheet().space_left == 5
    refusal = world.when(confirmations(VISITS)[1]).refused("sheet.space", needs="10.00", left="5.00")
    assert "只剩 5；" in refusal_message(refusal).text("zh")
    assert world.goal(VISITS).stage == "adjusting"  # it may still be withdrawn, or expires


def test_two_that_move_the_same_weights_are_never_both_whole() -> None:
    first = did.Changes(weight=D(55), counterweights={VISITS: D(15)})
    second = did.Changes(weight=D(25), counterweights={REVENUE: D(45)})
    world = running().having(
        please(ask.RequestAdjustment, LIN, "04-01", VISITS, adjustment="a2", changes=second, reason="r")
    )
    world = adjust(world, REVENUE, first, "a1").having(confirmations(VISITS)[0])
    outcome = world.when(confirmations(VISITS)[1])
    [_, filed, *_] = outcome.events
    assert isinstance(filed, did.GoalAdjusted)
    assert filed.draws == 10  # from 55/15 to 45/25: what moves now, not what would have moved then
    assert filed.before.counterweights == {REVENUE: D(55)} and outcome.after.sheet().weight == 100
    assert outcome.after.sheet().space_left == 0


MOVES = st.lists(
    st.tuples(st.sampled_from([REVENUE, VISITS]), st.integers(-12, 12), st.integers(80, 130)), max_size=6
)


@for_all(MOVES)
def test_whatever_is_adjusted_the_balance_is_what_was_filed_and_never_below_zero(moves: list[Any]) -> None:
    world = running()
    for number, (goal, points, per_cent) in enumerate(moves):
        other = VISITS if goal == REVENUE else REVENUE
        sheet, kpi = world.sheet(), world.goal(goal).measure
        assert isinstance(kpi, Kpi) and kpi.target is not None
        changes = did.Changes(
            weight=sheet.weight_of(goal) + points,
            counterweights={other: sheet.weight_of(other) - points},
            target=kpi.target * per_cent / 100,
        )
        try:
            world = adjust(world, goal, changes, f"a{number}")
        except Exception as refused:
            assert getattr(refused, "code", "") in ("sheet.space", "adjustment.empty", "sheet.weight")
    filed = [event.draws for event in world.events if isinstance(event, did.GoalAdjusted)]
    assert world.sheet().space_left == 15 - sum(filed) >= 0
    assert world.sheet().weight == 100


def test_an_adjustment_that_is_not_confirmed_draws_nothing() -> None:
    assert given(active(), requested()).sheet().space_left == 15
    assert given(draft()).sheet().space == 15
