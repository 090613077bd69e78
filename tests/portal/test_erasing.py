"""Erasing what was written about somebody, as HR types it: seen first, ordered with a reason, and never undone (C4)."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from cairn.settings import Settings
from tests.databases import Databases
from tests.portal.conftest import Cairn, company_of_its_own, environment

CYCLE = str(date.today().year + 1)
GOAL, OTHERS = f"goal-{CYCLE}-E1-1", f"goal-{CYCLE}-E2-1"
WORDS = "please be more exact"
ORDER = ("--reason", "asked for it", "--by", "H1")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(
    settings: Settings, databases: Databases, temporal_server: str, files: Path
) -> AsyncIterator[Settings]:
    async with company_of_its_own("erasing", settings, databases, temporal_server, files) as own:
        terminal = Cairn(environment(own))
        done = await terminal("cycle", "launch", CYCLE, "--by", "H1", "--yes")
        assert done.code == 0, done.err
        for goal, owner in ((GOAL, "E1"), (OTHERS, "E2")):
            for typed in (
                ("goal", "submit", goal, "--by", owner),
                ("goal", "return", goal, "--comment", WORDS, "--by", "M1"),
            ):
                done = await terminal(*typed)
                assert done.code == 0, done.err
        away = ("--from", f"{CYCLE}-03-01", "--reason", WORDS)
        done = await terminal("people", "away", "E1", *away, "--by", "H1")
        assert done.code == 0, done.err
        yield own


@pytest.fixture
def cairn(company: Settings) -> Cairn:
    return Cairn({**environment(company), "CAIRN_LANGUAGE": "en"})


async def keys(company: Settings) -> list[str]:
    connection = await asyncpg.connect(company.database)
    try:
        return [
            row["owner"] for row in await connection.fetch("select owner from ledger.text_key order by 1")
        ]
    finally:
        await connection.close()


async def comment(cairn: Cairn, goal: str) -> object:
    story = (await cairn("replay", goal, "--json")).json["events"]
    return next(each["facts"]["comment"] for each in story if each["type"] == "GoalReturned")


async def test_what_would_be_erased_is_shown_and_nothing_is(company: Settings, cairn: Cairn) -> None:
    said = await cairn("people", "erase", "E1", *ORDER, "--dry-run", "--json")
    assert said.code == 0, said.err
    assert said.json["by_event"].keys() >= {"GoalReturned", "PersonAway"} and WORDS not in said.out
    assert said.json["texts"] == sum(said.json["by_event"].values()) and said.json["in_clear"] == 0
    assert (said.json["erased"], said.json["earlier"]) == (False, [])
    told = await cairn("people", "erase", "E1", *ORDER, "--dry-run")
    assert "Nothing was erased." in told.out and "long leave" in told.out
    assert await comment(cairn, GOAL) == WORDS and "E1" in await keys(company)


async def test_it_asks_first_and_without_anybody_to_ask_it_wants_yes(company: Settings, cairn: Cairn) -> None:
    said = await cairn("people", "erase", "E1", *ORDER)
    assert (said.code, "--yes" in said.err) == (2, True)
    assert "E1" in await keys(company)


async def test_it_needs_a_reason(cairn: Cairn) -> None:
    said = await cairn("people", "erase", "E1", "--yes", "--by", "H1", "--reason", " ")
    assert (said.code, "--reason" in said.err) == (2, True)


@pytest.mark.parametrize(("whom", "by"), [("E1", "M1"), ("E1", "E1"), ("H1", "H1")])
@pytest.mark.parametrize("how", ["--yes", "--dry-run"])
async def test_only_hr_may_and_nobody_for_what_is_about_themselves(
    company: Settings, cairn: Cairn, whom: str, by: str, how: str
) -> None:
    before = await keys(company)
    said = await cairn("people", "erase", whom, "--reason", "r", "--by", by, how)
    assert (said.code, "HR" in said.err) == (1, True), said.err
    assert await keys(company) == before


async def test_somebody_unknown_is_told_what_to_name(cairn: Cairn) -> None:
    said = await cairn("people", "erase", "E77", *ORDER, "--yes")
    assert (said.code, "E77" in said.err, "department.<id>" in said.err) == (1, True, True)


async def test_about_somebody_of_whom_nobody_wrote_there_is_nothing_to_erase(cairn: Cairn) -> None:
    said = await cairn("people", "erase", "E3", *ORDER, "--yes", "--json")
    assert (said.code, said.json["texts"], said.json["erased"]) == (0, 0, False)


async def test_a_login_that_may_not_delete_keys_records_no_order(company: Settings, cairn: Cairn) -> None:
    weak = f"{company.database}{'&' if '?' in (company.database or '') else '?'}role=cairn_writer"
    said = await cairn("people", "erase", "E1", *ORDER, "--yes", CAIRN_MIGRATION_DATABASE=weak)
    assert (said.code, "CAIRN_MIGRATION_DATABASE" in said.err) == (2, True), said.err
    told = await cairn("people", "erase", "E1", *ORDER, "--dry-run", "--json")
    assert told.json["earlier"] == [] and "E1" in await keys(company)


async def test_once_ordered_the_words_are_gone_and_everything_else_stays(
    company: Settings, cairn: Cairn
) -> None:
    """It comes last: E1's words do not come back."""
    seen = (await cairn("people", "erase", "E1", *ORDER, "--dry-run", "--json")).json
    for _ in range(2):
        said = await cairn("people", "erase", "E1", *ORDER, "--yes", "--id", "once", "--json")
        assert said.code == 0, said.err
    assert "E1" not in await keys(company) and "E2" in await keys(company)
    assert await comment(cairn, GOAL) == {"unreadable": "erased"} and await comment(cairn, OTHERS) == WORDS
    assert (await cairn("ledger", "verify")).code == 0
    assert (await cairn("goal", "show", GOAL, "--json")).json["goal"]["stage"] == "returned"
    after = (await cairn("people", "erase", "E1", *ORDER, "--dry-run", "--json")).json
    assert [(each["by"], each["texts"]) for each in after["earlier"]] == [("H1", seen["texts"])]
    assert (after["texts"], after["keys"]) == (0, [])


async def test_what_is_written_afterwards_is_read_as_ever(company: Settings, cairn: Cairn) -> None:
    for typed in (
        ("goal", "submit", GOAL, "--by", "E1"),
        ("goal", "return", GOAL, "--comment", "anew", "--by", "M1"),
    ):
        done = await cairn(*typed)
        assert done.code == 0, done.err
    story = (await cairn("replay", GOAL, "--json")).json["events"]
    said = [each["facts"]["comment"] for each in story if each["type"] == "GoalReturned"]
    assert said == [{"unreadable": "erased"}, "anew"] and "E1" in await keys(company)
