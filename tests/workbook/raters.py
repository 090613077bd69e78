"""The worksheet of evaluators (E1, U2): an answer a row, then what each role says, then a judged goal, the behaviours
and the year's result."""

from collections.abc import Sequence
from typing import NamedTuple

from tests.workbook.formulas import mean_by, mean_of_columns
from tests.workbook.page import NUMBER, POINTS, Page, column_of
from tests.workbook.schemes import EXACTLY

REVENUE, REVENUE_WEIGHT, JUDGED_WEIGHT = 100, 80, 20
"""What stands beside the judged goal in the sheet."""
BEHAVIOURS = ("teamwork", "candour")
MARKS = {1: 40, 2: 60, 3: 80, 4: 100, 5: 120}
Answer = tuple[float, int, int] | None
"""Points of the goal, a mark for each behaviour; None: no answer."""


class Role(NamedTuple):
    """A role of evaluators: its names, weight, answers, whether they are unnamed (told from a threshold on), and the
    days of each where they count by days."""

    zh: str
    en: str
    weight: int
    answers: Sequence[Answer]
    unnamed: bool = False
    days: Sequence[int] = ()


ROLES: dict[str, Role] = {
    "self": Role("本人", "self", 10, ((90, 4, 4),)),
    "manager": Role("上级", "manager", 40, ((80, 3, 4), (60, 3, 3)), days=(275, 90)),
    "second_line_manager": Role("隔级上级", "second-line manager", 10, ((85, 4, 3),)),
    "dotted_line_managers": Role("虚线上级", "dotted-line managers", 5, ((75, 3, 3), None)),
    "peers": Role("同事", "peers", 10, ((60, 3, 2), (70, 4, 3), (95, 5, 4), None), unnamed=True),
    "subordinates": Role("下属", "subordinates", 5, ((90, 5, 5), (40, 1, 2), None), unnamed=True),
    "internal_customers": Role("内部客户", "internal customers", 20, ((70, 3, 3), (72, 4, 3), (81, 4, 4)),
                               unnamed=True),
}  # fmt: skip


def write_raters(page: Page) -> None:
    page.title(
        "评价人",
        "Evaluators",
        "每个角色取平均（各任上级按天数）；不具名的角色不足份数不算；没有分数的角色把权重让给其余。",
        "A role is the mean of its answers, managers by days; unnamed ones count from a threshold on;"
        " a role without a score gives its weight to the others.",
    )
    page.heading("制度", "The policy")
    threshold = page.given("threshold", "不具名角色至少几份", "answers of an unnamed role at least", 3)
    missing = page.given(
        "missing", "本人没有自评（reweight、zero）", "no self-assessment (reweight, zero)", "reweight"
    )
    share = page.given("share", "行为占结果", "behaviours' part of the result", 20, "%")
    marks = [
        page.given(f"mark.{mark}", f"{mark} 档", f"a mark of {mark}", points)
        for mark, points in MARKS.items()
    ]
    columns = _write_answers(page, marks)
    means = _write_roles(page, columns, threshold, missing)
    _write_result(page, means, share)
    page.widths(20, 26, 14, 14, 14, 14, 14)


class Columns(NamedTuple):
    """Of one role: the cells of its answers' days, of the goal's points and of each behaviour's."""

    days: Sequence[str]
    goal: Sequence[str]
    behaviours: Sequence[Sequence[str]]


def _write_answers(page: Page, marks: Sequence[str]) -> dict[str, Columns]:
    page.heading("答卷", "Answers")
    heads = [f"{name} {what}" for name in BEHAVIOURS for what in ("mark", "points")]
    page.columns("角色 role", "", "天数 days", "目标得分 goal", *heads)
    found: dict[str, Columns] = {}
    for key, role in ROLES.items():
        rows = [_write_answer(page, key, role, number) for number in range(1, len(role.answers) + 1)]
        days, goal, *behaviours = zip(*rows, strict=True)
        found[key] = Columns(days, goal, behaviours)
    return found


