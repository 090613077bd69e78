"""An employee, a manager, HR and an auditor on the pages, in a real browser: in both languages, on a phone too."""

import asyncio
import re
from datetime import date

import pytest
from playwright.async_api import Browser, Locator, Route, expect

from tests.pages.conftest import Screen, Served, begun, screen

PHONE, DESK = 375, 1280
ASK_AGAIN = "document.body.dispatchEvent(new CustomEvent('ledger'))"


def task(window: Screen, goal: str, act: str) -> Locator:
    """A task as the page shows it."""
    return window.page.locator(f"#task-{goal}-{act}")


async def without_once(window: Screen, goal: str, act: str) -> None:
    """Lets an open inbox ask again, and takes a task out of the answer: the projections may be a moment behind."""

    async def answer(route: Route) -> None:
        whole = await route.fetch()
        body = re.sub(
            f'<li class="card task" id="task-{goal}-{act}".*?</li>', "", await whole.text(), flags=re.S
        )
        await route.fulfill(response=whole, body=body)

    await window.page.route("**/inbox*", answer, times=1)
    await window.page.evaluate(ASK_AGAIN)


@pytest.mark.parametrize(
    ("person", "language", "width", "words"),
    [
        ("E1", "zh-CN", DESK, {"approve": "批准", "return": "退回", "mine": "我的目标", "returned": "退回"}),
        (
            "E2",
            "en",
            PHONE,
            {"approve": "Approve", "return": "Return", "mine": "My goals", "returned": "returned"},
        ),
    ],
)
async def test_goals_go_from_draft_over_a_return_to_approval_on_the_pages_alone(
    browser: Browser, served: Served, person: str, language: str, width: int, words: dict[str, str]
) -> None:
    first, second = (f"goal-{served.cycle}-{person}-{n}" for n in (1, 2))
    async with (
        screen(browser, served, language=language, width=width) as employee,
        screen(browser, served, language=language, width=width) as manager,
    ):
        await employee.sign_in(person)
        await expect(employee.page.get_by_role("heading", name=words["mine"])).to_be_visible()
        for goal in (first, second):
            await task(employee, goal, "submit").locator("button").click()
            await expect(task(employee, goal, "submit")).to_have_class("card task done")

        await manager.sign_in("M1")
        await manager.open("/inbox")
        await task(manager, first, "approve").get_by_role("button", name=words["approve"]).click()
        await expect(task(manager, first, "approve")).to_have_class("card task done")
        back = task(manager, second, "approve")
        await back.locator("summary", has_text=words["return"]).click()
        await back.locator("textarea").fill("请写清楚由谁验收 / say who accepts it")
        await back.locator("details button").click()
        await expect(task(manager, second, "approve")).to_have_class("card task done")

        await employee.open("/")
        await expect(employee.page.locator("#page")).to_contain_text(words["returned"])
        await employee.open(f"/goals/{second}/history")
        await expect(employee.page.locator("main")).to_contain_text("say who accepts it")
        await employee.open("/")
        await task(employee, second, "submit").locator("button").click()
        await expect(task(employee, second, "submit")).to_have_class("card task done")
    shown = (await served.cairn("goal", "show", first, "--json")).json["goal"]
    assert shown["stage"] == "approved"
    assert (await served.cairn("goal", "show", second, "--json")).json["goal"]["stage"] == "submitted"


async def test_what_was_asked_for_before_something_was_done_does_not_take_its_answer_away(
    browser: Browser, served: Served
) -> None:
    async with begun(served, "answered", 1) as cycle, screen(browser, served, language="en") as employee:
        goal, held = f"goal-{cycle}-E3-1", asyncio.Event()

        async def later(route: Route) -> None:
            """The page as it will be, which comes only once the command is answered."""
            await held.wait()
            await route.continue_()

        await employee.sign_in("E3")
        await employee.open(f"/?cycle={cycle}")
        await employee.page.route(f"**/?cycle={cycle}", later)
        await employee.page.evaluate(ASK_AGAIN)
        await task(employee, goal, "submit").locator("button").click()
        done = task(employee, goal, "submit")
        await expect(done).to_have_class("card task done")
        await employee.page.evaluate("still = Date.now() + 60000")  # for as long as a slow machine answers
        async with employee.page.expect_response(f"**/?cycle={cycle}"):
            held.set()
        await employee.page.wait_for_timeout(200)
        assert await done.get_attribute("class") == "card task done"
        await employee.page.evaluate("still = 0")
        await employee.page.evaluate(ASK_AGAIN)
        await expect(done).to_have_count(0)  # it goes once it could be read


async def test_nothing_moves_under_a_button_that_is_pressed(browser: Browser, served: Served) -> None:
    async with screen(browser, served) as employee:
        page = employee.page
        await employee.sign_in("E4")
        await page.locator("#page h1").hover()
        await page.mouse.down()
        await page.locator("#page h1").evaluate("each => each.setAttribute('data-marked', '')")
        async with page.expect_response(f"{served.url}/"):
            await page.evaluate(ASK_AGAIN)
        await page.wait_for_timeout(200)
        await expect(page.locator("[data-marked]")).to_have_count(1)  # what comes anew has no such mark
        await page.mouse.up()
        await expect(page.locator("[data-marked]")).to_have_count(0)


