"""What auditors do on pages: a history by its slider, a score down to its readings, samples, who did what, and whether
the scores hold."""

import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import httpx2
import pytest_asyncio
from playwright.async_api import Browser, expect

from cairn.settings import Settings
from tests.pages.conftest import Served, pictured, screen, serving
from tests.pages.test_every_page import faults
from tests.portal.test_recomputing import GOAL, Year, begun

__all__ = ["begun"]
SHEET = "sheet-2026-E1-1"
PAGES = {
    "score-of-a-goal": f"/audit/scores/{GOAL}/Q1",
    "score-of-a-sheet": f"/audit/scores/{SHEET}/Q1",
    "history-of-a-scored-goal": f"/goals/{GOAL}/history?event=4",
    "audit-verified": "/audit",
    "audit-drawn": "/audit/sample?seed=7",
    "audit-all-acts": "/audit/acts",
}


@pytest_asyncio.fixture(loop_scope="session")
async def audited(begun: Year, tmp_path: Path) -> AsyncIterator[Served]:
    """The portal before a first quarter that was scored from a feed, and corrected since."""
    await begun.scored()
    await begun.read(700, date(2026, 3, 1), 9)
    own = Settings(
        home=tmp_path, database=begun.dsn, temporal_address="127.0.0.1:1", namespace="none", task_queue="none"
    )
    async with serving(own, "2026") as found:
        yield found


async def test_an_auditor_looks_into_a_year(
    browser: Browser, begun: Year, audited: Served, shots: Path | None
) -> None:
    """A score down to single readings as they were known then, a history by keyboard, and scores computed again."""
    async with screen(browser, audited, language="en") as auditor:
        page = auditor.page
        await auditor.sign_in("H1")
        await auditor.open(f"/audit/scores/{SHEET}/Q1")
        await page.locator(".table.sum").get_by_role("link").first.click()
        readings = page.locator(".evidence tbody tr")
        await expect(readings).to_have_count(2)
        assert [await readings.nth(n).locator("td.n").inner_text() for n in (0, 1)] == ["100", "150"]
        await readings.nth(1).get_by_role("link", name="feed crm").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("feed-crm")
        assert "700" not in await auditor.text(), "what came later was not known then"

        await auditor.open(f"/goals/{GOAL}/history")
        slider = page.get_by_role("slider", name="Moment")
        last = await slider.input_value()
        await expect(page.locator(".facts").last).to_contain_text("Q1")
        await slider.focus()
        await page.keyboard.press("Home")
        await expect(page.get_by_role("heading", name="The goal then")).to_be_visible()
        await expect(slider).to_have_attribute("aria-valuetext", re.compile("Sheet opened"))
        await expect(slider).to_be_focused()
        await page.keyboard.press("ArrowRight")
        await expect(page.locator("#chosen + .card")).to_contain_text("Drafted")
        await expect(page).to_have_url(re.compile("event=2"))
        assert int(last) > 6
        await page.keyboard.press("End")
        for _ in range(5):  # faster than any page comes
            await page.keyboard.press("ArrowLeft")
        await expect(page.locator(".slider-head .num")).to_have_text(f"{int(last) - 5} / {last}")

        await auditor.open("/audit")
        await page.get_by_role("button", name="Compute every score again").click()
        await expect(page.locator(".launched")).to_contain_text("come out the same")
        await begun.seal()
        await auditor.open("/audit/acts?kind=audit&by=H1")
        await expect(page.locator("tbody tr")).to_have_count(1)
    runs = (await audited.cairn("replay", "verification-2026", "--as", "H1", "--json")).json["events"]
    assert [(each["actor"], each["facts"]["differing"], each["facts"]["goals"]) for each in runs] == [
        ("H1", 0, 1)
    ]

    told = await audited.cairn("explain", GOAL, "--period", "Q1", "--as", "H1", "--json")
    assert [(each["value"], each["position"]) for each in told.json["readings"]] == [("100", 17), ("150", 18)]
    found = list[str]()
    for language in ("zh-CN", "en"):
        async with screen(browser, audited, language=language) as auditor:
            await auditor.sign_in("H1")
            for name, path in PAGES.items():
                await auditor.open(path)
                found += [f"{name}, {language}: {each}" for each in await faults(auditor)]
                await pictured(auditor, shots, f"{name}-{language[:2]}-1440")
    assert found == []


async def test_a_history_goes_back_and_forth_without_a_script_and_who_may_not_sees_none(
    browser: Browser, audited: Served
) -> None:
    async with screen(browser, audited, language="en") as auditor:
        await auditor.sign_in("H1")
        cookies = await auditor.page.context.cookies()
        draws = []
        for _ in range(2):
            await auditor.open("/audit/sample?seed=7")
            draws.append(await auditor.page.locator(".drawn-one h2").all_inner_texts())
        assert draws[0] == draws[1] and len(draws[0]) == 2
    plain = await browser.new_context(java_script_enabled=False, locale="en")
    await plain.add_cookies([{**each} for each in cookies])  # type: ignore[typeddict-item]
    page = await plain.new_page()
    await page.goto(f"{audited.url}/goals/{GOAL}/history")
    await page.get_by_role("link", name="First", exact=True).click()
    await page.get_by_role("link", name="Later", exact=True).click()
    await expect(page.locator("#chosen + .card")).to_contain_text("Drafted")
    await plain.close()
    async with screen(browser, audited, language="en") as employee:
        await employee.sign_in("E1")
        assert await employee.page.get_by_role("link", name="Audit", exact=True).count() == 0
        for path in ("/audit", "/audit/sample", "/audit/acts", "/audit/streams/person-M1"):
            answer = await employee.page.goto(f"{audited.url}{path}")
            assert answer is not None and answer.status == 403, path
        answer = await employee.page.goto(f"{audited.url}/audit/scores/{GOAL}/Q1")
        assert answer is not None and answer.status == 200, "their own score"


async def test_an_address_with_a_number_that_is_none_shows_the_whole_history_or_nothing(
    browser: Browser, served: Served
) -> None:
    goal = f"goal-{served.cycle}-E4-1"
    async with screen(browser, served) as auditor:
        await auditor.sign_in("A1")
        for number in ("²", "9" * 30):
            for path in (
                f"/goals/{goal}/history?event={number}",
                f"/goals/{goal}/history?position={number}",
                f"/audit/sample?n={number}&upto={number}",
            ):
                answer = await auditor.page.goto(served.url + path)
                assert answer is not None and answer.status == 200, path


async def test_a_version_that_is_no_number_ends_in_no_error(served: Served) -> None:
    """A decision of a form says which version it was looked at; what is no number is no version."""
    headers = {"Authorization": f"Bearer {await served.token('E4')}"}
    goal = f"goal-{served.cycle}-E4-1"
    async with httpx2.AsyncClient(base_url=served.url, headers=headers) as client:
        for number in ("²", "9" * 5000, "٣"):
            for path in (
                f"/goals/{goal}/give/note",
                f"/goals/{goal}/assess?task=assess",
                f"/cases/feedback-{served.cycle}-E4-x/observe",
                "/inbox/approve",
            ):
                answer = await client.post(path, data={"at_version": number, "fields.parts.².title": "x"})
                assert answer.status_code < 500, (path, number)
            matched = [(b"If-Match", f'"{number}"'.encode())]
            answer = await client.post(f"/api/v1/goals/{goal}/submit", headers=matched)
            assert answer.status_code < 500, number
