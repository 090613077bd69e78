"""RULES L1, L7: what HR says of people through the year, and the sheets that follow from it."""

from fractions import Fraction
from typing import Any

import pytest

from cairn.domain.cycle.commands import AddSheets
from cairn.domain.cycle.events import SheetsAdded
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.events import AbsencesSet, GoalDrafted, LastDaySet, ManagerChanged
from cairn.domain.goal.status import deadlines_of
from cairn.domain.launch.consequences import sheet_consequences
from cairn.domain.launch.decide import add_sheets
from cairn.domain.launch.plan import OpenedSheet, opening_events
from cairn.domain.launch.spells import spells_of
from cairn.domain.moves import Delegate, GoAway, Join, Leave, Move, Return
from cairn.domain.people import Department
from cairn.domain.person_history import acting_for, as_stated
from cairn.domain.policy import Exclusion, Name
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.events import SheetLastDaySet
from tests.specs.company import (
    CHEN,
    GONE,
    HE,
    HUA,
    LEARNING,
    LI,
    LIN,
    PEOPLE,
    PLAN,
    QIAN,
    RELEASE,
    REVENUE,
    VISITS,
    WANG,
    YEAR_ENDS,
    YEAR_STARTS,
    ZHAO,
    active,
    drafted,
    on,
    person,
    plan,
    schedule,
)
from tests.specs.given import given
from tests.specs.moving import (
    COMPANY,
    added,
    after,
    day,
    events_of,
    first_sheets,
    planner,
    say,
    types,
    with_department,
)

NEW = person("new", WANG, hired=day("05-11"))
RND = {"effective": "2026-03-16", "family": "rnd", "department": "rnd", "manager": LI}


def refused(command: Any, code: str, people: Any = COMPANY) -> Refusal:
    with pytest.raises(Refusal) as caught:
        events_of(command, people)
    assert caught.value.code == code
    return caught.value


# ---------------------------------------------------------------- joining


def test_l7_a_joiner_after_launch_gets_a_sheet() -> None:
    """Goals made after the launch are left out. L7: "joiner after launch: preview promises a sheet, launch says ✓ with
    none; a sheet"."""
    people = after(say(Join, "new", "05-11", details=NEW))
    found = added(people, first_sheets(), "05-11")
    [sheet] = found.sheets
    assert (sheet.sheet, sheet.since, sheet.manager) == ("sheet-2026-new-1", day("05-11"), WANG)
    assert [goal.goal for goal in sheet.goals] == ["goal-2026-new-1", "goal-2026-new-2"]
    assert sheet.goals[0].parent == "goal-2026-department.sales-1"
    assert added(people, {**first_sheets(), "new": first_sheets(people)["new"]}, "05-11").sheets == ()


def test_l7_its_goals_are_drafted_with_the_joining_day_and_a_digest_of_their_own() -> None:
    found = added(after(say(Join, "new", "05-11", details=NEW)), first_sheets(), "05-11")
    [_, *goals] = opening_events(found.sheets[0], found, HUA, on("05-11"))
    assert all(isinstance(each, GoalDrafted) and each.since == day("05-11") for each in goals)
    cycle = Cycle(id="2026", version=3, stage="execution", schedule=schedule())
    command = AddSheets(cycle="2026", seen=found.digest, by=HUA, at=on("05-11"))
    [event] = add_sheets(command, cycle, found, 9)
    assert isinstance(event, SheetsAdded) and (event.sheets, event.goals) == (("sheet-2026-new-1",), 2)
    other = command.model_copy(update={"seen": "another"})
    with pytest.raises(Refusal, match=r"cycle\.plan-changed"):
        add_sheets(other, cycle, found, 9)
    with pytest.raises(Refusal, match=r"cycle\.no-more-sheets"):
        add_sheets(command, cycle.model_copy(update={"stage": "review"}), found, 9)


def test_l7_a_department_that_comes_after_the_launch_gets_a_sheet_and_its_people_serve_it() -> None:
    """From the day it is opened on; asked about some people alone, no department is."""
    lab = with_department(Department(id="lab", name="实验室", head=LIN))
    people = after(say(Join, "new", "05-11", details=NEW.model_copy(update={"department": "lab"})))
    found = planner(people, departments=lab).additions(
        first_sheets(), ["company", "department.sales"], day("05-11")
    )
    department, person_ = found.sheets
    assert (department.sheet, department.owner, department.since) == (
        "sheet-2026-department.lab-1", LIN, day("05-11"),
    )  # fmt: skip
    assert department.goals[0].parent == "goal-2026-company-1"
    assert person_.goals[0].parent == "goal-2026-department.lab-1"
    above = ["company", "department.sales", "department.lab"]
    there = {**first_sheets(), "new": first_sheets(people)["new"]}
    assert planner(people, departments=lab).additions(there, above, day("05-11")).sheets == ()
    alone = planner(people, departments=lab).additions(first_sheets(), above[:2], day("05-11"), ["new"])
    assert [each.holder for each in alone.sheets] == ["new"]


