"""Drafting and revising: a goal finds its place in a sheet of 100 %, from whoever may write it, never half-measured."""

from typing import Any

import pytest

from cairn.domain.cycle.events import StageReached
from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.measure import Kpi
from cairn.domain.sheet.events import GoalPlaced, GoalWeighted, Placement
from cairn.i18n import refusal_message
from tests.specs.company import (
    CHEN,
    COMPANY_SHEET,
    DEPARTMENT_SHEET,
    GONE,
    HUA,
    LEARNING,
    LI,
    LIN,
    OF_COMPANY,
    OF_DEPARTMENT,
    QIAN,
    RELEASE,
    REVENUE,
    SHEET,
    VISITS,
    WANG,
    ZHAO,
    D,
    active,
    approved,
    closed,
    draft,
    fact,
    opened,
    returned,
    submitted,
)
from tests.specs.given import given, please

NEW = "goal-2026-lin-9"
KPI = Kpi(target=D(5))


def roomy(**facts: Any) -> Any:
    """A sheet on which a new goal of 20 finds room."""
    return opened(placements=[Placement(goal=REVENUE, dimension="duties", weight=D(80))], **facts)


def wanted(by: str = LIN, goal: str = NEW, weight: int = 20, **facts: Any) -> ask.DraftGoal:
    usual = {"key": "k", "title": "新客户", "dimension": "duties", "measure": KPI, "weight": weight}
    return please(ask.DraftGoal, by, "01-03", goal, **usual | facts)


@pytest.mark.parametrize("by", [LIN, WANG, HUA])
def test_owner_manager_and_hr_may_draft_and_the_owner_stays_the_owner(by: str) -> None:
    """Managers who cannot set goals."""
    events = given(roomy()).when(wanted(by)).events
    assert isinstance(events[0], did.GoalDrafted)
    assert (events[0].owner, events[0].manager, events[0].by) == (LIN, WANG, by)
    placement = Placement(goal=NEW, dimension="duties", weight=D(20))
    assert events[1] == GoalPlaced(sheet=SHEET, placement=placement, by=by, at=wanted().at)


@pytest.mark.parametrize("by", [QIAN, ZHAO, CHEN])
def test_nobody_else_may_draft_for_a_person(by: str) -> None:
    given(roomy()).when(wanted(by)).refused("goal.not-yours", who="owner_manager_or_hr")


def test_who_has_left_or_was_never_there_drafts_nothing() -> None:
    given(roomy()).when(wanted(GONE)).refused("person.left")
    given(roomy()).when(wanted("nobody")).refused("person.unknown")


def test_a_goal_too_heavy_for_the_sheet_is_refused_with_both_figures() -> None:
    """Weights that do not sum."""
    given(roomy()).when(wanted(weight=21)).refused("sheet.over", sum="80", weight="21")


def test_drafting_the_same_goal_again_changes_nothing() -> None:
    given(roomy()).having(wanted()).when(wanted()).nothing()


@pytest.mark.parametrize("other", [{"title": "别的"}, {"weight": 10}, {"measure": Kpi(target=D(6))}])
def test_another_goal_under_the_same_id_is_refused(other: dict[str, Any]) -> None:
    given(roomy()).having(wanted()).when(wanted(**other)).refused("goal.exists")


def test_a_stranger_repeating_a_draft_is_told_so() -> None:
    given(roomy()).having(wanted()).when(wanted(QIAN)).refused("goal.not-yours")


def test_there_is_no_goal_without_a_sheet() -> None:
    given().when(wanted()).refused("sheet.unknown")


@pytest.mark.parametrize("stage", ["review", "scoring", "closed"])
def test_once_the_year_is_in_review_no_goal_is_added(stage: str) -> None:
    reached = StageReached.model_validate(
        {"cycle": "2026", "stage": stage, "due": "2027-01-01T09:00:00+08:00", "by": SYSTEM, "at": wanted().at}
    )
    given(roomy(), reached).when(wanted()).refused("cycle.too-late")


