"""A small run of the whole benchmark: every row it was asked for is in its table, and its exit code means it."""

import re
import subprocess
import sys
from pathlib import Path

from bench.company import PASSED_BY
from cairn.domain.registry import EVENTS
from projections.engine.catalog import folding, read_model

ROOT = Path(__file__).parents[2]


def measured(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", "--no-write", "--base", "2000", "--rounds", "1", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_every_row_is_shown_and_the_exit_code_says_whether_a_bar_was_missed() -> None:
    run = measured("--rows", "as-of,append", "--appends", "64")
    assert run.returncode in (0, 1), run.stderr
    for row in (
        "append, 16 writers, 1 event each",
        "append in batches: 500 new streams of 2",
        "as-of replay",
    ):
        assert row in run.stdout, run.stdout
    verdict = re.search(r"(\d+) of (\d+) bars are met\.", run.stdout)
    assert verdict, run.stdout
    met, barred = map(int, verdict.groups())
    assert met == run.stdout.count("yes │") and barred - met == run.stdout.count("NO  │")
    assert run.returncode == (met < barred)


def test_a_row_that_does_not_exist_is_named_with_those_that_do() -> None:
    run = measured("--rows", "apend")
    assert run.returncode == 2
    assert "there is no row apend" in run.stderr and "append" in run.stderr


def test_what_fills_a_log_beside_the_goals_is_taken_in_by_no_read_model() -> None:
    """Else the lag of goals would be measured beside that of whatever takes it in."""
    readers = [name for name in folding() if PASSED_BY in read_model(name).event_types]
    assert not readers and PASSED_BY in EVENTS
