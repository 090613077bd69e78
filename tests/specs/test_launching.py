"""The launch plan says who is in and who is out and why; the launch is that plan, once, by HR."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import strategies as st

from cairn.application import access
from cairn.domain.cycle.commands import LaunchCycle
from cairn.domain.cycle.events import CycleEvent, CycleLaunched, TargetRow
from cairn.domain.cycle.state import Cycle, evolve
from cairn.domain.goal.events import GoalDrafted
from cairn.domain.launch.checking import check_departments, check_same_terms
from cairn.domain.launch.decide import launch
from cairn.domain.launch.plan import LaunchPlan, Missing, Planner, SheetPlan, by_holder, opening_events
from cairn.domain.measure import Capability, KeyTask, Kpi
from cairn.domain.people import Department, Person, Roster
from cairn.domain.policy import Exclusion, Name, Policy
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.events import SheetOpened
from cairn.i18n import refusal_message
from tests.specs.company import (
    GONE,
    HE,
    HUA,
    LI,
    LIN,
    PEOPLE,
    QIAN,
    WANG,
    YEAR_ENDS,
    YEAR_STARTS,
    ZHAO,
    D,
    on,
    person,
    plan,
    schedule,
    template,
)
from tests.specs.given import for_all

SALES, RND = Department(id="sales", name="销售部", head=ZHAO), Department(id="rnd", name="研发部", head=LI)
FOLK = [person for person in PEOPLE.values() if person.id != GONE]


def planned(
    people: Sequence[Person] = FOLK,
    departments: Sequence[Department] = (SALES, RND),
    policy: Policy | None = None,
    targets: Sequence[TargetRow] = (),
) -> LaunchPlan:
    roster = Roster(people=tuple(people), departments=tuple(departments))
    return Planner("2026", "2026年度", schedule(), policy or plan(), roster, by_holder(targets)).plan()


def sheet(found: LaunchPlan, holder: str) -> SheetPlan:
    return next(sheet for sheet in found.sheets if sheet.holder == holder)


def row(holder: str, goal: str, period: str, target: Any) -> TargetRow:
    return TargetRow(holder=holder, goal=goal, period=period, target=D(target))


def test_everybody_has_a_sheet_from_their_family_and_the_department_and_the_company_theirs() -> None:
    found = planned()
    assert [each.holder for each in found.sheets] == [
        "company",
        "department.sales",
        *sorted(p.id for p in FOLK),
    ]
    lin = sheet(found, LIN)
    assert (lin.owner, lin.manager, lin.department, lin.family) == (LIN, WANG, "sales", "sales")
    assert lin.since == date(2026, 1, 1)
    assert [(goal.goal, goal.key, goal.weight) for goal in lin.goals] == [
        ("goal-2026-lin-1", "revenue", D(80)),
        ("goal-2026-lin-2", "learning", D(20)),
    ]
    assert found.goals == 1 + 1 + 2 * len(FOLK)


def test_a_roster_from_before_the_policy_calls_families_by_name_and_the_plan_knows_them() -> None:
    """Nobody imports it again once the policy is there."""
    families = plan().families["sales"]
    for called in (families.name.zh, families.name.en, families.name.en.upper()):
        people = [each.model_copy(update={"family": called}) if each.id == LIN else each for each in FOLK]
        found = planned(people)
        lin = sheet(found, LIN)
        assert (lin.family, [goal.key for goal in lin.goals]) == ("sales", ["revenue", "learning"])
        assert LIN not in [each.person for each in found.left_out]
    unknown = planned([PEOPLE[LIN].model_copy(update={"family": "飞行"})])
    assert [each.code for each in unknown.left_out if each.person == LIN] == ["no_family"]


INTERNS, TOO_LATE = (
    Name(zh="实习", en="interns are not evaluated"),
    Name(zh="太晚", en="joined too late"),
)


@pytest.mark.parametrize(
    ("facts", "code", "why"),
    [
        ({"left": date(2025, 11, 30)}, "left", {"on": "2025-11-30"}),
        ({"left": date(2026, 1, 1)}, "left", {"on": "2026-01-01"}),
        ({"hired": date(2027, 1, 1)}, "joins_later", {"on": "2027-01-01"}),
        ({"family": "pilots"}, "no_family", {"family": "pilots"}),
        ({"title": "Intern"}, "excluded", INTERNS),
        ({"department": "board"}, "excluded", INTERNS),
        ({"hired": date(2026, 10, 2)}, "excluded", TOO_LATE),
    ],
)
def test_who_is_out_is_named_with_the_reason(
    facts: dict[str, Any], code: str, why: dict[str, str] | Name
) -> None:
    rules = plan(
        exclude=[
            Exclusion(
                reason=INTERNS,
                titles=("Intern",),
                departments=("board",),
            ),
            Exclusion(reason=TOO_LATE, hired_after=date(2026, 10, 1)),
        ]
    )
    found = planned([*FOLK, person("new", WANG, **facts)], policy=rules)
    [out] = found.left_out
    assert (out.person, out.code, out.reason or out.facts) == ("new", code, why)
    assert "new" not in {each.holder for each in found.sheets}


@pytest.mark.parametrize("facts", [{"left": date(2026, 1, 2)}, {"hired": YEAR_ENDS}])
def test_who_is_there_for_a_day_is_in(facts: dict[str, Any]) -> None:
    assert planned([*FOLK, person("new", WANG, **facts)]).left_out == ()


def test_a_joiners_goals_begin_on_the_first_day() -> None:
    found = planned([*FOLK, person("new", WANG, hired=date(2026, 6, 15))])
    assert sheet(found, "new").since == date(2026, 6, 15)
    assert sheet(found, LIN).since == date(2026, 1, 1)


def test_goals_serve_those_of_the_tier_above_by_their_keys() -> None:
    found = planned()
    assert sheet(found, LIN).goals[0].parent == "goal-2026-department.sales-1"
    assert sheet(found, LIN).goals[1].parent is None
    assert sheet(found, "department.sales").goals[0].parent == "goal-2026-company-1"


def test_nothing_serves_a_goal_that_nobody_has() -> None:
    """A department without a head has no sheet, a company without strategic goals neither."""
    headless = planned(departments=[SALES.model_copy(update={"head": None})])
    assert "department.sales" not in {each.holder for each in headless.sheets}
    assert sheet(headless, LIN).goals[0].parent is None
    assert sheet(planned(policy=plan(strategic=[])), "department.sales").goals[0].parent is None
    goals = {goal.goal for each in planned().sheets for goal in each.goals}
    assert {goal.parent for each in planned().sheets for goal in each.goals if goal.parent} <= goals


@pytest.mark.parametrize(
    ("subject", "expected"), [("person", LIN), ("department", "department.sales"), ("company", "company")]
)
def test_a_fed_metric_is_read_of_the_person_the_department_or_the_company(
    subject: str, expected: str
) -> None:
    goals = (template("revenue", 80, metric="sales", subject=subject), plan().families["sales"].template[1])
    family = plan().families["sales"].model_copy(update={"template": goals})
    measure = sheet(planned(policy=plan(families={"sales": family})), LIN).goals[0].measure
    assert isinstance(measure, Kpi) and (measure.metric, measure.subject) == ("sales", expected)


def test_a_metric_that_nobody_feeds_has_no_subject() -> None:
    goals = (template("revenue", 80), plan().families["sales"].template[1])
    family = plan().families["sales"].model_copy(update={"template": goals})
    measure = sheet(planned(policy=plan(families={"sales": family})), LIN).goals[0].measure
    assert isinstance(measure, Kpi) and measure.subject is None


def test_key_tasks_and_capability_goals_come_with_criteria_and_outcomes_or_their_title() -> None:
    goals = (
        template("release", 50, kind="key_task", target=None, criteria=["live", "tested"]),
        template("tidy", 30, kind="key_task", target=None),
        template("learn", 20, kind="capability", dimension="capability", target=None),
    )
    family = plan().families["sales"].model_copy(update={"template": goals})
    found = [goal.measure for goal in sheet(planned(policy=plan(families={"sales": family})), LIN).goals]
    assert found == [
        KeyTask(criteria=("live", "tested")),
        KeyTask(criteria=("tidy",)),
        Capability(outcomes=("learn",)),
    ]


def test_M6_goals_are_launched_with_their_weights_in_the_goal_that_is_computed_from_them() -> None:
    growth = template("growth", 100, target=None, computed="children")
    goals = (
        template("revenue", 80, serves="growth", serves_weight=3),
        template("learning", 20, kind="capability", dimension="capability", target=None, serves="growth"),
    )
    usual = plan()
    sales = usual.families["sales"].model_copy(update={"template": goals})
    policy = plan(department_template=[growth], families={**usual.families, "sales": sales})
    found = planned(policy=policy)
    above = sheet(found, "department.sales").goals[0]
    assert isinstance(above.measure, Kpi)
    assert (above.measure.computed, above.measure.target, above.measure.unit) == ("children", D(100), "%")
    served = [(each.parent, each.parent_weight) for each in sheet(found, LIN).goals]
    assert served == [(above.goal, 3), (above.goal, None)]
    events = opening_events(sheet(found, LIN), found, HUA, on("01-01"))
    weights = [each.parent_weight for each in events if isinstance(each, GoalDrafted)]
    assert weights == [3, None]


def test_proposed_targets_replace_the_templates() -> None:
    found = planned(
        targets=[row(LIN, "revenue", "Y", 900), row("department.sales", "new_customers", "Y", 44)]
    )
    revenue, customers = sheet(found, LIN).goals[0].measure, sheet(found, "department.sales").goals[0].measure
    assert isinstance(revenue, Kpi) and revenue.target == 900
    assert isinstance(customers, Kpi) and customers.target == 44
    other = sheet(found, QIAN).goals[0].measure
    assert isinstance(other, Kpi) and other.target == 1200


def test_of_two_rows_for_the_same_target_the_later_counts() -> None:
    quotas = [row(LIN, "revenue", "Q1", 10), row(LIN, "revenue", "Q2", 20), row(LIN, "revenue", "Q1", 11)]
    measure = sheet(planned(targets=quotas), LIN).goals[0].measure
    assert isinstance(measure, Kpi) and measure.targets == {"Q1": 11, "Q2": 20}


def test_what_is_missing_is_named_by_sheet() -> None:
    goals = (template("revenue", 80, target=None), plan().families["sales"].template[1])
    family = plan().families["sales"].model_copy(update={"template": goals})
    found = planned(policy=plan(families={"sales": family}), targets=[row(QIAN, "revenue", "Q1", 5)])
    assert sheet(found, LIN).missing == (Missing(code="target", facts={"goal": "revenue"}),)
    assert sheet(found, QIAN).missing == ()


def test_a_manager_who_has_left_is_named_as_missing() -> None:
    people = [*FOLK, PEOPLE[GONE], person("orphan", GONE)]
    facts = {"manager": GONE, "on": "2025-12-31"}
    assert sheet(planned(people), "orphan").missing == (Missing(code="manager_left", facts=facts),)


def test_the_company_belongs_to_who_leads_it_whatever_the_order_of_the_roster() -> None:
    two = [person("aa"), *FOLK]
    assert sheet(planned(two), "company").owner == sheet(planned(two[::-1]), "company").owner == LI


THREE = (SALES, RND, Department(id="a", name="A", head=LI))
SPREAD_OUT = [*FOLK, person("ma", WANG, department="rnd"), person("na", WANG, department="a")]


@for_all(st.permutations(SPREAD_OUT), st.permutations(THREE))
def test_the_same_people_make_the_same_plan_in_any_order(people: Any, departments: Any) -> None:
    assert planned(people, departments).digest == planned(SPREAD_OUT, THREE).digest


def test_and_so_do_the_same_targets() -> None:
    quotas = [row(LIN, "revenue", "Q1", 10), row(LIN, "revenue", "Q2", 20)]
    assert planned(targets=quotas).digest == planned(targets=quotas[::-1]).digest


def digests() -> dict[str, str]:
    other = plan().flexible_space.model_copy(update={"percent": D(10)})
    return {
        "as it is": planned().digest,
        "one more": planned([*FOLK, person("new", WANG)]).digest,
        "one leaves": planned([*FOLK, person("new", WANG, left=date(2025, 1, 1))]).digest,
        "another manager": planned([*FOLK[1:], person(LIN, ZHAO)]).digest,
        "another head": planned(departments=[SALES.model_copy(update={"head": WANG}), RND]).digest,
        "a target": planned(targets=[row(LIN, "revenue", "Y", 1201)]).digest,
        "the policy": planned(policy=plan(version="plan@2")).digest,
        "the space": planned(policy=plan(flexible_space=other)).digest,
    }


def test_whatever_differs_makes_another_digest() -> None:
    assert len(set(digests().values())) == len(digests())


def test_a_planned_sheet_comes_into_the_log_with_its_goals_at_a_hundred_per_cent() -> None:
    found = planned()
    opened, *drafts = opening_events(sheet(found, LIN), found, HUA, on("01-01"))
    assert isinstance(opened, SheetOpened) and opened.space == 15
    assert sum(placement.weight for placement in opened.placements) == 100
    assert [draft.stream for draft in drafts] == [placement.goal for placement in opened.placements]
    assert all(isinstance(draft, GoalDrafted) and draft.tier == "individual" for draft in drafts)


PLAN_NOW = planned()
POSITION = 42


def order(by: str = HUA, seen: str | None = None, cycle: str = "2026") -> LaunchCycle:
    return LaunchCycle(cycle=cycle, seen=seen or PLAN_NOW.digest, by=by, at=on("01-01"))


def does(command: LaunchCycle, cycle: Cycle, found: LaunchPlan = PLAN_NOW) -> list[CycleEvent]:
    access.require_for_cycle(command, cycle, PEOPLE, found.schedule.calendar)
    return launch(command, cycle, found, POSITION)


def launched() -> Cycle:
    [event] = does(order(), Cycle(id="2026"))
    assert isinstance(event, CycleLaunched)
    return evolve(Cycle(id="2026"), event)


def refused(command: LaunchCycle, cycle: Cycle | None = None, found: LaunchPlan = PLAN_NOW) -> Refusal:
    with pytest.raises(Refusal) as caught:
        does(command, cycle or Cycle(id="2026"), found)
    assert "{" not in refusal_message(caught.value).text("zh")
    return caught.value


def test_hr_launches_the_plan_that_was_seen() -> None:
    [event] = does(order(), Cycle(id="2026"))
    assert isinstance(event, CycleLaunched)
    assert (event.plan, event.roster, event.sheets, event.goals) == (
        PLAN_NOW.digest,
        POSITION,
        len(PLAN_NOW.sheets),
        PLAN_NOW.goals,
    )
    assert launched().stage == "launching"


def test_launching_the_same_plan_again_does_nothing() -> None:
    """The same thing begun twice."""
    assert does(order(HE), launched()) == []


def test_launching_a_launched_cycle_from_another_plan_is_refused() -> None:
    assert refused(order(seen="other"), launched()).code == "cycle.exists"


@pytest.mark.parametrize(
    ("said", "differs", "was", "asked"),
    [
        ({"starts": date(2026, 2, 1)}, ("starts",), ("2026-01-01",), ("2026-02-01",)),
        ({"ends": date(2026, 6, 30)}, ("ends",), ("2026-12-31",), ("2026-06-30",)),
        (
            {"title": "Next", "policy": "plan@2"},
            ("title", "policy"),
            ("2026年度", "plan@1"),
            ("Next", "plan@2"),
        ),
    ],
)
def test_a_repeated_launch_that_says_something_else_is_refused_and_names_it(
    said: Any, differs: Any, was: Any, asked: Any
) -> None:
    terms: dict[str, Any] = {
        "title": "2026年度",
        "starts": YEAR_STARTS,
        "ends": YEAR_ENDS,
        "policy": "plan@1",
    }
    check_same_terms(launched(), **terms)
    check_same_terms(Cycle(id="2026"), **{**terms, **said})
    with pytest.raises(Refusal) as caught:
        check_same_terms(launched(), **{**terms, **said})
    facts = caught.value.facts
    assert caught.value.code == "cycle.launched-otherwise"
    assert (facts["differs"], facts["was"], facts["asked"]) == (differs, was, asked)
    for language in ("zh", "en"):
        assert all(value in refusal_message(caught.value).text(language) for value in (*was, *asked))


def test_a_template_for_a_department_that_nobody_is_in_is_refused() -> None:
    """By its name beside its id, say: such goals were nobody's, and nothing was said."""
    roster = Roster(people=tuple(FOLK), departments=(SALES, RND))
    goals = (template("new_customers", 100),)
    check_departments(plan(department_templates={"sales": goals}), roster, YEAR_STARTS)
    with pytest.raises(Refusal) as caught:
        check_departments(
            plan(department_templates={"Sales": goals, "sales": goals, "rnd": goals}), roster, YEAR_STARTS
        )
    assert (caught.value.code, caught.value.facts["departments"]) == ("cycle.no-department", ("Sales", "rnd"))
    assert caught.value.facts["known"] == ("sales",)


