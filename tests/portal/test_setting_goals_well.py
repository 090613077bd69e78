"""Goal setting at the command line: hints while a goal is set, parts that name departments, interviews on record."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from cairn.settings import Settings
from tests.databases import Databases
from tests.portal.conftest import POLICY, Cairn, company_of_its_own, environment

LETTERS = ("--specific", "--measurable", "--achievable", "--relevant", "--time-bound")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cairn(
    settings: Settings, databases: Databases, temporal_server: str, files: Path
) -> AsyncIterator[Cairn]:
    """A terminal of a company of this file's own."""
    async with company_of_its_own("cli-setting", settings, databases, temporal_server, files) as own:
        yield Cairn(environment(own))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cycle(cairn: Cairn) -> str:
    """A cycle of its own, long before any of its dates."""
    done = await cairn("cycle", "launch", "2085", "--by", "H1", "--yes")
    assert done.code == 0, done.err
    return "2085"


async def test_an_interview_for_the_whole_sheet_is_shown_and_replayed(cairn: Cairn, cycle: str) -> None:
    agreed = ("--agreed", "全年 1,200 万，季度复盘", "--on", "2026-01-08")
    said = await cairn("goal", "interview", f"{cycle}-E1-1", "--sheet", *agreed, "--by", "M1", "--json")
    assert (said.code, said.json["done"]) == (0, 2), said.out
    shown = await cairn("goal", "show", f"goal-{cycle}-E1-2", "--json")
    [held] = shown.json["interviews"]
    assert (held["on"], held["participants"]) == ("2026-01-08", ["E1", "M1"])
    assert "E1 周敏" in (await cairn("goal", "show", f"goal-{cycle}-E1-2")).out
    assert "季度复盘" in (await cairn("replay", f"goal-{cycle}-E1-1")).out


async def test_M6_a_goal_is_aligned_with_a_weight_that_is_shown_and_replayed(
    cairn: Cairn, cycle: str
) -> None:
    goal, above = f"goal-{cycle}-E3-1", f"goal-{cycle}-M1-1"
    roll_up = {"kind": "kpi", "computed": "children"}
    revised = await cairn("goal", "revise", above, "--measure", json.dumps(roll_up), "--by", "M1")
    assert revised.code == 0, revised.err
    assert "取对齐目标完成率的加权平均" in (await cairn("goal", "show", above)).out
    beside = ("--parent", above, "--by", "E3", "--lang", "en")
    zero = await cairn("goal", "align", goal, *beside, "--weight", "0")
    assert (zero.code, "Traceback" in zero.err) == (1, False) and "weight" in zero.err
    words = await cairn("goal", "align", goal, *beside, "--weight", "three")
    assert words.code != 0 and "--weight" in words.err
    aligned = await cairn("goal", "align", goal, *beside, "--weight", "3")
    assert aligned.code == 0, aligned.err
    shown = await cairn("goal", "show", goal, "--lang", "en")
    assert f"{above}, where its weight is 3" in shown.out
    assert "weight there  3" in (await cairn("replay", goal, "--lang", "en")).out
    circle = await cairn("goal", "align", above, "--parent", goal, "--by", "M1", "--lang", "en")
    assert (circle.code, "a goal serves neither itself nor a goal that serves it" in circle.err) == (1, True)


async def test_an_interview_with_somebody_unknown_or_without_words_is_refused(
    cairn: Cairn, cycle: str
) -> None:
    goal = f"goal-{cycle}-E2-1"
    said = await cairn(
        "goal", "interview", goal, "--agreed", "x", "--with", "E2", "--with", "E99", "--by", "M1"
    )
    assert (said.code, "E99" in said.err) == (1, True)
    assert (await cairn("goal", "interview", goal, "--by", "M1")).code == 2


async def test_hints_are_told_while_a_goal_is_set(cairn: Cairn, cycle: str) -> None:
    goal = f"goal-{cycle}-E2-2"
    hints = (await cairn("goal", "show", goal, "--json")).json["hints"]
    assert [hint["code"] for hint in hints] == ["no-parent", "no-date"]
    said = await cairn("goal", "revise", goal, "--due", "2085-06-30", "--by", "E2", "--lang", "en")
    assert said.code == 0 and "it serves no goal of the tier above" in said.err
    shown = await cairn("goal", "show", goal, "--json")
    assert [hint["code"] for hint in shown.json["hints"]] == ["no-parent"]
    assert shown.json["goal"]["measure"]["due"] == "2085-06-30"
    kpi = await cairn("goal", "revise", f"goal-{cycle}-E2-1", "--due", "2085-06-30", "--by", "E2")
    assert kpi.code == 2


async def test_five_blanks_are_no_smart_check(cairn: Cairn, cycle: str) -> None:
    blank = [word for letter in LETTERS for word in (letter, " ")]
    said = await cairn("goal", "check-smart", f"goal-{cycle}-E2-1", *blank, "--by", "E2", "--lang", "en")
    assert said.code == 1
    assert "specific, measurable, achievable, relevant, time-bound" in said.err


async def test_a_part_of_a_department_that_nobody_knows_is_refused_with_those_there_are(
    cairn: Cairn, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.yaml"
    goal = "{key: customers, kind: kpi, title: 新客户, weight: 100, target: 30, unit: 家}"
    policy.write_text(f"{POLICY}department_template:\n  - {goal}\n", encoding="utf-8")
    assert (await cairn("policy", "adopt", str(policy), "--by", "H1")).code == 0
    assert (await cairn("cycle", "launch", "2083", "--by", "H1", "--yes")).code == 0
    typed = ("goal", "decompose", "goal-2083-department.D1-1", "--by", "H1")
    said = await cairn(*typed, "--part", "D9:东区:20", "--part", "D1:西区:10", "--lang", "en")
    assert said.code == 1 and "no such departments: D9" in said.err and "D1 D1" in said.err
    done = await cairn(*typed, "--part", "D1:东区:20", "--part", "D1:西区:5", "--lang", "en")
    assert done.code == 0 and "the parts' targets sum to 25, the goal's target is 30" in done.err
