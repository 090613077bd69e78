"""A roster is taken whole or not at all: every bad row is told at once, in words, with its row and column."""

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.documents.dates import read_date
from cairn.domain.people import Roster
from cairn.policies import load
from cairn.roster import reading
from cairn.roster.reading import RosterInvalid
from cairn.roster.reporting_lines import find_circles

COMPANY = Path(__file__).parents[2] / "examples" / "company"
POLICY = load(COMPANY / "policy.yaml")

GOOD = """\
工号,姓名,邮箱,部门,职位,岗位序列,直接上级,入职日期,离职日期,角色
E1,顾怀远,gu@example.com,总经办,总经理,管理,,2015-03-01,,高管、委员
E2,陆一鸣,lu@example.com,销售部,销售总监,管理,E1,2016/4/18,,
E3,周敏,,销售部,客户经理,销售,陆一鸣,2018年5月7日,,
E4,叶知秋,,人力资源部,人力资源总监,管理,E1,20160905,,HR
"""

BAD = """\
工号,姓名,邮箱,部门,职位,岗位序列,直接上级,入职日期,离职日期,角色
E1,顾怀远,gu@example.com,总经办,总经理,管理,,2015-03-01,,老板
E2,陆一鸣,lu.example.com,销售部,总监,管理,E1,2024-02-30,,
E3,周敏,,销售部,客户经理,消售,E9,2018-05-07,,
E3,郑雨桐,,销售部,客户经理,销售,E2,2021-03-15,,
E4,,,销售部,客户经理,销售,E2,,,
E5,吴浩然,,生产部,经理,生产,E7,2020-01-01,,
E6,彭大勇,,生产部,班长,生产,E5,2020-01-01,,
E7,潘秀兰,,生产部,装配工,生产,E6,2020-01-01,,
E8,许志远,,研发部,经理,研发,E1,2019-01-01,2026-01-31,
E10,罗佳宁,,研发部,工程师,研发,E8,"=DATE(2021,7,19)",,
E11,宋思源,,研发部,工程师,研发,E11,2022-04-11,2021-01-01,
E12,田野,,研发部,工程师,研发,周敏,2022-04-11,,,多一格
E13,周敏,,研发部,工程师,研发,许致远,01/02/2022,,
"""

TOLD = [
    (
        2,
        "角色",
        "「老板」不在可选之列：可以写 hr、committee、executive、auditor、"
        "人力资源、人事、绩效委员会、委员会、委员、高管、管理层、审计、审计员",
    ),
    (3, "邮箱", "「lu.example.com」不是邮箱地址：请写成 name@example.com"),
    (3, "入职日期", "「2024-02-30」这一天不存在：2024-02 只有 29 天"),
    (4, "直接上级", "直接上级「E9」不在名单里：请写名单中某人的工号"),
    (
        4,
        "岗位序列",
        "岗位序列「消售」不在绩效制度里：可以写 sales（销售）、customer_service（客户服务）、rnd（研发）、"
        "technical（技术）、production（生产）、management（管理）",
    ),
    (5, "工号", "工号 E3 重复：第 4 行已经用过（周敏）"),
    (6, "姓名", "这里是空的：请填写"),
    (6, "入职日期", "这里是空的：请填写"),
    (
        7,
        "直接上级",
        "汇报关系成了一个圈：吴浩然(E5) → 潘秀兰(E7) → 彭大勇(E6) → 吴浩然(E5)。请改正其中一人的直接上级",
    ),
    (
        11,
        "入职日期",
        "这里是公式（=DATE(2021,7,19)）：请复制后“选择性粘贴为数值”",
    ),
    (11, "直接上级", "直接上级 许志远（E8）已于 2026-01-31 离职：请改为在职的人"),
    (12, "离职日期", "离职日期 2021-01-01 早于入职日期 2022-04-11：请检查这两天"),
    (12, "直接上级", "宋思源 的直接上级是自己：请改正"),
    (13, "", "这一行有 11 格，表头只有 10 格：值里有分隔符就请加引号"),
    (13, "直接上级", "名单里有 2 个「周敏」（E3、E13）：请改写工号"),
    (
        14,
        "入职日期",
        "「01/02/2022」可以是 2022-02-01，也可以是 2022-01-02：请写成 2026-01-31 的样子，或说明日期格式",
    ),
    (14, "直接上级", "直接上级「许致远」不在名单里（是不是 许志远？）：请写名单中某人的工号"),
]


