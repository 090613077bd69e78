"""A calibration's board: two members of the committee at one unit, with a mouse, by keyboard and without a script."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests.pages.conftest import Screen, Served, append, begun, calibrating, pictured, result_of, screen

POINTS = {"E1": "88.00", "E2": "91.00", "E3": "85.00", "E4": "70.00"}
PATIENCE = 30_000


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def session(served: Served) -> AsyncIterator[str]:
    """A calibration that is open, of one A and three B."""
    async with begun(served, "boards", 150) as cycle:
        yield await calibrating(served, cycle, POINTS)


def seat(window: Screen, session: str, person: str, grade: str) -> Locator:
    """Somebody in the column of a grade."""
    cycle = session.split("-")[1]
    return window.page.locator(f'.column[data-grade="{grade}"] [id="seat-sheet-{cycle}-{person}-1"]')


async def asks(window: Screen, session: str, person: str, grade: str) -> None:
    """Opens the form that asks why somebody is to have a grade, by the menu beside them."""
    cycle = session.split("-")[1]
    beside = window.page.locator(f'[id="seat-sheet-{cycle}-{person}-1"] .seat-move')
    await beside.locator("select").select_option(grade)
    await beside.locator("button").click()
    await window.page.locator("#moving-reason").wait_for()


async def sends(window: Screen, reason: str) -> None:
    await window.page.locator("#moving-reason").fill(reason)
    await window.page.locator("#moving .acts button").click()


async def standing(served: Served, session: str) -> dict[str, str]:
    """The grade of everybody, as the command line tells it."""
    told = (await served.cairn("calibration", "show", session, "--json")).json
    return {each["holder"]: each["grade"] for each in told["people"] if each["grade"]}


async def test_two_members_of_the_committee_at_one_board_and_one_undoes_the_others_move(
    browser: Browser, served: Served, session: str, shots: Path | None
) -> None:
    async with (
        screen(browser, served) as first,
        screen(browser, served, language="en", width=375) as second,
    ):
        for window, person in ((first, "M1"), (second, "K1")):
            await window.sign_in(person)
            await window.open(f"/cases/{session}/board")
        await (
            seat(first, session, "E1", "B")
            .locator(".seat-head")
            .drag_to(first.page.locator(".column[data-grade=A]"))
        )
        await expect(first.page.locator("#moving-grade")).to_have_value("A")
        await expect(first.page.locator("#foreseen")).to_contain_text("多 1 人")
        await pictured(first, shots, "board-asking-zh")
        await sends(first, "开拓了两个新区域")
        await expect(seat(first, session, "E1", "A")).to_be_visible()

        await expect(seat(second, session, "E1", "A")).to_be_visible(timeout=PATIENCE)
        await expect(second.page.locator("#last")).to_contain_text("M1")
        await expect(second.page.locator("#board")).to_contain_text("1 too many")
        await expect(second.page.locator("#move-1")).to_contain_text("开拓了两个新区域")
        await second.page.locator("#move-1 .acts a").click()
        await second.page.locator("#moving-reason").wait_for()
        await pictured(second, shots, "board-undoing-en")
        await sends(second, "the second region was E3's")
        await expect(seat(second, session, "E1", "B")).to_be_visible()

        await expect(seat(first, session, "E1", "B")).to_be_visible(timeout=PATIENCE)
        await expect(first.page.locator("#move-1")).to_contain_text("the second region was E3's")
        await expect(first.page.locator("#move-1 .acts a")).to_have_count(0)
        await pictured(first, shots, "board-undone-zh")
    told = (await served.cairn("calibration", "show", session, "--json")).json["moves"]
    assert [(each["by"], each["after"], each["undone"]) for each in told] == [("M1", "A", True)]


async def test_of_two_who_move_one_person_the_second_is_told_and_loses_no_word(
    browser: Browser, served: Served, session: str
) -> None:
    async with (
        screen(browser, served, language="en") as first,
        screen(browser, served, language="en") as second,
    ):
        for window, person in ((first, "M1"), (second, "H1")):
            await window.sign_in(person)
            await window.open(f"/cases/{session}/board")
            await asks(window, session, "E3", "A")
        await second.page.locator("#moving-reason").fill("carried the fair alone")
        await sends(first, "the best quarter of all")
        await expect(second.page.locator("#meanwhile")).to_contain_text(
            "M1 陆一鸣 has moved E3 吴浩然 from B to A", timeout=PATIENCE
        )
        await second.page.locator("#moving .acts button").click()
        await expect(second.page.locator("#moving [role=alert]")).to_contain_text("by M1")
        assert await second.page.locator("#moving-reason").input_value() == "carried the fair alone"
    assert (await standing(served, session))["E3"] == "A"
    undone = await served.cairn(
        "calibration", "undo", session, "--all", "--reason", "of the test", "--by", "H1"
    )
    assert undone.code == 0, undone.err


async def test_a_grade_is_moved_by_keyboard_in_a_browser_without_scripts(
    browser: Browser, served: Served, session: str
) -> None:
    async with screen(browser, served, language="en") as window:
        await window.sign_in("K1")
        cookies = await window.page.context.cookies()
    plain = await browser.new_context(java_script_enabled=False, locale="en")
    for each in cookies:
        await plain.add_cookies([{"name": each["name"], "value": each["value"], "url": served.url}])
    page = await plain.new_page()
    await page.goto(f"{served.url}/cases/{session}/board")
    cycle = session.split("-")[1]
    await page.locator(f'[id="seat-sheet-{cycle}-E4-1"] select').focus()
    for key in ("ArrowUp", "Tab", "Enter"):
        await page.keyboard.press(key)
    await page.locator("#moving-reason").focus()
    await page.keyboard.type("took over two customers")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#board")).to_contain_text("took over two customers")
    await expect(page.locator(f'.column[data-grade="A"] [id="seat-sheet-{cycle}-E4-1"]')).to_be_visible()
    session_cookie = {each["name"]: each["value"] for each in cookies}
    async with httpx2.AsyncClient(base_url=served.url, cookies=session_cookie) as other_site:
        forged = {
            "sheet": f"sheet-{cycle}-E4-1",
            "number": "2",
            "grade": "B",
            "reason": "x",
            "csrf": "guessed",
        }
        assert (await other_site.post(f"/cases/{session}/board/move", data=forged)).status_code == 403
        forged["csrf"] = "猜的"
        assert (await other_site.post(f"/cases/{session}/board/move", data=forged)).status_code == 403
    await plain.close()
    assert (await standing(served, session))["E4"] == "A"


async def test_whoever_may_not_calibrate_finds_no_board_and_nobody_sees_their_own_grade_on_one(
    browser: Browser, served: Served, session: str
) -> None:
    nowhere, cycle = session.rpartition("-")[0] + "-9", session.split("-")[1]
    own = await result_of(served, cycle, "M1", "93", "A")
    await append(served, own.sheet, own)
    async with screen(browser, served, language="en") as employee:
        await employee.sign_in("E1")
        told = []
        for name in (session, nowhere):
            await employee.open(f"/cases/{name}/board")
            told.append((await employee.text()).replace(name, "it"))
        assert told[0] == told[1] and "E2" not in told[0]
    async with screen(browser, served, language="en") as manager:
        await manager.sign_in("M1")
        await manager.open(f"/cases/{session}/board?move={own.sheet}&to=B")
        await expect(manager.page.locator(f'[id="seat-{own.sheet}"], #moving')).to_have_count(0)
        await expect(manager.page.locator("#board")).to_contain_text("1 person is counted here")
    async with screen(browser, served, language="en") as colleague:
        await colleague.sign_in("K1")
        await colleague.open(f"/cases/{session}/board?move={own.sheet}&to=B")
        await expect(colleague.page.locator(f'[id="seat-{own.sheet}"]')).to_be_visible()
        await expect(colleague.page.locator("#moving")).to_contain_text("M1")
        csrf = await colleague.page.locator("#moving input[name=csrf]").input_value()
        wrong: dict[str, str | float | bool] = {
            "sheet": f"sheet-{cycle}-E9-1",
            "number": "x",
            "grade": "A",
            "reason": "why",
            "csrf": csrf,
        }
        said = await colleague.page.request.post(f"{served.url}/cases/{session}/board/move", form=wrong)
        assert said.status == 422 and f"sheet-{cycle}-E9-1" in await said.text()
    for person, boards in (("K1", 1), ("A1", 0)):
        async with screen(browser, served, language="en") as overview:
            await overview.sign_in(person)
            await overview.open(f"/cycles/{cycle}")
            await expect(overview.page.locator(f"a[href='/cases/{session}/board']")).to_have_count(boards)


async def test_whoever_sees_whole_cycles_finds_every_case_of_a_kind_and_nobody_else_does(
    browser: Browser, served: Served, session: str
) -> None:
    cycle = session.split("-")[1]
    for person, found in (("H1", 1), ("M1", 1), ("E1", 0)):
        async with screen(browser, served, language="en") as window:
            await window.sign_in(person)
            await window.open(f"/cases?kind=calibration&cycle={cycle}")
            named = window.page.locator(f'main a[href="/cases/{session}"]')
            assert await named.count() == found, person
