"""Whoever names no cycle means the one that contains today, also where the next one is launched already."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest_asyncio

from cairn.settings import Settings
from tests.databases import Databases
from tests.portal.conftest import Cairn, company_of_its_own, environment

TODAY = date.today()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(
    settings: Settings, databases: Databases, temporal_server: str, files: Path
) -> AsyncIterator[Cairn]:
    """A company whose cycle runs, and whose next one was launched ahead."""
    namespace = f"which-{uuid4().hex[:8]}"
    async with company_of_its_own(namespace, settings, databases, temporal_server, files) as own:
        terminal = Cairn({**environment(own), "CAIRN_LANGUAGE": "en"})
        for name, starts, ends in (("now", -30, 60), ("next", 61, 400)):
            days = (TODAY + timedelta(days=starts)).isoformat(), (TODAY + timedelta(days=ends)).isoformat()
            typed = ("cycle", "launch", name, "--starts", days[0], "--ends", days[1], "--by", "H1", "--yes")
            done = await terminal(*typed)
            assert done.code == 0, done.out + done.err
        yield terminal


async def test_what_is_shown_without_a_name_is_of_the_cycle_that_runs(company: Cairn) -> None:
    assert (await company("overdue", "--json")).json["cycle"] == "now"
    assert (await company("team", "--by", "M1", "--json")).json["cycle"] == "now"
    listed = (await company("sheet", "list", "--json")).json
    assert {each["sheet"].split("-")[1] for each in listed} == {"now"}


async def test_the_other_one_is_shown_where_it_is_named(company: Cairn) -> None:
    assert (await company("overdue", "next", "--json")).json["cycle"] == "next"
    assert (await company("team", "--by", "M1", "--cycle", "next", "--json")).json["cycle"] == "next"


async def test_a_promise_is_made_in_the_cycle_that_runs(company: Cairn) -> None:
    due = (TODAY + timedelta(days=5)).isoformat()
    done = await company("promise", "make", "E1", "--what", "x", "--due", due, "--by", "M1", "--json")
    assert done.code == 0 and done.json["case"].startswith("promise-now-E1-"), done.err


async def test_a_sheet_of_a_cycle_that_begins_after_somebody_left_does_not_begin(company: Cairn) -> None:
    """It neither ends nor is scored, and who takes the leaver's tasks is told once."""
    last = (TODAY + timedelta(days=10)).isoformat()
    said = await company("people", "leave", "M1", "--last-day", last, "--by", "H1", "--dry-run")
    text = " ".join(said.out.split())
    assert said.code == 0 and f"sheet-now-M1-1 of M1 陆一鸣 ends with {last}" in text
    assert "sheet-next-M1-1 of M1 陆一鸣, which would begin on" in text
    assert "sheet-next-M1-1 of M1 陆一鸣 ends" not in text and "goal-next-M1-1" not in text
    assert text.count("They need another manager") == 1


async def test_where_two_run_one_has_to_be_named(company: Cairn) -> None:
    ends = (TODAY + timedelta(days=20)).isoformat()
    typed = ("--starts", (TODAY - timedelta(days=40)).isoformat(), "--ends", ends, "--by", "H1", "--yes")
    launched = await company("cycle", "launch", "beside", *typed)
    assert launched.code == 0, launched.out + launched.err
    said = await company("team", "--by", "M1")
    assert said.code == 2 and "--cycle" in said.err and "beside" in said.err and "next" not in said.err
