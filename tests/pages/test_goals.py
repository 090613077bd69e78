"""Goals set and adjusted on the pages alone: drafted, revised, handed in; adjusted by two who confirm."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from cairn.domain.goal.commands import COMMANDS
from cairn.domain.measure import Kpi
from cairn_portal.web.goal_forms import with_base_of_changes
from cairn_portal.web.typed import read_form
from tests.pages.conftest import Served, begun, pictured, press_at_once, screen


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(served: Served) -> AsyncIterator[str]:
    """A cycle that has run for a quarter, in which E3's goals are approved."""
    async with begun(served, "adjusted", 100) as cycle:
        for act, by in (("submit", "E3"), ("approve", "M1")):
            for n in (1, 2):
                done = await served.cairn("goal", act, f"goal-{cycle}-E3-{n}", "--by", by)
                assert done.code == 0, done.err
        yield cycle


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 1280), ("en", 375)])
async def test_a_goal_is_drafted_revised_and_handed_in_on_the_pages(
    browser: Browser, served: Served, shots: Path | None, language: str, width: int
) -> None:
    person = "E1" if width > 400 else "E2"
    first, third = (f"goal-{served.cycle}-{person}-{n}" for n in (1, 3))
    before = (await served.cairn("goal", "show", first, "--json")).json["goal"]
    if before["stage"] != "draft":
        await served.cairn("goal", "recall", first, "--by", person)
    async with screen(browser, served, language=language, width=width) as employee:
        page = employee.page
        await employee.sign_in(person)
        await employee.open(f"/goals/new?sheet=sheet-{served.cycle}-{person}-1")
        await page.locator("#form-draft-fields-title").fill("新客户")
        await page.locator("#form-draft-fields-weight").fill("10")
        await page.locator("#form-draft-fields-measure-kpi-target").fill("30")
        await page.locator("#form-draft-fields-measure-kpi-unit").fill("家")
        await employee.sends("draft")
        refused = page.locator("[role=alert]")
        await expect(refused).to_contain_text(
            "100%"
        )  # the sheet is full: nothing is lost, and it is told why
        assert await page.locator("#form-draft-fields-title").input_value() == "新客户"
        await pictured(employee, shots, f"draft-refused-{language[:2]}")

        await employee.open(f"/goals/{first}")
        await employee.opened("revise")
        await page.locator("#form-revise-fields-weight").fill("70")
        await employee.sends("revise")
        await expect(page.locator("p.launched")).to_be_visible()

        await employee.open(f"/goals/new?sheet=sheet-{served.cycle}-{person}-1")
        await page.locator("#form-draft-fields-title").fill("新系统上线")
        await page.locator("#form-draft-fields-weight").fill("10")
        await page.locator("#form-draft-fields-measure-kind").select_option("key_task")
        await expect(page.locator("#form-draft-fields-measure-kpi-target")).to_be_hidden()
        await page.locator("#form-draft-fields-measure-key_task-criteria").fill(
            "三轮测试通过\n缺陷率不高于 0.3%"
        )
        await employee.sends("draft")
        await page.wait_for_url(f"{served.url}/goals/{third}")
        await expect(page.locator("main")).to_contain_text("缺陷率不高于 0.3%")
        await pictured(employee, shots, f"goal-drafted-{language[:2]}")
        await page.locator(f"#task-{third}-submit button").click()
        await expect(page.locator(f"#task-{third}-submit")).to_have_class("card task done")
    shown = (await served.cairn("goal", "show", third, "--json")).json["goal"]
    assert (shown["stage"], shown["measure"]["criteria"]) == (
        "submitted",
        ["三轮测试通过", "缺陷率不高于 0.3%"],
    )


async def test_a_template_brings_its_goal_and_what_nobody_types_of_it(
    browser: Browser, served: Served
) -> None:
    sheet, goal = f"sheet-{served.cycle}-E4-1", f"goal-{served.cycle}-E4-3"
    for n, weight in ((1, "40"), (2, "20")):
        done = await served.cairn(
            "goal", "revise", f"goal-{served.cycle}-E4-{n}", "--weight", weight, "--by", "M1"
        )
        assert done.code == 0, done.err
    async with screen(browser, served, language="en") as manager:
        await manager.sign_in("M1")
        await manager.open(f"/goals/new?sheet={sheet}&template=revenue")
        assert await manager.page.locator("#form-draft-fields-measure-kpi-target").input_value() == "1200"
        await manager.page.locator("#form-draft-fields-weight").fill("40")
        await manager.page.locator("#form-draft-fields-measure-kpi-target").fill("900")
        await manager.sends("draft")
        await manager.page.wait_for_url(f"{served.url}/goals/{goal}")
    measure = (await served.cairn("goal", "show", goal, "--json")).json["goal"]["measure"]
    assert (measure["target"], measure["unit"], measure["whole_cycle"]) == ("900", "万元", False)


