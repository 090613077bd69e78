"""How a goal ends by hand, and how it passes to another manager: cancelled, superseded, closed, handed over."""

from typing import Any

import pytest

from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.scoring import score as score_of
from cairn.domain.goal.state import Segment
from cairn.domain.sheet.events import GoalRemoved, GoalWeighted
from cairn.i18n import refusal_message
from tests.specs.company import (
    CHEN,
    GONE,
    HUA,
    LEARNING,
    LI,
    LIN,
    OF_DEPARTMENT,
    PEOPLE,
    QIAN,
    REVENUE,
    SHEET,
    VISITS,
    WANG,
    YEAR_STARTS,
    ZHAO,
    D,
    active,
    adjusting,
    approved,
    cancelled,
    closed,
    draft,
    drafted,
    fact,
    in_review,
    on,
    person,
    reading,
    returned,
    scored,
    submitted,
    superseded,
)
from tests.specs.given import deadline, given, please


def cancel(by: str = HUA, day: str = "05-01", goal: str = REVENUE) -> ask.CancelGoal:
    return please(ask.CancelGoal, by, day, goal, reason="left")


def supersede(by: str = HUA, replacement: str = VISITS) -> ask.SupersedeGoal:
    return please(ask.SupersedeGoal, by, "05-01", replacement=replacement, reason="new market")


def move(
    manager: str | None = ZHAO, effective: str = "2026-04-01", by: str = HUA, **facts: Any
) -> ask.ChangeManager:
    return please(
        ask.ChangeManager, by, facts.pop("at", "04-01"), manager=manager, effective=effective, **facts
    )


LEFT = {**PEOPLE, LIN: person(LIN, WANG, left=on("05-01").date())}
"""Lin is gone from 1 May: the goals that ran are HR's to end."""


def test_a_cancelled_goal_leaves_its_place_in_the_sheet() -> None:
    command = cancel()
    last = on("04-30").date()
    gone = did.GoalCancelled(goal=REVENUE, reason="left", last=last, by=HUA, at=command.at)
    removed = GoalRemoved(sheet=SHEET, goal=REVENUE, by=HUA, at=command.at)
    world = given(active(), people=LEFT).when(command).then(gone, removed)
    due = world.status().next_deadline
    assert world.sheet().weight == 50 and due is not None and due.phase == "part_scored"
    world.when(command).nothing()


def test_w1_what_another_goal_replaced_is_scored_for_its_part_of_each_period_and_the_year() -> None:
    """T2, W1: replaced on 1 May, 1,200 for the year: January to April are 400."""
    world = given(superseded()).with_readings(reading("02-10", "300"), reading("05-20", "900", 2))
    while due := world.status().next_deadline:
        world = world.having(deadline(due.phase, due.at, REVENUE, due.period))
    goal = world.goal()
    assert sorted(goal.scores) == ["M01", "M02", "M03", "M04", "Y"] and goal.done
    year = goal.scores["Y"]
    assert year.actual == 300 and year.target == 400 and year.cause == "part"


@pytest.mark.parametrize("stage", [draft, submitted, returned])
def test_before_it_runs_the_manager_cancels_too(stage: Any) -> None:
    for by in (WANG, HUA):
        given(stage()).when(cancel(by)).then_types(did.GoalCancelled, GoalRemoved)


def test_l3_hr_alone_ends_nothing_that_was_approved_who_approved_it_takes_it_back() -> None:
    given(approved()).when(cancel(WANG)).then_types(did.GoalCancelled, GoalRemoved)
    given(approved()).when(cancel(HUA)).refused("goal.approved", owner=LIN)


@pytest.mark.parametrize("stage", [active, adjusting, in_review])
def test_once_it_runs_a_manager_alone_cannot_take_it_away(stage: Any) -> None:
    """Else cancelling and drafting anew would go around the joint confirmation of adjustments."""
    given(stage()).when(cancel(WANG)).refused("goal.not-yours")
    given(stage(), drafted(VISITS)).when(supersede(WANG)).refused("goal.not-yours")


