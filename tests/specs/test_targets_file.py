"""A table of targets: every bad row is told, and 95 % is 95 where the goal is measured in percent."""

from pathlib import Path

import openpyxl
import pytest

from cairn.domain.people import Department, Person, Roster
from cairn.policies import parse
from cairn.targets.checking import CheckedTargets, check_targets
from cairn.targets.reading import TargetsInvalid, read_targets

POLICY = parse("""\
name: small
title: 小制度
families:
  sales:
    name: {zh: 销售, en: Sales}
    periods: {quarter: 40, year: 60}
    template:
      - {key: revenue, kind: kpi, title: {zh: 销售额, en: Revenue}, weight: 50, unit: "万元 ", target: 100}
      - {key: on_time, kind: kpi, title: {zh: 按时率, en: On time}, weight: 30, unit: ％, target: 90}
      - {key: profit, kind: kpi, title: {zh: 利润, en: Profit}, weight: 10, target: -100}
      - {key: skill, kind: capability, title: 需求分析, weight: 10, outcomes: 完成培训}
curves:
  standard: {kind: linear}
grades:
  - {grade: A, points: 60, coefficient: 1}
  - {grade: B, points: 0, coefficient: 0}
""")
ROSTER = Roster(
    people=tuple(
        Person(id=id, name=id, department="D1", family="sales", hired="2020-01-01")
        for id in ("E1", "E2", "0042")
    ),
    departments=(Department(id="D1", name="D1"),),
)


def table(folder: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path = folder / "targets.csv"
    path.write_bytes("".join(f"{row}\n" for row in ("工号,目标,考核期,目标值", *rows)).encode(encoding))
    return path


def checked(path: Path) -> CheckedTargets:
    return check_targets(read_targets(path), ROSTER, POLICY)


def refused(path: Path) -> list[str]:
    with pytest.raises(TargetsInvalid) as caught:
        checked(path)
    return [one.text("en").removeprefix("targets.csv, ") for one in caught.value.mistakes]


def test_every_bad_row_is_told(tmp_path: Path) -> None:
    """Doors, targets file: unknown goal, a title in place of a key, −5, 36 digits, a person twice; `110,5`."""
    path = table(
        tmp_path,
        "E1,revenu,Q1,100",
        "E1,销售额,Q1,100",
        "E1,revenue,Q1,-5",
        f"E1,revenue,Q2,{'9' * 36}",
        "E2,revenue,Q1,100",
        "E2,revenue,Q1,200",
        'E1,revenue,Q3,"110,5"',
        "E9,revenue,Q1,100",
        "E1,skill,Y,100",
        "E1,revenue,Q9,100",
        "E1,revenue,Q4,",
    )
    assert refused(path) == [
        "row 2, E1, column 目标: the template of E1 has no goal 'revenu' (did you mean revenue?): "
        "it may be revenue, on_time, profit",
        "row 3, E1, column 目标: '销售额' is the goal's title: write its key revenue",
        "row 4, E1, column 目标值: -5 is negative, and nothing in the template of revenue is: check it",
        f"row 5, E1, column 目标值: '{'9' * 36}' is too long: written out, a number has at most 30 digits",
        "row 7, E2, column 工号: E2 has the goal revenue in Q1 twice (first in row 6): keep one",
        "row 8, E1, column 目标值: '110,5' has a decimal comma: did you mean 110.5? Write it with a point",
        "row 9, E9, column 工号: 'E9' is not in the roster: write a person's id, department.<id> or company",
        "row 10, E1, column 目标: the goal 'skill' is no KPI and has no target: remove the row",
        "row 11, E1, column 考核期: 'Q9' is none of the words for this: there are M01…M12, Q1…Q4, H1, H2, Y",
        "row 12, E1, column 目标值: it is empty: fill it in",
    ]


def test_lost_zeros_are_told_once_for_all(tmp_path: Path) -> None:
    """Doors, leading zeros."""
    (told,) = refused(table(tmp_path, "42,revenue,Q1,100", "42,revenue,Q2,100"))
    assert "differ in leading zeros alone ('42' for '0042')" in told


def test_a_negative_target_is_fine_where_the_template_has_one(tmp_path: Path) -> None:
    """RULES M4: higher, target −100."""
    (row,) = checked(table(tmp_path, "E1,profit,Y,-80")).rows
    assert str(row.target) == "-80"


def test_a_cell_shown_as_95_percent_is_95_of_a_percent_goal_and_refused_of_any_other(tmp_path: Path) -> None:
    """Doors, Excel: a cell shown as 95 % (0.95 with a percent format) as target of a % KPI."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["工号", "目标", "考核期", "目标值"],
        ["E1", "on_time", "Y", 0.95],
        ["E2", "on_time", "Y", 95],
    ):
        sheet.append(row)
    sheet["D2"].number_format = "0%"
    book.save(tmp_path / "targets.xlsx")
    assert [str(row.target) for row in checked(tmp_path / "targets.xlsx").rows] == ["95", "95"]
    (told,) = refused(table(tmp_path, "E1,revenue,Y,95%"))
    assert "'95%' is a percentage where a plain number is needed" in told


def test_units_are_normalised_first() -> None:
    """RULES M1: `％` is `%`, `"万元 "` is `万元`."""
    assert [goal.unit for goal in POLICY.families["sales"].template[:2]] == ["万元", "%"]


def test_without_a_policy_the_goals_are_not_checked_and_that_is_told(tmp_path: Path) -> None:
    found = check_targets(read_targets(table(tmp_path, "E1,anything,Q1,1")), ROSTER, None)
    assert len(found.rows) == 1 and "no policy is adopted yet" in found.remarks[0].text("en")


def test_one_reader_takes_utf_16_and_semicolons(tmp_path: Path) -> None:
    """Doors, delimiters: UTF-16 and semicolons."""
    path = tmp_path / "targets.csv"
    path.write_bytes("工号;目标;考核期;目标值\nE1;revenue;Q1;1,234.5\n".encode("utf-16"))
    (row,) = checked(path).rows
    assert str(row.target) == "1234.5"
