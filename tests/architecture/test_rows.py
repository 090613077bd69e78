"""Rows are the one place: rights are asked in one module, and a stage or a deadline that some match forgot is found by
the type checker."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from cairn.domain.cycle.commands import AnyCycleCommand
from cairn.domain.event import Command, Event
from cairn.domain.goal.commands import COMMANDS, AnyGoalCommand
from cairn.domain.registry import EVENTS
from cairn_portal.cli.commands import COMMANDS as TYPED
from cairn_portal.cli.commands import CommandGroup

ROOT = Path(__file__).parents[2]
PACKAGES = ("cairn", "projections", "activities", "workflows", "cairn_portal")
ASKING = {"cairn/application/access.py", "cairn/domain/rights.py"}
CONFIG = """[mypy]
strict = true
plugins = pydantic.mypy
explicit_package_bases = true
namespace_packages = true
mypy_path = .
"""
NEW = (
    ("goal/stages.py", '"superseded",\n]', '"superseded", "imagined",\n]'),
    ("goal/stages.py", '"closes",\n]', '"closes", "imagined_date",\n]'),
    ("goal/events.py", "    | GoalClosed\n", "    | GoalClosed\n    | Inputs\n"),
    ("goal/commands.py", "    | CloseGoal\n", "    | CloseGoal\n    | GoalCommand\n"),
    ("cycle/events.py", "    | CycleClosed\n", "    | CycleClosed\n    | LeftOut\n"),
)
"""A stage, a deadline, an event and a command that no match knows: the line that names one more, before and after."""
UNKNOWING = {
    "goal/status.py": "imagined",
    "goal/deadlines.py": "imagined_date",
    "goal/state.py": "Inputs",
    "goal/decide.py": "GoalCommand",
    "cycle/state.py": "LeftOut",
}
"""The files with a match that has to know each."""


def test_rights_are_asked_in_one_module_alone() -> None:
    asking = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("allows", "in_case")
    }
    assert asking == ASKING


def test_what_a_match_forgot_is_found_by_the_type_checker(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "cairn" / "domain", tmp_path / "cairn" / "domain")
    (tmp_path / "cairn" / "__init__.py").touch()
    (tmp_path / "mypy.ini").write_text(CONFIG, encoding="utf-8")
    for file, before, after in NEW:
        changed = tmp_path / "cairn" / "domain" / file
        text = changed.read_text(encoding="utf-8")
        assert text.count(before) == 1, file
        changed.write_text(text.replace(before, after), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "cairn/domain"]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    missed = [line for line in checked.stdout.splitlines() if "assert_never" in line]
    for file, name in UNKNOWING.items():
        assert any(file in line and name in line for line in missed), checked.stdout


def test_every_command_has_its_line_in_the_command_line() -> None:
    group = next(each for each in TYPED if isinstance(each, CommandGroup) and each.name == "goal")
    lines = {each.name for each in group.commands}
    assert {name.replace("_", "-") for name in COMMANDS} <= lines


@pytest.mark.parametrize(
    "kind",
    [*get_args(AnyGoalCommand), *get_args(AnyCycleCommand), *EVENTS.values()],
    ids=lambda kind: kind.__name__,
)
def test_every_command_and_event_says_what_it_asks_or_states(kind: type[Command] | type[Event]) -> None:
    assert len((kind.__dict__.get("__doc__") or "").split()) > 3
