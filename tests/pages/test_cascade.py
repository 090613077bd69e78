"""The cascade on a page: what nobody carries first, then from strategy over parts to people, as far as one may read."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.pages.conftest import Served, begun, pictured, screen


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cycle(served: Served) -> AsyncIterator[str]:
    """A strategic goal in two parts that nobody takes up yet."""
    async with begun(served, "cascades", 5) as found:
        top = f"goal-{found}-company-1"
        parts = ("--part", "D1:老客户:3000", "--part", "D1:新客户:2000")
        done = await served.cairn("goal", "decompose", top, *parts, "--by", "H1")
        assert done.code == 0, done.err
        yield found


async def test_hr_sees_first_what_nobody_carries_and_then_the_tree_down_to_people(
    browser: Browser, served: Served, cycle: str, shots: Path | None
) -> None:
    async with screen(browser, served, language="en") as hr:
        await hr.sign_in("H1")
        await hr.open(f"/cycles/{cycle}")
        await hr.page.get_by_role("link", name="Who carries what").click()
        lacking = hr.page.locator("#lacking + .table-container tbody tr")
        await expect(lacking.first).to_contain_text("老客户")
        await expect(lacking.first).to_contain_text("D1")
        tree = hr.page.locator(".tree.top > li")
        await expect(tree).to_have_count(1)
        await expect(tree).to_contain_text("First in the region")
        await expect(tree.locator(".part")).to_have_count(2)
        for person in ("E1", "E2"):
            goal, top = f"goal-{cycle}-{person}-1", f"goal-{cycle}-company-1"
            done = await served.cairn("goal", "align", goal, "--parent", top, "--by", "H1")
            assert done.code == 0, done.err
        served_by = tree.locator(f"a[href='/goals/goal-{cycle}-E1-1']")
        await expect(served_by).to_be_visible()
        await expect(tree.locator(".part").first).to_contain_text("E1 周敏")
        await pictured(hr, shots, "cascade-en")
        await tree.locator(f"a[href='/goals/goal-{cycle}-company-1']").click()
        await expect(hr.page.locator("h1")).to_contain_text("First in the region")


async def test_an_employee_finds_their_own_goal_and_nothing_of_what_they_may_not_read(
    browser: Browser, served: Served, cycle: str
) -> None:
    async with screen(browser, served, language="en") as employee:
        await employee.sign_in("E1")
        await employee.open(f"/cycles/{cycle}/cascade")
        await expect(employee.page.locator(f"a[href='/goals/goal-{cycle}-E1-1']")).to_be_visible()
        told = await employee.page.content()
        assert "First in" not in told and "老客户" not in told and f"goal-{cycle}-E2" not in told
