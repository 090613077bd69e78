"""Every page in both languages, light and dark, from phone to desktop: nothing overflows, nothing is in the way of
keyboard and screen reader, and nobody sees what is not theirs."""

import asyncio
import base64
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

from tests.pages.conftest import Screen, Served, calibrating, screen
from tests.pages.pages import PAGES, PICTURES, picture

WIDTHS = (375, 768, 1440)
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
CUT_OFF = """() => {
  const moves = (each) => /auto|scroll/.test(getComputedStyle(each).overflowX);
  const scrolls = (each) => !!each && (moves(each) || scrolls(each.parentElement));
  const edge = document.documentElement.clientWidth + 1;
  const read = "main :is(.btn, h1, h2, h3, p, label, summary)";
  return [...document.querySelectorAll(read)]
    .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > edge && !scrolls(each))
    .map((each) => each.textContent.trim().slice(0, 60));
}"""
"""What ends beyond the window's edge, where nothing scrolls."""
RULES = {"runOnly": {"type": "tag", "values": list(STANDARDS)}}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def session(served: Served) -> str:
    """A calibration with a moved grade, one more A than there should be, and somebody without a result."""
    name = await calibrating(served, served.cycle, {"E1": "88", "E2": "96.4", "E3": "91", "E4": "71.5"})
    move = ("--to", "A", "--version", "1", "--reason", "开拓了两个新区域，其中一个此前无人负责", "--by", "M1")
    for typed in (("E1", *move), ("E4", *move)):
        done = await served.cairn(
            "calibration", "move", name, f"sheet-{served.cycle}-{typed[0]}-1", *typed[1:]
        )
        assert done.code == 0, done.err
    done = await served.cairn(
        "calibration", "undo", name, "--move", "2", "--reason", "the numbers do not show it", "--by", "H1"
    )
    assert done.code == 0, done.err
    return name


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_no_page_overflows_or_keeps_somebody_out(
    browser: Browser, served: Served, session: str, shots: Path | None, pictures: Path | None, language: str
) -> None:  # fmt: skip
    goal, found = f"goal-{served.cycle}-E4-2", list[str]()
    told = ("--cycle", served.cycle, "--by", "M1", "--json")
    given = ("--kind", "positive", "--behaviour", "asked first", "--value", "the customer stayed")
    done = await served.cairn("feedback", "give", "E4", *given, *told)
    assert done.code == 0, done.err
    case = done.json["case"]
    for person in dict.fromkeys(person for person, _ in PAGES.values()):
        async with screen(browser, served, language=language) as window:
            await window.sign_in(person)
            for name, path in ((name, path) for name, (who, path) in PAGES.items() if who == person):
                await window.open(path.format(goal=goal, cycle=served.cycle, case=case, session=session))
                for shade in ("light", "dark"):
                    found += [f"{name}, {shade}: {each}" for each in await faults(window)]
                    if shots is not None:
                        await _pictured(window, shots, f"{name}-{language[:2]}-{shade}")
                    for_documents = [wide for *of, wide in PICTURES if of == [language[:2], shade]]
                    if pictures is not None and for_documents:
                        await _drawn(window, pictures / picture(name, language[:2]), for_documents[0])
                    await window.page.locator("[data-theme-toggle]").click()
    assert found == []


async def faults(window: Screen) -> list[str]:
    """What is wider than the window at one of the widths, and what axe-core finds; the window is then as it was."""
    found, own = list[str](), window.page.viewport_size
    for width in WIDTHS:
        await window.page.set_viewport_size({"width": width, "height": 800})
        wider = await window.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        found += [f"{wider} px too wide at {width}"] if wider > 0 else []
        found += [f"cut off at {width}: {each}" for each in await window.page.evaluate(CUT_OFF)]
    checked = (await Axe().run(window.page, options=RULES)).response
    if own is not None:
        await window.page.set_viewport_size(own)
    return found + [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in checked["violations"]]


async def _drawn(window: Screen, file: Path, width: int) -> None:
    """A picture for the documents, as small as can be read: WebP, which Chromium alone can write, and no longer than
    three screens."""
    await window.page.set_viewport_size({"width": width, "height": 800})
    height = await window.page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, 2400), "scale": 1}
    session = await window.page.context.new_cdp_session(window.page)
    asked = {"format": "webp", "quality": 50, "captureBeyondViewport": True, "clip": clip}
    taken = await session.send("Page.captureScreenshot", asked)
    await asyncio.to_thread(file.write_bytes, base64.b64decode(taken["data"]))
    await session.detach()


async def _pictured(window: Screen, folder: Path, name: str) -> None:
    for width in WIDTHS:
        await window.page.set_viewport_size({"width": width, "height": 800})
        await window.page.screenshot(path=folder / f"{name}-{width}.png", full_page=True, caret="initial")


