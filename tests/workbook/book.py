"""The whole workbook: a page of the policy, one of each case, one of the rules' examples."""

from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

from tests.workbook.cases import CASES
from tests.workbook.contract import Case
from tests.workbook.page import Page
from tests.workbook.plan import Plan, write_plan
from tests.workbook.writing import Writer


@dataclass
class Book:
    """The workbook, and its pages by the key of their case."""

    workbook: Workbook
    plan: Plan
    pages: dict[str, Page]

    def save(self, path: Path) -> None:
        self.workbook.save(path)


def make_book() -> Book:
    workbook = Workbook()
    first = workbook.active
    assert first is not None
    first.title = "制度 Policy"
    plan = write_plan(first)
    pages = {case.key: _write(case, workbook, plan) for case in CASES}
    return Book(workbook, plan, pages)


def _write(case: Case, workbook: Workbook, plan: Plan) -> Page:
    page = Page(workbook.create_sheet(case.name))
    page.title(case.zh, case.en, *case.notes)
    for number, contract in enumerate(case.contracts, 1):
        prefix = f"{number}." if len(case.contracts) > 1 else ""
        Writer(page, plan, contract, prefix).write()
    page.widths(24, 26, 14, 16, *[13.0] * 16)
    return page
