"""Appraisals at the command line: raters nominated and confirmed, answers by name and unnamed, tasks for the rater."""

import base64
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest_asyncio

from tests.portal.conftest import POLICY, Cairn

RATED = (
    POLICY.replace("name: tiny", "name: rated").replace(
        "    periods: {quarter: 40, year: 60}\n",
        "    periods: {quarter: 40, year: 60}\n    evaluators: {self: 10, manager: 70, peers: 20}\n",
    )
    + """
appraisal:
  threshold: 2
  behaviours:
    teamwork: {title: {zh: 协作, en: Teamwork}, anchors: {1: 只顾自己, 5: 主动补位}}
"""
)
WORDS = "总能在约定的时间之前把事情做完，并且主动帮助其他部门。"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rated(cairn: Cairn, tmp_path_factory: object) -> AsyncIterator[str]:
    """A cycle whose year is over, so that its appraisals are open."""
    folder = Path(str(tmp_path_factory.mktemp("rated")))  # type: ignore[attr-defined]
    (folder / "policy.yaml").write_text(RATED, encoding="utf-8")
    done = await cairn("policy", "adopt", str(folder / "policy.yaml"), "--by", "H1")
    assert done.code == 0, done.err
    starts = date.today() - timedelta(days=364)
    typed = ("--starts", starts.isoformat(), "--ends", (date.today() - timedelta(days=1)).isoformat())
    done = await cairn("cycle", "launch", "rated", *typed, "--policy", "rated", "--by", "H1", "--yes")
    assert done.code == 0, done.err
    yield "rated"
    done = await cairn("cycle", "abandon", "rated", "--reason", "the tests are over", "--by", "H1", "--yes")
    assert done.code == 0, done.err


async def does(cairn: Cairn, *typed: str) -> None:
    said = await cairn("appraisal", *typed)
    assert said.code == 0, (typed, said.err)


async def test_an_appraisal_at_the_command_line(cairn: Cairn, rated: str) -> None:
    found = []
    for _ in range(100):
        found = (await cairn("appraisal", "list", "--cycle", rated, "--json")).json["appraisals"]
        if found:
            break
    names = {each["holder"]: each["name"] for each in found}
    assert names["E1"] == "appraisal-rated-E1-1", found
    name = names["E1"]
    peers = ("--person", "E2", "--person", "E3")
    few = await cairn(
        "appraisal", "nominate", name, "--role", "peers", "--person", "E2", "--by", "E1", "--lang", "en"
    )
    assert few.code == 1 and "name at least 2" in few.err
    await does(cairn, "nominate", name, "--role", "peers", *peers, "--by", "E1")
    inbox = (await cairn("inbox", "--by", "M1", "--json")).json
    assert {each["step"] for each in inbox if each.get("name") == name} == {"confirm", "manager"}
    raters = (await cairn("appraisal", "raters", name, "--by", "M1", "--json")).json
    assert [(each["person"], each["load"], each["confirmed"]) for each in raters] == [
        ("E2", 1, False), ("E3", 1, False),
    ]  # fmt: skip
    await does(cairn, "confirm", name, "--by", "M1")

    assert [
        each["appraisal"] for each in (await cairn("appraisal", "tasks", "--by", "E2", "--json")).json
    ] == [name]
    inbox = (await cairn("inbox", "--by", "E2", "--json")).json
    assert [each["holder"] for each in inbox if each.get("appraisal") == name] == ["E1"]
    for language in ("zh", "en"):
        assert (await cairn("inbox", "--by", "E2", "--lang", language)).code == 0
        said = await cairn("appraisal", "show", name, "--as", "E2", "--lang", language)
        assert said.code == 0 and "teamwork" in said.out
    wrong = await cairn("appraisal", "submit", name, "--mark", "teamwork=7", "--by", "E2", "--lang", "en")
    assert wrong.code == 1 and "7 is no mark" in wrong.err
    told = await cairn("appraisal", "submit", name, "--mark", "teamwork=4", "--by", "E2", "--lang", "en")
    assert told.code == 0 and "Nobody is told whether you answered" in " ".join(told.err.split())
    wordy = ("--mark", "teamwork=4", "--text", "teamwork=x")
    assert (await cairn("appraisal", "submit", name, *wordy, "--by", "E3")).code == 2
    stranger = await cairn("appraisal", "submit", name, "--mark", "teamwork=4", "--by", "H1", "--lang", "en")
    assert stranger.code == 1 and "is not asked to rate here" in stranger.err

    shown = (await cairn("appraisal", "show", name, "--as", "M1", "--json")).json
    assert shown["answers"] == {} and shown["own"] is None and shown["released"] == []
    assert "E2" not in (await cairn("appraisal", "show", name, "--as", "H1", "--json")).out
    own = (await cairn("appraisal", "show", name, "--as", "E2", "--json")).json["own"]
    assert own["marks"] == {"teamwork": "4"}
    for other in ("E2", "E3"):
        assert name not in (await cairn("notices", "--by", other, "--json")).out
    assert (await cairn("appraisal", "verify", name, "--json")).json == []
    for language in ("zh", "en"):
        why = await cairn("why", name, "--lang", language)
        assert why.code == 0 and "E2" not in why.out and "E3" not in why.out


