"""Whole sheets, adjustments that add and end goals, HR's decisions, and what somebody named may read, as typed."""

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
import pytest_asyncio

from cairn.application.access import Circle, Shown
from cairn.domain.people import Person
from cairn.domain.policy import Transparency
from cairn_portal.reading.viewing import Viewer
from tests.portal.conftest import Cairn

TODAY = date.today()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(cairn: Cairn) -> AsyncIterator[str]:
    """A cycle that runs since half a year: execution has begun, approvals were due long ago. It is given up at the end,
    so that it waits for nobody in other tests."""
    starts, ends = TODAY - timedelta(days=150), TODAY + timedelta(days=200)
    typed = ("--starts", starts.isoformat(), "--ends", ends.isoformat())
    done = await cairn("cycle", "launch", "running", *typed, "--by", "H1", "--yes")
    assert done.code == 0, done.err
    yield "running"
    done = await cairn("cycle", "abandon", "running", "--reason", "the tests are over", "--by", "H1", "--yes")
    assert done.code == 0, done.err


async def in_force(cairn: Cairn, cycle: str, who: str) -> None:
    sheet = f"{cycle}-{who}-1"
    submitted = await cairn("sheet", "submit", sheet, "--by", who, "--json")
    assert (submitted.code, submitted.json["done"]) == (0, 2), submitted.err
    approved = await cairn("sheet", "approve", sheet, "--by", "M1")
    assert approved.code == 0, approved.err


async def test_a_whole_sheet_is_submitted_and_approved_at_once(cairn: Cairn, running: str) -> None:
    before = (await cairn("sheet", "show", f"{running}-E1-1", "--json")).json["lacks"]
    assert before["whole"] is False and len(before["goals"]) == 2
    await in_force(cairn, running, "E1")
    shown = await cairn("sheet", "show", f"sheet-{running}-E1-1", "--json")
    assert shown.json["lacks"]["whole"] is True
    again = await cairn("sheet", "approve", f"{running}-E1-1", "--by", "M1")
    assert (again.code, "没有可做的" in again.out) == (0, True)


async def test_where_one_goal_would_refuse_none_is_done(cairn: Cairn, running: str) -> None:
    draft = await cairn(
        "goal", "revise", f"goal-{running}-E2-1", "--weight", "70", "--by", "E2", "--lang", "en"
    )
    assert draft.code == 0, draft.err
    said = await cairn("sheet", "submit", f"{running}-E2-1", "--by", "E2", "--json")
    assert (said.code, said.json["done"]) == (1, 0)
    assert {each["refused"] for each in said.json["answers"]} == {"sheet.not-whole"}
    rows = (await cairn("goal", "list", "--owner", "E2", "--cycle", running, "--json")).json
    assert {each["stage"] for each in rows} == {"draft"}


async def test_a_running_goal_is_replaced_by_manager_and_hr_and_the_new_one_runs(
    cairn: Cairn, running: str
) -> None:
    goal, new = f"goal-{running}-E1-1", f"goal-{running}-E1-7"
    alone = await cairn("goal", "cancel", goal, "--reason", "x", "--by", "H1", "--lang", "en")
    assert (alone.code, "cairn goal adjust" in alone.err) == (1, True)
    measure = {"kind": "kpi", "unit": "%", "aggregation": "mean", "target": 90}
    facts = json.dumps({"goal": new, "key": "csat", "title": "客户满意度", "measure": measure})
    typed = ("--replace", facts, "--reason", "市场变化", "--by", "E1")
    asked = await cairn("goal", "adjust", goal, *typed)
    assert asked.code == 0, asked.err
    for by in ("M1", "H1"):
        confirmed = await cairn("goal", "confirm", goal, "--by", by)
        assert confirmed.code == 0, confirmed.err
    shown = (await cairn("sheet", "show", f"{running}-E1-1", "--json")).json
    assert shown["lacks"]["whole"] is True and new in shown["sheet"]["placements"]
    assert shown["sheet"]["used"] == "5.00"
    checked = await cairn("goal", "check-in", new, "--value", "91", "--by", "E1")
    assert checked.code == 0, checked.err
    assert "客户满意度 80% ≥ 90 %" in (await cairn("replay", goal)).out.replace("\n", "")
    story = (await cairn("replay", new, "--json")).json["events"]
    assert {"GoalDrafted", "GoalApproved", "GoalActivated", "GoalPlaced"} <= {each["type"] for each in story}


