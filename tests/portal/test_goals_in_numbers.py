"""Many goals at once: from a table, by a template, from last year; shown first, one result a row, origins on record."""

from collections.abc import AsyncIterator
from pathlib import Path

import openpyxl
import pytest_asyncio

from cairn.settings import Settings
from tests.databases import Databases
from tests.portal.conftest import Cairn, company_of_its_own, environment

HEADER = "工号,代号,目标名称,目标值,单位,预期成果,权重,截止日期"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cairn(
    settings: Settings, databases: Databases, temporal_server: str, files: Path
) -> AsyncIterator[Cairn]:
    """A terminal of a company of this file's own."""
    async with company_of_its_own("cli-goals", settings, databases, temporal_server, files) as own:
        yield Cairn(environment(own))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def years(cairn: Cairn) -> tuple[str, str]:
    """Two cycles that have not begun, everything in them a draft."""
    for cycle in ("2083", "2084"):
        done = await cairn("cycle", "launch", cycle, "--by", "H1", "--yes")
        assert done.code == 0, done.err
    return "2083", "2084"


def written(folder: Path, *rows: str, header: str = HEADER) -> str:
    file = folder / "goals.csv"
    file.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return str(file)


def outcome(row: dict[str, object]) -> tuple[object, ...]:
    return row["holder"], row["key"], row["act"], row["done"]


async def test_a_table_of_goals_is_shown_then_drafted_and_asked_twice_does_nothing(
    cairn: Cairn, years: tuple[str, str], tmp_path: Path
) -> None:
    """Goals typed one by one. What makes room is done first, wherever it stands in the table."""
    file = written(tmp_path, "E1,visits,客户拜访,60,次,,20,", "E1,revenue,,1300,,,60,")
    typed = ("goal", "import", file, "--cycle", years[0], "--by", "H1", "--json")
    shown = await cairn(*typed)
    assert (shown.code, shown.json["done"]) == (0, False), shown.out + shown.err
    plan = [("E1", "revenue", "revise", False), ("E1", "visits", "draft", False)]
    assert [outcome(row) for row in shown.json["rows"]] == plan
    there = await cairn("goal", "list", "--owner", "E1", "--cycle", years[0], "--json")
    assert there.code == 0 and "visits" not in there.out, "a look hands nothing in"
    done = await cairn(*typed, "--yes")
    assert done.code == 0, done.out
    assert [outcome(row) for row in done.json["rows"]] == [(*row[:3], True) for row in plan]
    again = await cairn(*typed, "--yes")
    assert [row["act"] for row in again.json["rows"]] == ["same", "same"]


async def test_bad_rows_and_rows_that_the_rules_refuse_are_told_at_once(
    cairn: Cairn, years: tuple[str, str], tmp_path: Path
) -> None:
    file = written(tmp_path, "E1,visits,客户拜访,many,次,,20,", "E2,revenue,,1300,,,160,", "E3,x,,5,,,10,")
    said = await cairn("goal", "import", file, "--cycle", years[0], "--by", "H1", "--json")
    assert said.code == 1, said.out
    assert [each["row"] for each in said.json["problems"]] == [2, 3, 4]


async def test_the_origin_of_a_target_can_be_told(
    cairn: Cairn, years: tuple[str, str], tmp_path: Path
) -> None:
    """The origin of a target unknown. File, row, who and when; the template it came with at the launch."""
    file = written(tmp_path, "family:sales", "E2,900", header="工号,目标值")
    typed = (
        "goal",
        "import",
        file,
        "--cycle",
        years[0],
        "--template",
        "sales.revenue",
        "--by",
        "H1",
        "--yes",
    )
    done = await cairn(*typed, "--partly", "--json")
    assert {row["act"] for row in done.json["rows"]} <= {"same", "revise"}, done.out
    shown = (await cairn("goal", "show", f"goal-{years[0]}-E2-1", "--json")).json
    origin = shown["target_from"]
    assert (origin["origin"], origin["by"]) == (
        {"file": "goals.csv", "row": 3, "template": "sales.revenue"},
        "H1",
    )
    said = await cairn("goal", "show", f"goal-{years[0]}-E2-1")
    assert "goals.csv 第 3 行" in said.out and "H1 叶知秋" in said.out
    assert "goals.csv 第 3 行" in (await cairn("replay", f"goal-{years[0]}-E2-1")).out
    launched = await cairn("goal", "show", f"goal-{years[1]}-E2-1")
    assert "启动" in launched.out and "tiny@" in launched.out
    quotas = written(tmp_path, "E3,revenue,Y,950", header="工号,目标,考核期,目标值")
    again = await cairn("targets", "import", quotas, "--cycle", years[1], "--by", "H1", "--yes")
    assert again.code == 0, again.out
    assert "goals.csv 第 2 行" in (await cairn("goal", "show", f"goal-{years[1]}-E3-1")).out