async def test_without_the_key_the_inbox_shows_the_rest_and_says_what_is_missing(
    cairn: Cairn, rated: str
) -> None:
    name = "appraisal-rated-M1-1"
    peers = ("--person", "E1", "--person", "E2")
    await does(cairn, "nominate", name, "--role", "peers", *peers, "--by", "M1")
    other = {"CAIRN_TEXT_KEY": base64.b64encode(bytes(32)).decode()}
    inbox = await cairn("inbox", "--by", "E2", "--lang", "en", **other)
    assert inbox.code == 0 and "cannot be read here" in " ".join(inbox.err.split())
    tasks = await cairn("appraisal", "tasks", "--by", "E2", "--lang", "en", **other)
    assert tasks.code == 3 and "CAIRN_TEXT_KEY is not the key" in " ".join(tasks.err.split())
    blank = await cairn("appraisal", "decline", name, "--reason", " ", "--by", "E1")
    assert blank.code == 2


async def test_a_manager_is_told_of_nearly_equal_texts(cairn: Cairn, rated: str) -> None:
    first, second = (f"appraisal-rated-{who}-1" for who in ("E2", "E3"))
    typed = (
        "--mark",
        "teamwork=5",
        "--text",
        f"teamwork={WORDS}",
        "--role",
        "manager",
        "--by",
        "M1",
        "--lang",
        "en",
    )
    once = await cairn("appraisal", "submit", first, *typed)
    assert once.code == 0 and "nearly the one" not in once.err
    again = await cairn("appraisal", "submit", second, *typed)
    assert again.code == 0 and "nearly the one you wrote about E2" in " ".join(again.err.split())
    shown = (await cairn("appraisal", "show", first, "--as", "E2")).out
    assert WORDS not in shown


async def test_an_auditor_replays_an_appraisal_and_learns_neither_a_rater_nor_a_word(
    cairn: Cairn, rated: str
) -> None:
    """RULES C4: raters below the manager stand in the log as tokens, and a replay resolves none of them."""
    name = "appraisal-rated-E1-1"
    told = await cairn("replay", name, "--as", "H1", "--json")
    assert told.code == 0, told.err
    types = [each["type"] for each in told.json["events"]]
    assert types[:3] == ["AppraisalOpened", "RatersNominated", "RatersConfirmed"]
    assert told.json["state"] is None
    nominated = told.json["events"][1]
    assert (nominated["actor"], len(nominated["facts"]["raters"])) == ("E1", 2)
    assert not {"E2", "E3"} & set(nominated["facts"]["raters"])
    assert "E2" not in told.out and "E3" not in told.out
    opened = told.json["events"][0]
    assert opened["policy"].startswith("rated@") and opened["occurred_at"] and opened["recorded_at"]
    for language in ("zh", "en"):
        shown = await cairn("replay", name, "--lang", language)
        assert shown.code == 0 and "E2" not in shown.out and "E3" not in shown.out
    for reader in ("E1", "M1", "E2"):
        refused = await cairn("replay", name, "--as", reader, "--json")
        assert (refused.code, refused.json["error"]) == (1, "audit.not-yours")


async def test_what_a_named_rater_wrote_is_in_no_replay(cairn: Cairn, rated: str) -> None:
    """Whoever may read it reads it by `cairn appraisal show`."""
    for typed in (("--as", "H1"), ()):
        told = await cairn("replay", "appraisal-rated-E2-1", *typed, "--json")
        given = [each for each in told.json["events"] if each["type"] == "AnswerGiven"]
        assert [each["facts"]["role"] for each in given] == ["manager"]
        assert WORDS not in told.out and "hidden" in str(given[0]["facts"]["texts"])
