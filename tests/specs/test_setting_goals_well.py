"""Goals set well: the SMART check looks and stays true, parts name departments and add up, interviews are on record."""

from typing import Any

import pytest

from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.smart import smart_hints
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure
from cairn.domain.policy import Policy
from cairn.i18n import term
from tests.specs.company import (
    HUA,
    LEARNING,
    LI,
    LIN,
    OF_COMPANY,
    OF_DEPARTMENT,
    QIAN,
    RELEASE,
    REVENUE,
    WANG,
    ZHAO,
    D,
    active,
    draft,
    fact,
    on,
    plan,
    submitted,
)
from tests.specs.given import World, given, please
from tests.specs.test_drafting_and_revising import SMART

BLANK = did.Smart(specific=" ", measurable="  ", achievable="–", relevant="。", time_bound="- ")
DEPARTMENTS = {"sales": "销售部", "rnd": "研发部"}
SUM = Kpi(unit="万元", target=D(1000))


def parts(*stated: tuple[str, str, int | None]) -> tuple[did.Part, ...]:
    return tuple(did.Part(title=t, department=d, target=n if n is None else D(n)) for t, d, n in stated)


HALVES = parts(("主营 A", "sales", 600), ("新业务 B", "rnd", 400))
SHORT = parts(("主营 A", "sales", 600), ("新业务 B", "rnd", 300))


def smart(by: str = LI, check: did.Smart = SMART, day: str = "01-03") -> ask.CheckSmart:
    return please(ask.CheckSmart, by, day, OF_COMPANY, check=check)


def decompose(of: tuple[did.Part, ...], day: str = "01-04") -> ask.DecomposeGoal:
    return please(ask.DecomposeGoal, LI, day, OF_COMPANY, parts=of)


def submit(goal: str = OF_COMPANY, by: str = LI) -> ask.SubmitGoal:
    return please(ask.SubmitGoal, by, "01-09", goal)


def company(policy: Policy | None = None, **facts: Any) -> World:
    return given(draft(OF_COMPANY, measure=SUM, **facts), policy=policy or plan(), departments=DEPARTMENTS)


def hints(world: World, goal: str) -> list[str]:
    return [hint.code for hint in smart_hints(world.goal(goal), world.context(goal))]


def test_a1_a_smart_check_with_five_blanks_is_refused_with_every_letter() -> None:
    refusal = company().when(smart(check=BLANK)).refused("smart.blank")
    assert refusal.facts["letters"] == ("specific", "measurable", "achievable", "relevant", "time_bound")
    one = SMART.model_copy(update={"relevant": " "})
    assert company().when(smart(check=one)).refused("smart.blank").field == "check.relevant"


def test_a1_a_part_without_a_title_or_of_no_department_is_refused() -> None:
    refusal = (
        company()
        .when(decompose(parts(("A", "sales", 1), ("", "", None))))
        .refused("part.no-title", number="2")
    )
    assert refusal.field == "parts.1.title"
    refusal = company().when(decompose(parts(("A", "", 1)))).refused("part.no-department", unknown=("",))
    assert refusal.facts["known"] == ("rnd 研发部", "sales 销售部")
    company().when(decompose(parts(("A", "Sales", 1)))).refused("part.no-department", unknown=("Sales",))
    company().when(decompose(HALVES)).then_types(did.GoalDecomposed)


@pytest.mark.parametrize(
    ("measure", "code"),
    [
        (Kpi(unit="万元"), "no-number"),
        (Kpi(target=D(5)), "no-unit"),
        (Kpi(unit="万元", target=D(1200), baseline=D(100)), "far"),
        (KeyTask(criteria=("  ",)), "no-criteria"),
        (Capability(outcomes=("培训",)), "no-date"),
        (KeyTask(criteria=("上线",), due=on("2027-02-01").date()), "outside"),
    ],
)
def test_a_goal_that_lacks_something_gets_a_hint_in_both_languages(measure: Measure, code: str) -> None:
    world = given(draft(REVENUE, measure=measure, parent=OF_DEPARTMENT))
    assert code in hints(world, REVENUE)
    assert term("smart", code).text("zh") != term("smart", code).text("en")


