"""What a manager's people came to, on one page: points by period, results, and how the grades are spread."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, expect

from cairn.domain.event import SYSTEM
from cairn.domain.exact import exact
from cairn.domain.sheet.events import SheetScored
from tests.pages.conftest import Served, append, begun, pictured, result_of, screen


async def scored(served: Served, cycle: str, person: str, period: str, points: str) -> SheetScored:
    """The score of somebody's sheet in a period, as the cycle would state it."""
    policy = (await served.cairn("goal", "show", f"goal-{cycle}-{person}-1", "--json")).json["goal"]["policy"]
    return SheetScored(
        sheet=f"sheet-{cycle}-{person}-1", period=period, points=exact(Decimal(points)), rounded=Decimal(points),
        parts=(), policy=policy, by=SYSTEM, at=datetime.now(UTC),
    )  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(served: Served) -> AsyncIterator[str]:
    """A cycle in which two quarters are scored, and two people have the year's result."""
    async with begun(served, "scored", 200) as cycle:
        for person, quarters, year, grade in (
            ("E1", ("95", "91.5"), "93", "A"),
            ("E2", ("62", "71"), "68", "B"),
        ):
            events = [
                await scored(served, cycle, person, period, points)
                for period, points in zip(("Q1", "Q2"), quarters, strict=True)
            ]
            result = await result_of(served, cycle, person, year, grade)
            await append(served, result.sheet, *events, result)
        yield cycle


async def test_a_manager_sees_every_period_and_result_of_their_people_and_how_each_came_about(
    browser: Browser, served: Served, running: str, shots: Path | None
) -> None:
    async with screen(browser, served, language="en") as manager:
        await manager.sign_in("M1")
        await manager.open(f"/team?cycle={running}")
        await manager.page.get_by_role("link", name="Scores").click()
        rows = manager.page.locator("table.map tbody tr")
        first = rows.filter(has_text="E1")
        await expect(first.locator("td")).to_have_text(["93", "A", "95", "91.5"])
        await expect(rows.filter(has_text="E2").locator("td")).to_have_text(["68", "B", "62", "71"])
        best, last = first.locator("td").first, rows.filter(has_text="E2").locator("td").first
        assert await best.get_attribute("data-shade") != await last.get_attribute("data-shade")
        grades = manager.page.locator("section", has=manager.page.locator("#grades")).locator("tbody tr")
        assert [(await each.inner_text()).split() for each in await grades.all()][:2] == [
            ["A", "1"],
            ["B", "1"],
        ]
        await pictured(manager, shots, "team-scores-en")
        await first.get_by_role("link", name="91.5").click()
        await expect(manager.page.locator("h1")).to_contain_text("Q2")


async def test_nobody_else_sees_a_teams_scores(served: Served, running: str) -> None:
    for person, status in (("E1", 403), ("H1", 200), ("A1", 403)):
        async with served.api(person) as client:
            answer = await client.get(f"{served.url}/team/scores", params={"of": "M1", "cycle": running})
        assert answer.status_code == status, person
