"""A score can be followed: whatever a page or the command line shows of it comes to what was recorded, and is worked
out here again from what is shown."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Locator

from cairn.application.evaluation import Evaluation
from cairn.application.goals import deadline, read_command
from cairn.application.repository import fold_goal, fold_sheet, to_appends
from cairn.domain.appraisal.events import AppraisalOpened, AppraisalScored, Item, RoleReleased
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.events import GoalRated
from cairn.domain.goal.status import status
from cairn.domain.identity import by_system
from cairn.domain.policy import Name
from cairn.domain.reading import Evidence
from cairn.ledger import open_pool
from cairn.settings import Settings
from cairn_portal.servers.migrate import migrate_all
from projections.models import reading
from tests.databases import Databases
from tests.pages.arithmetic import NEAR, figure, worked
from tests.pages.conftest import Screen, Served, pictured, screen, serving
from tests.pages.test_every_page import faults
from tests.portal.january import MONTH_ALONE, REVIEW, January, empty, silent
from tests.portal.test_recomputing import Year

__all__ = ["empty"]
SHEET = "sheet-2026-E1-1"
GOALS = tuple(f"goal-2026-E1-{n}" for n in range(1, 5))
REVENUE, COMPLAINTS, OPENING, _ = GOALS
POLICY = """
name: followed
title: {zh: 看得懂的得分, en: Scores that can be followed}
families:
  sales:
    name: {zh: 销售, en: Sales}
    periods: {quarter: 40, year: 60}
    template:
      - {key: revenue, kind: kpi, title: {zh: 销售额, en: Revenue}, weight: 50, target: 1200, threshold: 960,
         stretch: 1440, unit: 万元, metric: sales}
      - {key: complaints, kind: kpi, title: {zh: 客户投诉, en: Complaints}, weight: 25, direction: lower, target: 48,
         unit: 件, metric: complaints, curve: steps}
      - {key: opening, kind: key_task, title: {zh: 开设新门店, en: Open a shop}, weight: 10, criteria: [门店开业]}
      - {key: learn, kind: capability, dimension: capability, title: {zh: 学会谈判, en: Learn to negotiate},
         weight: 15, outcomes: [完成一次谈判]}
curves:
  standard: {kind: linear}
  steps:
    kind: bands
    bands: [{attainment: 60, points: 60}, {attainment: 80, points: 80}, {attainment: 100, points: 100}]
grades:
  - {grade: A, points: 90, coefficient: 1.2}
  - {grade: B, points: 0, coefficient: 1}
"""
REPLACED = datetime(2026, 2, 15, 3, tzinfo=UTC)
SCORED = datetime(2026, 4, 6, 12, tzinfo=UTC)
ORDERS = {
    "kind": "kpi", "unit": "单", "aggregation": "sum", "target": 210, "metric": "orders", "subject": "E1",
}  # fmt: skip


class Quarter(Year):
    """A first quarter in which the revenue's measure was replaced by orders on 15 February."""

    async def played(self) -> None:
        await self.launched()
        for goal in GOALS[2:]:
            await self.does(goal, "submit", "E1")
            await self.does(goal, "approve", "M1")
        await self.until(GOALS, REPLACED)
        asked = {"changes": {"measure": ORDERS}, "reason": "the shop sells by orders now"}
        for name, by, fields in (
            ("adjust", "E1", asked), ("confirm", "M1", {"role": "manager"}), ("confirm", "H1", {"role": "hr"}),
        ):  # fmt: skip
            command = read_command(name, REVENUE, by, REPLACED, fields, f"{name}-{by}")
            await self.goals.handle(command, f"{name}-{by}")
        await self.read(134, date(2026, 2, 1), 0)
        await self.read(25, date(2026, 3, 2), 1, "orders")
        await self.read(15, date(2026, 3, 3), 2, "complaints")
        await self.complete()
        await self.until(GOALS, SCORED)
        await Evaluation(self.ledger, self.cycles).score_period("2026", "Q1", SCORED, silent)
        await self.seal()

    async def until(self, goals: tuple[str, ...], moment: datetime) -> None:
        """Every date of these goals up to a moment."""
        for name in goals:
            while True:
                goal, context = await self.goals.load(name)
                due = status(goal, context, moment).next_deadline
                if due is None or due.at > moment:
                    break
                period = context.schedule.period(due.period) if context.schedule and due.period else None
                evidence = Evidence()
                if period is not None:
                    evidence = await reading.evidence_of(self.pool, goal, context.sheet, period)
                command, key = deadline(name, due.phase, due.at, due.period, due.at)
                await self.goals.handle(command, key, evidence=evidence)