async def test_an_adjustment_shows_the_space_it_leaves_and_counts_once_both_have_confirmed(
    browser: Browser, served: Served, running: str, shots: Path | None
) -> None:
    goal = f"goal-{running}-E3-1"
    async with (
        screen(browser, served) as employee,
        screen(browser, served, language="en", width=375) as manager,
        screen(browser, served) as hr,
    ):
        await employee.sign_in("E3")
        await employee.open(f"/goals/{goal}")
        await employee.opened("adjust")
        foreseen = employee.page.locator("#foreseen")
        await expect(foreseen).to_contain_text("剩余 15 点")
        await employee.page.locator("#form-adjust-fields-changes-target").fill("1100")
        await expect(foreseen.locator("p.big")).to_be_visible()
        told = await foreseen.locator("p.big").inner_text()
        async with (
            employee.page.expect_response(f"**/goals/{goal}"),
            employee.page.expect_response("**/foresee/adjust"),
        ):
            await employee.page.evaluate("document.body.dispatchEvent(new CustomEvent('ledger'))")
        await expect(foreseen.locator("p.big")).to_have_text(told)
        await employee.page.locator("#form-adjust-fields-reason").fill("大客户推迟到明年签约")
        await pictured(employee, shots, "adjust-zh")
        await employee.sends("adjust")
        await expect(employee.page.locator("p.launched")).to_be_visible()
        waits = employee.page.locator("section", has=employee.page.locator("#pending"))
        for said in (
            "由 E3 吴浩然 申请",
            "1,200",
            "1,100",
            "大客户推迟到明年签约",
            "等待 M1",
            "等待 HR",
        ):
            await expect(waits).to_contain_text(said)
        await pictured(employee, shots, "adjusting-zh")
        reported = await served.cairn("goal", "check-in", goal, "--value", "30", "--by", "E3")
        assert reported.code == 0, reported.err  # it changes nothing of what is asked

        await manager.sign_in("M1")
        await hr.sign_in("H1")
        for window, act in ((manager, "confirm_manager"), (hr, "confirm_hr")):
            await window.open("/inbox")
            await expect(window.page.locator(f"#task-{goal}-{act}")).to_be_visible()
        left = told.partition("剩余 ")[2].partition(" 点")[0]
        asked = hr.page.locator(f"#task-{goal}-confirm_hr")
        await expect(asked).to_contain_text(f"剩余 {left} 点")
        await pictured(manager, shots, "confirm-en")
        await manager.open(f"/goals/{goal}")  # whoever decides about it has it as a task, once
        await expect(manager.page.locator("table.changes")).to_have_count(1)
        await manager.open("/inbox")
        await manager.page.locator(f"#task-{goal}-confirm_manager > .acts > form button").click()
        await expect(manager.page.locator(f"#task-{goal}-confirm_manager")).to_have_class("card task done")
        stage = (await served.cairn("goal", "show", goal, "--json")).json["goal"]["stage"]
        assert stage == "adjusting", "one of the two is not enough"
        await expect(asked).to_contain_text("M1")  # the other's page moves by itself
        await expect(waits).to_contain_text("已确认：以上级身份: M1 陆一鸣")
        await expect(waits).not_to_contain_text("等待 M1")
        await manager.open(f"/goals/{goal}")
        await pictured(manager, shots, "adjusting-en")
        await expect(manager.page.locator("#pending")).to_be_visible()
        await expect(manager.page.locator("#form-withdraw")).to_have_count(0)
        await hr.page.locator(f"#task-{goal}-confirm_hr > .acts > form button").click()
        await expect(hr.page.locator(f"#task-{goal}-confirm_hr")).to_have_class("card task done")
    shown = (await served.cairn("goal", "show", goal, "--json")).json["goal"]
    assert (shown["stage"], shown["measure"]["target"]) == ("active", "1100")


