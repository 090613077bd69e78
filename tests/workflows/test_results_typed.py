"""Calibration and results at the command line, against a company whose year has been played on the real server."""

from datetime import date
from typing import Any

import pytest

from tests.portal.conftest import Answer, Cairn, environment
from tests.workflows.company import BOSS, HR, MANAGER, Company
from tests.workflows.test_results import case_of, computed

STEPS = """evaluation:
  steps: [calibration, interview, acknowledgement, appeal]
  distribution: [{grades: [A], most: 50}]
"""
RAW = ("choice:", "field:", "event:", "stage:", "cause:", "phase:", "turn:", "{")


class Typing:
    """A terminal of the company."""

    def __init__(self, company: Company) -> None:
        self.cairn = Cairn(environment(company.settings))

    async def does(self, *typed: str) -> Answer:
        said = await self.cairn(*typed)
        assert said.code == 0, said.err
        return said

    async def json(self, *typed: str) -> Any:
        return (await self.does(*typed, "--json")).json

    async def refused(self, *typed: str) -> str:
        said = await self.cairn(*typed, "--lang", "en")
        assert said.code != 0
        return " ".join(said.err.split())

    async def reads(self, *typed: str) -> str:
        """What it says, in both languages; nowhere does an id stand in place of its words."""
        said = [(await self.does(*typed, "--lang", language)).out for language in ("zh", "en")]
        assert [raw for raw in RAW for text in said if raw in text] == []
        return " ".join(said[1].split())


async def test_a_years_end_as_it_is_typed(company: Company) -> None:
    company.policy += STEPS
    await computed(company)
    typing, cycle, case, sheet = Typing(company), company.cycle, case_of(company), company.sheet()
    kept = await typing.reads("scores", "E1", "--cycle", cycle, "--as", "E1")
    assert "The result is not shown yet." in kept
    assert (await typing.json("scores", cycle, "--as", "E1"))["results"] == []

    session = (await typing.json("calibration", "open", "sales", "--cycle", cycle, "--by", HR))["case"]
    tasks = await typing.json("inbox", "--by", HR)
    assert [each["step"] for each in tasks if each.get("name") == session] == ["finish"]
    seen = await typing.json("calibration", "show", session, "--as", HR)
    [e1] = [each for each in seen["people"] if each["holder"] == "E1"]
    assert (e1["number"], e1["grade"], e1["computed"], e1["manager"]) == (1, "B", "B", MANAGER)
    assert "only" not in await typing.refused("calibration", "show", session, "--as", "E1")
    why = ("--reason", "covered two regions")
    await typing.does(
        "calibration", "move", session, sheet, "--to", "A", "--version", "1", *why, "--by", BOSS
    )
    table = await typing.reads("calibration", "show", session)
    assert "A: 1, at most 1" in table and "the whole unit" in table
    stale = await typing.refused(
        "calibration", "move", session, sheet, "--to", "A", "--version", "1", *why, "--by", BOSS
    )
    assert "you looked at version 1, and it is version 2 by now" in stale
    await typing.does("calibration", "undo", session, "--all", "--reason", "no quorum", "--by", HR)
    await typing.does(
        "calibration", "move", session, sheet, "--to", "A", "--version", "3", *why, "--by", BOSS
    )
    await typing.does("calibration", "finish", session, "--by", HR)
    assert "finished" in await typing.reads("calibration", "list", "--cycle", cycle)
    assert "no quorum" in await typing.reads("calibration", "show", session, "--story")

    await company.goes_to(date(2027, 1, 27), company.cycle_workflow)
    await company.has_happened(case, "ResultShown")
    await company.goes_to(date(2027, 1, 27), case)
    [row] = await typing.json("result", "list", "--cycle", cycle)
    assert (row["name"], row["stage"], row["number"], row["computed"], row["grade"]) == (
        case,
        "shown",
        4,
        "B",
        "A",
    )
    mine = await typing.reads("scores", "E1", "--cycle", cycle, "--as", "E1")
    assert f"Moved from B, the grade by points, in {session}." in mine
    versions = await typing.reads("scores", "E1", "--cycle", cycle, "--versions", "--as", "E1")
    assert "covered two regions" in versions and "B → A" in versions and "no quorum" not in versions
    status = await typing.json("cycle", "status", cycle)
    assert (status["results"], status["calibrations"]) == ({"shown": 1}, [])
    assert "shown, the signature is asked for 1" in await typing.reads("cycle", "status", cycle)
    why = await typing.json("why", case)
    assert {each["who"] for each in why["on"]} == {"E1", MANAGER}
    await typing.reads("why", case)
    assert [
        each["step"] for each in await typing.json("inbox", "--by", "E1") if each.get("name") == case
    ] == ["acknowledge"]
    await typing.does(
        "result", "interview", case, "--on", "2026-01-01", "--agreed", "one region more", "--by", MANAGER
    )
    assert "sign version 4" in await typing.refused(
        "result", "acknowledge", case, "--version", "1", "--by", "E1"
    )
    disagreed = ("--disagree", "--words", "three regions")
    await typing.does("result", "acknowledge", case, "--version", "4", *disagreed, "--by", "E1")
    await typing.does("result", "appeal", case, "--grounds", "the March order", "--by", "E1")
    assert [
        each["step"] for each in await typing.json("inbox", "--by", BOSS) if each.get("name") == case
    ] == ["decide"]
    stood = await typing.json("result", "evidence", case, "--as", BOSS)
    assert stood["number"] == 4 and stood["position"] > 0 and len(stood["goals"]) == 2
    await typing.reads("result", "evidence", case)
    assert (
        "an appeal makes nothing worse"
        in (
            await typing.refused("result", "vote", case, "--grade", "B", "--reason", "x", "--by", BOSS)
        ).lower()
    )
    await typing.does("result", "vote", case, "--uphold", "--reason", "it was of April", "--by", BOSS)
    told = {each["type"] for each in await typing.json("notices", "--by", "E1") if each["stream"] == case}
    assert {"ResultShown", "InterviewRecorded", "AppealDecided"} <= told
    story = await typing.reads("result", "show", case, "--as", "E1")
    assert "three regions" in story and "it was of April" in story and "upheld" in story
    assert "signed" in await typing.reads("result", "list", "--cycle", cycle)


@pytest.mark.parametrize(
    "typed", [("result", "show", "result-x-E1-1"), ("calibration", "show", "calibration-x-company-1")]
)
async def test_what_is_not_there_is_said_in_words(company: Company, typed: tuple[str, ...]) -> None:
    await company.launched()
    said = await Typing(company).cairn(*typed, "--lang", "en")
    assert said.code != 0 and "Traceback" not in said.err
