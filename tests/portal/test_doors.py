"""What people type and hand in: it does what it says, or it is refused in words with nothing changed."""

import shlex
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from cairn.application import Application
from cairn.domain.people import Person
from cairn.privacy import WrappingKeys
from cairn.settings import Settings
from cairn_portal.servers.migrate import migrate_all
from tests.databases import Databases
from tests.portal.conftest import ROSTER, Cairn, company_of_its_own, environment

NAMESPACE = "cli-doors"
ROWS = ROSTER.strip().splitlines()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(
    settings: Settings, databases: Databases, temporal_server: str, files: Path
) -> AsyncIterator[Settings]:
    """A company of this file's own, with worker, policy and roster; its namespace too, which has one starter."""
    async with company_of_its_own(NAMESPACE, settings, databases, temporal_server, files) as own:
        yield own


@pytest_asyncio.fixture(loop_scope="session")
async def cairn(company: Settings) -> Cairn:
    """A terminal of that company."""
    return Cairn(environment(company))


async def people(company: Settings) -> dict[str, Person]:
    """Everybody as the log has them now."""
    async with Application.open(company.database or "", WrappingKeys(), name="test", size=2) as application:
        return (await application.people.roster()).by_id()


def written(folder: Path, rows: Iterable[str], name: str = "roster.csv") -> str:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


def without_roles(row: str) -> str:
    return row.rsplit(",", 1)[0]


async def test_the_same_people_without_the_column_roles_keep_their_roles(
    company: Settings, cairn: Cairn, tmp_path: Path
) -> None:
    before = await people(company)
    said = await cairn(
        "roster", "import", written(tmp_path, map(without_roles, ROWS)), "--by", "H1", "--json"
    )
    assert (said.code, said.json["events"]) == (0, 0)
    assert await people(company) == before and before["H1"].roles == ("hr",)


async def test_the_last_hr_cannot_be_removed_by_an_empty_cell(
    company: Settings, cairn: Cairn, tmp_path: Path
) -> None:
    before = await people(company)
    rows = [row.removesuffix("HR") for row in ROWS]
    said = await cairn("roster", "import", written(tmp_path, rows), "--by", "H1", "--json")
    [told] = said.json["problems"]
    assert (told["row"], told["column"], told["code"]) == (2, "角色", "refusal:roster.last-hr")
    assert "H1" in told["sentence"]
    assert await people(company) == before


async def test_three_new_people_are_checked_and_imported_beside_a_manager_who_is_known(
    company: Settings, cairn: Cairn, tmp_path: Path
) -> None:
    """And whoever imports does not make somebody who is here report to themselves: told in the row, also by a check."""
    new = [f"N{n},江雨{n},D1,客户经理,销售,{manager},2026-09-01,,"
           for n, manager in enumerate(("M1", "陆一鸣", "N0"))]  # fmt: skip
    before = await people(company)
    typed = ("roster", "import", written(tmp_path, [ROWS[0], *new]), "--by", "H1", "--json")
    checked = await cairn(*typed, "--check-only")
    assert (checked.code, checked.json["people"]) == (0, 3)
    own = ROWS[3].replace(",M1,", ",H1,")
    for way in ((), ("--check-only",)):
        refused = await cairn(
            "roster", "import", written(tmp_path, [ROWS[0], *new, own]), "--by", "H1", "--json", *way
        )
        [told] = refused.json["problems"]
        assert (told["row"], told["column"], told["code"]) == (5, "直接上级", "refusal:move.to-oneself")
    written(tmp_path, [ROWS[0], *new])
    said = await cairn(*typed)
    assert (said.code, said.json["events"]) == (0, 3), said.err
    after = await people(company)
    assert [after[f"N{n}"].manager for n in range(3)] == ["M1", "M1", "N0"]
    assert {id: each for id, each in after.items() if id in before} == before
    last = ("--last-day", "2030-01-31", "--by", "H1", "--yes", "--json")
    assert (await cairn("roster", "import", written(tmp_path, ROWS), *last)).code == 0