def _write_answer(page: Page, key: str, role: Role, number: int) -> list[str]:
    """Where the days, the goal's points and the points of each behaviour stand."""
    name, answer = f"{key}.{number}", role.answers[number - 1]
    page.put(1, role.zh)
    page.put(2, role.en)
    days = page.put(3, role.days[number - 1], given=f"{name}.days") if role.days else page.put(3, 1)
    cells = [days, page.put(4, answer and answer[0], given=f"{name}.goal")]
    for column, (behaviour, place) in enumerate(zip(BEHAVIOURS, (1, 2), strict=True)):
        mark = page.put(5 + 2 * column, answer and answer[place], given=f"{name}.{behaviour}")
        points = ",".join(f"$C${row}" for row in _rows_of_marks(page))
        cells.append(
            page.put(6 + 2 * column, f'=IF(ISNUMBER({mark}),CHOOSE({mark},{points}),"")', as_=NUMBER)
        )
    page.row += 1
    return cells


def _rows_of_marks(page: Page) -> list[str]:
    return [page.at(f"mark.{mark}").rpartition("$")[2] for mark in MARKS]


def _write_roles(
    page: Page, columns: dict[str, Columns], threshold: str, missing: str
) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """The cells of the roles' weights, and of what they say of the goal and of the behaviours."""
    page.heading("各角色", "Each role")
    page.columns(
        "角色 role", "", "权重 weight", "份数 answers", "目标 goal", "行为 behaviours", "计入权重 counts by %"
    )
    weights, goals, behaviours = list[str](), list[str](), list[str]()
    for key, role in ROLES.items():
        mine = columns[key]
        page.put(1, role.zh)
        page.put(2, role.en)
        weight = page.put(3, role.weight, given=f"{key}.weight")
        answers = page.put(4, f"=COUNT({column_of(mine.goal)})", found=f"{key}.answers")
        enough = f"{answers}<{threshold}" if role.unnamed else f"{answers}=0"
        omitted = f'IF({missing}="zero",0,"")' if key == "self" else '""'
        goal = mean_of_columns(column_of(mine.days), column_of(mine.goal)).removeprefix("=")
        goals.append(page.put(5, f"=IF({enough},{omitted},{goal})", found=f"{key}.goal", as_=POINTS))
        each = ",".join(
            mean_of_columns(column_of(mine.days), column_of(cells)).removeprefix("=")
            for cells in mine.behaviours
        )
        mean = f"=IF({enough},{omitted},AVERAGE({each}))"
        behaviours.append(page.put(6, mean, found=f"{key}.behaviours", as_=POINTS))
        weights.append(weight)
        page.row += 1
    for place, key in enumerate(ROLES):
        known = "+".join(
            f"IF(ISNUMBER({goal}),{weight},0)" for goal, weight in zip(goals, weights, strict=True)
        )
        row, page.row = page.row, page.row - len(ROLES) + place
        part = f"=IF(ISNUMBER({goals[place]}),100*{weights[place]}/({known}),0)"
        page.put(7, part, found=f"{key}.counts_by", as_=NUMBER)
        page.row = row
    return weights, goals, behaviours


def _write_result(page: Page, means: tuple[Sequence[str], Sequence[str], Sequence[str]], share: str) -> None:
    page.heading("合计", "Together")
    weights, goals, behaviours = means
    page.found("goal", "评定的目标", "the judged goal", mean_by(weights, goals), strong=True)
    page.found("behaviours", "行为", "the behaviours", mean_by(weights, behaviours), strong=True)
    page.heading("年度结果", "The year's result")
    judged, behaved = page.at("goal"), page.at("behaviours")
    sheet = f"=IF(ISNUMBER({judged}),({REVENUE_WEIGHT}*{REVENUE}+{JUDGED_WEIGHT}*{judged})/100,{REVENUE})"
    page.found("year", "目标合计（销售额 100 分，权重 80）", "the goals (sales at 100, weight 80)", sheet)
    year = page.at("year")
    mixed = f"IF(ISNUMBER({behaved}),((100-{share})*{year}+{share}*{behaved})/100,{year})"
    page.found("points", "结果", "the result", f"=MIN(120,{mixed})", strong=True)
    exactly = EXACTLY.format(page.at("points"))
    page.found("rounded", "取整", "rounded half up", f"=ROUND({exactly},2)", as_=NUMBER, strong=True)