@pytest.mark.parametrize("stage", [active, adjusting, in_review])
def test_l3_hr_alone_ends_no_goal_that_runs(stage: Any) -> None:
    """Superseding 20 by 70 in the middle of the year went around manager, space and filing."""
    given(stage()).when(cancel()).refused("goal.running", command="cancel", owner=LIN)
    refusal = given(stage(), drafted(VISITS)).when(supersede()).refused("goal.running", command="supersede")
    assert "ask for an adjustment" in refusal_message(refusal).text("en")


@pytest.mark.parametrize("stage", [active, adjusting, in_review])
def test_l3_hr_alone_ends_what_belongs_to_somebody_who_has_left(stage: Any) -> None:
    given(stage(), people=LEFT).when(cancel()).then_types(did.GoalCancelled, GoalRemoved)
    given(stage(), people=LEFT).when(cancel(day="04-30")).refused("goal.running")


@pytest.mark.parametrize("stage", [draft, submitted, returned])
def test_l3_hr_alone_ends_what_was_never_approved(stage: Any) -> None:
    given(stage(), drafted(VISITS)).when(supersede()).then_types(
        did.GoalSuperseded, GoalRemoved, GoalWeighted
    )


def test_l3_a_departments_goal_stays_when_its_head_leaves() -> None:
    gone = {**PEOPLE, ZHAO: person(ZHAO, LI, left=on("04-01").date())}
    world = given(active(OF_DEPARTMENT), people=gone, head=ZHAO)
    world.when(cancel(goal=OF_DEPARTMENT)).refused("goal.running")


def test_l3_nor_does_the_committee_end_a_departments_goal_that_runs() -> None:
    given(submitted(OF_DEPARTMENT)).when(cancel(CHEN, goal=OF_DEPARTMENT)).then_types(
        did.GoalCancelled, GoalRemoved
    )
    given(active(OF_DEPARTMENT)).when(cancel(CHEN, goal=OF_DEPARTMENT)).refused("goal.not-yours")
    given(submitted(OF_DEPARTMENT)).when(cancel(ZHAO, goal=OF_DEPARTMENT)).refused("goal.not-yours")


@pytest.mark.parametrize("by", [LIN, QIAN, ZHAO])
def test_nobody_else_cancels(by: str) -> None:
    given(active()).when(cancel(by)).refused("goal.not-yours")


def test_hr_cancels_supersedes_and_moves_no_goal_of_their_own() -> None:
    mine = {**PEOPLE, LIN: person(LIN, WANG, roles=("hr",))}
    world = given(active(), drafted(VISITS), people=mine)
    for command in (cancel(LIN), supersede(LIN), move(by=LIN)):
        world.when(command).refused("goal.not-yours")


def test_a_scored_or_closed_goal_stays() -> None:
    for events in (scored(), closed()):
        given(events).when(cancel()).refused("goal.stage", command="cancel")
        given(events, drafted(VISITS)).when(supersede()).refused("goal.stage", command="supersede")


def test_a_cancelled_adjustment_waits_for_nobody() -> None:
    world = given(adjusting(), people=LEFT).having(cancel())
    assert world.status().awaited == ()
    world.when(please(ask.ConfirmAdjustment, HUA, "05-02", role="hr")).refused("goal.stage")


def test_a_superseding_goal_takes_the_weight() -> None:
    command = supersede()
    facts: dict[str, Any] = {"sheet": SHEET, "by": HUA, "at": command.at}
    gone = did.GoalSuperseded(goal=REVENUE, replacement=VISITS, reason="new market", by=HUA, at=command.at)
    world = given(submitted(), drafted(VISITS)).when(command)
    after = world.then(
        gone,
        GoalRemoved(goal=REVENUE, **facts),
        GoalWeighted(goal=VISITS, before=D(20), after=D(70), **facts),
    )
    assert after.sheet().weight == 100
    after.when(command).nothing()


@pytest.mark.parametrize("replacement", [REVENUE, "goal-2026-qian-1", OF_DEPARTMENT])
def test_only_another_goal_of_the_same_sheet_supersedes(replacement: str) -> None:
    given(submitted()).when(supersede(replacement=replacement)).refused(
        "goal.no-replacement", replacement=replacement
    )