@pytest_asyncio.fixture(loop_scope="session")
async def quarter(databases: Databases) -> AsyncIterator[Quarter]:
    dsn = await databases.empty()
    await migrate_all(dsn)
    pool = await open_pool(dsn)
    made = Quarter(pool, dsn, POLICY)
    await made.played()
    yield made
    await pool.close()
    await databases.drop(dsn)


def portal_of(dsn: str, home: Path) -> Settings:
    return Settings(
        home=home, database=dsn, temporal_address="127.0.0.1:1", namespace="none", task_queue="none"
    )


async def column(rows: Locator, n: int) -> list[str]:
    return [await rows.nth(row).locator("td").nth(n).inner_text() for row in range(await rows.count())]


async def adds_up(table: Locator) -> Fraction:
    """What a sum comes to, worked out from its rows; each row and the whole are as they are shown."""
    rows = table.locator("tbody tr")
    counted, points, parts = [await column(rows, n) for n in (2, 3, 4)]
    known = [n for n, share in enumerate(counted) if share != "–"]
    assert abs(sum((figure(counted[n]) for n in known), Fraction(0)) - 100) < NEAR
    for n in known:
        assert abs(figure(counted[n]) * figure(points[n]) / 100 - figure(parts[n])) < NEAR
    total = sum((figure(parts[n]) for n in known), Fraction(0))
    assert abs(total - figure(await table.locator("tfoot td").inner_text())) < NEAR
    return total


async def calculations(window: Screen) -> list[str]:
    """Every calculation that a goal's page shows, without the words before it."""
    lines = await window.page.locator(".working p").all_inner_texts()
    return [re.split("[:：] ?", each)[-1] for each in lines if "=" in each or "≈" in each]


async def looks_right(
    browser: Browser, served: Served, person: str, looked: list[str], shots: Path | None
) -> None:
    """The first of these scores is in nobody's way, in Chinese; pictures of all of them, where they are wanted."""
    for language in ("zh-CN", "en") if shots else ("zh-CN",):
        async with screen(browser, served, language=language) as reader:
            await reader.sign_in(person)
            for path in looked if shots else looked[:1]:
                await reader.open(f"/audit/scores/{path}")
                assert await faults(reader) == [], path
                for width in (375, 1280):
                    await reader.page.set_viewport_size({"width": width, "height": 800})
                    await pictured(reader, shots, f"score-{path.replace('/', '-')}-{language[:2]}-{width}")


async def test_a_goals_points_and_a_periods_sum_are_worked_out_again_from_what_is_shown(
    browser: Browser, quarter: Quarter, tmp_path: Path, shots: Path | None
) -> None:
    goals = {name: fold_goal(name, await quarter.ledger.read_stream(name)) for name in GOALS}
    sheet = fold_sheet(SHEET, await quarter.ledger.read_stream(SHEET)).scores["Q1"]
    revenue, complaints = goals[REVENUE].scores["Q1"], goals[COMPLAINTS].scores["Q1"]
    assert revenue.points is not None and sheet.points is not None and len(revenue.parts) == 2
    async with serving(portal_of(quarter.dsn, tmp_path), "2026") as served:
        async with screen(browser, served, language="en") as reader:
            await reader.sign_in("E1")
            await reader.open(f"/audit/scores/{REVENUE}/Q1")
            shown = await calculations(reader)
            assert len(shown) == 6, "target, attainment and points of both measures"
            for each in shown:
                comes_to, told = worked(each)
                assert abs(comes_to - told) < NEAR, each
            parts = [part for part in revenue.parts if part.points is not None]
            for part, attained, points in zip(parts, shown[1::3], shown[2::3], strict=True):
                assert part.attainment is not None and abs(worked(attained)[0] - part.attainment) < NEAR
                assert abs(worked(points)[0] - (part.points or 0)) < NEAR
            text = await reader.text()
            assert "2026-01-01 – 2026-02-14, 45 days" in text and "2026-02-15 – 2026-03-31, 45 days" in text
            assert await reader.page.locator("tr[aria-current]").count() == 2
            total = await adds_up(reader.page.locator(".table.sum"))
            assert abs(total - revenue.points) < NEAR and f": {revenue.rounded}" in text

            await reader.open(f"/audit/scores/{COMPLAINTS}/Q1")
            of_the_year, attained = await calculations(reader)
            assert worked(of_the_year) == (Fraction(12), Fraction(12))
            assert worked(attained)[0] == complaints.attainment == 75
            applied = reader.page.locator("tr[aria-current]")
            assert (await applied.locator("td").all_inner_texts())[:3] == [
                "60% to below 80%\nthis score",
                "16.8 – 14.4",
                "60",
            ]

            await reader.open(f"/audit/scores/{SHEET}/Q1")
            table = reader.page.locator(".table.sum")
            assert abs(await adds_up(table) - sheet.points) < NEAR
            whats = await column(table.locator("tbody tr"), 0)
            assert [what.split("\n")[0] for what in whats if "neither due nor judged" in what] == [
                "Open a shop", "Learn to negotiate",
            ]  # fmt: skip
            steps = await reader.page.locator("section[aria-labelledby=steps]").inner_text()
            assert str(sheet.rounded) in steps
        printed = await served.cairn(
            "explain", REVENUE, "--period", "Q1", "--as", "E1", "--lang", "en", COLUMNS="200"
        )
        assert printed.code == 0, printed.err
        assert all(each in printed.out for each in shown) and "this score" in printed.out
        of_sheet = await served.cairn("explain", "E1", "--period", "Q1", "--as", "E1", "--json")
        [goals_sum] = of_sheet.json["sums"]
        assert goals_sum["total"] == of_sheet.json["of"]["points"]
        looked = [f"{name}/Q1" for name in (REVENUE, COMPLAINTS, SHEET)]
        await looks_right(browser, served, "E1", looked, shots)


