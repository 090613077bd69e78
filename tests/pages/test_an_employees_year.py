"""An employee's year on the pages, from the draft of a goal to the signature under its result: on a phone in English,
then at a desk in Chinese, and who manages them the other way round."""

import asyncio
from datetime import date, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, expect
from temporalio.client import Client

from cairn.domain.calendar import opening
from cairn.domain.cycle.events import RehearsalAdvanced
from cairn.domain.event import SYSTEM
from cairn.domain.policy import WorkingCalendar
from cairn.domain.reading import FeedCompleted
from cairn.settings import Settings
from cairn.temporal import connect
from cairn_portal.rehearsal.clock import RehearsalClock
from tests.pages.conftest import Screen, Served, append, begun, pictured, press_at_once, screen
from tests.pages.test_cases import gives

RUNS, LASTS = 40, 60
"""Days that the cycle has run, so that its first month is over, and lasts in all."""
FEED = """
name: tills
source: {{kind: csv, path: tills.csv}}
watermark: {day}
"""
SALES = '{"kind": "kpi", "metric": "sales", "target": "1200", "unit": "万元"}'
VISITS = {
    "title": "Customers visited, “twice” & more: 客户拜访",
    "weight": "30",
    "measure-kpi-target": "40",
    "measure-kpi-unit": "visits",
    "measure-kpi-aggregation": "last",
}
"""What is typed and chosen in the form of a new goal; nothing of it is what the form begins with."""


class Present:
    """The present of a cycle, which is moved: that of its goals and of the cycle, and what pages take for today."""

    def __init__(self, client: Client, served: Served, cycle: str) -> None:
        self.client, self.served, self.cycle = client, served, cycle
        self.clock = RehearsalClock(client, 0.0)

    async def moves_to(self, day: date, *cases: str) -> None:
        """All that is due up to an hour after a day has opened has happened, in cases too that begin on the way."""
        then = opening(day, WorkingCalendar()) + timedelta(hours=1)
        alike = f"CairnCycle = '{self.cycle}' AND WorkflowType = 'Goal' AND ExecutionStatus = 'Running'"
        goals = [each.id async for each in self.client.list_workflows(alike)]
        await asyncio.gather(*(self.clock.advance(goal, then) for goal in goals))
        await self.clock.advance(f"cycle-{self.cycle}", then)
        for case in cases:
            await self.clock.begun(case)
            await self.clock.advance(case, then)
        mark = RehearsalAdvanced(cycle=self.cycle, instant=then, by=SYSTEM, at=then)
        await append(self.served, f"rehearsal-{self.cycle} {day}", mark)


async def present_of(served: Served, cycle: str) -> Present:
    env = served.cairn.env
    at = Settings(temporal_address=env["CAIRN_TEMPORAL_ADDRESS"], namespace=env["CAIRN_NAMESPACE"])
    return Present(await connect(at), served, cycle)


async def test_an_employees_year_from_the_draft_of_a_goal_to_the_signed_result(
    browser: Browser, served: Served, shots: Path | None, tmp_path: Path
) -> None:
    async with begun(served, "year", RUNS, LASTS) as cycle:
        revenue, learning, visits = (f"goal-{cycle}-E4-{n}" for n in (1, 2, 3))
        fed = await served.cairn(
            "goal", "revise", revenue, "--measure", SALES, "--weight", "50", "--by", "M1"
        )
        assert fed.code == 0, fed.err
        async with (
            screen(browser, served, language="en", width=375) as employee,
            screen(browser, served) as manager,
            screen(browser, served, width=375) as hr,
        ):
            for window, person in ((employee, "E4"), (manager, "M1"), (hr, "H1")):
                await window.sign_in(person)
            await drafts_a_goal_over_a_session_that_ends(employee, f"sheet-{cycle}-E4-1", visits, shots)
            await hands_in_and_is_approved(employee, manager, cycle, shots)
            await reports_and_has_it_confirmed(employee, manager, visits)
            await asks_for_an_adjustment_while_a_reading_arrives(employee, manager, revenue, tmp_path, shots)
            await confirm_in_the_same_moment(manager, hr, revenue, shots)
        async with (
            screen(browser, served) as employee,
            screen(browser, served, language="en", width=375) as manager,
        ):
            await employee.sign_in("E4")
            await manager.sign_in("M1")
            await review_the_first_month(employee, manager, cycle, shots)
            present = await present_of(served, cycle)
            last = date.today() + timedelta(days=LASTS - RUNS)
            done = FeedCompleted(feed="tills", through=last, by=SYSTEM, at=datetime.now().astimezone())
            await append(served, "feed-tills complete", done)
            await present.moves_to(last + timedelta(days=2))
            await assesses_what_is_not_measured(manager, learning, shots)
            await present.moves_to(last + timedelta(days=27), f"result-{cycle}-E4-1")
            await reads_why_and_signs(employee, served, cycle, shots)


