"""Stage reviews at the command line: drafted, handed in, shared, returned, and read by those whom it was said."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.portal.conftest import Cairn

SECRET = "也许我该换个方向"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def reviewed(cairn: Cairn) -> AsyncIterator[str]:
    """A cycle that runs since half a year, so that some of its months are over."""
    starts = date.today() - timedelta(days=150)
    typed = ("--starts", starts.isoformat(), "--ends", (starts + timedelta(days=350)).isoformat())
    done = await cairn("cycle", "launch", "reviewed", *typed, "--by", "H1", "--yes")
    assert done.code == 0, done.err
    yield "reviewed"
    done = await cairn(
        "cycle", "abandon", "reviewed", "--reason", "the tests are over", "--by", "H1", "--yes"
    )
    assert done.code == 0, done.err


async def opened(cairn: Cairn, cycle: str, person: str, period: str) -> str:
    said = await cairn("review", "open", person, period, "--cycle", cycle, "--by", "M1", "--json")
    assert said.code == 0, said.err
    assert said.json["status"]["awaited"] == [person, "M1"]
    return str(said.json["case"])


async def does(cairn: Cairn, command: str, name: str, *typed: str) -> None:
    said = await cairn("review", command, name, *typed)
    assert said.code == 0, said.err


async def read(cairn: Cairn, name: str, *reader: str) -> Any:
    said = await cairn("review", "show", name, *reader, "--json")
    assert said.code == 0, said.err
    return said.json


async def test_a_review_from_draft_to_a_second_round(cairn: Cairn, reviewed: str, tmp_path: Path) -> None:
    name = await opened(cairn, reviewed, "E1", "M01")
    inbox = (await cairn("inbox", "--by", "M1", "--json")).json
    assert [each["step"] for each in inbox if each.get("name") == name] == ["comment"]
    empty = (await cairn("review", "show", name, "--as", "E1")).out
    assert all(f"({key})" in empty for key in ("progress", "obstacles", "plan")), "the questions are there"
    before = await cairn("review", "draft", name, "--by", "E1", "--answer", f"plan={SECRET}", "--lang", "en")
    assert before.code == 0, before.err
    assert "once report and comment are both handed in" in " ".join(before.err.split())
    visits = tmp_path / "visits.csv"
    visits.write_text("12")
    answers = ("--answer", "progress=拜访 12 次", "--answer", "obstacles=缺样品", "--answer", "plan=每天两次")
    await does(cairn, "submit", name, "--by", "E1", *answers, "--file", str(visits))
    assert (await read(cairn, name, "--as", "M1"))["texts"] == {}
    assert (await cairn("file", "list", name, "--as", "M1", "--json")).json == []
    await does(cairn, "comment", name, "--by", "M1", "--words", "与数据一致", "--answer", "plan=太笼统")
    shared = await read(cairn, name, "--as", "M1")
    assert shared["texts"]["report"]["plan"]["words"] == "每天两次"
    assert [each["name"] for each in (await cairn("file", "list", name, "--as", "M1", "--json")).json] == [
        "visits.csv"
    ]
    await does(cairn, "return", name, "--by", "M1", "--comment", "plan=和谁、从何时？")
    await does(cairn, "submit", name, "--by", "E1", "--answer", "plan=和郑雨桐，从五月起")
    await does(cairn, "comment", name, "--by", "M1")
    await does(cairn, "widen", name, "--by", "H1", "--person", "E3", "--reason", "导师")
    told = (await cairn("notices", "--by", "E1", "--json")).json
    assert "ReviewWidened" in {each["type"] for each in told if each["stream"] == name}
    for language in ("zh", "en"):
        assert (await cairn("review", "list", "--cycle", reviewed, "--lang", language)).code == 0
        story = (await cairn("review", "show", name, "--as", "E3", "--lang", language)).out
        assert "和谁、从何时？" in story and "每天两次" in story and "太笼统" in story
        assert SECRET not in story and not any(
            id in story for id in ("choice:", "field:", "event:", "stage:")
        )


async def test_a_draft_is_shown_to_its_writer_and_to_nobody_else(cairn: Cairn, reviewed: str) -> None:
    """Read by somebody without a right."""
    name = await opened(cairn, reviewed, "E2", "M01")
    await does(cairn, "draft", name, "--by", "E2", "--answer", f"plan={SECRET}")
    assert (await read(cairn, name, "--as", "E2"))["drafts"]["report"]["plan"]["words"] == SECRET
    for reader in (("--as", "M1"), ("--as", "H1"), ()):
        said = await cairn("review", "show", name, *reader, "--lang", "en")
        assert said.code == 0 and SECRET not in said.out
        assert "a draft is saved; its writer alone reads it" in " ".join(said.out.split())
    for typed in (
        ("why", name),
        ("review", "list", "--cycle", reviewed),
        ("inbox", "--by", "M1"),
        ("notices", "--by", "M1"),
    ):
        assert SECRET not in (await cairn(*typed)).out
    outsider = await cairn("review", "show", name, "--as", "E3", "--lang", "en")
    assert (outsider.code, "there is no stage review" in " ".join(outsider.err.split())) == (1, True)


async def test_a_stale_save_shows_what_stands_there_now(cairn: Cairn, reviewed: str) -> None:
    name = await opened(cairn, reviewed, "E3", "M01")
    base = str((await read(cairn, name))["version"])
    await does(cairn, "draft", name, "--by", "E3", "--answer", "plan=在家写的", "--base", base)
    other = await cairn(
        "review", "draft", name, "--by", "E3", "--answer", "progress=单位写的", "--base", base
    )
    assert other.code == 0, other.err
    stale = await cairn(
        "review", "draft", name, "--by", "E3", "--answer", "plan=单位写的", "--base", base, "--lang", "en"
    )
    said = " ".join(stale.err.split())
    assert stale.code == 1 and "It says now: 在家写的" in said and "“plan” was saved by E3" in said
    slip = await cairn("review", "draft", name, "--by", "E3", "--answer", "plan", "--lang", "en")
    assert (slip.code, "an equals sign" in " ".join(slip.err.split())) == (2, True)