async def test_hr_extends_a_sheet_that_is_not_whole_and_it_is_listed(cairn: Cairn, running: str) -> None:
    until = (TODAY + timedelta(days=10)).isoformat()
    listed = (await cairn("sheet", "list", running, "--json")).json
    assert f"sheet-{running}-E3-1" in {each["sheet"] for each in listed}
    typed = ("--until", until, "--reason", "出差", "--by")
    assert (await cairn("sheet", "extend", f"{running}-E3-1", *typed, "E3")).code == 1
    done = await cairn("sheet", "extend", f"{running}-E3-1", *typed, "H1")
    assert done.code == 0, done.err
    assert until in (await cairn("sheet", "show", f"{running}-E3-1")).out


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("record-incident", "merit", "--times", "1000000000", "--reason", "x"), "times"),
        (("record-incident", "merit", "--reason", "a\x01b"), "reason"),
        (("extend", "--until", "2026-12-01", "--reason", "a\x01b"), "reason"),
    ],
)
async def test_what_no_sheet_can_hold_is_refused_by_its_field(
    cairn: Cairn, running: str, typed: tuple[str, ...], says: str
) -> None:
    command, *rest = typed
    said = await cairn("sheet", command, f"{running}-E3-1", *rest, "--by", "H1", "--lang", "en")
    assert said.code in (1, 2) and says in said.err and "inside the program" not in said.err, said.err


async def test_going_on_without_a_dimension_takes_hr_and_the_committee(cairn: Cairn, running: str) -> None:
    sheet = f"{running}-E3-1"
    refused = await cairn("sheet", "go-on", sheet, "--reason", "离岗培训", "--by", "H1", "--json")
    assert (refused.code, refused.json["done"]) == (1, 0)
    typed = ("--dimension", "capability", "--reason", "离岗培训", "--by")
    assert (await cairn("sheet", "waive", sheet, *typed, "H1")).code == 0
    assert (await cairn("sheet", "waive", sheet, *typed, "H1", "--as", "committee")).code == 1
    done = await cairn("sheet", "waive", sheet, *typed, "M1", "--as", "committee", "--json")
    assert (done.code, done.json["sheet"]["without"]) == (0, ["capability"])
    gone = await cairn("goal", "cancel", f"goal-{running}-E3-2", "--reason", "离岗培训", "--by", "H1")
    assert gone.code == 0, gone.err


async def test_who_is_named_as_reader_sees_what_the_policy_lets_them(cairn: Cairn, running: str) -> None:
    goal = f"goal-{running}-E1-2"
    as_colleague = await cairn("goal", "show", goal, "--as", "E2", "--json")
    assert as_colleague.code == 0 and as_colleague.json["progress"] is None
    assert (await cairn("scores", goal, "--as", "E2", "--lang", "en")).code == 1
    for reader in ("E1", "M1", "H1"):
        assert (await cairn("scores", goal, "--as", reader)).code == 0
    rows = (await cairn("goal", "list", "--owner", "E1", "--cycle", running, "--as", "E2", "--json")).json
    assert rows
    gone = await cairn("goal", "show", goal, "--as", "E4")
    assert (gone.code, "已离职" in gone.err) == (1, True)


@pytest.mark.parametrize(("reader", "seen"), [("E1", True), ("M1", True), ("E2", False)])
async def test_comments_are_left_out_of_the_story_for_others(
    cairn: Cairn, running: str, reader: str, seen: bool
) -> None:
    goal = f"goal-{running}-E1-2"
    await cairn("goal", "check-in", goal, "--note", "谈判课已报名", "--by", "E1", "--id", "the-note")
    said = await cairn("replay", goal, "--as", reader, "--json")
    assert said.code == 0, said.err
    assert ("谈判课已报名" in said.out) is seen


def test_M6_what_others_reached_is_not_read_off_the_goal_that_is_computed_from_them() -> None:
    """E1 reads their own score, and not the scores of others that it counts."""
    score = {"points": "80", "inputs": {"upto": 7, "sources": [{"stream": "goal-2026-E2-1", "value": "20"}]}}
    mine = Shown("E1", "M1", "D1")
    someone = Person(id="E1", name="周敏", department="D1", family="sales", hired=TODAY)
    named = Viewer(someone, Circle({"E1": someone}, {"E1"}, Transparency()))
    assert named.of_event("GoalScored", score, mine) == {"points": "80", "inputs": {"upto": 7}}
    assert Viewer(None, None).of_event("GoalScored", score, mine) == score


async def test_hr_abandons_a_cycle_and_hears_what_is_lost(cairn: Cairn) -> None:
    starts, ends = TODAY + timedelta(days=40), TODAY + timedelta(days=400)
    typed = ("--starts", starts.isoformat(), "--ends", ends.isoformat(), "--by", "H1", "--yes")
    assert (await cairn("cycle", "launch", "mistaken", *typed)).code == 0
    unsure = await cairn("cycle", "abandon", "mistaken", "--reason", "重复启动", "--by", "H1", "--lang", "en")
    assert (unsure.code, "10 of 10 goals" in unsure.err) == (2, True)
    assert (await cairn("cycle", "abandon", "mistaken", "--reason", "x", "--by", "E1", "--yes")).code == 1
    done = await cairn(
        "cycle", "abandon", "mistaken", "--reason", "重复启动", "--by", "H1", "--yes", "--json"
    )
    assert (done.code, done.json["open_goals"], done.json["without_result"]) == (0, 10, 5), done.err
    rows = (await cairn("goal", "list", "--cycle", "mistaken", "--json")).json
    assert {each["stage"] for each in rows} == {"cancelled"}
    late = await cairn("goal", "submit", "goal-mistaken-E1-1", "--by", "E1")
    assert late.code == 1