def test_l7_a_department_without_a_head_or_people_gets_none() -> None:
    people = after(say(Join, "new", "05-11", details=NEW.model_copy(update={"department": "lab"})))
    for lab in (Department(id="lab", name="实验室"), Department(id="empty", name="空", head=LIN)):
        found = planner(people, departments=with_department(lab)).additions(
            first_sheets(), ["company", "department.sales"], day("05-11")
        )
        assert [each.holder for each in found.sheets] == ["new"]
        assert [each.person for each in found.left_out] == ["department.lab"] * (lab.id == "lab")


def test_l7_a_joiners_draft_is_due_some_working_days_after_the_joining_day() -> None:
    goal = "goal-2026-new-1"
    new = drafted(REVENUE).model_copy(update={"goal": goal, "since": day("05-11"), "at": on("03-02")})
    due = {each.phase: each.at for each in deadlines_of(given(new).goal(goal), given(new).context(goal))}
    assert due["drafts_due"] == on("05-19", 9)


def test_l7_whoever_was_left_out_at_the_launch_gets_a_sheet_once_nothing_speaks_against_it() -> None:
    reason = Name(zh="实习", en="interns")
    interns = plan(exclude=[Exclusion(reason=reason, titles=("Intern",))])
    before = after(say(Join, "new", details=person("new", WANG, title="Intern")))
    assert added(before, first_sheets(), "05-11", interns).sheets == ()
    people = after(say(Move, "new", "05-11", effective="2026-05-11", title="Clerk"), people=before)
    [sheet] = added(people, first_sheets(), "05-11", interns).sheets
    assert sheet.holder == "new"


def test_l1_who_joins_reports_to_somebody_who_is_there_and_no_hr_names_themselves() -> None:
    refused(say(Join, "new", details=person("new", "nobody")), "move.unknown-manager")
    refused(say(Join, "new", by=HUA, details=person("new", HUA)), "move.to-oneself")
    assert types(events_of(say(Join, "new", by=HE, details=person("new", HUA)))) == ["PersonJoined"]


def test_joining_again_is_nothing_or_refused_and_who_left_may_come_back() -> None:
    known = after(say(Join, "new", details=NEW))
    assert events_of(say(Join, "new", details=NEW), known) == []
    other = NEW.model_copy(update={"family": "rnd"})
    refused(say(Join, "new", details=other), "person.known", known)
    gone = after(say(Leave, "new", last_day="2026-06-30"), people=known)
    back = after(say(Join, "new", details=NEW.model_copy(update={"hired": day("09-01")})), people=gone)
    assert [len(back["new"].stays), back["new"].is_here(day("08-31")), back["new"].is_here(day("09-01"))] == [
        2,
        False,
        True,
    ]


# ---------------------------------------------------------------- moving


def test_l7_a_change_of_family_ends_the_sheet_the_day_before_and_opens_the_next() -> None:
    people = after(say(Move, LIN, **RND))
    first, second = spells_of(people[LIN], YEAR_STARTS, YEAR_ENDS)
    assert (first.family, first.last, first.cause) == ("sales", day("03-15"), "family")
    assert (second.family, second.since, second.last) == ("rnd", day("03-16"), None)
    [sheet] = added(people, first_sheets(), "01-10").sheets
    assert (sheet.sheet, sheet.goals[0].goal) == ("sheet-2026-lin-2", "goal-2026-lin-2.1")
    assert (sheet.family, sheet.manager, sheet.since) == ("rnd", LI, day("03-16"))


def test_a_family_that_is_called_by_its_key_from_some_day_on_is_the_same() -> None:
    """A roster that is imported again once there is a policy."""
    called = as_stated(PEOPLE[LIN].model_copy(update={"family": PLAN.families["sales"].name.zh}))
    people = after(say(Move, LIN, effective="2026-03-16", family="sales"), people={**COMPANY, LIN: called})
    [spell] = spells_of(people[LIN], YEAR_STARTS, YEAR_ENDS, PLAN)
    assert (spell.family, spell.last) == ("sales", None)


@pytest.mark.parametrize("fields", [{"department": "rnd"}, {"manager": CHEN}, {"title": "Senior"}])
def test_l7_a_change_of_department_manager_or_title_stays_in_the_same_sheet(fields: dict[str, str]) -> None:
    people = after(say(Move, LIN, effective="2026-07-01", **fields))
    [spell] = spells_of(people[LIN], YEAR_STARTS, YEAR_ENDS)
    assert spell.last is None and added(people, first_sheets(), "01-10").sheets == ()


