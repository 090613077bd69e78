"""What managers and HR see of many at once, and the palette with which everybody gets about by keyboard."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.pages.conftest import Screen, Served, begun, pictured, screen


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(served: Served) -> AsyncIterator[str]:
    """A cycle in which a promise to E2 is open, and E1 was given feedback."""
    async with begun(served, "looked", 40) as cycle:
        due = (date.today() + timedelta(days=9)).isoformat()
        for typed in (
            ("promise", "make", "E2", "--what", "two samples", "--due", due),
            (
                "feedback",
                "give",
                "E1",
                "--kind",
                "positive",
                "--behaviour",
                "asked first",
                "--value",
                "stayed",
            ),
        ):
            done = await served.cairn(*typed, "--cycle", cycle, "--by", "M1")
            assert done.code == 0, done.err
        yield cycle


async def test_a_manager_sees_at_a_glance_who_was_heard_of_and_what_is_owed(
    browser: Browser, served: Served, running: str, shots: Path | None
) -> None:
    listed = (await served.cairn("team", "--by", "M1", "--cycle", running, "--json")).json["members"]
    async with screen(browser, served, language="en") as manager:
        await manager.sign_in("M1")
        await manager.open(f"/team?cycle={running}")
        rows = manager.page.locator("table.glance tbody tr")
        await expect(rows).to_have_count(len(listed))
        first, second = rows.filter(has_text="E1"), rows.filter(has_text="E2")
        await expect(first).not_to_contain_text("never yet")
        await expect(second).to_contain_text("never yet")
        owed = next(each["owed"] for each in listed if each["id"] == "E2")
        assert owed == 1
        await expect(second.locator("td").nth(7)).to_contain_text("1")
        await pictured(manager, shots, "team-glance-en")
    async with screen(browser, served, language="en") as colleague:
        await colleague.sign_in("E1")
        answer = await colleague.page.goto(f"{served.url}/team?of=M1")
        assert answer is not None and answer.status == 403


async def test_hr_sees_who_waits_for_whom_in_goals_and_in_cases(
    browser: Browser, served: Served, running: str, shots: Path | None
) -> None:
    async with screen(browser, served, language="en") as hr:
        await hr.sign_in("H1")
        await hr.open(f"/cycles/{running}")
        waits = hr.page.locator("section", has=hr.page.locator("#waits"))
        await expect(waits).to_contain_text("submit")
        await expect(waits).to_contain_text("keep a promise")
        beside = hr.page.locator("section", has=hr.page.locator("#beside"))
        await expect(beside.locator("tr", has_text="Promise")).to_contain_text("1")
        await pictured(hr, shots, "cycle-en")


async def test_hr_urges_whom_goals_wait_for_and_each_goal_is_answered(
    browser: Browser, served: Served, running: str, shots: Path | None
) -> None:
    async with screen(browser, served, language="en", width=375) as hr, screen(browser, served) as again:
        await hr.sign_in("H1")
        await hr.open(f"/cycles/{running}")
        row = hr.page.locator("tr", has_text="E4").filter(has_text="submit")
        await row.get_by_role("link", name="Urge").click()
        await expect(hr.page.locator("li.task")).to_have_count(2)
        await hr.page.locator("#note").fill("The quarter begins on Monday")
        await pictured(hr, shots, "urge-en")
        await hr.page.get_by_role("button", name="Urge for all 2").click()
        await expect(hr.page.locator("li.task.done")).to_have_count(2)
        await again.sign_in("H1")
        await again.open(f"/cycles/{running}/urge?who=E4")
        await expect(again.page.locator("li.task").first).to_contain_text("H1")
        await pictured(again, shots, "urged-zh")
        await again.page.get_by_role("button", name="全部催办").click()
        await expect(again.page.locator("li.task [role=alert]")).to_have_count(2)
        await pictured(again, shots, "urged-again-zh")
    story = (await served.cairn("replay", f"goal-{running}-E4-1", "--json")).out
    assert "The quarter begins on Monday" in story
    async with screen(browser, served, language="en") as manager:
        await manager.sign_in("M1")
        await manager.open(f"/cycles/{running}")
        await expect(manager.page.locator("#waits")).to_be_visible()
        await expect(manager.page.get_by_role("link", name="Urge")).to_have_count(0)
        answer = await manager.page.goto(f"{served.url}/cycles/{running}/urge?who=E4")
        assert answer is not None and answer.status == 403


async def test_a_person_found_leads_to_what_one_may_read_of_them_and_begin(
    browser: Browser, served: Served, running: str, shots: Path | None
) -> None:
    async with screen(browser, served, language="en") as manager, screen(browser, served) as colleague:
        await manager.sign_in("M1")
        await manager.page.keyboard.press("Control+k")
        await manager.page.keyboard.type("E2")
        await manager.page.locator("#palette-found a[href='/people/E2']").click()
        await manager.open(f"/people/E2?cycle={running}")
        await expect(manager.page.locator("ul.goals > li")).to_have_count(2)
        await expect(manager.page.locator(f"a[href='/goals/goal-{running}-E2-1']")).to_be_visible()
        await expect(manager.page.locator("table")).to_contain_text("Promise")
        begun = "a[href^='/cases/new/']"
        assert await addresses(manager, begun) == [
            f"/cases/new/{kind}?about=E2" for kind in ("feedback", "coaching", "promise", "review")
        ]
        await pictured(manager, shots, "person-en")
        await manager.open("/team?of=E2")
        await expect(manager.page.locator("main")).to_contain_text("Nobody reports to E2")
        await manager.open("/cases")
        everything = ("feedback", "coaching", "request", "promise", "review", "calibration")
        assert sorted(await addresses(manager, begun)) == sorted(f"/cases/new/{kind}" for kind in everything)

        await colleague.sign_in("E1")
        told = []
        for who, name in (("E2", "郑雨桐"), ("E4", "冯子豪")):
            await colleague.open(f"/people/{who}?cycle={running}")
            told.append((await colleague.text()).replace(who, "").replace(name, "").replace("客户经理", ""))
            assert await addresses(colleague, begun) == [
                f"/cases/new/{kind}?about={who}" for kind in ("feedback", "promise")
            ]
        assert told[0] == told[1] and "这里没有您可以查看的目标" in told[0]
        await pictured(colleague, shots, "person-nothing-zh")
        await colleague.open("/cases")
        await colleague.page.locator(".begin summary").click()
        await pictured(colleague, shots, "begin-zh")
        assert await addresses(colleague, begun) == ["/cases/new/feedback", "/cases/new/promise"]
        await colleague.page.keyboard.press("Control+k")
        await expect(colleague.page.locator("#palette-found")).to_contain_text("新建即时反馈")
        await expect(colleague.page.locator("#palette-found")).not_to_contain_text("新建辅导计划")
        nobody = await colleague.page.goto(f"{served.url}/people/E99")
        assert nobody is not None and nobody.status == 404


async def addresses(window: Screen, links: str) -> list[str]:
    """Where the links of the page itself lead."""
    found = await window.page.locator(f"main {links}").all()
    return [await each.get_attribute("href") or "" for each in found]


async def test_everything_within_reach_is_found_by_keyboard_and_nothing_else(
    browser: Browser, served: Served, running: str, shots: Path | None
) -> None:
    async with screen(browser, served, language="en") as manager, screen(browser, served) as employee:
        await manager.sign_in("M1")
        await manager.open("/inbox")
        await manager.page.keyboard.press("Control+k")
        found = manager.page.locator("#palette-found")
        await expect(found).to_contain_text("New: feedback")
        await manager.page.keyboard.type(f"{running}-E2-1")
        await expect(found.locator(f"a[href='/goals/goal-{running}-E2-1']")).to_be_visible()
        await pictured(manager, shots, "palette-en")
        await manager.page.keyboard.press("ArrowDown")
        await manager.page.keyboard.press("Enter")
        await manager.page.wait_for_url(f"{served.url}/goals/goal-{running}-E2-1")

        await employee.sign_in("E1")
        await employee.page.keyboard.press("Control+k")
        theirs = employee.page.locator("#palette-found")
        await employee.page.keyboard.type(f"{running}-E")
        await expect(theirs.locator(f"a[href='/goals/goal-{running}-E1-1']")).to_be_visible()
        assert f"goal-{running}-E2-1" not in await theirs.inner_html(), "what one may not read is not found"
        await employee.page.keyboard.press("Escape")
        await expect(employee.page.locator("#palette")).to_be_hidden()


async def test_the_palette_is_there_for_whoever_is_faster_than_the_page(
    browser: Browser, served: Served
) -> None:
    pressed = "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true}))"
    async with screen(browser, served, language="en") as manager:
        await manager.sign_in("M1")
        await manager.page.add_init_script(f"document.addEventListener('DOMContentLoaded', () => {pressed})")
        await manager.open("/inbox")
        await expect(manager.page.locator("#palette-found")).to_contain_text("New: feedback")


async def test_whoever_was_urged_reads_it_where_it_waits_and_behind_the_bell(
    browser: Browser, served: Served, running: str, shots: Path | None
) -> None:
    goal = f"goal-{running}-E2-1"
    done = await served.cairn("goal", "urge", goal, "--by", "H1")
    assert done.code == 0, done.err
    async with screen(browser, served, language="en") as employee, screen(browser, served) as colleague:
        await employee.sign_in("E2")
        await employee.open("/inbox")
        waits = employee.page.locator(f"#task-{goal}-submit")
        await expect(waits).to_contain_text("H1 asked on")
        await expect(employee.page.locator(f"#task-goal-{running}-E2-2-submit")).not_to_contain_text(
            "asked on"
        )
        await employee.page.get_by_role("link", name="What you were told").click()
        told = employee.page.locator("ul.told li", has=employee.page.locator(f"a[href='/goals/{goal}']"))
        await expect(told).to_contain_text("asked of you")
        await expect(told).to_contain_text("by H1")
        await pictured(employee, shots, "notices-en")
        await told.locator("a").click()
        await expect(employee.page.locator("main")).to_contain_text("H1 asked on")

        await colleague.sign_in("E1")
        await colleague.open("/notices")
        assert goal not in await colleague.page.content(), "nobody is told what concerns others"