async def test_the_last_hr_cannot_be_removed_by_a_day_of_leaving(cairn: Cairn, tmp_path: Path) -> None:
    alone = [row.replace("经理,销售,H1", "经理,销售,") for row in ROWS]
    rows = [row.replace("2020-01-01,,HR", "2020-01-01,2030-01-31,HR") for row in alone]
    said = await cairn("roster", "import", written(tmp_path, rows), "--by", "H1", "--json")
    [told] = said.json["problems"]
    assert (told["row"], told["column"], told["code"]) == (2, "离职日期", "refusal:roster.last-hr")


async def test_nobody_lets_themselves_go_with_a_table_in_which_they_are_not(
    company: Settings, cairn: Cairn, tmp_path: Path
) -> None:
    """H1 imports; without their own row they would leave, and with them the last HR."""
    before = await people(company)
    alone = [row.replace("经理,销售,H1", "经理,销售,") for row in ROWS if not row.startswith("H1,")]
    typed = ("--last-day", "2030-01-31", "--by", "H1", "--yes", "--json")
    said = await cairn("roster", "import", written(tmp_path, alone), *typed)
    assert (said.code, said.json["error"]) == (1, "roster.without-oneself"), said.out
    assert await people(company) == before


async def test_the_last_hr_does_not_leave_with_a_table_that_takes_their_own_role_from_whoever_imports(
    company: Settings, cairn: Cairn, tmp_path: Path
) -> None:
    """The other one is HR and here, and not in the table."""
    other = ROWS[-2].replace("E", "X", 1) + "HR"
    assert other.startswith("X") and other.endswith("2020-01-01,,HR"), other
    assert (await cairn("roster", "import", written(tmp_path, [*ROWS, other]), "--by", "H1")).code == 0
    before = await people(company)
    rows = [row.removesuffix("HR") for row in ROWS]
    typed = ("--last-day", "2030-01-31", "--by", "H1", "--yes", "--json")
    said = await cairn("roster", "import", written(tmp_path, rows), *typed)
    assert (said.code, said.json["error"]) == (1, "roster.last-hr"), said.out
    assert await people(company) == before
    assert (await cairn("roster", "import", written(tmp_path, ROWS), *typed)).code == 0


async def test_a_first_roster_in_which_nobody_is_hr_is_refused(
    settings: Settings, databases: Databases, tmp_path: Path
) -> None:
    dsn = await databases.empty()
    await migrate_all(dsn)
    fresh = Cairn(environment(settings.model_copy(update={"database": dsn})))
    rows = written(tmp_path, [row.removesuffix("HR") for row in ROWS])
    said = await fresh("roster", "import", rows, "--by", "H1", "--json")
    assert (said.code, [each["code"] for each in said.json["problems"]]) == (1, ["refusal:roster.no-hr"])
    await databases.drop(dsn)


async def test_a_leave_and_a_move_of_the_same_person_in_one_import_are_both_recorded(
    company: Settings, cairn: Cairn, tmp_path: Path
) -> None:
    moved = ROWS[-2].replace("M1,2020-01-01,", "E1,2020-01-01,2030-06-30")
    said = await cairn("roster", "import", written(tmp_path, [*ROWS[:-2], moved]), "--by", "H1", "--json")
    assert (said.code, said.json["events"]) == (0, 2)
    e3 = (await people(company))["E3"]
    assert (e3.manager, str(e3.left)) == ("E1", "2030-06-30")
    again = await cairn("roster", "import", written(tmp_path, [*ROWS[:-2], moved]), "--by", "H1", "--json")
    assert again.json["events"] == 0