def test_l1_a_change_that_is_known_before_the_launch_is_in_its_plan() -> None:
    """A manager from 1 July, a leave date in November: the goals begin with them."""
    moved = after(
        say(Move, LIN, effective="2026-07-01", manager=CHEN),
        say(Leave, LIN, last_day="2026-11-30"),
        say(GoAway, LIN, first="2026-08-03", last="2026-08-28"),
    )
    found = planner(moved).plan()
    lin = next(sheet for sheet in found.sheets if sheet.holder == LIN)
    assert (lin.manager, lin.last, lin.cause) == (WANG, day("11-30"), "left")
    events = opening_events(lin, found, HUA, on("01-01"))
    assert {type(each) for each in events} >= {SheetLastDaySet, LastDaySet, AbsencesSet, ManagerChanged}
    [first, *_] = [each for each in events if isinstance(each, ManagerChanged)]
    assert (first.former, first.manager, first.effective) == (WANG, CHEN, day("07-01"))


def test_l7_a_family_change_whose_day_moves_before_it_comes_takes_the_sheet_back_and_opens_another() -> None:
    moved = after(say(Move, LIN, **RND))
    opened = first_sheets(moved)
    back = after(
        say(Move, LIN, "02-01", effective="2026-03-16", family="sales", department="sales", manager=WANG),
        say(Move, LIN, "02-01", **{**RND, "effective": "2026-05-01"}),
        people=moved,
    )
    [sheet] = added(back, opened, "02-01").sheets
    assert (sheet.sheet, sheet.since) == ("sheet-2026-lin-3", day("05-01"))
    void = OpenedSheet(sheet="s", number=2, family="rnd", since=day("03-16"), last=day("03-15"))
    assert void.void


def test_l1_moves_have_a_manager_who_is_there_on_that_day() -> None:
    going = after(say(Leave, CHEN, last_day="2026-06-30"))
    assert types(events_of(say(Move, LIN, effective="2026-06-30", manager=CHEN), going)) == ["PersonChanged"]
    refused(say(Move, LIN, effective="2026-07-01", manager=CHEN), "move.manager-away", going)
    refused(say(Move, LIN, effective="2026-07-01", manager=HUA), "move.to-oneself")
    refused(say(Move, ZHAO, effective="2026-07-01", manager=LIN), "move.circle")
    refused(say(Move, LIN, effective="2026-07-01", manager=LIN), "goal.own-manager")
    refused(say(Move, GONE, effective="2026-07-01", title="?"), "person.unknown")
    assert events_of(say(Move, LIN, effective="2026-07-01", manager=WANG)) == []


# ---------------------------------------------------------------- leaving


def test_l7_the_preview_of_a_leave_says_what_ends_when_and_for_which_part() -> None:
    people = after(say(Leave, LIN, "03-10", last_day="2026-06-30"))
    world = given(active(), drafted(VISITS), drafted(RELEASE), drafted(LEARNING))
    goals = {name: world.goal(name) for name in world.sheet().placements}
    [sheet] = sheet_consequences(people[LIN], [world.sheet()], goals, schedule(), PLAN, day("03-10"))
    assert (sheet.days.last, sheet.days.cause, sheet.result) == (day("06-30"), "left", True)
    first = next(each for each in sheet.goals if each.goal == REVENUE)
    assert (first.reviewed_at, first.scored_at) == (on("07-01", 9), on("07-15", 9))
    assert (first.target_before, first.target_after, first.lapses) == (Fraction(1200), Fraction(600), False)
    assert next(each for each in sheet.goals if each.goal == LEARNING).lapses
    without = plan(leavers="none")
    [sheet] = sheet_consequences(people[LIN], [world.sheet()], goals, schedule(), without, day("03-10"))
    assert sheet.result is False


def test_l7_the_preview_of_a_long_leave_says_to_what_targets_are_prorated() -> None:
    people = after(say(GoAway, LIN, "03-10", first="2026-04-01", last="2026-06-30"))
    world = given(active())
    goals = {name: world.goal(name) for name in world.sheet().placements}
    [sheet] = sheet_consequences(people[LIN], [world.sheet()], goals, schedule(), PLAN, day("03-10"))
    [goal] = sheet.goals
    assert (goal.goal, goal.target_before, goal.target_after) == (REVENUE, Fraction(1200), Fraction(900))
    assert sheet.result is None and goal.reviewed_at is None


def test_l7_nothing_follows_for_sheets_that_are_as_they_should_be() -> None:
    world = given(active())
    goals = {name: world.goal(name) for name in world.sheet().placements}
    assert sheet_consequences(COMPANY[LIN], [world.sheet()], goals, schedule(), PLAN, day("03-10")) == []