def test_l2_a_sheet_the_committee_must_approve_says_so_where_nobody_could() -> None:
    """A place nobody holds is told before the launch: else its goals wait for ever."""
    ordinary = [each.model_copy(update={"roles": ()}) for each in FOLK]
    unjudged = [each.holder for each in planned(ordinary).sheets if Missing(code="committee") in each.missing]
    assert unjudged == ["company", "department.sales", LI]
    assert not [each for each in planned().sheets if each.missing]
    alone = [each.model_copy(update={"roles": ("executive",) if each.id == LI else ()}) for each in FOLK]
    assert [each.holder for each in planned(alone).sheets if each.missing] == ["company", LI]


def test_l2_a_department_without_a_head_is_told_and_gets_no_sheet() -> None:
    """Its people's goals serve nothing, and nobody would have known why."""
    found = planned(departments=(SALES.model_copy(update={"head": None}), RND))
    assert [(out.person, out.code, out.facts) for out in found.left_out] == [
        ("department.sales", "no_head", {"name": SALES.name})
    ]
    assert "department.sales" not in {each.holder for each in found.sheets}
    assert {goal.parent for each in found.sheets if each.department == "sales" for goal in each.goals} == {
        None
    }
    assert not planned().left_out


def test_a_plan_that_changed_since_it_was_seen_is_refused_with_both_digests() -> None:
    changed = planned([*FOLK, person("new", WANG)])
    refusal = refused(order(), found=changed)
    assert refusal.code == "cycle.plan-changed" and refusal.facts["now"] == changed.digest