def test_a_fed_metric_is_the_holders_unless_it_names_somebody_else() -> None:
    world = given(roomy()).having(wanted(measure=Kpi(target=D(5), metric="visits")))
    assert isinstance(kpi := world.goal(NEW).measure, Kpi) and kpi.subject == LIN
    named = given(roomy()).having(
        wanted(measure=Kpi(target=D(5), metric="visits", subject="department.sales"))
    )
    assert isinstance(kpi := named.goal(NEW).measure, Kpi) and kpi.subject == "department.sales"


def test_a_curve_that_the_policy_lacks_is_refused_by_name() -> None:
    command = wanted(measure=Kpi(target=D(5), curve="steep"))
    refusal = given(roomy()).when(command).refused("measure.curve", curve="steep")
    assert refusal.field == "measure.curve" and "standard" in str(refusal.facts["known"])


def test_targets_of_periods_that_are_not_there_are_refused() -> None:
    given(roomy()).when(wanted(measure=Kpi(targets={"Q9": D(5)}))).refused("measure.period", period="Q9")


def test_targets_of_two_kinds_of_period_are_refused_unless_they_agree() -> None:
    both = Kpi(targets={"M01": 5, "Q2": 5})
    given(roomy()).when(wanted(measure=both)).refused("measure.disagree", period="Q2", target="5")


@pytest.mark.parametrize("family", ["sales", "rnd"])
def test_a_goal_takes_targets_by_quarter_or_by_month_whatever_its_family_is_scored_by(family: str) -> None:
    for key in ("Q1", "M01"):
        outcome = given(roomy(family=family)).when(wanted(measure=Kpi(targets={key: D(5)})))
        outcome.then_types(did.GoalDrafted, GoalPlaced)


@pytest.mark.parametrize("by", [HUA, CHEN, LI])
def test_hr_and_committee_draft_for_a_department_whose_goals_belong_to_its_head(by: str) -> None:
    sheet = opened(DEPARTMENT_SHEET, placements=[])
    goal = "goal-2026-department.sales-7"
    events = given(sheet, head=ZHAO).when(wanted(by, goal)).events
    assert isinstance(events[0], did.GoalDrafted)
    assert (events[0].owner, events[0].tier, events[0].manager) == (ZHAO, "department", None)


@pytest.mark.parametrize("by", [LIN, WANG, QIAN])
def test_nobody_becomes_a_department_goals_owner_by_drafting_it(by: str) -> None:
    sheet = opened(DEPARTMENT_SHEET, placements=[])
    given(sheet, head=ZHAO).when(wanted(by, "goal-2026-department.sales-7")).refused("goal.not-yours")
    given(sheet).when(wanted(by, "goal-2026-department.sales-7")).refused("goal.not-yours")


def test_the_head_drafts_the_departments_goals() -> None:
    sheet = opened(DEPARTMENT_SHEET, placements=[])
    outcome = given(sheet, head=WANG).when(wanted(WANG, "goal-2026-department.sales-7"))
    outcome.then_types(did.GoalDrafted, GoalPlaced)


def test_a_revised_title_and_target_are_one_event() -> None:
    command = please(ask.ReviseGoal, LIN, "01-03", title="更好", measure=Kpi(target=D(1300), metric="sales"))
    measure = Kpi(target=D(1300), metric="sales", subject=LIN)
    given(draft()).when(command).then(
        did.GoalRevised(goal=REVENUE, title="更好", measure=measure, by=LIN, at=command.at)
    )


def test_a_revised_weight_is_the_sheets_event_with_before_and_after() -> None:
    command = please(ask.ReviseGoal, LIN, "01-03", weight=40)
    weighted = GoalWeighted(sheet=SHEET, goal=REVENUE, before=D(50), after=D(40), by=LIN, at=command.at)
    given(draft()).when(command).then(weighted)
    given(draft()).having(command).when(command).nothing()


def test_a_revised_weight_may_not_pass_the_sheets_hundred() -> None:
    given(draft()).when(please(ask.ReviseGoal, LIN, "01-03", weight=51)).refused(
        "sheet.over-after", sum="101"
    )