async def test_a_department_by_its_name_where_the_log_has_it_by_an_id_is_told(
    cairn: Cairn, tmp_path: Path
) -> None:
    """Doors, unknown names: a department by name and by id: a second department."""
    table = written(tmp_path, ["部门编号,部门名称,负责人,上级部门", "D1,销售一部,M1,"], "departments.csv")
    known = await cairn(
        "roster", "import", written(tmp_path, ROWS), "--departments", table, "--by", "H1", "--json"
    )
    assert (known.code, known.json["changes"]["second"]) == (0, []), known.out
    named = [row.replace(",D1,", ",销售一部,") if row.startswith("E2,") else row for row in ROWS]
    asked = ("roster", "import", written(tmp_path, named), "--by", "H1")
    assert (await cairn(*asked, "--json")).json["changes"]["second"] == [["销售一部", "D1"]]
    assert (await cairn("roster", "import", written(tmp_path, ROWS), "--by", "H1")).code == 0
    named = [row.replace(",D1,", ",D1 ,") for row in ROWS]
    said = await cairn("roster", "import", written(tmp_path, named), "--by", "H1", "--json")
    assert said.json["changes"]["second"] == []


async def test_the_targets_of_a_cycle_are_listed_with_their_origin(cairn: Cairn, tmp_path: Path) -> None:
    first = ["工号,目标,考核期,目标值", "E1,revenue,Q1,100", "E2,revenue,Q1,200"]
    then = ["工号,目标,考核期,目标值", "E2,revenue,Q1,250"]
    for name, rows in (("quotas.csv", first), ("corrected.csv", then)):
        done = await cairn(
            "targets", "import", written(tmp_path, rows, name), "--cycle", "2093", "--by", "H1"
        )
        assert done.code == 0, done.err
    said = await cairn("targets", "list", "2093", "--json")
    assert [(row["holder"], row["goal"], row["period"], row["target"]) for row in said.json] == [
        ("E1", "revenue", "Q1", "100"),
        ("E2", "revenue", "Q1", "250"),
    ]
    assert [(row["source"], row["by"]) for row in said.json] == [
        ("quotas.csv", "H1"),
        ("corrected.csv", "H1"),
    ]
    assert "corrected.csv" in (await cairn("targets", "list", "2093")).out
    assert "2092" in (await cairn("targets", "list", "2092", "--lang", "en")).out


async def test_the_launch_command_that_a_preview_prints_works_as_printed(cairn: Cairn) -> None:
    days = ("--starts", "2089-04-01", "--ends", "2090-03-31")
    shown = await cairn("cycle", "preview", "FY90", *days, "--title", "2089 财年 (新)", "--lang", "en")
    (line,) = (line for line in shown.err.splitlines() if "cairn cycle launch" in line)
    program, *typed = shlex.split(line[line.index("cairn cycle launch") :])
    said = await cairn(*typed, "--json")
    assert (program, said.code) == ("cairn", 0), said.out
    assert said.json["goals"] == said.json["planned"] > 0


async def test_a_late_launch_tells_what_has_passed_and_moves_goal_setting_as_asked(cairn: Cairn) -> None:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    days = ("--starts", str(today - timedelta(days=60)), "--ends", str(today + timedelta(days=300)))
    late = await cairn("cycle", "preview", "LATE", *days, "--json")
    assert [each["name"] for each in late.json["passed"]] == ["drafts_due", "approvals_due"]
    assert "--shift today" in (await cairn("cycle", "preview", "LATE", *days)).out
    moved = await cairn("cycle", "preview", "LATE", *days, "--shift", "today", "--json")
    assert moved.json["passed"] == [] and moved.json["digest"] != late.json["digest"]
    assert datetime.fromisoformat(moved.json["schedule"]["drafts_due"]).date() >= today + timedelta(days=15)
    shown = await cairn("cycle", "preview", "LATE", *days, "--shift", "today")
    (line,) = (line for line in shown.err.splitlines() if "cairn cycle launch" in line)
    _, *typed = shlex.split(line[line.index("cairn cycle launch") :])
    assert typed[typed.index("--shift") + 1] == str(today)
    for _ in range(2):
        said = await cairn(*typed, "--json")
        assert said.code == 0, said.out
    again = await cairn("cycle", "launch", "LATE", "--by", "H1", "--shift", str(today + timedelta(days=30)))
    assert again.code == 1 and "提交截止" in again.err


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def goal(company: Settings) -> str:
    """A draft of E1's in a launched cycle."""
    launched = await Cairn(environment(company))("cycle", "launch", "2091", "--by", "H1", "--yes")
    assert launched.code == 0, launched.err
    return "goal-2091-E1-1"