async def test_the_origin_of_a_target_set_before_the_launch_can_be_told(cairn: Cairn, tmp_path: Path) -> None:
    """The origin of a target unknown. The quota's file and row stay with the goal that the launch makes of it."""
    quotas = written(tmp_path, "E1,revenue,Y,1111", header="工号,目标,考核期,目标值")
    assert (await cairn("targets", "import", quotas, "--cycle", "2085", "--by", "H1")).code == 0
    assert (await cairn("cycle", "launch", "2085", "--by", "H1", "--yes")).code == 0
    shown = await cairn("goal", "show", "goal-2085-E1-1")
    assert "goals.csv 第 2 行" in shown.out and "启动前由 H1 叶知秋 设定" in shown.out


async def test_bad_rows_and_refused_ones_leave_everything_as_it_was(
    cairn: Cairn, years: tuple[str, str], tmp_path: Path
) -> None:
    bad = written(tmp_path, "E9,a,目标,1,,,5,", "E4,a,目标,1,,,5,")
    said = await cairn("goal", "import", bad, "--cycle", years[1], "--by", "H1", "--yes", "--json")
    assert (said.code, [each["row"] for each in said.json["problems"]]) == (1, [2, 3])
    file = written(tmp_path, "E3,extra,额外目标,1,,,10,", "E3,revenue,,1100,,,,")
    typed = ("goal", "import", file, "--cycle", years[1], "--by", "H1", "--yes", "--json")
    none = await cairn(*typed)
    assert (none.code, none.json.get("done")) == (1, False), none.out
    assert [row["refused"] for row in none.json["rows"]] == ["sheet.over", None]
    partly = await cairn(*typed, "--partly")
    assert [outcome(row) for row in partly.json["rows"]] == [
        ("E3", "extra", "refused", False), ("E3", "revenue", "revise", True),
    ]  # fmt: skip
    mine = await cairn("goal", "import", file, "--cycle", years[1], "--by", "E1", "--json")
    assert {row["refused"] for row in mine.json["rows"]} == {"goal.not-yours"}


async def test_a_goal_that_is_no_draft_any_more_is_refused_unless_it_is_so_already(
    cairn: Cairn, years: tuple[str, str], tmp_path: Path
) -> None:
    goal = f"goal-{years[1]}-E1-1"
    assert (await cairn("goal", "submit", goal, "--by", "E1")).code == 0
    typed = ("--cycle", years[1], "--by", "H1", "--json")
    other = await cairn("goal", "import", written(tmp_path, "E1,revenue,,1400,,,,"), *typed)
    assert [row["refused"] for row in other.json["rows"]] == ["goal.not-a-draft"]
    same = await cairn("goal", "import", written(tmp_path, "E1,revenue,,1200,,,,"), *typed)
    assert [row["act"] for row in same.json["rows"]] == ["same"]
    assert (await cairn("goal", "recall", goal, "--by", "E1")).code == 0


async def test_copied_goals_that_can_be_edited(cairn: Cairn, years: tuple[str, str], tmp_path: Path) -> None:
    """Copied goals that cannot be edited. Carried over they are drafts like any other: targets kept, revised and
    cancelled at will, their origin told."""
    file = written(
        tmp_path,
        "E3,revenue,,,,,70,",
        "E3,visits,客户拜访,60,次,,10,",
        "E3,lead,带教,,,带一名新人,0,2083-06-30",
    )
    assert (await cairn("goal", "import", file, "--cycle", years[0], "--by", "E3", "--yes")).code == 0
    typed = ("goal", "carry-over", "--from", years[0], "--cycle", years[1], "--by", "E3", "--json")
    shown = await cairn(*typed)
    assert shown.code == 0, shown.out + shown.err
    assert [outcome(row) for row in shown.json["rows"]] == [
        ("E3", "visits", "draft", False), ("E3", "lead", "draft", False),
    ]  # fmt: skip
    assert {each["code"] for each in shown.json["left_out"]} == {"there"}
    assert [row["short"] for row in shown.json["rows"]] == ["10", None], "the new sheet is full: 0 and named"
    done = await cairn(*typed, "--yes")
    assert done.code == 0, done.out
    visits, lead = (row["goal"] for row in done.json["rows"])
    goal = (await cairn("goal", "show", visits, "--json")).json
    assert (goal["goal"]["stage"], goal["goal"]["measure"]["target"]) == ("draft", "60")
    assert goal["target_from"]["carried_from"] == f"goal-{years[0]}-E3-3"
    assert (await cairn("goal", "show", lead, "--json")).json["goal"]["measure"]["due"] == "2084-06-30"
    assert f"沿用自 goal-{years[0]}-E3-3" in (await cairn("goal", "show", visits)).out
    revised = await cairn("goal", "revise", visits, "--target", "80", "--by", "E3")
    assert revised.code == 0, revised.err
    after = (await cairn("goal", "show", visits, "--json")).json
    assert after["goal"]["measure"]["target"] == "80" and after["carried_from"] == f"goal-{years[0]}-E3-3"
    gone = await cairn("goal", "cancel", lead, "--reason", "不再需要", "--by", "M1")
    assert gone.code == 0, gone.err


