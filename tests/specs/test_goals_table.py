"""A table of goals: every bad row is told with its place, groups and templates fan out, per-person targets overrule."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from cairn.domain.measure import Capability, KeyTask, Kpi
from cairn.domain.people import Department, Person, Roster
from cairn.goal_tables.checking import CheckedGoals, check_goals
from cairn.goal_tables.reading import GoalsInvalid, read_goals
from cairn.goal_tables.wanted import OpenCycle, StandingGoal, WantedGoal
from cairn.policies import parse

POLICY = parse("""\
name: small
title: 小制度
families:
  sales:
    name: {zh: 销售, en: Sales}
    periods: {quarter: 40, year: 60}
    template:
      - {key: revenue, kind: kpi, title: {zh: 销售额, en: Revenue}, weight: 70, unit: 万元, target: 100, threshold: 80}
      - {key: skill, kind: capability, dimension: capability, title: 需求分析, weight: 30, outcomes: [完成培训]}
curves:
  standard: {kind: linear}
grades:
  - {grade: A, points: 60, coefficient: 1}
  - {grade: B, points: 0, coefficient: 0}
""")
ROSTER = Roster(
    people=tuple(
        Person(id=id, name=name, department="D1", family="sales", hired="2020-01-01")
        for id, name in (("E1", "周敏"), ("E2", "郑雨桐"), ("E3", "吴浩然"))
    ),
    departments=(Department(id="D1", name="销售一部"),),
)
GROWTH = StandingGoal(
    "goal-2026-department.D1-1", "growth", "区域增长", "duties", Kpi(target=Decimal(300)), None, "draft"
)
OLD = StandingGoal(
    "goal-2026-E1-1", "visits", "客户拜访", "duties", Kpi(target=Decimal(30), unit="次"), None, "draft"
)
CYCLE = OpenCycle(
    "2026",
    {holder: f"sheet-2026-{holder}-1" for holder in ("company", "department.D1", "E1", "E2")},
    {"department.D1": [GROWTH], "E1": [OLD]},
    {"department.D1": 1, "E1": 1},
)
HEADER = "工号,代号,目标名称,维度,目标值,单位,方向,验收标准,预期成果,权重,截止日期,上级目标,模板"


def table(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "goals.csv"
    path.write_text("".join(f"{row}\n" for row in (header, *rows)), encoding="utf-8")
    return path


def checked(path: Path, template: str = "") -> CheckedGoals:
    return check_goals(read_goals(path), ROSTER, POLICY, CYCLE, template)


def goals(path: Path, template: str = "") -> Sequence[WantedGoal]:
    return checked(path, template).goals


def refused(path: Path, template: str = "") -> list[str]:
    with pytest.raises(GoalsInvalid) as caught:
        checked(path, template)
    return [one.text("en").removeprefix("goals.csv, ") for one in caught.value.mistakes]


def test_a_row_says_all_that_is_wrong_with_it_at_once(tmp_path: Path) -> None:
    found = refused(
        table(
            tmp_path,
            "E1,a,甲,职责,abc,%,,,,abc,2026-13-01,nowhere,sales.zzz",
            "E1,b,乙,职责,abc,%,,,,40,2026-06-30,nowhere,",
            "E2,c,丙,x,-5,个,,,,40,,nowhere,",
        )
    )
    columns = [(line.split(",")[0], line.split("column ")[1].split(":")[0]) for line in found]
    assert sorted(columns) == sorted(
        [
            *(("row 2", name) for name in ("目标值", "权重", "截止日期", "上级目标", "模板")),
            *(("row 3", name) for name in ("目标值", "截止日期", "上级目标")),
            *(("row 4", name) for name in ("维度", "目标值", "上级目标")),
        ]
    )


def test_a_goal_that_serves_one_in_a_bad_row_is_not_wrong_for_that(tmp_path: Path) -> None:
    found = refused(
        table(tmp_path, "department.D1,reach,覆盖率,职责,abc,%,,,,40,,,", "E1,v,乙,职责,5,次,,,,40,,reach,")
    )
    assert len(found) == 1 and found[0].startswith("row 2")


def test_each_kind_of_measure_is_read_from_its_columns(tmp_path: Path) -> None:
    kpi, task, learn = goals(
        table(
            tmp_path,
            "E1,ontime,按时交付率,职责,95%,%,越高越好,,,40,,growth,",
            "E1,v2,产品二期上线,,,,,上线；缺陷率≤0.3%,,30,2026-09-30,,",
            "E1,learn,学会谈判,能力,,,,,完成培训;带一次谈判,20,,,",
        )
    )
    assert kpi.measure == Kpi(target=Decimal(95), unit="%", direction="higher")
    assert (kpi.goal, kpi.weight, kpi.parent) == ("goal-2026-E1-2", Decimal(40), GROWTH.goal)
    assert isinstance(task.measure, KeyTask) and task.measure.criteria == ("上线", "缺陷率≤0.3%")
    assert (str(task.measure.due), task.dimension) == ("2026-09-30", "duties")
    assert isinstance(learn.measure, Capability) and learn.dimension == "capability"
    assert [each.goal for each in (task, learn)] == ["goal-2026-E1-3", "goal-2026-E1-4"]


def test_english_headers_and_excel_say_the_same(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    rows = (
        ["Holder", "Key", "Title", "Target", "Unit", "Weight"],
        ["E1", "ontime", "On time", 0.95, "%", 0.4],
    )
    for row in rows:
        book.worksheets[0].append(row)
    book.worksheets[0]["D2"].number_format = book.worksheets[0]["F2"].number_format = "0%"
    book.save(tmp_path / "goals.xlsx")
    (goal,) = goals(tmp_path / "goals.xlsx")
    assert goal.measure == Kpi(target=Decimal(95), unit="%")
    assert goal.weight == 40


def test_every_bad_row_is_told_at_once(tmp_path: Path) -> None:
    assert refused(
        table(
            tmp_path,
            "E9,a,目标,,1,,,,,10,,,",
            "周敏,a,目标,,1,,,,,10,,,",
            "E3,a,目标,,1,,,,,10,,,",
            "E1,b,,,1,,,,,10,,,",
            "E1,c,目标,,,,,,,10,,,",
            "E1,d,目标,,1,,,上线,,10,,,",
            "E1,e,目标,,1,,,,,10,2026-01-01,,",
            "E1,f,目标,,1,,,,,10,,grow,",
            "E1,g,目标,,十,,,,,10,,,",
            "E1,g2,目标二,,1,,,,,很多,,,",
            "E1,visits,,能力,,,,,,,,,",
            "family:sale,h,目标,,1,,,,,1,,,",
            "E2,,,,5,,,,,,,,sales.revenu",
            "E2,i,目标,,1,,,,,1,,,",
            "E2,i,目标,,2,,,,,1,,,",
            "E1,,,,3,,,,,1,,,",
        )
    ) == [
        "row 2, E9, column 工号: 'E9' is not in the roster: write a person's id, department.<id> or company",
        "row 3, 周敏, column 工号: '周敏' is a name: write the id E1",
        "row 4, E3, column 工号: E3 has no goal sheet in this cycle: open it first (cairn cycle add-sheets) or "
        "remove the row",
        "row 5, E1, column 目标名称: a new goal needs a title: fill it in, or name a template",
        "row 6, E1, column 目标值: nothing says how it is measured: fill in a target, criteria, outcomes or a metric",
        "row 7, E1, column 验收标准: it says two ways of measuring: keep a target, or criteria, or outcomes",
        "row 8, E1, column 截止日期: a KPI has its periods and no due day: remove it, or give criteria in place of the "
        "target",
        "row 9, E1, column 上级目标: 'grow' is no goal of the holder's department or of the company (did you mean "
        "growth?): it may be 区域增长, growth",
        "row 10, E1, column 目标值: '十' is no number: write it as 1234.56",
        "row 11, E1, column 权重: '很多' is no number: write it as 1234.56",
        "row 12, E1, column 维度: goal-2026-E1-1 is of the dimension job duties, which cannot change: leave it "
        "empty, or draft another goal",
        "row 13, family:sale, column 工号: 'sale' is no job family (did you mean sales?): there are sales",
        "row 14, E2, column 模板: the policy has no template 'sales.revenu' (did you mean sales.revenue?): "
        "there are sales.revenue, sales.skill",
        "row 16, E2, column 工号: E2 has the goal i twice (first in row 15): keep one",
        "row 17, E1, column 代号: neither key nor title nor template says which goal is meant: fill one in",
    ]


def test_one_template_goes_to_a_whole_family_with_targets_of_their_own(tmp_path: Path) -> None:
    """Goals typed one by one. Only those who have a sheet in the cycle get one; a person's own row overrules the row of
    their family."""
    rows = ("family:sales,100", "E2,150")
    first, second = goals(table(tmp_path, *rows, header="工号,目标值"), "sales.revenue")
    assert (first.holder, second.holder) == ("E1", "E2")
    assert [each.measure.target for each in (first, second) if isinstance(each.measure, Kpi)] == [100, 150]
    assert (second.title, second.weight, second.key) == ("销售额", Decimal(70), "revenue")
    assert isinstance(second.measure, Kpi) and second.measure.threshold_beside == 100
    assert second.origin and (second.origin.file, second.origin.row, second.origin.template) == (
        "goals.csv", 3, "sales.revenue",
    )  # fmt: skip


def test_several_holders_and_everybody_of_a_department_stand_in_one_cell(tmp_path: Path) -> None:
    found = goals(
        table(
            tmp_path, "E1；E2,5S,现场管理,5", "部门：销售一部,safe,零事故,1", header="工号,代号,名称,目标值"
        )
    )
    assert [(each.holder, each.key) for each in found] == [
        ("E1", "5S"),
        ("E2", "5S"),
        ("E1", "safe"),
        ("E2", "safe"),
    ]


def test_a_goal_that_is_there_changes_in_what_the_row_says_and_nothing_else(tmp_path: Path) -> None:
    (goal,) = goals(table(tmp_path, "E1,visits,40", header="工号,代号,目标值"))
    assert (goal.there, goal.goal, goal.title, goal.weight) == (OLD, OLD.goal, None, None)
    assert goal.measure == Kpi(target=Decimal(40), unit="次")
    (by_title,) = goals(table(tmp_path, "E1,客户拜访,41", header="工号,目标名称,目标值"))
    assert by_title.goal == OLD.goal


def test_a_parent_may_stand_in_the_same_table(tmp_path: Path) -> None:
    above, below = goals(
        table(
            tmp_path,
            "company,up,收入,9,",
            "department.D1,down,区域收入,3,up",
            header="工号,代号,名称,目标值,上级目标",
        )
    )
    assert below.parent == above.goal == "goal-2026-company-1"