async def drafts_a_goal_over_a_session_that_ends(
    employee: Screen, sheet: str, goal: str, shots: Path | None
) -> None:
    """Every character is back in the form, at the address where it was typed, for nobody but who typed it."""
    page, address = employee.page, f"/goals/new?sheet={sheet}"
    await employee.open(address)
    await employee.fills("draft", **VISITS)
    await employee.outlasts_its_session()
    await employee.sends("draft")
    await signs_in_and_is_back(employee, "M1", address)
    await expect(page.locator("#form-draft-fields-title")).to_have_value("")
    await employee.outlasts_its_session()
    await employee.open(address)
    await signs_in_and_is_back(employee, "E4", address)
    for name, typed in VISITS.items():
        await expect(page.locator(f"#form-draft-fields-{name}")).to_have_value(typed)
    await pictured(employee, shots, "year-draft-is-back")
    await employee.sends("draft")
    await page.wait_for_url(f"{employee.served.url}/goals/{goal}")


async def signs_in_and_is_back(window: Screen, person: str, address: str) -> None:
    """Whoever is asked to sign in comes back to the address they were at."""
    await window.page.wait_for_url("**/sign-in?**")
    await window.page.locator("main a.btn").click()
    await window.page.locator(f'a[href*="person={person}"]').last.click()
    await window.page.wait_for_url(f"{window.served.url}{address}")


async def hands_in_and_is_approved(employee: Screen, manager: Screen, cycle: str, shots: Path | None) -> None:
    for window, act in ((employee, "submit"), (manager, "approve")):
        await window.open("/inbox")
        group = window.page.locator(f"#group-{cycle}-E4-{act}")
        await group.locator(".group-head button").click()
        await expect(group.locator("li.done")).to_have_count(3)
        await pictured(window, shots, f"year-{act}")


async def reports_and_has_it_confirmed(employee: Screen, manager: Screen, goal: str) -> None:
    await employee.open(f"/goals/{goal}")
    await gives(employee, "check-in", value="40")
    await manager.open("/inbox")
    reported = manager.page.locator(f"#task-{goal}-confirm_check_ins")
    await reported.locator("> .acts > form button").click()
    await expect(reported).to_have_class("card task done")


async def asks_for_an_adjustment_while_a_reading_arrives(
    employee: Screen, manager: Screen, goal: str, folder: Path, shots: Path | None
) -> None:
    """The pages that are open show the reading without being loaded again, and the cursor stays where it is."""
    page, yesterday = employee.page, date.today() - timedelta(days=1)
    for window in (employee, manager):
        await window.open(f"/goals/{goal}")
        await window.page.evaluate("loadedOnce = true")
    await employee.opened("adjust")
    await employee.fills("adjust", **{"changes-target": "1100"})
    reason = page.locator("#form-adjust-fields-reason")
    await reason.click()
    await reason.press_sequentially("The largest customer ")
    (folder / "tills.csv").write_text(
        f"metric,subject,on,value\nsales,E4,{yesterday},660\n", encoding="utf-8"
    )
    feed = folder / "tills.yaml"
    feed.write_text(FEED.format(day=yesterday - timedelta(days=7)), encoding="utf-8")
    await expect(page.locator("#live")).not_to_contain_text("660")
    ran = await employee.served.cairn("feed", "run", str(feed), "--upto", str(yesterday), "--by", "H1")
    assert ran.code == 0, ran.err
    for window in (employee, manager):
        await expect(window.page.locator("#live")).to_contain_text("660")
        assert await window.page.evaluate("loadedOnce")
    await expect(reason).to_be_focused()
    await page.keyboard.type("signs next year")
    await expect(reason).to_have_value("The largest customer signs next year")
    await expect(page.locator("#form-adjust-fields-changes-target")).to_have_value("1100")
    await pictured(employee, shots, "year-reading-arrived")
    await employee.sends("adjust")
    await expect(page.locator("p.launched")).to_be_visible()


