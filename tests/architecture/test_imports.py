"""The architecture as it is written down: the import contracts hold, and workflows touch nothing but time and data."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / "workflows").glob("*.py"))
DOMAIN = sorted((ROOT / "cairn" / "domain").rglob("*.py"))
FORBIDDEN = {
    "asyncpg", "sqlalchemy", "os", "io", "pathlib", "random", "secrets", "socket", "subprocess", "threading", "time",
    "uuid", "urllib", "http", "requests", "httpx", "logging",
}  # fmt: skip
"""What a workflow must not import itself: its replay a year later would see another world."""
NOT_DETERMINISTIC = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "asyncio.wait", "asyncio.as_completed",
    "asyncio.sleep", "asyncio.to_thread", "asyncio.create_task", "open", "print", "id", "hash",
}  # fmt: skip
"""Calls that give another answer, or another order, when a history is replayed."""


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_the_import_contracts_hold() -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
        "--no-cache",
    ]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_imports_nothing_that_changes_between_two_replays(file: Path) -> None:
    tops = {name.partition(".")[0] for name in imported(ast.parse(file.read_text(encoding="utf-8")))}
    assert tops & FORBIDDEN == set()


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_asks_no_clock_but_temporals_and_begins_no_task_of_its_own(file: Path) -> None:
    assert set(called(ast.parse(file.read_text(encoding="utf-8")))) & NOT_DETERMINISTIC == set()


@pytest.mark.parametrize(
    "file", DOMAIN, ids=lambda file: "-".join(file.relative_to(ROOT).with_suffix("").parts[1:])
)
def test_the_domain_never_waits_and_never_asks_the_clock(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Await | ast.AsyncFunctionDef)]
    assert set(called(tree)) & {"datetime.now", "datetime.utcnow", "date.today", "uuid4", "open"} == set()


def test_workflow_modules_keep_no_state_of_their_own() -> None:
    """Workers share these modules between all workflows: whatever one changed, every other one would see."""
    for file in WORKFLOWS:
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign | ast.AnnAssign):
                if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "TypeVar":
                    continue
                name = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
                assert name.isupper() or (name.startswith("_") and name.upper() == name), (
                    f"{file.name}: {name}"
                )
        text = file.read_text(encoding="utf-8")
        assert "\n    global " not in text