@pytest.mark.parametrize(
    "measure",
    [
        SUM,
        Kpi(unit="万元", target=D(1200), baseline=D(1000)),
        Kpi(direction="on_off"),
        Kpi(unit="%", direction="range", lower=D(1), upper=D(2)),
        KeyTask(criteria=("上线",), due=on("06-30").date()),
    ],
)
def test_a_goal_with_number_date_department_and_parent_gets_none(measure: Measure) -> None:
    assert hints(given(draft(REVENUE, measure=measure, parent=OF_DEPARTMENT)), REVENUE) == []


def test_a_goal_that_serves_nothing_and_a_strategic_one_nobody_answers_for_are_told() -> None:
    """A goal that cannot be without something above it."""
    assert hints(given(draft(measure=SUM)), REVENUE) == ["no-parent"]
    assert hints(company(), OF_COMPANY) == ["no-department"]
    assert hints(company().having(decompose(HALVES)), OF_COMPANY) == []


def test_under_an_advisory_policy_hints_refuse_nothing() -> None:
    unfinished = company().having(smart(), decompose(SHORT))
    assert hints(unfinished, OF_COMPANY) == ["parts"]
    unfinished.when(submit()).then_types(did.GoalSubmitted)


def test_a_strict_policy_refuses_a_strategic_goal_with_hints_when_it_is_submitted() -> None:
    measure = Kpi(unit="", target=D(20), aggregation="last")
    strict = company(plan(smart="strict")).having(smart(), decompose(HALVES))
    strict.when(submit()).then_types(did.GoalSubmitted)
    unitless = given(
        draft(OF_COMPANY, measure=measure), policy=plan(smart="strict"), departments=DEPARTMENTS
    ).having(smart(), decompose(SHORT))
    refusal = unitless.when(submit()).refused("goal.smart-hints", hints=("no-unit",))
    assert refusal.field == "check"


def test_a_strict_policy_asks_only_of_strategic_goals() -> None:
    world = given(draft(measure=Kpi(target=D(5))), policy=plan(smart="strict"))
    world.when(submit(REVENUE, LIN)).then_types(did.GoalSubmitted)


def test_parts_that_do_not_make_up_the_target_are_refused_under_a_strict_policy() -> None:
    strict = company(plan(smart="strict"))
    strict.when(decompose(SHORT)).refused("part.sum", sum="900", target="1000")
    strict.when(decompose(HALVES)).then_types(did.GoalDecomposed)
    strict.when(decompose(parts(("A", "sales", 900), ("B", "rnd", 300)))).then_types(did.GoalDecomposed)


def test_parts_of_something_to_keep_low_stay_within_the_target() -> None:
    low = given(
        draft(OF_COMPANY, measure=Kpi(unit="次", target=D(30), direction="lower")),
        policy=plan(smart="strict"),
        departments=DEPARTMENTS,
    )
    low.when(decompose(parts(("A", "sales", 20), ("B", "rnd", 12)))).refused(
        "part.sum", sum="32", target="30"
    )
    low.when(decompose(parts(("A", "sales", 20), ("B", "rnd", 8)))).then_types(did.GoalDecomposed)


def test_growth_rates_and_parts_without_numbers_are_not_added() -> None:
    growth = Kpi(unit="%", target=D(50), aggregation="last")
    rates = given(draft(OF_COMPANY, measure=growth), policy=plan(smart="strict"), departments=DEPARTMENTS)
    rates.when(decompose(parts(("A", "sales", 15), ("B", "rnd", 30)))).then_types(did.GoalDecomposed)
    open_part = parts(("A", "sales", 600), ("B", "rnd", None))
    company(plan(smart="strict")).when(decompose(open_part)).then_types(did.GoalDecomposed)


@pytest.mark.parametrize("change", [{"title": "另一个目标"}, {"target": D(1100)}])
def test_a1_after_a_revision_the_smart_check_is_asked_for_again(change: dict[str, Any]) -> None:
    revised = please(ask.ReviseGoal, LI, "01-06", OF_COMPANY, **change)
    world = company().having(smart(), decompose(HALVES), revised)
    world.when(submit()).refused("goal.smart-stale", title=change.get("title", "标题"))
    world.having(smart(day="01-07")).when(submit()).then_types(did.GoalSubmitted)