def test_hr_closes_what_is_scored_and_its_date_closes_it_by_itself() -> None:
    command = please(ask.CloseGoal, HUA, on("2027-01-20"))
    world = given(scored()).when(command).then(did.GoalClosed(goal=REVENUE, by=HUA, at=command.at))
    world.when(command).nothing()
    given(scored()).when(please(ask.CloseGoal, WANG, on("2027-01-20"))).refused("goal.not-yours", who="hr")
    given(in_review()).when(command).refused("goal.stage", when=("scored",))
    due = given(scored()).status().next_deadline
    assert due is not None and due.phase == "closes"
    fired = please(ask.KeepDeadline, SYSTEM, due.at, phase="closes", due=due.at)
    given(scored()).when(fired).then(did.GoalClosed(goal=REVENUE, by=SYSTEM, at=due.at)).when(fired).nothing()


def test_a_new_manager_gets_the_open_tasks_and_a_segment_of_their_own() -> None:
    command = move(reason="reorganised")
    changed = fact(
        did.ManagerChanged,
        HUA,
        command.at,
        former=WANG,
        manager=ZHAO,
        effective="2026-04-01",
        reason="reorganised",
    )
    world = given(submitted()).when(command).then(changed)
    assert world.status().awaited == (ZHAO,)
    assert world.goal().segments == (
        Segment(since=YEAR_STARTS, manager=WANG),
        Segment(since=on("04-01").date(), manager=ZHAO),
    )
    world.when(command).nothing()
    world.when(please(ask.ApproveGoal, WANG, "04-02")).refused(
        "goal.not-yours", who="manager", manager="zhao"
    )
    world.when(please(ask.ApproveGoal, ZHAO, "04-02")).then_types(did.GoalApproved, did.GoalActivated)


@pytest.mark.parametrize("by", [LIN, WANG, ZHAO])
def test_only_hr_moves_a_goal_to_another_manager(by: str) -> None:
    given(active()).when(move(by=by)).refused("goal.not-yours", who="hr_other_than_owner")


def test_nobody_becomes_their_own_manager() -> None:
    given(active()).when(move(LIN)).refused("goal.own-manager")


def test_segments_never_overlap_and_never_run_backwards() -> None:
    world = given(active()).having(move(effective="2026-04-01"))
    world.when(move(LI, "2026-03-31")).refused("move.too-early", since="2026-04-01")
    world.when(move(LI, "2026-04-01")).then_types(did.ManagerChanged)


def test_what_is_over_is_not_moved() -> None:
    for events in (closed(), cancelled(), superseded()):
        given(events).when(move()).refused("goal.stage", command="change_manager")


def test_without_a_manager_the_goal_is_the_committees() -> None:
    world = given(submitted()).having(move(None))
    assert world.status().awaited == ("role:committee",)
    world.when(please(ask.ApproveGoal, CHEN, "04-02")).then_types(
        did.CommitteeDecided, did.GoalApproved, did.GoalActivated
    )


def assess(by: str, points: int, day: str = "2027-01-04", period: str = "Y") -> ask.AssessGoal:
    return please(ask.AssessGoal, by, day, LEARNING, period=period, points=points)


HANDED_OVER = fact(did.ManagerChanged, HUA, goal=LEARNING, former=WANG, manager=ZHAO, effective="2026-10-01")
"""Wang until 30 September, 273 days; Zhao for the remaining 92."""


def test_each_manager_assesses_their_own_segment_and_the_score_is_split_by_days() -> None:
    world = given(active(LEARNING), HANDED_OVER).having(assess(WANG, 80), assess(ZHAO, 100))
    found = score_of(world.goal(LEARNING), "Y", world.context(LEARNING), on("2027-01-15"))
    assert found.points is not None
    assert round(found.points, 9) == round((D(80) * 273 + D(100) * 92) / 365, 9)


def test_y2_a_former_manager_assesses_their_own_segment_and_nothing_after_it() -> None:
    """Wang managed the goal until September: October is Zhao's, the year is both managers'."""
    world = given(active(LEARNING), HANDED_OVER)
    for period in ("M10", "M12"):
        world.when(assess(WANG, 120, period=period)).refused("assess.segment", last="2026-09-30")
    for period in ("M03", "M09", "Y"):
        world.when(assess(WANG, 120, period=period)).then_types(did.GoalAssessed)
    world.when(assess(ZHAO, 90, period="M10")).then_types(did.GoalAssessed)


