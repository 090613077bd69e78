"""The whole workbook: a page of the policy, one of each case, those of the rules' examples, schemes and raters."""

from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

from tests.workbook.calls import write_calls
from tests.workbook.cases import CASES
from tests.workbook.contract import Case, Contract, key_of
from tests.workbook.examples import write_examples
from tests.workbook.given import Given
from tests.workbook.months import write_months
from tests.workbook.page import Page
from tests.workbook.periods import Periods, periods_of
from tests.workbook.plan import Plan, write_plan
from tests.workbook.raters import write_raters
from tests.workbook.result import write_result, write_year
from tests.workbook.schemes import write_schemes

FRONT = (
    "黄底蓝字是输入，可以改；其余都是公式，随输入重算；绿底是结果。",
    "Blue on yellow is given and may be changed; all else is a formula and follows; green is what it comes to.",
    "规则见 docs/rules.md；每个数都与 Cairn 算出的比较过。",
    "The rules stand in docs/rules.md; every number is compared with the one that Cairn computes.",
)


@dataclass(repr=False)
class Book:
    """The workbook, and its pages by the key of their case."""

    workbook: Workbook
    plan: Plan
    pages: dict[str, Page]

    def save(self, path: Path) -> None:
        self.workbook.save(path)


def make_book() -> Book:
    """Inputs and formulas, nothing worked out: whoever opens it does that."""
    workbook = Workbook()
    workbook.calculation.fullCalcOnLoad = True
    first = workbook.active
    assert first is not None
    first.title = "说明 Read me"
    _write_front(Page(first))
    plan = write_plan(workbook.create_sheet("制度 Policy"))
    pages = {case.key: _write(case, Page(workbook.create_sheet(case.name)), plan) for case in CASES}
    pages["examples"] = Page(workbook.create_sheet("规则例题 Examples"))
    write_examples(pages["examples"])
    pages["schemes"] = Page(workbook.create_sheet("公开办法 Schemes"))
    write_schemes(pages["schemes"])
    pages["calls"] = Page(workbook.create_sheet("客服评分 Calls"))
    write_calls(pages["calls"])
    pages["raters"] = Page(workbook.create_sheet("评价人 Evaluators"))
    write_raters(pages["raters"])
    return Book(workbook, plan, pages)


def _write_front(page: Page) -> None:
    page.title("绩效分数的算法", "How scores come about")
    for line in FRONT:
        page.put(1, line)
        page.row += 1
    page.heading("工作表", "Worksheets")
    for case in CASES:
        page.put(1, case.name)
        page.put(2, f"{case.zh} · {case.en}")
        page.row += 1
    page.widths(30, 80)


def _write(case: Case, page: Page, plan: Plan) -> Page:
    page.title(case.zh, case.en, *case.notes)
    several = len(case.contracts) > 1
    written = [
        _write_contract(Given(page, contract, f"{number}." if several else ""), plan)
        for number, contract in enumerate(case.contracts, 1)
    ]
    if several:
        write_year(page, plan, written)
    page.widths(16, 26, 14, 18, *[14.0] * 16)
    return page


def _write_contract(given: Given, plan: Plan) -> Given:
    contract: Contract = given.contract
    given.write()
    months, periods = write_months(given), periods_of(contract.family)
    if contract.first_version:
        key, _ = contract.first_version
        Periods(given, plan, months, "v1").write([each for each in periods if key_of(*each) == key])
    Periods(given, plan, months).write(periods)
    write_result(given, plan)
    return given
