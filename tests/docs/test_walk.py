"""docs/walk.md counts what a command touches: the files it lists are those that name the command or its event."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "walk.md").read_text("utf-8")
SOURCES = ("cairn", "projections", "activities", "workflows", "cairn_portal")
NAMES = {
    "urge": re.compile(r"\b(UrgeGoal|GoalUrged)\b|:GoalUrged\b|goal\.moving_on:urge\b|\basync def urge\("),
    "release": re.compile(
        r"\b(ReleasePromise|PromiseReleased)\b|case\.promise:release\b|\basync def release\("
    ),
}
"""How files name a command: its class, its event, its line and function at the command line."""
TABLE = re.compile(r"^\| `(\w+)` \| ([^|]+) \| (\d+) \| ([^|]+) \|$", re.MULTILINE)


def files_that_name(command: str) -> set[str]:
    found = set()
    for folder in SOURCES:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".sql", ".po") and NAMES[command].search(path.read_text("utf-8")):
                found.add(path.relative_to(ROOT).as_posix())
    return found


def listed(command: str) -> dict[str, tuple[int, set[str]]]:
    """What the page says: of each layer the number of files, and which."""
    return {
        layer: (int(count), set(re.findall(r"`([^`]+)`", files)))
        for name, layer, count, files in TABLE.findall(PAGE)
        if name == command
    }


@pytest.mark.parametrize("command", NAMES)
def test_what_a_command_touches_is_what_the_page_counts(command: str) -> None:
    told = listed(command)
    assert told and all(count == len(files) for count, files in told.values())
    assert set().union(*(files for _, files in told.values())) == files_that_name(command)


@pytest.mark.parametrize("command", NAMES)
def test_in_the_domain_it_is_the_files_of_the_design(command: str) -> None:
    """Commands, events, decide (with the file of its topic), state: nothing in access, workflows or activities."""
    _, files = listed(command)["domain"]
    names = {Path(file).name for file in files}
    assert {"commands.py", "events.py", "decide.py", "state.py"} <= names and len(names) <= 5
    layers = {file.split("/")[0] for file in files_that_name(command)}
    assert layers <= {"cairn", "projections", "cairn_portal"}
    assert not [file for file in files_that_name(command) if file.startswith("cairn/application")]
