"""The list of what went wrong elsewhere is true: every test it names is there, and every such test is in it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = (ROOT / "docs" / "known-failures.md").read_text("utf-8")
ROW = re.compile(r"^\| (?P<failure>[^|]+) \| (?P<source>[^|]+) \| (?P<answer>[^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/\w+/\w+\.py)::(\w+)`")


def rows() -> list[re.Match[str]]:
    return [row for row in ROW.finditer(LIST) if not row["failure"].startswith(("what went", "-"))]


def test_every_test_in_the_list_of_known_failures_exists() -> None:
    named = NAMED.findall(LIST)
    assert len(named) > 30
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not re.search(rf"^(async )?def {test}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    ]
    assert missing == []


def test_every_known_failure_has_a_test_or_a_reason_why_it_does_not_concern_the_ledger() -> None:
    assert len(rows()) > 30
    for row in rows():
        assert NAMED.search(row["answer"]) or row["answer"].startswith("does not concern us: "), row[
            "failure"
        ]


def test_every_test_of_a_known_failure_is_in_the_list() -> None:
    listed = {test for _, test in NAMED.findall(LIST)}
    for file in Path(__file__).parent.glob("test_known_failures_of_*.py"):
        written = set(re.findall(r"^async def (test_\w+)\(", file.read_text("utf-8"), re.MULTILINE))
        assert written - listed == set(), file.name