@pytest.mark.parametrize(
    ("typed", "option", "meant"),
    [
        (("revise", "--target", "50,5"), "--target", "50.5"),
        (("revise", "--weight", "1.234,5"), "--weight", "1234.5"),
        (("check-in", "--value", "20,5"), "--value", "20.5"),
        (("check-in", "--value", "1", "--base", "20,5"), "--base", "20.5"),
        (("assess", "--points", "95,5"), "--points", "95.5"),
        (("adjust", "--reason", "x", "--target", "50,5"), "--target", "50.5"),
        (("adjust", "--reason", "x", "--period", "Q1=50,5"), "--period", "50.5"),
    ],
)
async def test_a_decimal_comma_is_refused_with_what_was_meant(
    cairn: Cairn, goal: str, typed: tuple[str, ...], option: str, meant: str
) -> None:
    """Doors, decimal comma: `revise --target 50,5`, `check-in --value 20,5`, `1.234,5`."""
    said = await cairn("goal", typed[0], goal, *typed[1:], "--by", "E1", "--lang", "en")
    assert said.code == 2
    assert f"{option}: " in said.err and f"did you mean {meant}?" in said.err


@pytest.mark.parametrize("value", ["1e400", "9" * 47, "1e999999999"])
async def test_a_number_without_end_is_refused_at_the_door(cairn: Cairn, goal: str, value: str) -> None:
    """Engine, numbers: a check-in of 1e400, of 47 digits, of 1e999999999; `revise --target 1e400`."""
    for typed in (("check-in", goal, "--value", value), ("revise", goal, "--target", value)):
        said = await cairn("goal", *typed, "--by", "E1", "--lang", "en")
        assert (said.code, "a number has at most 30 digits" in said.err) == (2, True), said.err
    for asked in (("progress", "E1"), ("goal", "list"), ("replay", goal)):
        assert (await cairn(*asked, "--json")).code == 0


async def test_full_width_digits_and_percent_are_read_where_the_unit_allows(cairn: Cairn, goal: str) -> None:
    """Doors, decimal comma: full-width digits are the same number; `95%` of a goal in 万元 is refused."""
    assert (await cairn("goal", "revise", goal, "--target", "１，３００", "--by", "M1")).code == 0
    assert (await cairn("goal", "show", goal, "--json")).json["goal"]["measure"]["target"] == "1300"
    said = await cairn("goal", "revise", goal, "--target", "95%", "--by", "M1", "--lang", "en")
    assert (said.code, "is a percentage where a plain number is needed" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("typed", "chinese"),
    [
        (("revise", "--weight", "130"), "weight 不能大于 100，而这里是 130"),
        (("check-in", "--value", "1", "--on", "2091-02-30"), "「2091-02-30」这一天不存在"),
        (("check-in", "--value", "1", "--on", "01.11.2091"), "可以是 2091-11-01，也可以是 2091-01-11"),
        (("draft", "--title", "t", "--weight", "1", "--measure", '{"kind": "kpy"}'), "kpy"),
    ],
)
async def test_a_wrong_weight_date_or_kind_is_told_in_chinese(
    cairn: Cairn, goal: str, typed: tuple[str, ...], chinese: str
) -> None:
    """Doors, languages: no "Input should be greater than", no "does not match the formats"."""
    said = await cairn("goal", typed[0], goal, *typed[1:], "--by", "E1")
    assert said.code in (1, 2) and chinese in said.err
    assert "Input should" not in said.err and "format" not in said.err