def test_a_leave_is_refused_before_the_first_day_and_after_it_has_come() -> None:
    refused(say(Leave, LIN, last_day="2019-01-01"), "person.last-day-early")
    gone = after(say(Leave, LIN, last_day="2026-02-27"))
    refused(say(Leave, LIN, "03-10", last_day=None), "person.last-day-come", gone)
    assert events_of(say(Leave, LIN, "03-10", last_day="2026-02-27"), gone) == []
    assert types(events_of(say(Leave, LIN, "02-10", last_day=None), gone)) == ["LeavingWithdrawn"]
    assert events_of(say(Leave, QIAN, last_day=None)) == []


# ---------------------------------------------------------------- away and delegating


def test_a_leave_that_overlaps_another_or_ends_before_it_begins_is_refused() -> None:
    away = after(say(GoAway, LIN, first="2026-04-01", last="2026-06-30"))
    refused(say(GoAway, LIN, first="2026-06-01", last="2026-07-31"), "person.away-already", away)
    refused(say(GoAway, LIN, first="2026-06-02", last="2026-06-01"), "person.days-order")
    assert events_of(say(GoAway, LIN, first="2026-04-01", last="2026-06-30"), away) == []
    refused(say(Return, QIAN, effective="2026-06-01"), "person.not-away")


def test_k5_tasks_pass_to_the_delegate_else_to_the_next_above() -> None:
    assert acting_for(WANG, day("04-10"), COMPANY) == WANG
    away = after(say(GoAway, WANG, first="2026-04-01", last="2026-04-30"))
    assert [acting_for(WANG, day(each), away) for each in ("03-31", "04-01", "05-01")] == [WANG, ZHAO, WANG]
    named = after(say(Delegate, WANG, to=CHEN, first="2026-04-01", last="2026-04-30"), people=away)
    assert acting_for(WANG, day("04-10"), named) == CHEN
    also = after(say(GoAway, CHEN, first="2026-04-06", last="2026-04-12"), people=named)
    assert acting_for(WANG, day("04-10"), also) == ZHAO
    everybody = also
    for who in (ZHAO, LI):
        everybody = after(say(GoAway, who, first="2026-04-01"), people=everybody)
    assert acting_for(WANG, day("04-10"), everybody) is None


def test_k5_what_is_about_somebody_never_passes_to_them() -> None:
    """Wang delegates to Lin: what is Lin's own stays with Wang, and while Wang is away passes to the next above."""
    named = after(say(Delegate, WANG, to=LIN, first="2026-04-01"))
    assert [acting_for(WANG, day("04-10"), named, but) for but in ("", LIN)] == [LIN, WANG]
    away = after(say(GoAway, WANG, first="2026-04-01"), people=named)
    assert acting_for(WANG, day("04-10"), away, LIN) == ZHAO


def test_a_delegate_is_somebody_else_who_is_there() -> None:
    refused(say(Delegate, WANG, to=WANG, first="2026-04-01"), "person.own-delegate")
    refused(say(Delegate, WANG, to="nobody", first="2026-04-01"), "person.delegate-away")
    refused(say(Delegate, WANG, to=CHEN, first="2026-04-02", last="2026-04-01"), "person.days-order")
    assert events_of(say(Delegate, WANG, to=None, first="2026-04-01")) == []


@pytest.mark.parametrize(
    ("last", "least", "has"),
    [
        ("2026-03-31", {"days": 90}, True),
        ("2026-03-30", {"days": 90}, False),
        ("2026-02-28", {"months": 2}, True),
        ("2026-02-27", {"months": 2}, False),
    ],
)
def test_l7_a_sheet_under_the_policys_minimum_has_no_result(
    last: str, least: dict[str, int], has: bool
) -> None:
    rules = plan(minimum=least)
    people = after(say(Leave, LIN, "02-10", last_day=last))
    world = given(active())
    goals = {name: world.goal(name) for name in world.sheet().placements}
    [sheet] = sheet_consequences(people[LIN], [world.sheet()], goals, schedule(), rules, day("02-10"))
    assert sheet.result is has


def test_l7_the_digest_of_some_peoples_sheets_is_the_same_whoever_else_was_asked_about() -> None:
    people = after(say(Join, "new", "05-11", details=NEW), say(Leave, QIAN, last_day="2026-01-15"))
    gone = {**people, "old": after(say(Join, "old", details=person("old", WANG, left=day("01-01"))))["old"]}
    found = [
        planner(gone).additions(first_sheets(), ["company"], day("05-11"), only)
        for only in (["new"], ["new", "old"], ["new", LIN])
    ]
    assert len({each.digest for each in found}) == 1 and found[0].left_out == ()