@pytest.mark.parametrize(
    ("by", "code"), [(LIN, "cycle.not-hr"), (LI, "cycle.not-hr"), ("nobody", "person.unknown")]
)
def test_only_hr_launches(by: str, code: str) -> None:
    assert refused(order(by)).code == code
    assert refused(order(by), launched()).code == code


def test_who_was_hr_and_has_left_launches_nothing() -> None:
    assert refused(order(GONE)).code == "person.left"


def test_a_plan_without_anybody_is_not_launched() -> None:
    nobody = planned([], [])
    assert refused(order(seen=nobody.digest), found=nobody).code == "cycle.empty"


@pytest.mark.parametrize("cycle", ["2026-27", "FY 26", "", "年度"])
def test_a_cycles_id_has_no_hyphen_because_goals_are_named_after_it(cycle: str) -> None:
    assert refused(order(cycle=cycle), Cycle(id=cycle)).code == "cycle.id"


def test_targets_for_goals_that_nobody_has_are_told_and_belong_to_the_digest() -> None:
    quotas = [row(LIN, "revenue", "Y", 900), row(LIN, "gone", "Y", 1), row("nobody", "revenue", "Q1", 1)]
    found = planned(targets=quotas)
    assert [(each.holder, each.goal) for each in found.unmatched] == [(LIN, "gone"), ("nobody", "revenue")]
    assert planned(targets=quotas[:1]).unmatched == () and found.digest != planned(targets=quotas[:1]).digest
