"""Requests as nobody's page sends them: each is answered in words, none ends in an error of the program."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from playwright.async_api import Browser

from cairn.application.cases import KINDS
from cairn_portal.web.typed import read_form
from tests.pages.conftest import Served, screen

NUL = "%00"
TOKEN = re.compile(r'"X-CSRF-Token": "([^"]+)"')


@asynccontextmanager
async def visiting(browser: Browser, served: Served, person: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A program with the session of somebody who signed in by a browser, in English."""
    async with screen(browser, served, language="en") as window:
        await window.sign_in(person)
        cookies = {each["name"]: each["value"] for each in await window.page.context.cookies()}
    headers = {"Accept-Language": "en"}
    async with httpx2.AsyncClient(
        base_url=served.url, cookies=cookies, headers=headers, timeout=30
    ) as program:
        yield program


@pytest.mark.parametrize(
    "path",
    ["/goals/{nul}", "/goals/{nul}/history", "/cycles/a{nul}b/cascade", "/cycles/{nul}/goals.xlsx", "/?cycle={nul}",
     "/cases?cycle={nul}", "/team?cycle={nul}", "/audit?cycle={nul}", "/audit/acts?by={nul}", "/find?q={nul}"],
)  # fmt: skip
async def test_a_character_that_no_text_can_hold_is_told_and_nothing_fails(
    browser: Browser, served: Served, path: str
) -> None:
    async with visiting(browser, served, "A1") as auditor:
        answer = await auditor.get(path.format(nul=NUL))
    assert answer.status_code == 422
    assert "U+0000" in answer.text


async def test_a_program_is_told_of_such_a_character_as_a_problem(served: Served) -> None:
    async with served.api("A1") as program:
        for path in (f"/goals/{NUL}", f"/goals?cycle={NUL}"):
            answer = await program.get(path)
            assert answer.status_code == 422, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert "U+0000" in answer.json()["detail"]


async def test_an_id_with_a_line_break_is_answered_by_the_api_and_not_by_a_page(served: Served) -> None:
    async with served.api("A1") as program:
        answer = await program.get("/goals/one%0Atwo")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_page_whose_address_cannot_be_read_says_so_in_a_page(
    browser: Browser, served: Served
) -> None:
    async with visiting(browser, served, "A1") as auditor:
        for path, named in (("/inbox?upto=many", "upto"), (f"/audit/sample?seed={'7' * 50}", "seed")):
            answer = await auditor.get(path)
            assert answer.status_code == 422, path
            assert answer.headers["content-type"].startswith("text/html")
            assert f"{named} cannot be read." in answer.text


async def test_a_way_of_asking_that_is_not_offered_is_told_which_are(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url) as program:
        answers = {path: await program.put(path) for path in ("/audit", "/api/v1/goals", "/health")}
        watched = await program.head("/health")
    assert {answer.status_code for answer in answers.values()} == {405}
    allowed = {path: set(answer.headers["allow"].split(", ")) for path, answer in answers.items()}
    assert allowed == {"/audit": {"GET"}, "/api/v1/goals": {"GET"}, "/health": {"GET", "HEAD"}}
    assert (watched.status_code, watched.content) == (200, b"")


async def test_a_kind_of_measure_that_no_page_offers_is_refused_with_the_form(
    browser: Browser, served: Served
) -> None:
    sheet, goal = f"sheet-{served.cycle}-E4-1", f"goal-{served.cycle}-E4-9"
    async with visiting(browser, served, "E4") as owner:
        token = TOKEN.search((await owner.get("/")).text)
        assert token is not None
        headers = {"X-CSRF-Token": token[1], "HX-Request": "true"}
        typed = {"sheet": sheet, "fields.key": "odd", "fields.title": "Odd", "fields.weight": "5"}
        for kind in ("²", "nobody"):
            asked = {**typed, "key": f"odd-{kind}", "fields.measure.kind": kind}
            answer = await owner.post(f"/goals/{goal}/give/draft", data=asked, headers=headers)
            assert answer.status_code == 422, kind
            assert "It was not done" in answer.text
    assert (await served.cairn("goal", "show", goal)).code != 0, "nothing was drafted"


async def test_scores_of_a_sheet_one_may_not_read_and_of_one_that_is_not_there_look_the_same(
    served: Served,
) -> None:
    there, nowhere = f"sheet-{served.cycle}-E4-1", f"sheet-{served.cycle}-E4-9"
    async with served.api("E1") as colleague:
        for period in ("result", "Y"):
            hidden, missing = [await colleague.get(f"/scores/{sheet}/{period}") for sheet in (there, nowhere)]
            assert (hidden.status_code, hidden.text) == (403, missing.text.replace(nowhere, there))


async def test_a_score_of_what_has_none_is_not_there(served: Served) -> None:
    async with served.api("A1") as auditor:
        answer = await auditor.get("/scores/nothing/Y")
    assert (answer.status_code, answer.json()["code"]) == (404, "sheet.unknown")


def test_a_row_of_a_form_whose_number_is_none_is_passed_over() -> None:
    typed = [
        ("fields.checkpoints.².expected", "x"), (f"fields.checkpoints.{'9' * 5000}.expected", "x"),
        ("fields.checkpoints.1.expected", "asks for the date"),
    ]  # fmt: skip
    read = read_form(KINDS["coaching"].commands["open"], typed, None)
    assert read["checkpoints"] == [{"expected": "asks for the date"}]