def test_a_goal_is_revised_as_a_draft_or_when_returned_and_not_later() -> None:
    command = please(ask.ReviseGoal, LIN, "01-07", title="更好")
    given(returned()).when(command).then_types(did.GoalRevised)
    for events in (submitted(), approved(), active(), closed()):
        refusal = (
            given(events).when(command).refused("goal.stage", command="revise", when=("draft", "returned"))
        )
        assert "草稿" in refusal_message(refusal).text("zh")


def test_a_goal_that_is_not_there_is_unknown_to_every_command() -> None:
    given().when(please(ask.SubmitGoal, LIN, "01-03")).refused("goal.unknown", goal=REVENUE)


SMART = did.Smart(specific="a", measurable="b", achievable="c", relevant="d", time_bound="e")
PARTS = (
    did.Part(title="主营A", department="sales", target=D(15)),
    did.Part(title="新业务B", department="innovation"),
)


def test_the_smart_check_is_the_managements_and_is_recorded_once() -> None:
    command = please(ask.CheckSmart, LI, "01-03", OF_COMPANY, check=SMART)
    given(draft(OF_COMPANY)).having(command).when(command).nothing()
    by_wang = please(ask.CheckSmart, WANG, "01-03", OF_COMPANY, check=SMART)
    given(draft(OF_COMPANY)).when(by_wang).refused("goal.not-yours")


def test_a_strategic_goal_is_decomposed_with_a_department_for_each_part() -> None:
    command = please(ask.DecomposeGoal, LI, "01-03", OF_COMPANY, parts=PARTS)
    decomposed = did.GoalDecomposed(goal=OF_COMPANY, parts=PARTS, by=LI, at=command.at)
    given(draft(OF_COMPANY)).when(command).then(decomposed)
    given(draft(OF_COMPANY)).having(command).when(command).nothing()


def test_an_individual_goal_is_not_decomposed() -> None:
    given(draft()).when(please(ask.DecomposeGoal, LIN, "01-03", parts=PARTS)).refused("goal.not-decomposed")


def test_a_goal_is_aligned_with_one_of_a_tier_above() -> None:
    command = please(ask.AlignGoal, LIN, "01-03", parent=OF_DEPARTMENT)
    world = given(draft()).when(command).then_types(did.GoalAligned)
    world.when(command).nothing()
    upwards = please(ask.AlignGoal, ZHAO, "01-03", OF_DEPARTMENT, parent=OF_COMPANY)
    given(draft(OF_DEPARTMENT)).when(upwards).then_types(did.GoalAligned)


def test_a_goal_is_never_aligned_with_itself() -> None:
    given(draft()).when(please(ask.AlignGoal, LIN, "01-03", parent=REVENUE)).refused("goal.own-parent")


@pytest.mark.parametrize("parent", [VISITS, "goal-2026-wang-1", "goal-2025-department.sales-1"])
def test_a_goal_never_serves_one_beside_it_or_of_another_year(parent: str) -> None:
    given(draft()).when(please(ask.AlignGoal, LIN, "01-03", parent=parent)).refused(
        "goal.parent", parent=parent
    )
    given(roomy()).when(wanted(parent=parent)).refused("goal.parent")


def test_a_department_goal_never_serves_a_persons() -> None:
    command = please(ask.AlignGoal, ZHAO, "01-03", OF_DEPARTMENT, parent=REVENUE)
    given(draft(OF_DEPARTMENT)).when(command).refused("goal.parent")


def test_a_refused_signal_is_recorded_whatever_the_stage() -> None:
    command = please(
        ask.RecordRefusedSignal,
        QIAN,
        "01-03",
        name="approve",
        code="goal.own",
        field="by",
        facts={"by": QIAN},
    )
    refused = fact(
        did.SignalRefused, QIAN, command.at, name="approve", code="goal.own", field="by", facts={"by": QIAN}
    )
    for events in ((), draft(), closed()):
        given(events).when(command).then(refused)


def test_the_names_of_the_specifications_are_what_they_seem() -> None:
    world = given(opened(), opened(COMPANY_SHEET))
    assert world.sheet().weight == 100 and world.sheet(COMPANY_SHEET).weight == 100
    assert set(world.sheet().placements) == {REVENUE, VISITS, RELEASE, LEARNING}
