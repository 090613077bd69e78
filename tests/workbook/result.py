"""The year's result of a contract: the mean of each kind of period, the mix, the scale, the rounding, the grade."""

from collections.abc import Sequence

from tests.workbook import formulas as say
from tests.workbook.contract import key_of
from tests.workbook.given import Given
from tests.workbook.page import NUMBER, POINTS, Page, column_of
from tests.workbook.periods import periods_of
from tests.workbook.plan import MIXES, PARTS, Plan


def write_result(given: Given, plan: Plan) -> None:
    """The result of one contract (Y1, E2, N1)."""
    page, family = given.page, given.contract.family
    page.heading("年度结果", "The year's result")
    page.columns("部分 part", "", "权重 weight %", "得分 points")
    weights, means = [], []
    for part in MIXES[family]:
        page.put(1, PARTS[part])
        weights.append(page.put(3, f"={plan.from_elsewhere(f'mix.{family}.{part}')}"))
        means.append(_mean(given, part))
        page.row += 1
    page.found(given.name("result.mix"), "加权合计", "the mix", say.mean_by(weights, means))
    low, high = plan.from_elsewhere("scale.from"), plan.from_elsewhere("scale.to")
    mix = given.at("result.mix")
    scaled = say.where_known((mix,), f"MIN({high},MAX({low},{mix}))")
    page.found(given.name("result.points"), "限于分制", "on the scale", scaled)
    _write_grade(page, plan, given.name("result"), given.at("result.points"))


def write_year(page: Page, plan: Plan, contracts: Sequence[Given]) -> None:
    """The year of several contracts: their results by their months (L7)."""
    page.heading("全年", "The whole year")
    page.columns("合约 contract", "", "有效月数 months", "结果 result")
    months, results = [], []
    for number, given in enumerate(contracts, 1):
        first, last = (given.at("calendar", key_of("month", n), "months") for n in (1, 12))
        page.put(1, number)
        months.append(page.put(3, f"=SUM({first}:{last})", found=f"year.months.{number}", as_=NUMBER))
        results.append(page.put(4, f"={given.at('result.points')}", as_=POINTS))
        page.row += 1
    mean = say.mean_of_columns(column_of(months), column_of(results))
    page.found("year.points", "按月数加权", "weighted by months", mean)
    _write_grade(page, plan, "year", page.at("year.points"))


def _mean(given: Given, part: str) -> str:
    """A kind's periods by months in force, or the subordinates."""
    if part == "subordinates":
        return given.page.put(4, f"={given.at('result.subordinates')}", as_=POINTS)
    keys = [key_of(kind, number) for kind, number in periods_of(given.contract.family) if kind == part]
    months, scores = (column_of([given.at(key, name) for key in keys]) for name in ("months", "score"))
    mean = say.mean_of_columns(months, scores)
    return given.page.put(4, mean, found=given.name("result", part), as_=POINTS)


def _write_grade(page: Page, plan: Plan, name: str, points: str) -> None:
    places = plan.from_elsewhere("places")
    whole = say.where_known((points,), f"ROUND({points},{places})")
    page.found(f"{name}.rounded", "四舍五入", "rounded half up", whole, as_=NUMBER, strong=True)
    rounded = page.at(f"{name}.rounded")
    page.found(f"{name}.grade", "等级", "grade", plan.graded(rounded, 1), strong=True)
    page.found(
        f"{name}.coefficient", "系数", "coefficient", plan.graded(rounded, 2), as_="General", strong=True
    )