def test_y2_a_manager_who_came_back_assesses_like_any_other() -> None:
    again = fact(did.ManagerChanged, HUA, goal=LEARNING, former=ZHAO, manager=WANG, effective="2026-11-01")
    world = given(active(LEARNING), HANDED_OVER, again)
    for period in ("M10", "M11"):
        world.when(assess(WANG, 90, period=period)).then_types(did.GoalAssessed)
    world.when(assess(ZHAO, 90, period="M11")).refused("assess.segment", since="2026-10-01")


def test_a_segment_nobody_assessed_is_left_out() -> None:
    world = given(active(LEARNING), HANDED_OVER).having(assess(ZHAO, 100))
    assert score_of(world.goal(LEARNING), "Y", world.context(LEARNING), on("2027-01-15")).points == 100


def test_a_successor_may_assess_the_months_before_them_where_the_former_did_not() -> None:
    """March was Wang's alone; Wang is gone and Zhao, who took over in October, speaks for it."""
    world = given(active(LEARNING), HANDED_OVER).having(assess(ZHAO, 90, period="M03"))
    assert score_of(world.goal(LEARNING), "M03", world.context(LEARNING), on("04-05")).points == 90


def test_a_former_managers_assessment_stands_beside_a_successors_not_below_it() -> None:
    world = given(active(LEARNING), HANDED_OVER).having(
        assess(WANG, 70, period="M03"), assess(ZHAO, 90, period="M03")
    )
    assert score_of(world.goal(LEARNING), "M03", world.context(LEARNING), on("04-05")).points == 70


def test_a_former_manager_who_has_left_the_company_assesses_no_more() -> None:
    left = fact(did.ManagerChanged, HUA, goal=LEARNING, former=GONE, manager=ZHAO, effective="2026-10-01")
    world = given(active(LEARNING, manager=GONE), left)
    world.when(assess(GONE, 80)).refused("person.left")


def test_a_committees_assessments_of_one_goal_are_averaged() -> None:
    world = given(active(LEARNING, manager=None)).having(assess(CHEN, 80), assess(LI, 90))
    assert score_of(world.goal(LEARNING), "Y", world.context(LEARNING), on("2027-01-15")).points == 85


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("2026-01-01", "2026-01-01", 30), ("2026-03-01", "2026-03-01", 30), ("2026-02-28", "2026-03-01", 30)],
)
def test_segments_of_no_days_count_nothing(first: str, second: str, expected: int) -> None:
    """Three managers, two changes; in March only the third is there."""
    moved = [
        fact(did.ManagerChanged, HUA, goal=LEARNING, former=WANG, manager=ZHAO, effective=first),
        fact(did.ManagerChanged, HUA, goal=LEARNING, former=ZHAO, manager=LI, effective=second),
    ]
    points = [
        fact(did.GoalAssessed, by, goal=LEARNING, period="M03", points=given_points)
        for by, given_points in ((WANG, 10), (ZHAO, 20), (LI, 30))
    ]
    world = given(active(LEARNING), moved, points)
    found = score_of(world.goal(LEARNING), "M03", world.context(LEARNING), on("04-05"))
    assert found.points == expected


def test_a_change_on_a_periods_last_day_gives_the_new_manager_one_day() -> None:
    moved = fact(did.ManagerChanged, HUA, goal=LEARNING, former=WANG, manager=ZHAO, effective="2026-03-31")
    points = [
        fact(did.GoalAssessed, by, goal=LEARNING, period="M03", points=given_points)
        for by, given_points in ((WANG, 0), (ZHAO, 31))
    ]
    world = given(active(LEARNING), moved, points)
    found = score_of(world.goal(LEARNING), "M03", world.context(LEARNING), on("04-05"))
    assert found.points == 1


def test_a_cancelled_goals_place_is_free_for_another() -> None:
    new = please(
        ask.DraftGoal, LIN, "05-02", "goal-2026-lin-9", key="k", title="t", dimension="duties", weight=50,
        measure={"kind": "kpi", "target": 5},
    )  # fmt: skip
    world = given(submitted()).having(cancel(), new)
    assert world.sheet().weight == 100