async def test_a_manager_who_decides_about_what_others_changed_is_told_so_and_nothing_is_done(
    browser: Browser, served: Served
) -> None:
    goal = f"goal-{served.cycle}-E3-1"
    await served.cairn("goal", "submit", goal, "--by", "E3")
    async with screen(browser, served, language="en") as manager:
        await manager.page.route(
            "**/live?*", lambda route: route.fulfill(status=204)
        )  # a page that hears nothing
        await manager.sign_in("M1")
        await manager.open("/inbox")
        await served.cairn("goal", "recall", goal, "--by", "E3")
        await task(manager, goal, "approve").get_by_role("button", name="Approve").click()
        said = task(manager, goal, "approve")
        await expect(said.locator("[role=alert]")).to_contain_text("is not as you saw it any more")
        await expect(said.locator("[role=alert]")).to_contain_text("E3")
    assert (await served.cairn("goal", "show", goal, "--json")).json["goal"]["stage"] == "draft"


async def test_what_waits_alike_is_done_at_once_with_an_answer_for_each(
    browser: Browser, served: Served
) -> None:
    async with screen(browser, served, language="en") as manager:
        await manager.sign_in("M1")
        await manager.open("/inbox")
        group = manager.page.locator(f"#group-{served.cycle}-M1-submit")
        await served.cairn("goal", "submit", f"goal-{served.cycle}-M1-2", "--by", "M1")
        await group.locator(".group-head button").click()
        await expect(group.locator("li.task")).to_have_count(2)
        await expect(group.locator("li.done").first).to_contain_text("submitted")
    for n in (1, 2):
        shown = (await served.cairn("goal", "show", f"goal-{served.cycle}-M1-{n}", "--json")).json
        assert shown["goal"]["stage"] == "submitted"


async def test_hr_launches_on_the_page_what_the_preview_shows_and_sees_it_finished(
    browser: Browser, served: Served
) -> None:
    cycle = str(date.today().year + 2)
    async with screen(browser, served) as hr:
        await hr.sign_in("H1")
        await hr.open("/cycles")
        await hr.page.locator("#cycle").fill(cycle)
        await hr.page.locator("form[action='/cycles/new'] button").click()
        digest = await hr.page.locator("code.digest").inner_text()
        listed = (await served.cairn("cycle", "preview", cycle, "--json")).json
        assert (digest, listed["digest"]) == (digest, digest)
        await hr.page.locator("form.acts button").click()
        await hr.page.wait_for_url(f"{served.url}/cycles/{cycle}")
        await expect(hr.page.locator(".launched")).to_be_visible(timeout=60_000)
        assert str(listed["goals"]) in await hr.text()


async def test_an_auditor_sees_a_goal_as_it_was_after_any_of_its_events(
    browser: Browser, served: Served
) -> None:
    goal = f"goal-{served.cycle}-E4-1"
    await served.cairn("goal", "revise", goal, "--target", "2400", "--by", "M1")
    async with screen(browser, served, width=375) as auditor:
        await auditor.sign_in("A1")
        await auditor.open(f"/goals/{goal}/history")
        before = auditor.page.locator(".event", has_text=auditor.says("event:GoalRevised")).first
        await expect(before).to_contain_text("2,400")
        await auditor.page.locator(".event").first.get_by_role("link").click()
        await expect(auditor.page.get_by_role("heading", name=auditor.says("The goal then"))).to_be_visible()
        assert "2,400" not in await auditor.text()
        assert await auditor.page.locator("main form[hx-post]").count() == 0, "an auditor changes nothing"


async def test_an_open_page_moves_by_itself_and_leaves_what_somebody_types_as_it_is(
    browser: Browser, served: Served
) -> None:
    first, second = (f"goal-{served.cycle}-A1-{n}" for n in (1, 2))
    done = await served.cairn("goal", "submit", first, "--by", "A1")
    assert done.code == 0, done.err
    async with screen(browser, served) as manager:
        await manager.sign_in("H1")
        await manager.open("/inbox")
        await task(manager, first, "approve").locator("summary").click()
        words = task(manager, first, "approve").locator("textarea")
        await (
            words.click()
        )  # nobody types before the form is there; a browser that is busy shows it a moment later
        await words.press_sequentially("请写清楚")
        await served.cairn("goal", "submit", second, "--by", "A1")
        await expect(task(manager, second, "approve")).to_be_visible()
        await expect(words).to_have_value("请写清楚")
        await words.press_sequentially("由谁验收")
        await expect(words).to_have_value("请写清楚由谁验收")

        await without_once(manager, first, "approve")
        await expect(words).to_have_count(0)
        await manager.page.evaluate(ASK_AGAIN)
        await expect(words).to_have_value("请写清楚由谁验收")
        await expect(words).to_be_focused()
        await manager.page.keyboard.type("，谢谢")
        await expect(words).to_have_value("请写清楚由谁验收，谢谢")

        await manager.outlasts_its_session()
        await task(manager, first, "approve").locator("details button").click()
        await manager.page.wait_for_url("**/sign-in**")
        await manager.sign_in("H1")
        await manager.open("/inbox")
        await expect(task(manager, first, "approve").locator("textarea")).to_have_value(
            "请写清楚由谁验收，谢谢"
        )
        await task(manager, first, "approve").locator("details button").click()
        await expect(task(manager, first, "approve")).to_have_class("card task done")
    shown = (await served.cairn("replay", first, "--json")).json
    assert "请写清楚由谁验收，谢谢" in str(shown["events"])
