"""My goals, the team and the inbox of a company with two cycles, department goals and a feed."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from cairn.settings import Settings
from cairn_portal.servers import Addresses, portal, process
from tests.databases import Databases
from tests.pages.conftest import Served, screen
from tests.portal.conftest import POLICY, ROSTER, Cairn, company_of_its_own, environment

TODAY = date.today()
FED = (
    POLICY.replace("target: 1200, unit: 万元}", "target: 1200, unit: 万元, metric: sales}")
    + """
department_template:
  - {key: cost, kind: kpi, title: {zh: 费用, en: Cost}, weight: 100, target: 300, unit: 万元}
"""
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(
    databases: Databases, temporal_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """The cycle `now` runs, `next` is launched already; H1 heads the department; E1's goals are approved."""
    files = tmp_path_factory.mktemp("my-pages")
    (files / "policy.yaml").write_text(FED, encoding="utf-8")
    (files / "roster.csv").write_text(ROSTER, encoding="utf-8")
    begun = Settings(
        home=tmp_path_factory.mktemp("home"), database="postgresql://", temporal_address=temporal_server
    )
    async with company_of_its_own("my-pages", begun, databases, temporal_server, files) as own:
        cairn = Cairn(environment(own))
        for cycle, first, last in (("now", -30, 60), ("next", 61, 425)):
            starts, ends = ((TODAY + timedelta(days=n)).isoformat() for n in (first, last))
            typed = ("--starts", starts, "--ends", ends, "--title", f"{cycle} year", "--by", "H1", "--yes")
            done = await cairn("cycle", "launch", cycle, *typed)
            assert done.code == 0, done.out + done.err
        for verb, by in (("submit", "E1"), ("approve", "M1")):
            done = await cairn("sheet", verb, "now-E1-1", "--by", by)
            assert done.code == 0, done.out + done.err
        address = await portal.start(own, Addresses(own.database or "", own.temporal_address or ""))
        url, _, secret = address.partition("/demo/enter/")
        yield Served(url, address, secret, cairn, "now")
        running = process.running(own.home, portal.NAME)
        assert running is not None, "the portal ended by itself"
        process.stop(own.home, running)


async def test_the_cycle_that_runs_is_shown_and_one_click_leads_to_the_other(
    browser: Browser, company: Served
) -> None:
    async with screen(browser, company, language="en", width=375) as window:
        await window.sign_in("M1")
        for path in ("/", "/team"):
            await window.open(path)
            await expect(window.page.locator("p.lead")).to_contain_text("now year")
            await window.page.locator("nav.cycles a", has_text="next year").click()
            await expect(window.page.locator("p.lead")).to_contain_text("next year")
            assert window.page.url.endswith(f"{path}?cycle=next")
            current = window.page.locator("nav.cycles a[aria-current]")
            await expect(current).to_have_text("next year")
            wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert await window.page.evaluate(wider) <= 0


async def test_the_weights_of_a_departments_head_are_told_sheet_by_sheet(
    browser: Browser, company: Served
) -> None:
    async with screen(browser, company, language="en") as window:
        await window.sign_in("H1")
        figures = window.page.locator("dl.figures > div", has_text="weights")
        await expect(figures).to_have_count(2)
        for n in (0, 1):
            await expect(figures.nth(n).locator("dd")).to_have_text("100%")
        await expect(figures.nth(1)).to_contain_text("D1")


async def test_no_value_is_asked_for_where_a_feed_brings_it(browser: Browser, company: Served) -> None:
    async with screen(browser, company, language="en") as window:
        await window.sign_in("E1")
        await window.open("/goals/goal-now-E1-1")
        await window.opened("check-in")
        await expect(window.page.locator("[name='fields.note']")).to_have_count(1)
        await expect(window.page.locator("[name='fields.value']")).to_have_count(0)


async def test_an_inbox_begins_with_what_is_due_first_whatever_it_is(
    browser: Browser, company: Served
) -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    made = await company.cairn(
        *("promise", "make", "E1", "--what", "a desk", "--due", tomorrow, "--by", "M1", "--cycle", "now")
    )
    assert made.code == 0, made.err
    async with screen(browser, company, language="en") as window:
        await window.sign_in("M1")
        await window.open("/inbox")
        tasks = window.page.locator("li.task")
        found = [await tasks.nth(n).get_attribute("id") or "" for n in range(await tasks.count())]
        promise = next(n for n, each in enumerate(found) if each.startswith("turn-promise"))
        goals = [n for n, each in enumerate(found) if each.startswith("task-goal-next")]
        assert goals and promise < min(goals), found


async def test_a_first_visit_loads_a_hundred_kilobytes_at_most(browser: Browser, served: Served) -> None:
    sizes = """() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
        .map((each) => each.transferSize)"""
    async with screen(browser, served) as signed_in, screen(browser, served) as first:
        await signed_in.sign_in("E4")
        await first.page.context.add_cookies(await signed_in.page.context.cookies())  # type: ignore[arg-type]
        await first.open("/")
        await expect(first.page.locator("h1")).to_be_visible()
        loaded = await first.page.evaluate(sizes)
    assert len(loaded) > 4 and 0 < sum(loaded) <= 100_000, loaded


async def test_tasks_of_two_cycles_are_told_apart_and_what_was_done_is_told_by_its_title(
    browser: Browser, company: Served
) -> None:
    async with screen(browser, company, language="en", width=375) as window:
        await window.sign_in("E2")
        await window.open("/inbox")
        groups = window.page.locator("section.group")
        titles = await groups.locator("h2").all_inner_texts()
        assert [title.partition("·")[2].split()[0] for title in titles] == ["now", "next"]
        tasks = groups.first.locator("li.task a")
        called = await tasks.all_inner_texts()
        assert called and not any("goal-" in title for title in called)
        at_once = groups.first.locator("form.group-head button")
        await expect(at_once).to_have_text(f"Submit all {len(called)}")
        await at_once.click()
        done = groups.first.locator("li.task.done")
        await expect(done).to_have_count(len(called))
        told = await done.all_inner_texts()
        assert sorted(each.partition(" · ")[0].strip() for each in told) == sorted(called)