async def test_somebody_whose_id_is_a_guid_has_progress_and_scores(cairn: Cairn, tmp_path: Path) -> None:
    """Doors, ids: a GUID with hyphens as employee id: progress and scores: "no goal"."""
    guid = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
    rows = [*ROWS, f"{guid},白鹭,D1,客户经理,销售,M1,2020-01-01,,"]
    assert (await cairn("roster", "import", written(tmp_path, rows), "--by", "H1", "--yes")).code == 0
    assert (await cairn("cycle", "launch", "2088", "--by", "H1", "--yes")).code == 0
    said = await cairn("progress", guid, "--cycle", "2088", "--json")
    assert (said.code, said.json["person"]["id"]) == (0, guid)
    assert (await cairn("scores", guid, "--cycle", "2088")).code == 0
    goal = f"goal-2088-{guid}-1"
    assert (await cairn("progress", goal, "--json")).json["progress"] is not None
    assert (await cairn("goal", "revise", goal, "--target", "7", "--by", guid)).code == 0


async def test_decimals_in_answers_are_plain_digits(cairn: Cairn, goal: str) -> None:
    """Doors, JSON: `"target": "1.0E+5"`; as many digits as are stored."""
    for typed, told in (("1.0E+5", "100000"), ("0.12345678901234567890123", "0.12345678901234567890123")):
        assert (await cairn("goal", "revise", goal, "--target", typed, "--by", "M1")).code == 0
        shown = await cairn("goal", "show", goal, "--json")
        assert shown.json["goal"]["measure"]["target"] == told and "E+" not in shown.out


async def test_remedies_name_the_option_that_helps(cairn: Cairn, tmp_path: Path) -> None:
    """Doors, leading zeros and dates: says what happened and offers to match; reads with a stated format."""
    rows = [
        "工号,姓名,部门,岗位序列,直接上级,入职日期",
        "42,甲,D1,销售,H1,01.11.2020",
        "43,乙,D1,销售,0042,02.11.2020",
    ]
    file = written(tmp_path, rows)
    said = await cairn("roster", "import", file, "--by", "H1", "--check-only")
    assert said.code == 1 and "--match-zeros" in said.out and "--dates" in said.out
    given = ("--match-zeros", "--dates", "dmy")
    again = await cairn("roster", "import", file, "--by", "H1", "--check-only", "--json", *given)
    assert again.json["people"] == 2, "H1 is known, and needs no row"


async def test_a_targets_file_tells_every_row_and_which_cycle_it_waits_for(
    cairn: Cairn, tmp_path: Path
) -> None:
    """Doors, targets file: unknown cycle, unknown goal, a title in place of a key, −5, 36 digits, a person twice."""
    rows = [
        "工号,目标,考核期,目标值",
        "E1,revenu,Q1,1",
        "E1,销售额,Q1,1",
        "E1,revenue,Q1,-5",
        "E2,revenue,Q1,1",
        "E2,revenue,Q1,2",
    ]
    rows += [f"E1,revenue,Q2,{'9' * 36}", 'E1,revenue,Q3,"110,5"']
    file = written(tmp_path, rows, "targets.csv")
    said = await cairn("targets", "import", file, "--cycle", "2077", "--by", "H1", "--json")
    assert (said.code, [each["row"] for each in said.json["problems"]]) == (1, [2, 3, 4, 6, 7, 8])
    assert (await cairn("targets", "list", "2077", "--json")).json == []
    good = written(tmp_path, [rows[0], "E1,revenue,Q1,110.5"], "good.csv")
    done = await cairn("targets", "import", good, "--cycle", "2077", "--by", "H1")
    assert "2077" in done.out
