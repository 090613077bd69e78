"""Each accident of docs/operations.md says what happens, what to do, how it is told, and which test shows it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
SECTION = re.search(r"^## What breaks.*?\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
TABLE = [
    [cell.strip() for cell in line.strip("| \n").split(" | ")]
    for line in (SECTION[1] if SECTION else "").splitlines()
    if line.startswith("|")
]
COLUMNS = ["accident", "what Cairn does by itself", "what you do", "how it is told", "tried by"]
ACCIDENTS = TABLE[2:]


def functions_of(path: str) -> set[str]:
    """The names of the functions of a file of tests."""
    found = ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
    return {each.name for each in found if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_the_table_has_the_columns_that_this_test_reads() -> None:
    assert TABLE[0] == COLUMNS
    assert len(ACCIDENTS) > 20
    assert len({row[0] for row in ACCIDENTS}) == len(ACCIDENTS)


@pytest.mark.parametrize("row", ACCIDENTS, ids=lambda row: row[0])
def test_an_accident_names_existing_tests_and_leaves_no_column_empty(row: list[str]) -> None:
    assert len(row) == len(COLUMNS) and all(row)
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[-1])
    assert ", ".join(f"`{path}::{name}`" for path, name in named) == row[-1]
    assert [
        name for path, name in named if not (ROOT / path).exists() or name not in functions_of(path)
    ] == []