def test_other_parts_make_a_check_stale_and_the_first_ones_do_not() -> None:
    first = company().having(smart(), decompose(HALVES))
    first.when(submit()).then_types(did.GoalSubmitted)
    first.having(decompose(SHORT, "01-05")).when(submit()).refused("goal.smart-stale")


def test_another_weight_leaves_the_check_as_it_is() -> None:
    weight = please(ask.ReviseGoal, LI, "01-06", OF_COMPANY, weight=D(100))
    company().having(smart(), decompose(HALVES), weight).when(submit()).then_types(did.GoalSubmitted)


def interview(by: str = WANG, day: str = "01-08", **facts: Any) -> ask.RecordInterview:
    return please(ask.RecordInterview, by, day, **{"agreed": "全年 1,200 万", **facts})


def test_an_interview_is_recorded_with_its_day_and_who_took_part() -> None:
    held = did.GoalInterviewHeld(
        goal=REVENUE,
        on=on("01-07").date(),
        participants=(LIN, WANG),
        agreed="全年 1,200 万",
        by=WANG,
        at=on("01-08"),
    )
    world = given(draft()).when(interview(on="2026-01-07")).then(held)
    world.when(interview(on="2026-01-07")).nothing()
    assert world.goal().interviews == (held,) and world.goal().stage == "draft"


def test_the_manager_or_hr_records_it_and_nobody_alone() -> None:
    given(draft()).when(interview(HUA, participants=[LIN, WANG])).then_types(did.GoalInterviewHeld)
    for by in (LIN, QIAN, ZHAO):
        given(draft()).when(interview(by)).refused("goal.not-yours")
    given(draft()).when(interview(participants=[WANG])).refused("interview.alone", owner=LIN)
    given(draft()).when(interview(participants=[LIN])).refused("interview.alone")
    given(draft()).when(interview(participants=[LIN, "E99"])).refused("interview.unknown", unknown=("E99",))


def test_an_interview_of_tomorrow_or_without_words_is_refused() -> None:
    given(draft()).when(interview(on="2026-01-09")).refused("interview.future", on="2026-01-09")
    given(draft()).when(interview(agreed="  ")).refused("interview.empty")


def test_a_policy_may_ask_for_the_interview_before_it_lets_a_goal_be_approved() -> None:
    approve = please(ask.ApproveGoal, WANG, "01-09")
    required = given(submitted(), policy=plan(goal_interview="required"))
    required.when(approve).refused("goal.no-interview", goal=REVENUE)
    assert required.having(interview(), approve).goal().stage == "active"
    assert given(submitted()).having(approve).goal().stage == "active"
    of_department = given(submitted(OF_DEPARTMENT), policy=plan(goal_interview="required"))
    decided = please(ask.ApproveGoal, LI, "01-09", OF_DEPARTMENT)
    assert of_department.having(decided).goal(OF_DEPARTMENT).stage == "active"


def test_outcomes_of_a_capability_goal_are_accepted_like_criteria() -> None:
    accept = please(ask.AcceptCriterion, WANG, "03-02", LEARNING, criterion=1, evidence="证书")
    world = given(active(LEARNING)).having(accept)
    assert world.goal(LEARNING).accepted == {1: "证书"}
    renamed = did.Changes(title="更清楚", measure=Capability(outcomes=("training finished", "proposal")))
    adjusted = fact(
        did.GoalAdjusted, HUA, on("04-02"), LEARNING, adjustment="a", before=did.Changes(), after=renamed, reason="r",
        draws=D(0), space_left=D(15),
    )  # fmt: skip
    assert given([*world.events, adjusted]).goal(LEARNING).accepted == {1: "证书"}
    given(active(RELEASE)).when(
        please(ask.AcceptCriterion, WANG, "03-02", RELEASE, criterion=3, evidence="e")
    ).refused("accept.unknown", of="2")
