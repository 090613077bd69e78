"""The workbook's cells are Cairn's numbers: written apart from the scoring code, recalculated by a formula library."""

import ast
from pathlib import Path

import pytest

from tests import workbook
from tests.specs.workbook.cells import Inputs, Recalculated, differences
from tests.specs.workbook.contracts import Played, policy_of
from tests.workbook.book import Book, make_book
from tests.workbook.cases import CASES
from tests.workbook.contract import Case


@pytest.fixture(scope="module")
def book() -> Book:
    return make_book()


@pytest.fixture(scope="module")
def recalculated(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Recalculated:
    path = tmp_path_factory.mktemp("workbook") / "cairn.xlsx"
    book.save(path)
    return Recalculated(path)


def cairn(book: Book, case: Case) -> dict[str, object]:
    """Cairn's numbers for a case, from the workbook's inputs."""
    policy, cells = policy_of(Inputs(book.plan)), Inputs(book.pages[case.key])
    found: dict[str, object] = {}
    for number, contract in enumerate(case.contracts, 1):
        prefix = f"{number}." if len(case.contracts) > 1 else ""
        found |= Played(contract, policy, cells, prefix, number).numbers()
    return found


@pytest.mark.parametrize("case", CASES, ids=[case.key for case in CASES])
def test_every_cell_of_a_case_is_cairns_number(case: Case, book: Book, recalculated: Recalculated) -> None:
    different = differences(book.pages[case.key], recalculated, cairn(book, case))
    assert different == [], "\n" + "\n".join(different)


def test_the_workbook_is_written_without_the_scoring_code() -> None:
    [folder] = workbook.__path__
    for path in Path(folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert [name for name in names if name.partition(".")[0] == "cairn"] == [], path.name