async def confirm_in_the_same_moment(manager: Screen, hr: Screen, goal: str, shots: Path | None) -> None:
    """Manager and HR, in two browsers: both count, each once, and the goal is adjusted once."""
    both = {"manager": manager, "hr": hr}
    asked = {role: each.page.locator(f"#task-{goal}-confirm_{role}") for role, each in both.items()}
    for role, window in both.items():
        await window.open("/inbox")
        await pictured(window, shots, f"year-confirm-{role}")
    await press_at_once(*(each.locator("> .acts > form button") for each in asked.values()))
    await asyncio.gather(*(expect(each).to_have_class("card task done") for each in asked.values()))
    events = (await hr.served.cairn("replay", goal, "--json")).json["events"]
    confirmed = [
        (each["actor"], each["facts"]["role"]) for each in events if each["type"] == "AdjustmentConfirmed"
    ]
    assert sorted(confirmed) == [("H1", "hr"), ("M1", "manager")]
    assert [each["type"] for each in events].count("GoalAdjusted") == 1


async def review_the_first_month(employee: Screen, manager: Screen, cycle: str, shots: Path | None) -> None:
    path = f"/cases/review-{cycle}-E4-M01"
    await manager.open("/cases/new/review?about=E4&period=M01")
    await manager.sends("open")
    await manager.page.wait_for_url(manager.served.url + path)
    await employee.open(path)
    told = {"progress": "拜访 40 次", "obstacles": "大客户推迟签约", "plan": "两家新客户"}
    await gives(employee, "submit", **{f"texts-{name}": words for name, words in told.items()})
    await manager.open(path)
    await gives(manager, "comment", **{"texts-overall": "It is as the readings say."})
    await expect(manager.page.locator("main")).to_contain_text("大客户推迟签约")
    await pictured(manager, shots, "year-review")
    await employee.open(path)
    await expect(employee.page.locator("main")).to_contain_text("It is as the readings say.")


async def assesses_what_is_not_measured(manager: Screen, goal: str, shots: Path | None) -> None:
    await manager.open(f"/goals/{goal}")
    asked = manager.page.locator(f"#task-{goal}-assess")
    await asked.locator("summary").first.click()
    await asked.locator("[name='fields.points']").fill("80")
    await pictured(manager, shots, "year-assess")
    await asked.locator("details button").click()
    await expect(asked).to_have_class("card task done")


async def reads_why_and_signs(employee: Screen, served: Served, cycle: str, shots: Path | None) -> None:
    """Sales of 660 of 1,100 are 60 points, all visits 100, learning 80: 75 and 76, 75.6 in all."""
    case = f"result-{cycle}-E4-1"
    await employee.open("/inbox")
    await employee.page.locator(f"a[href='/cases/{case}']").first.click()
    for told in ("75.6 · B", "45.6"):
        await expect(employee.page.locator("main")).to_contain_text(told)
    points = employee.page.locator("section.block").last.locator("tbody td.n")
    await expect(points).to_have_text(["60", "60", "", "80", "100", "100"])
    await pictured(employee, shots, "year-result")
    await gives(employee, "acknowledge", words="同意")
    await pictured(employee, shots, "year-signed")
    events = (await served.cairn("result", "show", case, "--json")).json["events"]
    signed = [each["facts"]["agrees"] for each in events if each["type"] == "ResultAcknowledged"]
    assert events[0]["type"] == "ResultShown" and signed == [True]
