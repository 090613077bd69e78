"""The worksheet of the policy: the curve, the grades and the mixes that all other worksheets use."""

from openpyxl.worksheet.worksheet import Worksheet

from tests.workbook.formulas import CurvePoints, where_known
from tests.workbook.page import Page, column_of

GRADES = (("D", 0, 0), ("B", 80, 1), ("A", 95, 1.2), ("S", 110, 1.5))
MIXES: dict[str, dict[str, int]] = {
    "sales": {"month": 40, "year": 60},
    "rnd": {"quarter": 30, "half_year": 20, "year": 50},
    "management": {"year": 70, "subordinates": 30},
}
FAMILIES = {"sales": "销售 Sales", "rnd": "研发 R&D", "management": "管理 Management"}
PARTS = {
    "month": "月度 month",
    "quarter": "季度 quarter",
    "half_year": "半年 half-year",
    "year": "年度 year",
    "subordinates": "下属 subordinates",
}
CURVE = {
    "below": ("门槛以下", "below the threshold", 0),
    "threshold": ("达到门槛", "at the threshold", 60),
    "target": ("达到目标", "at the target", 100),
    "stretch": ("达到挑战值", "at the stretch", 120),
    "cap": ("封顶", "at most", 120),
}


class Plan(Page):
    """The policy's page."""

    grades: tuple[str, str, str] = ("", "", "")

    def curve(self) -> CurvePoints:
        return CurvePoints(*(self.from_elsewhere(f"curve.{name}") for name in CURVE))

    def graded(self, points: str, column: int) -> str:
        """What stands in a column of the grades (1 grade, 2 coefficient) for rounded points."""
        title = f"'{self.sheet.title}'!"
        found = f"LOOKUP({points},{title}{self.grades[0]},{title}{self.grades[column]})"
        return where_known((points,), found)


def write_plan(sheet: Worksheet) -> Plan:
    page = Plan(sheet)
    page.title(
        "制度",
        "The policy",
        "其他工作表的曲线、等级和权重都取自这里。· All other sheets take curve, grades and weights from here.",
    )
    page.heading("评分曲线", "The curve")
    for name, (zh, en, points) in CURVE.items():
        page.given(f"curve.{name}", zh, en, points, "分 points")
    page.heading("比率法", "The proportional curve")
    page.given("ratio.full", "达到 100 %", "at 100 %", 100, "分 points")
    page.given("ratio.cap", "封顶", "at most", 120, "分 points")
    page.heading("分制与取整", "The scale and the rounding")
    page.given("scale.from", "最低", "from", 0, "分 points")
    page.given("scale.to", "最高", "to", 120, "分 points")
    page.given("scale.full", "100 % 是", "100 % is", 100, "分 points")
    page.given("places", "四舍五入到小数位", "rounded half up to places", 2)
    _write_mixes(page)
    _write_grades(page)
    page.widths(22, 26, 14, 14)
    return page


def _write_mixes(page: Plan) -> None:
    for family, mix in MIXES.items():
        page.heading(*_both(f"年度结果：{FAMILIES[family]}", f"The year's mix: {FAMILIES[family]}"))
        for part, weight in mix.items():
            page.given(f"mix.{family}.{part}", *_both(*PARTS[part].split(" ", 1)), weight, "%")


def _both(zh: str, en: str) -> tuple[str, str]:
    return zh, en


def _write_grades(page: Plan) -> None:
    page.heading("等级", "Grades")
    page.columns("等级 grade", "分数起 from points", "系数 coefficient")
    cells: list[tuple[str, str, str]] = []
    for grade, points, coefficient in GRADES:
        names = page.put(1, grade, given=f"grade.{grade}.name")
        cells.append(
            (
                page.put(2, points, given=f"grade.{grade}.points"),
                names,
                page.put(3, coefficient, given=f"grade.{grade}.coefficient"),
            )
        )
        page.row += 1
    page.grades = tuple(column_of(column) for column in zip(*cells, strict=True))  # type: ignore[assignment]
