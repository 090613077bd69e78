"""Moments are told by the clock of those who work there; where that is not the reader's own, the answer says so."""

import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from rich.console import Console

from cairn.settings import Settings
from cairn_portal.cli.terminal import Terminal

NOON = datetime(2026, 3, 27, 11, tzinfo=UTC)


@pytest.fixture(params=["Asia/Shanghai", "UTC"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The time zone of the reader's machine."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def terminal() -> tuple[Terminal, io.StringIO]:
    out = io.StringIO()
    return Terminal(
        Settings(language="en"), False, Console(file=out, width=80), Console(file=io.StringIO())
    ), out


def test_a_policy_in_berlin_has_its_deadlines_told_by_berlins_clock(reader: str) -> None:
    at, out = terminal()
    assert at.in_zone("Europe/Berlin").moment(NOON) == "2026-03-27 12:00"
    at.answer({}, "drafts due")
    assert "Times are those of Europe/Berlin." in out.getvalue()


def test_the_readers_own_clock_needs_no_word(reader: str) -> None:
    at, out = terminal()
    at.in_zone(reader).moment(NOON)
    at.answer({}, "drafts due")
    assert "Times" not in out.getvalue()


def test_what_belongs_to_no_policy_is_told_by_the_readers_clock(reader: str) -> None:
    at, _ = terminal()
    assert at.moment(NOON) == ("2026-03-27 19:00" if reader == "Asia/Shanghai" else "2026-03-27 11:00")
    assert at.moment(None) == "–"
