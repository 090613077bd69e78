"""docs/known-mistakes.md is true: every spec and every test it names is there, and every rule it names."""

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
    found = [row for row in ROW.findall(PAGE) if row[1] != "the case" and not row[0].startswith("-")]
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


def test_a_case_is_told_once() -> None:
    cases = [case for _, case, _, _ in rows()]
    assert sorted({case for case in cases if cases.count(case) > 1}) == []


def test_specs_that_show_a_case_are_of_rules_of_the_page_of_rules() -> None:
    rules = set(re.findall(r"^## (\w+)\.", (ROOT / "docs" / "rules.md").read_text("utf-8"), re.MULTILINE))
    shown = {name.partition("-")[0] for *_, names in rows() for name in names if SPEC.fullmatch(name)}
    assert shown - rules == set()
