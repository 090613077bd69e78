"""The report says which bars are missed, and keeps what was not measured this time."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bench import report
from bench.figure import Bar, Figure

MET = Figure(
    "append", "append", "10⁵ events", "events/s", 7000, 10_000, "INSERT", 0.7, Bar(0.6), 100_000, "a note"
)
MISSED = Figure(
    "command", "command by update", "one at a time", "ms", 37, 20, "bare update", 1.85, Bar(1.5, False)
)
ALONE = Figure("launch", "launch", "4,000 goals", "goals/s", 9000, bar=Bar(10_000, of="figure"))
FREE = Figure("verify", "verify", "10⁵ events", "events/s", 50.04)
FACTS = {"processor": "two cores"}


@pytest.fixture(autouse=True)
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The figures of these tests are kept in a folder of their own."""
    file = tmp_path / "kept" / "figures.json"
    monkeypatch.setattr(report, "STORED", file)
    return file


def test_the_verdict_names_each_missed_bar_with_what_was_reached() -> None:
    assert report.verdict([MET, FREE]) == "1 of 1 bars are met."
    assert report.verdict([MET, MISSED, ALONE]) == (
        "1 of 3 bars are met. Missed: command by update, bare update (one at a time: 1.85 ×); "
        "launch, alone (4,000 goals: 9,000 goals/s)."
    )


def test_a_row_of_the_table_has_a_dash_for_what_there_is_not() -> None:
    assert report.cells(MET) == (
        "append", "10⁵ events", "INSERT", "10,000 events/s", "7,000 events/s", "0.70 ×", "≥ 0.6 ×", "yes",
    )  # fmt: skip
    assert report.cells(ALONE)[2:] == ("–", "–", "9,000 goals/s", "–", "≥ 10,000 goals/s", "NO")
    assert report.cells(FREE)[4:] == ("50.0 events/s", "–", "–", "–")


def test_the_table_shows_every_row_and_the_machine() -> None:
    out = StringIO()
    report.show([MET, MISSED, ALONE, FREE], FACTS, Console(file=out, width=200))
    for words in ("append", "command by update", "launch", "verify", "processor: two cores"):
        assert words in out.getvalue()


def test_nothing_is_known_before_the_first_run() -> None:
    assert report.stored() == ([], {})


def test_what_was_kept_is_read_back_as_it_was() -> None:
    report.store([MET, ALONE, FREE], FACTS)
    figures, facts = report.stored()
    assert sorted(figures, key=lambda f: f.row) == [MET, ALONE, FREE]
    assert facts == FACTS


def test_a_part_that_is_measured_again_replaces_its_own_rows_alone() -> None:
    report.store([MET, MISSED], FACTS)
    faster = Figure(
        "command", "command by update", "one at a time", "ms", 28, 20, "bare update", 1.4, Bar(1.5, False)
    )
    figures, facts = report.store([faster], {"processor": "four cores"})
    assert sorted(figures, key=lambda f: f.row) == [MET, faster]
    assert facts == {"processor": "four cores"}
