"""SQL lies with the ledger and the read models: the portal asks their functions and holds no statement itself."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PORTAL = Path(__file__).parents[2] / "cairn_portal"
FILES = sorted(PORTAL.rglob("*.py"))
STARTS_POSTGRES = {"servers/postgres.py", "servers/postmaster.py"}
"""They make the database in which everything else happens, and ask a server which one it is."""
STATEMENT = re.compile(
    r"\b(select\b.+\bfrom\b|insert\s+into\b|update\s+\S+\s+set\b|delete\s+from\b|truncate\s+\w|with\s+\w+\s+as\s*\(|"
    r"show\s+\w+_\w+|(create|drop|alter)\s+(table|view|schema|database|index|role|function)\b)",
    re.IGNORECASE | re.DOTALL,
)


def documented(tree: ast.AST) -> set[int]:
    """The string nodes that are docstrings, by identity: they speak of the code."""
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if node.body and isinstance(node.body[0], ast.Expr)
    }


def literals(source: str) -> Iterator[str]:
    """Every string of a module, formatted ones with … for what is put in; no docstrings."""
    tree = ast.parse(source)
    skipped = documented(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def statements(source: str) -> list[str]:
    return [text for text in literals(source) if STATEMENT.search(text)]


@pytest.mark.parametrize(
    "file", FILES, ids=lambda file: "-".join(file.relative_to(PORTAL).with_suffix("").parts)
)
def test_no_file_of_the_portal_holds_a_statement(file: Path) -> None:
    if file.relative_to(PORTAL).as_posix() not in STARTS_POSTGRES:
        assert statements(file.read_text(encoding="utf-8")) == []


def test_the_files_that_may_hold_statements_do() -> None:
    assert all(statements((PORTAL / name).read_text(encoding="utf-8")) for name in STARTS_POSTGRES)


@pytest.mark.parametrize(
    "source",
    [
        'pool.fetch("select goal from read.goal where cycle = $1", cycle)',
        'pool.fetch(\n    "select r.grade, count(*)"\n    " from read.result r"\n)',
        "database.execute(f'create view \"{name}\" as {query}')",
        'connection.fetchval("SHOW server_version")',
        'f"update {table} set stage = 1"',
    ],
)
def test_a_statement_is_found_however_it_is_written(source: str) -> None:
    assert len(statements(source)) == 1
