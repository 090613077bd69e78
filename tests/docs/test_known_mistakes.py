"""docs/known-mistakes.md is true: every spec and every test it names is there, and every rule it names."""

import ast
import re
from pathlib import Path

from tests.specs.rules.page import numbered

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "known-mistakes.md").read_text("utf-8")
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"(tests/\w+/\w+\.py)::(test_\w+)")
SPEC = re.compile(r"[A-Z]\d+-\d+")
SPECS = {id for examples in numbered().values() for id, _ in examples}


def rows() -> list[tuple[str, str, str, list[str]]]:
    """Each row: its rule or kind, the case, what is right, and the names of what shows it."""
    found = [
        row
        for row in ROW.findall(PAGE)
        if row[1] not in ("the case", "where it was seen") and not row[0].startswith("-")
    ]
    return [(rule, case, right, re.findall(r"`([^`]+)`", shown)) for rule, case, right, shown in found]


def is_there(name: str) -> bool:
    """Whether a spec has an example, or a test of that name stands in its file."""
    if SPEC.fullmatch(name):
        return name in SPECS
    test = TEST.fullmatch(name)
    if test is None or not (ROOT / test[1]).exists():
        return False
    text = (ROOT / test[1]).read_text("utf-8")
    return re.search(rf"^(async )?def {test[2]}\(", text, re.MULTILINE) is not None


def test_every_case_is_shown_by_specs_or_tests_that_are_there() -> None:
    assert len(rows()) > 90
    assert [(case, shown) for _, case, _, shown in rows() if not shown] == []
    assert sorted({name for *_, shown in rows() for name in shown if not is_there(name)}) == []


def docstring(name: str) -> str:
    """What a test says of itself, in one line."""
    path, _, function = name.partition("::")
    for node in ast.parse((ROOT / path).read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function:
            return " ".join((ast.get_docstring(node) or "").split())
    return ""


def test_a_kind_of_failure_is_shown_by_tests_that_name_it_first() -> None:
    kinds = PAGE.split("\n| kind |", 1)[1]
    found = [(row[0], re.findall(r"`([^`]+)`", row[3])) for row in ROW.findall(kinds) if row[0][0] != "-"]
    assert len(found) > 30
    assert [
        (kind, name) for kind, shown in found for name in shown if not docstring(name).startswith(f"{kind}.")
    ] == []


def test_a_case_is_told_once() -> None:
    cases = [case for _, case, _, _ in rows()]
    assert sorted({case for case in cases if cases.count(case) > 1}) == []


def test_specs_that_show_a_case_are_of_rules_of_the_page_of_rules() -> None:
    rules = set(re.findall(r"^## (\w+)\.", (ROOT / "docs" / "rules.md").read_text("utf-8"), re.MULTILINE))
    shown = {name.partition("-")[0] for *_, names in rows() for name in names if SPEC.fullmatch(name)}
    assert shown - rules == set()