async def test_an_adjustment_is_withdrawn_where_it_waits_and_read_without_words_by_whoever_may_not(
    browser: Browser, served: Served, running: str
) -> None:
    goal = f"goal-{running}-E3-2"
    typed = {"fields.changes.title": "学会谈判与报价", "fields.reason": "新产品线要自己报价"}
    async with screen(browser, served, language="en", width=375) as employee:
        await employee.sign_in("E3")
        await employee.open(f"/goals/{goal}")
        await employee.opened("adjust")
        await employee.page.locator("#form-adjust-fields-changes-title").fill(typed["fields.changes.title"])
        await employee.page.locator("#form-adjust-fields-reason").fill(typed["fields.reason"])
        await employee.sends("adjust")
        await expect(employee.page.locator("#pending")).to_be_visible()
        async with httpx2.AsyncClient(base_url=served.url, timeout=60) as client:
            client.headers["Authorization"] = f"Bearer {await served.token('A1')}"
            read = (await client.get(f"/goals/{goal}")).text
        assert "学会谈判与报价" in read and "新产品线要自己报价" not in read
        withdraw = employee.page.locator("#form-withdraw")
        await expect(withdraw).to_have_count(1)
        await withdraw.locator("button").click()
        await expect(employee.page.locator("p.launched")).to_be_visible()
        await expect(employee.page.locator("#pending")).to_have_count(0)
    headers = {"Authorization": f"Bearer {await served.token('E3')}"}
    async with httpx2.AsyncClient(base_url=served.url, headers=headers, timeout=60) as client:
        again = await client.post(f"/goals/{goal}/give/withdraw", data={"at_version": "1"})
    assert again.status_code == 422 and 'role="alert"' in again.text, "its form is gone; why, is told"
    assert (await served.cairn("goal", "show", goal, "--json")).json["goal"]["stage"] == "active"


async def test_what_was_reported_is_confirmed_where_it_waits(
    browser: Browser, served: Served, running: str, shots: Path | None
) -> None:
    goal = f"goal-{running}-E3-1"
    done = await served.cairn("goal", "check-in", goal, "--value", "31", "--by", "E3")
    assert done.code == 0, done.err
    async with screen(browser, served) as manager:
        await manager.sign_in("M1")
        await manager.open("/inbox")
        reported = manager.page.locator(f"#task-{goal}-confirm_check_ins")
        await reported.get_by_role("link", name="查看所报进度").click()
        await expect(reported).to_contain_text("上报：31")
        await pictured(manager, shots, "reported-zh")
        await manager.open("/inbox")
        await reported.locator("> .acts > form button").click()
        await expect(reported).to_have_class("card task done")


async def test_an_adjustment_of_how_a_goal_is_measured_changes_what_is_typed_and_nothing_else(
    served: Served, running: str
) -> None:
    goal, changes = f"goal-{running}-E4-1", "fields.changes.measure"
    for act, by in (("submit", "E4"), ("approve", "M1")):
        done = await served.cairn("goal", act, goal, "--by", by)
        assert done.code == 0, done.err
    before = (await served.cairn("goal", "show", goal, "--json")).json["goal"]["measure"]
    typed = {f"{changes}.kind": "kpi", f"{changes}.kpi.target": before["target"]}
    headers = {"Authorization": f"Bearer {await served.token('E4')}"}
    async with httpx2.AsyncClient(base_url=served.url, headers=headers, timeout=60) as client:
        form = (await client.get(f"/goals/{goal}?form=adjust")).text
        field = form.partition('id="form-adjust-fields-changes-measure-kpi-target"')[2].partition(">")[0]
        assert f'value="{before["target"]}"' in field, "the form says what stands"
        same = await client.post(f"/goals/{goal}/foresee/adjust", data=typed)
        assert same.status_code == 200 and 'class="big"' not in same.text, "nothing would change"
        typed |= {f"{changes}.kpi.unit": "千元", "fields.reason": "按千元计"}
        other = await client.post(f"/goals/{goal}/foresee/adjust", data=typed)
        assert 'class="big"' in other.text
        given = await client.post(f"/goals/{goal}/give/adjust", data=typed)
        assert given.status_code == 200, given.text
    asked = (await served.cairn("goal", "show", goal, "--json")).json["goal"]["pending"]["changes"]
    assert {**before, **asked["measure"]} == {**before, "unit": "千元"}