async def test_gaps_of_the_cascade_name_who_can_mend_them(cairn: Cairn, years: tuple[str, str]) -> None:
    """A duty that serves nothing is its owner's and their manager's to align; learning need serve nothing."""
    found = (await cairn("cascade", years[0], "--gaps", "--json")).json["gaps"]
    assert {each["code"] for each in found} == {"alone"}
    mine = next(each for each in found if each["goal"] == f"goal-{years[0]}-E2-1")
    assert (mine["who"], mine["mend"]) == (
        ["E2", "M1"],
        f"cairn goal align goal-{years[0]}-E2-1 --parent …",
    )
    assert f"goal-{years[0]}-E2-2" not in {each["goal"] for each in found}
    said = await cairn("cascade", years[0], "--gaps")
    assert "谁能补上" in said.out and "M1 陆一鸣" in said.out


async def test_exported_goals_import_again_as_they_are_and_a_filled_template_drafts(
    cairn: Cairn, years: tuple[str, str], tmp_path: Path
) -> None:
    cycle, file = years[1], str(tmp_path / "goals.xlsx")
    told = ("--weight", "0", "--by", "E2")
    for n, typed in ((3, ("--title", "=1+1；客户", "--target", "0.1", "--unit", "次")), (4, TASK)):
        done = await cairn("goal", "draft", f"goal-{cycle}-E2-{n}", *typed, *told)
        assert done.code == 0, done.err
    done = await cairn("goal", "export", file, "--cycle", cycle)
    assert done.code == 0, done.err
    again = await cairn("goal", "import", file, "--cycle", cycle, "--by", "H1", "--json")
    assert again.code == 0, again.out + again.err
    assert len(again.json["rows"]) >= 6 and {row["act"] for row in again.json["rows"]} == {"same"}

    template = str(tmp_path / "template.xlsx")
    done = await cairn("goal", "export", template, "--cycle", cycle, "--template", "--lang", "en")
    assert done.code == 0, done.err
    book = openpyxl.load_workbook(template)
    book.worksheets[0].append(["E3", "phone", "-5 visits", "Job duties", 60, "visits", "higher is better"])
    book.save(template)
    filled = await cairn("goal", "import", template, "--cycle", cycle, "--by", "H1", "--json")
    assert [(row["holder"], row["act"]) for row in filled.json["rows"]] == [("E3", "draft")], filled.err
    book.worksheets[0]["C2"] = "=1+1"
    book.save(template)
    refused = await cairn("goal", "import", template, "--cycle", cycle, "--by", "H1", "--json")
    assert [(each["row"], each["column"]) for each in refused.json["problems"]] == [(2, "title")]


TASK = (
    "--title",
    "二期上线",
    "--criterion",
    "上线；缺陷率≤0.3%",
    "--criterion",
    "-5 °C 下可用",
    "--due",
    "2084-09-30",
)


async def test_an_exported_roster_and_exported_targets_import_again_as_they_are(
    cairn: Cairn, years: tuple[str, str], tmp_path: Path
) -> None:
    roster, file = str(tmp_path / "roster.xlsx"), str(tmp_path / "targets.xlsx")
    quotas = written(tmp_path, "E1,revenue,Y,1300.5", "E2,revenue,Y,900", header="holder,goal,period,target")
    done = await cairn("roster", "export", roster)
    assert done.code == 0, done.err
    same = await cairn("roster", "import", roster, "--by", "H1", "--json")
    assert (same.code, same.json["events"], same.json["people"]) == (0, 0, 6), same.err
    for each in (quotas, file):
        done = await cairn("targets", "import", each, "--cycle", "2098", "--by", "H1", "--json")
        assert done.code == 0, done.err
        exported = await cairn("targets", "export", file, "--cycle", "2098")
        assert exported.code == 0, exported.err
    assert (done.json["rows"], done.json["new"]) == (2, 0)
    wrong = await cairn("roster", "export", str(tmp_path / "roster.csv"), "--lang", "en")
    assert wrong.code == 2 and "ends in .xlsx" in wrong.err
