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
from tests.specs.workbook import calls, examples, raters, schemes, varied
from tests.specs.workbook.cells import Inputs, Recalculated, differences
from tests.specs.workbook.contracts import Played, year_of
from tests.specs.workbook.log import Log
from tests.specs.workbook.policy import policy_of
from tests.workbook.book import Book, make_book
from tests.workbook.cases import CASES
from tests.workbook.contract import Case
from tests.workbook.raters import BEHAVIOURS


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


PAGES: dict[str, tuple[Callable[[Inputs], dict[str, Any]], Callable[..., varied.Cells]]] = {
    "schemes": (schemes.numbers, varied.schemes),
    "calls": (calls.numbers, varied.calls),
    "raters": (raters.numbers, varied.raters),
}
"""Worksheets that have no contracts: Cairn's numbers from their cells, and what else may be typed."""
of_pages = pytest.mark.parametrize("key", PAGES)


@of_pages
def test_the_public_schemes_and_the_evaluators_are_cairns_numbers(
    key: str, book: Book, recalculated: Recalculated
) -> None:
    page, (numbers, _) = book.pages[key], PAGES[key]
    different = differences(page, recalculated, numbers(Inputs(page)))
    assert different == [], "\n" + "\n".join(different)


@of_pages
@typed
def test_law_whatever_is_typed_schemes_and_evaluators_come_out_the_same(
    key: str, data: st.DataObject, book: Book, recalculated: Recalculated
) -> None:
    page, (numbers, others) = book.pages[key], PAGES[key]
    with recalculated.with_inputs(page, others(Inputs(page), data.draw)):
        different = differences(page, recalculated, numbers(Inputs(page)))
    assert different == [], "\n" + "\n".join(different)


SAID = {
    "q1.points": "93.5", "q2.points": "80", "q2.by_points": "B", "q2.grade": "C", "q3.1.counts": "65",
    "q3.2.counts": "0", "q3.quality": "51.666667", "q3.points": "38.75", "q4.points": "89.995", "q4.rounded": "90.00",
    "q4.grade": "A", "q5.quality": "none", "q5.points": "90",
}  # fmt: skip
"""What the call-centre scorecard comes to, as it was worked out by hand."""


def test_the_call_centre_scorecard_comes_to_what_was_worked_out_by_hand(book: Book) -> None:
    found = calls.numbers(Inputs(book.pages["calls"]))
    assert {name: shown(found[name], like) for name, like in SAID.items()} == SAID


def test_fewer_unnamed_answers_than_the_threshold_leave_the_weights_to_the_other_roles(
    book: Book, recalculated: Recalculated
) -> None:
    """E1's example: self 90 (10), manager 80 (70), customers under the threshold (20) come to 81.25."""
    page = book.pages["raters"]
    nobody = {name: None for name in page.inputs if name.rpartition(".")[2] in ("goal", *BEHAVIOURS)}
    said: dict[str, Any] = {f"{name}.{key}": 3 for name in ("self.1", "manager.1") for key in BEHAVIOURS}
    said |= {f"internal_customers.{number}.{key}": 3 for number in (1, 2) for key in BEHAVIOURS}
    said |= {"self.1.goal": 90, "manager.1.goal": 80, "self.weight": 10, "manager.weight": 70}
    said |= {
        "internal_customers.weight": 20,
        "internal_customers.1.goal": 10,
        "internal_customers.2.goal": 20,
    }
    with recalculated.with_inputs(page, {**nobody, **said}):
        found = {
            name: recalculated.value(page.sheet, page.at(name)) for name in ("goal", "manager.counts_by")
        }
    assert found == {"goal": 81.25, "manager.counts_by": 87.5}


def test_the_workbook_is_written_without_the_scoring_code() -> None:
    [folder] = workbook.__path__
    for path in Path(folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert [name for name in names if name.partition(".")[0] == "cairn"] == [], path.name
