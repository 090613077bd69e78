"""Each line of the plan names commands that are there and tests that are there, or says with what it comes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cairn_portal.cli.commands import COMMANDS, CommandGroup

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in (ROOT / "docs" / "plan.md").read_text("utf-8").splitlines()
    if re.match(r"\| [AB][\d.]", line)
]
LINES = {
    "A1.1", "A1.2", "A1.3", "A1.4", "A1.5", "A2.6", "A2.7", "A2.8", "A2.9", "A3.10", "A3.11", "A3.12",
    "A4.13", "A4.14", "A4.15",
    "B.HR", "B.managers", "B.employees", "B.committee", "B.auditors", "B.operators",
}  # fmt: skip
"""The plan's lines on goals, monitoring and coaching, evaluation, a year's end, and on what people do."""
LATER = re.compile(r"later: with \w+")


def names() -> Iterator[str]:
    for each in COMMANDS:
        if isinstance(each, CommandGroup):
            yield from (f"cairn {each.name} {command.name}" for command in each.commands)
        else:
            yield f"cairn {each.name}"


def functions_of(path: str) -> set[str]:
    found = ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
    return {each.name for each in found if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_line_of_the_plan_is_there() -> None:
    assert {row[0] for row in ROWS} == LINES


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_a_line_has_commands_that_are_there_and_tests_that_are_there(row: list[str]) -> None:
    _, _, commands, tests = row
    if LATER.match(commands):
        assert tests == "later"
        return
    named = re.findall(r"`([^`]+)`", commands)
    assert named and ", ".join(f"`{each}`" for each in named) == commands
    assert {*named} - {*names()} == set()
    shown = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", tests)
    assert shown and ", ".join(f"`{path}::{name}`" for path, name in shown) == tests
    assert [f"{path}::{name}" for path, name in shown if name not in functions_of(path)] == []