async def test_whoever_is_not_signed_in_is_asked_to_and_comes_back_to_the_page(
    browser: Browser, served: Served
) -> None:
    goal = f"goal-{served.cycle}-E4-1"
    async with screen(browser, served) as window:
        await window.page.goto(served.address)
        await window.open(f"/goals/{goal}")
        assert "/sign-in" in window.page.url
        await window.page.locator("main a.btn").click()
        await window.page.locator('a[href*="person=E4"]').last.click()
        await window.page.wait_for_url(f"{served.url}/goals/{goal}")


async def test_the_demos_sign_in_is_closed_to_whoever_has_not_its_pass(
    browser: Browser, served: Served
) -> None:
    async with screen(browser, served, language="en") as window:
        await window.page.goto(f"{served.url}/demo/enter/guessed")
        await window.open("/sign-in")
        await window.page.locator("main a.btn").click()
        assert "cairn up" in await window.text()
    async with httpx2.AsyncClient(base_url=served.url) as client:
        asked = {"grant_type": "client_credentials", "person": "H1"}
        answers = [
            await client.post("/demo/token", data=asked | extra) for extra in ({}, {"client_secret": "x"})
        ]
    assert [answer.status_code for answer in answers] == [401, 401]


async def test_a_goal_one_may_not_read_and_one_that_is_not_there_look_the_same(served: Served) -> None:
    there, nowhere = f"goal-{served.cycle}-E4-1", f"goal-{served.cycle}-E4-9"
    for path in ("", "/progress", "/history"):
        async with served.api("E1") as colleague:
            answers = [await colleague.get(f"/goals/{goal}{path}") for goal in (there, nowhere)]
        hidden, missing = (answer.text.replace(nowhere, there) for answer in answers)
        assert (answers[0].status_code, hidden) == (404, missing)
    async with served.api("E1") as colleague:
        answers = [await colleague.post(f"/goals/{goal}/approve") for goal in (there, nowhere)]
    assert answers[0].status_code == 404
    assert answers[0].text == answers[1].text.replace(nowhere, there)


async def test_another_site_cannot_use_somebodys_session(browser: Browser, served: Served) -> None:
    goal = f"goal-{served.cycle}-E4-1"
    async with screen(browser, served) as window:
        await window.sign_in("E4")
        cookies = {each["name"]: each["value"] for each in await window.page.context.cookies()}
        session = next(
            each for each in await window.page.context.cookies() if each["name"] == "cairn_session"
        )
    assert (session["httpOnly"], session["sameSite"]) == (True, "Lax")
    async with httpx2.AsyncClient(base_url=served.url, cookies=cookies) as other_site:
        assert (await other_site.get("/")).status_code == 200
        refused = await other_site.post(f"/goals/{goal}/submit", data={"key": "from-elsewhere"})
        by_api = await other_site.post(f"/api/v1/goals/{goal}/submit")
    assert (refused.status_code, by_api.status_code) == (403, 403)
    assert (await served.cairn("goal", "show", goal, "--json")).json["goal"]["stage"] == "draft"


async def test_the_demos_sign_in_answers_to_no_name_but_this_machines(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url) as client:
        here = await client.get("/demo/.well-known/openid-configuration")
        led_here = await client.get("/demo/authorize", headers={"Host": "intranet.example"})
        token = await client.post("/demo/token", headers={"Host": "intranet.example"}, data={"person": "H1"})
    assert (here.status_code, led_here.status_code, token.status_code) == (200, 403, 403)


async def test_every_answer_forbids_scripts_and_styles_from_elsewhere(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url) as client:
        for path in ("/sign-in", "/static/cairn.js", "/api/v1/me", "/nowhere"):
            policy = (await client.get(path)).headers["content-security-policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy


async def test_a_first_visit_fetches_less_than_100_kb(browser: Browser, served: Served) -> None:
    async with screen(browser, served) as window:
        session = await window.page.context.new_cdp_session(window.page)
        fetched: list[int] = []
        session.on("Network.loadingFinished", lambda each: fetched.append(int(each["encodedDataLength"])))
        await session.send("Network.enable")
        await window.sign_in("E4")
        await window.page.wait_for_load_state()
    assert 20_000 < sum(fetched) < 100_000


def test_no_template_marks_anything_as_safe_or_handles_events_inline() -> None:
    templates = list(Path("cairn_portal/web/templates").glob("*.html"))
    assert templates
    for template in templates:
        text = template.read_text("utf-8")
        assert "|safe" not in text.replace(" ", "") and " style=" not in text and " onclick" not in text, (
            template
        )