def test_what_is_typed_of_how_a_goal_is_measured_keeps_its_feed_and_its_curve() -> None:
    stands = Kpi(metric="sales", subject="E3", form="steep", target=Decimal(1200), whole_cycle=True)
    typed = [("fields.changes.measure.kind", "kpi"), ("fields.changes.measure.kpi.target", "1200")]
    fields = with_base_of_changes(read_form(COMMANDS["adjust"], typed, None), stands)
    assert Kpi.model_validate(fields["changes"]["measure"]) == stands
    other = [
        ("fields.changes.measure.kind", "capability"),
        ("fields.changes.measure.capability.outcomes", "x"),
    ]
    fields = with_base_of_changes(read_form(COMMANDS["adjust"], other, None), stands)
    assert fields["changes"]["measure"] == {"kind": "capability", "outcomes": ["x"]}


async def test_what_an_adjustment_cannot_do_is_told_before_it_is_sent(
    browser: Browser, served: Served, running: str
) -> None:
    async with screen(browser, served, language="en") as employee:
        await employee.sign_in("E3")
        await employee.open(f"/goals/goal-{running}-E3-2")
        await employee.opened("adjust")
        await employee.page.locator("#form-adjust-fields-changes-weight").fill("60")
        await expect(employee.page.locator("#foreseen .status")).to_contain_text("100")


@pytest.mark.parametrize(
    ("how", "number", "language", "width"), [("add", 3, "zh-CN", 1280), ("replace", 4, "en", 375)]
)
async def test_an_adjustment_adds_a_goal_or_replaces_one_and_both_see_what_changes(
    browser: Browser, served: Served, running: str, shots: Path | None, how: str, number: int, language: str, width: int
) -> None:  # fmt: skip
    """E3 has a third goal of weight 3, taken from the first; then another one in its place."""
    goal = f"goal-{running}-E3-1" if how == "add" else f"goal-{running}-E3-3"
    weight = (await served.cairn("goal", "show", f"goal-{running}-E3-1", "--json")).json["goal"]["weight"]
    async with screen(browser, served, language=language, width=width) as employee:
        page = employee.page
        await employee.sign_in("E3")
        await employee.open(f"/goals/{goal}")
        await employee.opened("adjust")
        await expect(page.locator("#form-adjust-fields-new-title")).to_be_hidden()
        await page.locator("#form-adjust-fields-new-how").select_option(how)
        await page.locator("#form-adjust-fields-new-title").fill("老客户满意度")
        measured = page.locator("#form-adjust-fields-new-measure-key_task-criteria")
        if how == "replace":  # what is not typed of it is that of the goal it replaces
            await page.locator("#form-adjust-fields-new-measure-kind").select_option("key_task")
            await measured.fill("三轮回访完成")
        else:
            await expect(measured).to_be_hidden()
            await page.locator("#form-adjust-fields-new-measure-kpi-target").fill("90")
            await page.locator("#form-adjust-fields-new-measure-kpi-unit").fill("%")
            await page.locator("#form-adjust-fields-new-measure-kpi-aggregation").select_option("last")
            await page.locator("#form-adjust-fields-new-dimension").select_option("duties")
            await page.locator("#form-adjust-fields-new-weight").fill("3")
            await page.locator("#form-adjust-fields-changes-weight").fill(str(float(weight) - 3))
        foreseen = page.locator("#foreseen")
        await expect(foreseen.locator("p.big")).to_be_visible()
        await expect(foreseen).to_contain_text("老客户满意度")
        await page.locator("#form-adjust-fields-reason").fill("市场变化")
        await pictured(employee, shots, f"adjust-{how}-{language[:2]}")
        await employee.sends("adjust")
        await expect(page.locator("p.launched")).to_be_visible()
    async with (
        screen(browser, served, language=language, width=width, dark=True) as manager,
        screen(browser, served) as hr,
    ):
        cards = []
        for window, person, act in ((manager, "M1", "confirm_manager"), (hr, "H1", "confirm_hr")):
            await window.sign_in(person)
            await window.open(f"/goals/{goal}")
            cards.append(card := window.page.locator(f"#task-{goal}-{act}"))
            await expect(card.locator("table")).to_contain_text("老客户满意度")
            await expect(card.locator("table")).to_contain_text("90 %" if how == "add" else "三轮回访完成")
            await pictured(window, shots, f"confirm-{how}-{act}")
        await press_at_once(*(card.locator("> .acts > form button") for card in cards))
        await asyncio.gather(*(expect(card).to_have_class("card task done") for card in cards))
    new = (await served.cairn("goal", "show", f"goal-{running}-E3-{number}", "--json")).json["goal"]
    assert (new["stage"], new["title"], new["weight"]) == ("active", "老客户满意度", "3")
    old = (await served.cairn("goal", "show", goal, "--json")).json["goal"]
    assert old["stage"] == ("active" if how == "add" else "superseded")
