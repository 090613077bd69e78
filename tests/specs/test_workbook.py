"""The workbook's cells are Cairn's numbers: written apart from the scoring code, recalculated by a formula library."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import workbook
from tests.specs.rules import shown
from tests.specs.workbook import examples, schemes, varied
from tests.specs.workbook.cells import Inputs, Recalculated, differences
from tests.specs.workbook.contracts import Played, year_of
from tests.specs.workbook.log import Log
from tests.specs.workbook.policy import policy_of
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
    if len(case.contracts) == 1:
        return dict(Played(Log(case.contracts[0], policy, cells)).numbers())
    return dict(year_of(case.contracts, policy, cells))


of_cases = pytest.mark.parametrize("case", [pytest.param(case, id=case.key) for case in CASES])


@of_cases
def test_every_cell_of_a_case_is_cairns_number(case: Case, book: Book, recalculated: Recalculated) -> None:
    different = differences(book.pages[case.key], recalculated, cairn(book, case))
    assert different == [], "\n" + "\n".join(different)


SHOWN = {
    "L5": "66.67",
    "W1.april": "89.2667",
    "W1.year": "99.2904",
    "Y2": "91.5361",
    "U1.whole": "101",
    "U1.reweight": "84",
    "U1.zero": "51",
}
"""The examples as docs/rules.md shows them."""


def test_the_rules_examples_are_cairns_numbers(book: Book, recalculated: Recalculated) -> None:
    page = book.pages["examples"]
    found = examples.numbers(Inputs(page))
    different = differences(page, recalculated, found)
    assert different == [], "\n" + "\n".join(different)
    assert {name: shown(found[name], like) for name, like in SHOWN.items()} == SHOWN


def typed(test: Callable[..., None]) -> Callable[..., None]:
    """A law for whatever people may type into the cells: a whole worksheet for each example, so they are few."""
    law: Callable[..., None] = given(data=st.data())(test)
    return settings(deadline=None, max_examples=10)(law)


@of_cases
@typed
def test_law_whatever_is_typed_every_cell_is_cairns_number(
    case: Case, data: st.DataObject, book: Book, recalculated: Recalculated
) -> None:
    page = book.pages[case.key]
    other: dict[str, Any] = {}
    for number, contract in enumerate(case.contracts, 1):
        prefix = f"{number}." if len(case.contracts) > 1 else ""
        other |= varied.contract(contract, Inputs(page), prefix, data.draw)
    with (
        recalculated.with_inputs(book.plan, varied.policy(data.draw)),
        recalculated.with_inputs(page, other),
    ):
        different = differences(page, recalculated, cairn(book, case))
    assert different == [], "\n" + "\n".join(different)


@typed
def test_law_so_is_every_cell_of_the_examples(
    data: st.DataObject, book: Book, recalculated: Recalculated
) -> None:
    page = book.pages["examples"]
    with recalculated.with_inputs(page, varied.examples(Inputs(page), data.draw)):
        assert differences(page, recalculated, examples.numbers(Inputs(page))) == []


def test_the_public_schemes_are_cairns_numbers(book: Book, recalculated: Recalculated) -> None:
    page = book.pages["schemes"]
    different = differences(page, recalculated, schemes.numbers(Inputs(page)))
    assert different == [], "\n" + "\n".join(different)


@typed
def test_law_whatever_is_typed_the_schemes_come_out_the_same(
    data: st.DataObject, book: Book, recalculated: Recalculated
) -> None:
    page = book.pages["schemes"]
    with recalculated.with_inputs(page, varied.schemes(Inputs(page), data.draw)):
        assert differences(page, recalculated, schemes.numbers(Inputs(page))) == []


def test_the_workbook_is_written_without_the_scoring_code() -> None:
    [folder] = workbook.__path__
    for path in Path(folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert [name for name in names if name.partition(".")[0] == "cairn"] == [], path.name