def read_roster(path: Path, **options: Any) -> Roster:
    """The roster of a file without what is told about it."""
    return reading.read_roster(path, **options).roster


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "roster.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook(folder: Path, **sheets: list[list[object]]) -> Path:
    """An Excel file with these rows in these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(folder / "roster.xlsx")
    return folder / "roster.xlsx"


def told(path: Path, **options: object) -> list[tuple[int, str, str]]:
    """Row, column and English sentence of every problem of a file."""
    with pytest.raises(RosterInvalid) as caught:
        read_roster(path, **options)
    return [(one.place.row, one.place.column, one.message.text("en")) for one in caught.value.mistakes]


def head_of(roster: Roster) -> dict[str, str | None]:
    return {department.name: department.head for department in roster.departments}


def test_the_shipped_company_is_a_roster_that_fits_its_policy() -> None:
    roster = read_roster(COMPANY / "roster.csv", policy=POLICY)
    assert {person.family for person in roster.people} == set(POLICY.families)
    assert {role for person in roster.people for role in person.roles} == {
        "hr",
        "committee",
        "executive",
        "auditor",
    }
    assert all(department.head for department in roster.departments)
    assert sum("hr" in person.roles for person in roster.people) >= 2  # nobody confirms their own adjustment


def test_chinese_headers_dates_and_roles_are_understood(tmp_path: Path) -> None:
    people = read_roster(written(tmp_path, GOOD), policy=POLICY).by_id()
    assert people["E1"].roles == ("executive", "committee")
    assert people["E3"].manager == "E2"  # named, and only one person has the name
    assert [person.hired for person in people.values()] == [
        date(2015, 3, 1), date(2016, 4, 18), date(2018, 5, 7), date(2016, 9, 5),
    ]  # fmt: skip
    assert [person.family for person in people.values()] == [
        "management",
        "management",
        "sales",
        "management",
    ]


def test_english_headers_are_understood_with_what_people_add_to_them(tmp_path: Path) -> None:
    text = (
        "Employee ID*,Name,Dept,Job Family,Manager (ID),Hire Date,Phone\n7,Ann,Sales,sales,,2020-01-31,555\n"
    )
    (person,) = read_roster(written(tmp_path, text)).people
    assert (person.id, person.department, person.family, person.hired) == (
        "7",
        "Sales",
        "sales",
        date(2020, 1, 31),
    )


def test_every_bad_row_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RosterInvalid) as caught:
        read_roster(written(tmp_path, BAD), policy=POLICY)
    told = [(one.place.row, one.place.column, one.message.text("zh")) for one in caught.value.mistakes]
    assert sorted(told) == sorted(TOLD)
    assert [row for row, *_ in told] == [row for row, *_ in TOLD]
    line = "roster.csv，第 5 行，E3，列「工号」：工号 E3 重复：第 4 行已经用过（周敏）"
    assert line in caught.value.text("zh").splitlines()
    assert len(caught.value.text("en").splitlines()) == len(TOLD)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_same_people_come_out_of_every_encoding(tmp_path: Path, encoding: str) -> None:
    expected = read_roster(written(tmp_path, GOOD, name="plain.csv"))
    assert read_roster(written(tmp_path, GOOD, encoding)) == expected


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_found_out(tmp_path: Path, delimiter: str) -> None:
    assert len(read_roster(written(tmp_path, GOOD.replace(",", delimiter))).people) == 4


def test_an_excel_file_gives_the_same_people(tmp_path: Path) -> None:
    rows: list[list[object]] = [[*line.split(",")] for line in GOOD.splitlines()]
    path = workbook(tmp_path, 花名册=rows)
    assert read_roster(path) == read_roster(written(tmp_path, GOOD))


def test_excel_numbers_and_dates_become_ids_and_days(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["工号", "姓名", "部门", "岗位序列", "直接上级", "入职日期"],
        [1001, "顾怀远", "总经办", "管理", None, date(2015, 3, 1)],
        [1002.0, "陆一鸣", "总经办", "销售", 1001, 42478],
    ]
    people = read_roster(workbook(tmp_path, people=rows)).by_id()
    assert people["1002"].manager == "1001"
    assert [person.hired for person in people.values()] == [date(2015, 3, 1), date(2016, 4, 18)]


def test_a_title_above_the_header_is_passed_over_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["澄川科技花名册"],
        [],
        ["工号", "姓名", "部门", "岗位序列", "直接上级", "入职日期"],
        ["E1", "顾怀远", "总经办", "管理", None, "2015-02-29"],
    ]
    assert told(workbook(tmp_path, a=rows))[0][:2] == (4, "入职日期")


def test_a_formula_an_error_and_a_merged_cell_are_refused_where_they_stand(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        a=[
            ["工号", "姓名", "部门", "岗位序列", "直接上级", "入职日期", "工龄"],
            ["E1", "顾怀远", "总经办", "管理", None, "=TODAY()-100", "=1+1"],
            ["E2", "#N/A", "总经办", "管理", "E1", "2015-03-01", 1],
            ["E3", "周敏", None, "管理", "E1", "2015-03-01", 1],
        ],
    )
    book = openpyxl.load_workbook(path)
    book["a"].merge_cells("C3:C4")
    book.save(path)
    assert told(path) == [
        (2, "入职日期", "it is a formula (=TODAY()-100): paste it as a value"),
        (3, "姓名", "the cell holds the error #N/A: correct it"),
        (4, "部门", "the cell is merged with others: unmerge it and give each row its value"),
    ]


def test_departments_come_from_their_own_sheet_by_id_or_name(tmp_path: Path) -> None:
    rows: list[list[object]] = [[*line.split(",")] for line in GOOD.splitlines()]
    departments: list[list[object]] = [
        ["部门编号", "部门名称", "负责人", "上级部门"],
        ["D1", "总经办", "E1", None],
        ["D2", "销售部", "陆一鸣", "总经办"],
        ["D3", "人力资源部", None, "D1"],
    ]
    roster = read_roster(workbook(tmp_path, 人员=rows, 部门=departments))
    assert [(d.id, d.head, d.parent) for d in roster.departments] == [
        ("D1", "E1", None), ("D2", "E2", "D1"), ("D3", "E4", "D1"),
    ]  # fmt: skip
    assert roster.by_id()["E3"].department == "D2"


def test_departments_come_from_the_people_when_nothing_else_says(tmp_path: Path) -> None:
    roster = read_roster(written(tmp_path, GOOD))
    assert head_of(roster) == {"总经办": "E1", "销售部": "E2", "人力资源部": "E4"}
    assert [department.parent for department in roster.departments] == [None, "总经办", "总经办"]


def test_two_equals_in_a_department_leave_it_without_a_head(tmp_path: Path) -> None:
    roster = read_roster(written(tmp_path, GOOD + "E5,丁一凡,,人力资源部,HRBP,管理,E1,2021-10-18,,HR\n"))
    assert head_of(roster)["人力资源部"] is None


def test_every_bad_department_is_told_with_the_people(tmp_path: Path) -> None:
    people = GOOD + "E5,丁一凡,,销售二部,经理,销售,E1,2021-10-18,2026-01-31,\n"
    departments = (
        "部门编号,部门名称,负责人,上级部门\nD1,总经办,E9,D3\nD2,销售部,E5,D1\nD2,售后部,,\n"
        "D3,人力资源部,E4,D1\nD4,,,D9\n"
    )
    path = written(tmp_path, people)
    written(tmp_path, departments, name="roster.departments.csv")
    assert told(path) == [
        (
            6,
            "部门",
            "the department 销售二部 is not in the table of departments (did you mean 销售部?): "
            "add or correct it",
        ),
        (
            2,
            "上级部门",
            "the departments above form a circle: D1 → D3 → D1. Correct the parent of one of them",
        ),
        (2, "负责人", "the head E9 of the department D1 is not in the roster: write an id"),
        (3, "负责人", "the head 丁一凡 of the department D2 left on 2026-01-31: name somebody who is here"),
        (4, "部门编号", "the department id D2 is used twice: row 3 has it already"),
        (6, "上级部门", "the parent department D9 is not in the table: add or correct it"),
        (6, "部门名称", "it is empty: fill it in"),
    ]


def test_a_department_name_that_two_have_asks_for_its_id(tmp_path: Path) -> None:
    written(
        tmp_path,
        "部门编号,部门名称\nD1,总经办\nD2,销售部\nD3,销售部\nD4,人力资源部\n",
        name="roster.部门.csv",
    )
    sentence = "2 departments are called 销售部 (D2, D3): write an id instead"
    assert told(written(tmp_path, GOOD)) == [(3, "部门", sentence), (4, "部门", sentence)]


def test_a_header_that_is_nearly_right_is_named_and_a_missing_one_too(tmp_path: Path) -> None:
    text = GOOD.replace("直接上级", "直接上司").replace("入职日期", "日子")
    told_of = told(written(tmp_path, text))[:2]
    assert (1, "", "the column 直接上级 is missing: is it 直接上司? Rename it") in told_of
    assert any(row == 1 and "the column 入职日期 is missing: add it" in said for row, _, said in told_of)


def test_a_column_may_stand_there_once_only(tmp_path: Path) -> None:
    text = GOOD.replace("邮箱", "部门")
    assert (1, "", "the column name 部门 is there twice: remove or rename one") in told(
        written(tmp_path, text)
    )


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "roster.csv", "the table is empty"),
        (b"\xff\x00\x80\xff", "roster.csv", "the encoding of the file is not certain"),
        (b"a,b\n1,2\n", "roster.csv", "no header was found"),
        ('工号,姓名\nE1,"x\n'.encode(), "roster.csv", "the quotes of this row do not match"),
        (b"PK not a zip", "roster.xlsx", "this is no Excel file that can be opened"),
        (b"\xd0\xcf\x11\xe0", "roster.xls", "an old Excel file (.xls)"),
    ],
)
def test_a_file_that_is_no_table_is_one_sentence(
    tmp_path: Path, content: bytes, name: str, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (problem,) = told(tmp_path / name)
    assert sentence in problem[2]


def test_a_file_or_a_sheet_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    assert "none.csv is not there: check its path" in told(tmp_path / "none.csv")[0][2]
    assert "none.xlsx is not there: check its path" in told(tmp_path / "none.xlsx")[0][2]
    path = workbook(tmp_path, 人员=[["工号", "姓名"]])
    assert told(path, sheet="名单")[0][2] == "there is no sheet 名单: there are 人员"


def test_a_roster_without_anybody_is_refused(tmp_path: Path) -> None:
    assert told(written(tmp_path, GOOD.splitlines()[0] + "\n")) == [
        (0, "", "there is nobody in the table: write a row for each person below the header")
    ]


def test_a_thousand_unknown_managers_are_told_quickly(tmp_path: Path) -> None:
    rows = "".join(f"X{n},员工{n},,销售部,客户经理,销售,主管{n},2018-05-07,,\n" for n in range(1000))
    assert len(told(written(tmp_path, GOOD + rows))) == 1000


@given(st.dates(date(1930, 1, 1), date(2150, 12, 31)))
def test_a_day_is_the_same_however_it_is_written(day: date) -> None:
    forms = [
        day.isoformat(), f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month:02}.{day.day:02}",
        f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}", f"{day.isoformat()} 00:00:00",
        str((day - date(1899, 12, 30)).days),
    ]  # fmt: skip
    assert {read_date(form) for form in forms} == {day}


@given(st.dictionaries(st.integers(0, 30), st.integers(0, 30)))
def test_circles_are_exactly_the_people_above_themselves(above: dict[int, int]) -> None:
    managers = {str(one): str(other) for one, other in above.items() if one != other}

    def over(one: str) -> set[str]:
        seen: set[str] = set()
        while (one := managers.get(one, "")) and one not in seen:
            seen.add(one)
        return seen

    inside = [one for circle in find_circles(managers) for one in circle]
    assert sorted(inside) == sorted(one for one in managers if one in over(one))
