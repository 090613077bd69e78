"""L3–L5, L8, L9 and L12: how a running sheet changes, what that draws, whole sheets, who decides and who reads."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st

from cairn.domain.evaluation.scores import Beside, issue_result
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.status import deadlines_of
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.events import (
    FlexibleSpaceUsed,
    GoalPlaced,
    GoalRemoved,
    GoalWeighted,
    SheetExtended,
)
from cairn.policies import PolicyInvalid, parse
from tests.specs.company import (
    CHEN,
    HE,
    HUA,
    LEARNING,
    LIN,
    OF_DEPARTMENT,
    PEOPLE,
    QIAN,
    RELEASE,
    REVENUE,
    SHEET,
    VISITS,
    WANG,
    D,
    active,
    draft,
    on,
    person,
    plan,
    schedule,
)
from tests.specs.given import for_all, given, please
from tests.specs.rules import Example, check, specs
from tests.specs.rules.cases import kpi
from tests.specs.rules.rights import (
    NEW,
    REPLACED,
    RIGHTS,
    after,
    asked,
    confirmed,
    drawn,
    in_force,
    lapsing,
    new_goal,
)


@specs(*RIGHTS)
def test_example(example: Example) -> None:
    check(example)


def test_L3_one_confirmation_files_moves_and_draws_all_of_it_at_once() -> None:
    world = in_force().having(asked(REPLACED), confirmed()[0])
    assert world.sheet().weight_of(VISITS) == 20 and world.goal(NEW).stage == "none"
    events = world.when(confirmed()[1]).events
    assert [type(event) for event in events] == [
        did.AdjustmentConfirmed, did.GoalAdjusted, FlexibleSpaceUsed, did.GoalSuperseded, GoalRemoved,
        did.GoalDrafted, did.GoalApproved, did.GoalActivated, GoalPlaced,
    ]  # fmt: skip
    filed = events[1]
    assert isinstance(filed, did.GoalAdjusted)
    assert (filed.by, filed.reason, filed.space_left) == (HUA, "r", D(10))
    assert (filed.before.weight, filed.before.title) == (D(20), "标题") and filed.after.added[
        NEW
    ].title == "满意度"


def test_L3_the_weights_of_the_others_move_with_it() -> None:
    world = in_force().having(asked({"cancel": True, "counterweights": {REVENUE: "60"}}, RELEASE))
    events = world.having(confirmed(RELEASE)[0]).when(confirmed(RELEASE)[1]).events
    assert [type(event) for event in events[3:]] == [did.GoalCancelled, GoalRemoved, GoalWeighted]


def test_L3_the_goal_that_came_runs_like_any_other_and_is_adjusted_like_it() -> None:
    world = after(REPLACED)
    assert world.goal(NEW).running and world.goal(NEW).manager == WANG and world.goal(NEW).owner == LIN
    again = after({"target": "88"}, NEW, world)
    assert again.sheet().space_left == D("9.56")


def test_L3_the_same_id_is_never_used_for_two_goals() -> None:
    for taken in (RELEASE, VISITS):
        in_force().when(asked({"added": {taken: new_goal()}, "replaced_by": taken})).refused("goal.exists")
    other = "goal-2026-qian-7"
    in_force().when(asked({"added": {other: new_goal()}, "replaced_by": other})).refused(
        "adjustment.other-sheet"
    )


def test_L3_a_new_goal_passes_the_same_checks_as_any_other() -> None:
    wrong = new_goal(measure={"kind": "kpi", "threshold": "200", "target": "100"})
    in_force().when(asked({"added": {NEW: wrong}, "replaced_by": NEW})).refused("measure.order")
    without = new_goal(measure={"kind": "kpi", "unit": "%"})
    in_force().when(asked({"added": {NEW: without}, "replaced_by": NEW})).refused("goal.no-target")


def test_L3_a_departments_running_goal_ends_by_committee_and_hr() -> None:
    new = "goal-2026-department.sales-9"
    changes: dict[str, Any] = {"added": {new: new_goal(100)}, "replaced_by": new}
    world = given(active(OF_DEPARTMENT)).having(asked(changes, OF_DEPARTMENT, CHEN))
    world = world.having(please(ask.ConfirmAdjustment, HUA, "04-15", OF_DEPARTMENT, role="hr"))
    last = please(ask.ConfirmAdjustment, CHEN, "04-15", OF_DEPARTMENT, role="manager")
    events = world.when(last).events
    assert isinstance(events[0], did.CommitteeDecided) and events[0].outcome == "for"
    assert world.when(last).after.goal(new).stage == "active"


def test_L3_who_voted_with_the_committee_does_not_confirm_for_hr() -> None:
    both = {**PEOPLE, CHEN: person(CHEN, "li", roles=("committee", "hr"))}
    world = given(active(OF_DEPARTMENT), people=both).having(asked({"target": "33"}, OF_DEPARTMENT, CHEN))
    world = world.having(please(ask.ConfirmAdjustment, CHEN, "04-15", OF_DEPARTMENT, role="manager"))
    last = please(ask.ConfirmAdjustment, CHEN, "04-15", OF_DEPARTMENT, role="hr")
    world.when(last).refused("adjustment.two-roles")


def test_L3_nor_while_the_committee_has_not_decided_nor_when_others_voted_last() -> None:
    both = {
        **PEOPLE,
        CHEN: person(CHEN, "li", roles=("committee", "hr")),
        QIAN: person(QIAN, WANG, roles=("committee",)),
        HE: person(HE, "li", roles=("committee",)),
    }
    votes = [please(ask.ConfirmAdjustment, by, "04-15", OF_DEPARTMENT, role="manager") for by in (CHEN, QIAN)]
    as_hr = please(ask.ConfirmAdjustment, CHEN, "04-15", OF_DEPARTMENT, role="hr")
    world = given(active(OF_DEPARTMENT), people=both).having(asked({"target": "33"}, OF_DEPARTMENT, QIAN))
    world = world.having(votes[0])
    assert not world.goal(OF_DEPARTMENT).pending.confirmed  # type: ignore[union-attr]
    world.when(as_hr).refused("adjustment.two-roles")
    world = world.having(votes[1])
    assert world.goal(OF_DEPARTMENT).pending.confirmed == {"manager": QIAN}  # type: ignore[union-attr]
    world.when(as_hr).refused("adjustment.two-roles")


MOVES = st.lists(
    st.tuples(
        st.sampled_from([REVENUE, VISITS, RELEASE]), st.sampled_from(["cancel", "replace", "add", "weigh"]),
        st.integers(1, 15),
    ),
    max_size=5,
)  # fmt: skip


@for_all(MOVES)
def test_law_L3_whatever_is_confirmed_the_sheet_weighs_100_has_both_dimensions_and_its_space_is_filed(
    moves: list[Any],
) -> None:
    world = in_force()
    for number, (goal, what, points) in enumerate(moves):
        sheet, new = world.sheet(), f"goal-2026-lin-{number + 20}"
        other = next((each for each in sheet.placements if each != goal), goal)
        weight, beside = sheet.weight_of(goal), sheet.weight_of(other)
        ways: dict[str, dict[str, Any]] = {
            "cancel": {"cancel": True, "counterweights": {other: beside + weight}},
            "replace": {"added": {new: new_goal(points)}, "replaced_by": new,
                        "counterweights": {other: beside + weight - points}},
            "add": {"weight": weight - points, "added": {new: new_goal(points)}},
            "weigh": {"weight": weight + points, "counterweights": {other: beside - points}},
        }  # fmt: skip
        try:
            world = world.having(asked(ways[what], goal, name=f"a{number}"), *confirmed(goal))
        except Refusal:
            continue
    filed = [event.draws for event in world.events if isinstance(event, did.GoalAdjusted)]
    assert world.sheet().weight == 100 and world.sheet().space_left == 15 - sum(filed) >= 0
    assert {placed.dimension for placed in world.sheet().placements.values()} == {"duties", "capability"}


@for_all(st.integers(300, 1200), st.booleans())
def test_law_L4_a_target_draws_the_same_however_it_is_written(target: int, beside: bool) -> None:
    measure = kpi(480, 600, 720, unit="万元") if beside else kpi(600, unit="万元")
    written: dict[str, Any] = {"kind": "kpi", "unit": " 万元", "target": str(target)}
    if beside:
        written |= {"threshold": "480", "stretch": "720"}
    open_months = [f"M{number:02d}" for number in range(4, 13)]
    months = dict.fromkeys(open_months, (D(target) - 150) / 9)
    ways: list[dict[str, Any]] = [{"target": D(target)}, {"measure": written}, {"targets": months}]
    assert len({what_is_drawn(changes, measure) for changes in ways}) == 1


def what_is_drawn(changes: dict[str, Any], measure: Any) -> Decimal | str:
    try:
        return drawn(changes, measure)
    except Refusal as refusal:
        return refusal.facts.get("needs") or refusal.code  # type: ignore[return-value]


@for_all(st.integers(400, 700), st.integers(400, 700))
def test_law_L4_going_back_is_never_free(first: int, second: int) -> None:
    """Whoever goes there and back has drawn for both ways."""
    if first == second:
        return
    for before, now in ((first, second), (second, first)):
        assert what_is_drawn({"target": D(now)}, kpi(before)) not in (0, "0", "0.00")


def test_L5_the_result_names_what_lapsed_and_the_dimension_that_nobody_decided_about() -> None:
    world = lapsing()
    [result] = issue_result(world.sheet(), Beside(), schedule(), plan(), on("2027-01-18"))
    assert (result.lapsed, result.lacking) == ((LEARNING,), ("capability",))


def test_L5_a_sheet_that_was_extended_is_reminded_of_at_the_end_of_that_day() -> None:
    until = SheetExtended(sheet=SHEET, until=on("03-20").date(), reason="r", by=HUA, at=on("02-10"))
    world = given(draft(), until)
    ahead = {due.phase: due.at for due in deadlines_of(world.goal(), world.context())}
    assert ahead["unapproved_remind"] == on("03-21", 9) and ahead["unapproved"] == on("03-25", 9)


@pytest.mark.parametrize(("bounds", "refused"), [("[0, 50]", True), ("[0, 0]", False)])
def test_L5_a_capability_goal_of_weight_0_is_told_by_the_policys_check(bounds: str, refused: bool) -> None:
    text = POLICY.format(bounds=bounds)
    if not refused:
        assert parse(text).dimensions_of("sales") == ("duties",)
        return
    with pytest.raises(PolicyInvalid) as wrong:
        parse(text)
    assert [each.message.id for each in wrong.value.mistakes] == ["policy:capability-nothing"]


POLICY = """
name: p
title: t
families:
  sales:
    name: s
    periods: {{year: 100}}
    capability_weight: {bounds}
    template:
      - {{key: a, kind: kpi, title: a, weight: 100, target: 5}}
      - {{key: b, kind: capability, title: b, weight: 0, outcomes: [x]}}
curves:
  standard: {{kind: linear}}
grades:
  - {{grade: A, points: 60, coefficient: 1}}
  - {{grade: B, points: 0, coefficient: 0}}
"""