CASE = "appraisal-2026-E1-1"
WHEN = {"by": SYSTEM, "at": REVIEW}
ROLES = {"self": Decimal(10), "manager": Decimal(70), "internal_customers": Decimal(20)}
JUDGED = "goal-2026-E1-1"


def appraised() -> list[Event]:
    """RULES E1: self 90 (10), manager 80 (70), customers under the threshold (20) → 81.25."""
    item = Item(key=JUDGED, kind="goal", text=Name(zh="岗位职责", en="Duties"), weight=Decimal(80))
    means = {"self": 90, "manager": 80}
    opened = AppraisalOpened.model_validate(
        {"case": CASE, "sheet": SHEET, "family": "staff", "weights": ROLES, "items": (item,), "marks": {},
         "threshold": 3, "nominate_by": REVIEW, "answers_by": REVIEW, "late_by": REVIEW, **WHEN}
    )  # fmt: skip
    released = [
        RoleReleased.model_validate(
            {"case": CASE, "role": role, "number": 1, "answers": 1, "means": {JUDGED: points}, **WHEN}
        )
        for role, points in means.items()
    ]
    scored = AppraisalScored.model_validate(
        {
            "case": CASE,
            "number": 1,
            "goals": {JUDGED: "81.25"},
            "counted": {"self": 10, "manager": 70},
            **WHEN,
        }
    )
    rated = GoalRated.model_validate(
        {"goal": JUDGED, "period": "Y", "points": "81.25", "appraisal": CASE, "number": 1, **WHEN}
    )
    return [opened, *released, scored, rated]


async def test_a_result_with_incidents_a_gate_and_raters_is_worked_out_again_from_what_is_shown(
    browser: Browser, empty: January, tmp_path: Path, shots: Path | None
) -> None:
    await empty.launched(MONTH_ALONE)
    await empty.happened("fault", counts_in="year")
    await empty.happened("discipline")
    for goal in ("E1-1", "E1-2"):
        await empty.does(goal, "assess", "M1", REVIEW, period="M01", points=92)
    await empty.does("E1-2", "assess", "M1", REVIEW, period="Y", points=98)
    events = appraised()
    versions = {each.stream: await empty.ledger.version_of(each.stream) for each in events}
    await empty.ledger.append(to_appends(events, versions, by_system(CASE, "brought")))
    await empty.played()
    await empty.seal()
    result = await empty.result()
    assert result.points is not None
    async with serving(portal_of(empty.dsn, tmp_path), "2026") as served:
        async with screen(browser, served, language="en") as reader:
            await reader.sign_in("H1")
            await reader.open(f"/audit/scores/{JUDGED}/Y")
            table = reader.page.locator(".table.sum")
            assert await adds_up(table) == Fraction("81.25")
            assert await column(table.locator("tbody tr"), 0) == [
                "self", "manager", "internal customers\ndoes not count: its weight goes to the others",
            ]  # fmt: skip
            assert await column(table.locator("tbody tr"), 1) == ["10%", "70%", "20%"]
            await reader.open(f"/audit/scores/{SHEET}/result")
            tables = reader.page.locator(".table.sum")
            mix = await adds_up(tables.last)
            for n in range(await tables.count()):
                await adds_up(tables.nth(n))
            assert mix - 2 == result.points, "a fault takes two points"
            steps = await reader.page.locator("section[aria-labelledby=steps]").inner_text()
            assert all(each in steps for each in (str(result.rounded), "B from 80, A from 90", "B at most"))
        looked = [f"{JUDGED}/Y", f"{JUDGED}/M01", f"{SHEET}/result", f"{SHEET}/M01"]
        await looks_right(browser, served, "H1", looked, shots)
