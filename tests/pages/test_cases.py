"""Cases on the pages alone: feedback, a stage review, coaching, a promise; and a result that is signed and appealed."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from cairn.application import Application
from cairn.domain.appraisal.events import AppraisalOpened, Item, ManagedDays
from cairn.domain.event import SYSTEM
from cairn.domain.exact import exact
from cairn.domain.handover.events import EntriesMade, Entry, HandoverMade
from cairn.domain.policy import Name
from cairn.domain.result.events import ResultShown
from cairn.privacy import wrapping_keys
from cairn.settings import Settings
from tests.pages.conftest import Screen, Served, append, begun, pictured, result_of, screen
from tests.projections.stories import scored

SECRET = "也许我该换个方向"
LATER_ON = datetime.now(UTC) + timedelta(days=20)
LATER = (date.today() + timedelta(days=20)).isoformat()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(served: Served) -> AsyncIterator[str]:
    """A cycle in which some months are over."""
    async with begun(served, "cases", 150) as cycle:
        yield cycle


async def begins(window: Screen, of: str, about: str, command: str, /, **fields: str) -> str:
    """Begins a case by a form, and answers with its address."""
    await window.open(f"/cases/new/{of}?about={about}")
    await window.opened(command)
    await window.fills(command, **fields)
    await window.sends(command)
    await window.page.wait_for_url(f"**/cases/{of}-*")
    return window.page.url.removeprefix(window.served.url)


async def gives(window: Screen, command: str, **fields: str) -> None:
    """Gives a command of the case that is open, and sees that it was done."""
    await window.opened(command)
    await window.fills(command, **fields)
    async with window.page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        await window.sends(command)
    if (await answered.value).status != 200:
        raise AssertionError(await window.page.locator("[role=alert]").inner_text())
    await expect(window.page.locator("p.launched")).to_be_visible()


async def opened_text(window: Screen, case: str) -> str:
    """All that somebody reads on a case's page as it is now."""
    await window.open(f"/cases/{case}")
    return await window.text()


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 1280), ("en", 375)])
async def test_feedback_is_given_answered_and_followed_up(
    browser: Browser, served: Served, running: str, shots: Path | None, language: str, width: int
) -> None:
    async with (
        screen(browser, served, language=language, width=width) as manager,
        screen(browser, served, language=language, width=width) as employee,
        screen(browser, served, language="en") as colleague,
    ):
        await manager.sign_in("M1")
        await manager.open("/cases/new/feedback?about=E1")
        await manager.opened("give")
        give = manager.page.locator("#form-give")
        await expect(give.locator(".readers")).to_contain_text("E1")
        await expect(manager.page.locator("#form-give-fields-behaviour")).to_be_visible()
        await expect(manager.page.locator("#form-give-fields-facts")).to_be_hidden()
        await manager.fills(
            "give", kind="problem", facts="他总是迟到", action="提前一天发出报价", action_due=LATER
        )
        await manager.sends("give")
        await expect(give.locator("[role=alert]")).to_contain_text(
            "他总是迟到"
        )  # a verdict, where facts are asked
        assert await manager.page.locator("#form-give-fields-action").input_value() == "提前一天发出报价"
        await pictured(manager, shots, f"feedback-refused-{language[:2]}")
        await manager.open("/cases/new/feedback?about=E2")
        await expect(manager.page.locator("#form-give-fields-facts")).to_have_value("")
        await manager.open("/cases/new/feedback?about=E1")
        await expect(manager.page.locator("#form-give-fields-action")).to_have_value("提前一天发出报价")
        await manager.fills("give", facts="周二的演示迟到 20 分钟，客户两次追问报价")
        await manager.sends("give")
        await manager.page.wait_for_url("**/cases/feedback-*")
        path = manager.page.url.removeprefix(served.url)

        await employee.sign_in("E1")
        await employee.open("/cases")
        await expect(employee.page.locator(f"a[href='{path}']")).to_be_visible()
        await pictured(employee, shots, f"cases-{language[:2]}")
        await employee.open(path)
        await expect(employee.page.locator("main")).to_contain_text("周二的演示迟到 20 分钟")
        await gives(employee, "answer", words="同意，已改为前一天发出")
        await expect(manager.page.locator("main")).to_contain_text("E1")
        await pictured(employee, shots, f"feedback-{language[:2]}")
        await manager.open(path)
        await gives(manager, "follow-up", outcome="done")
        await expect(manager.page.locator("#form-follow-up")).to_have_count(0)

        await colleague.sign_in("E2")
        there = await colleague.page.goto(served.url + path)
        nowhere = await colleague.page.goto(served.url + path[:-8] + "00000000")
        assert there is not None and nowhere is not None
        assert (there.status, nowhere.status) == (404, 404)


async def test_both_write_a_review_in_private_and_no_word_is_lost_with_a_session(
    browser: Browser, served: Served, running: str, shots: Path | None
) -> None:
    path = f"/cases/review-{running}-E3-M01"
    async with (
        screen(browser, served) as employee,
        screen(browser, served, language="en", width=375) as manager,
    ):
        await manager.sign_in("M1")
        await manager.open("/cases/new/review?about=E3&period=M01")
        await manager.sends("open")
        await manager.page.wait_for_url(served.url + path)

        await employee.sign_in("E3")
        await employee.open(path)
        plan = employee.page.locator("#form-submit-fields-texts-plan")
        await expect(employee.page.locator("#form-submit .readers")).to_contain_text("草稿")
        await plan.press_sequentially(SECRET)
        await expect(employee.page.locator("#form-submit-saved")).to_contain_text("已于")
        await manager.open(path)
        assert SECRET not in await manager.page.content()
        await pictured(employee, shots, "review-draft-zh")

        await employee.outlasts_its_session()
        # What was asked for before may be answered yet; a page that asks again by itself stays.
        async with employee.page.expect_response(lambda answer: answer.status == 204):
            await employee.page.evaluate("document.body.dispatchEvent(new CustomEvent('ledger'))")
        await plan.press_sequentially("，去做售前")
        await expect(employee.page.locator("#form-submit-saved")).to_contain_text("登录")
        assert await plan.input_value() == SECRET + "，去做售前", "the page stays as it is"
        await employee.sign_in("E3")
        await employee.open(path)
        await expect(plan).to_have_value(SECRET + "，去做售前")
        await employee.fills("submit", **{"texts-progress": "拜访 12 次", "texts-obstacles": "缺样品"})
        await employee.sends("submit")
        await expect(employee.page.locator("p.launched")).to_be_visible()

        await manager.open(path)
        assert SECRET not in await manager.page.content(), "shared once both are handed in"
        await gives(manager, "comment", **{"texts-overall": "与数据一致"})
        await expect(manager.page.locator("main")).to_contain_text(SECRET)
        await pictured(manager, shots, "review-shared-en")
        await employee.open(path)
        await expect(employee.page.locator("main")).to_contain_text("与数据一致")


async def test_a_draft_written_at_two_places_is_never_overwritten_without_a_word(
    browser: Browser, served: Served, running: str
) -> None:
    path = f"/cases/review-{running}-E1-M02"
    await served.cairn("review", "open", "E1", "M02", "--cycle", running, "--by", "M1")
    async with screen(browser, served) as one, screen(browser, served) as other:
        for window in (one, other):
            await window.sign_in("E1")
            await window.open(path)
        await one.page.locator("#form-submit-fields-texts-plan").press_sequentially("每天两次")
        await expect(one.page.locator("#form-submit-saved")).to_contain_text("已于")
        await other.page.locator("#form-submit-fields-texts-plan").press_sequentially("每天三次")
        await expect(other.page.locator("#form-submit-saved .status")).to_be_visible()
        await one.page.locator("#form-submit-fields-texts-plan").press_sequentially("，周五复盘")
        await expect(one.page.locator("#form-submit-saved .status")).to_have_count(0)


async def test_a_coaching_plan_runs_from_its_gap_to_its_outcome(
    browser: Browser, served: Served, running: str, shots: Path | None
) -> None:
    async with (
        screen(browser, served) as manager,
        screen(browser, served, language="en", width=375) as employee,
    ):
        await manager.sign_in("M1")
        await manager.open("/cases/new/coaching?about=E2")
        ends = (date.today() + timedelta(days=60)).isoformat()
        await manager.fills(
            "open",
            gap="skill",
            facts="三次演示都未谈到交付周期",
            aim="独立完成需求访谈",
            ends=ends,
            mentor="E1",
        )
        await manager.fills(
            "open", **{"checkpoints-0-expected": "掌握需求分析", "checkpoints-0-until": LATER}
        )
        await manager.page.locator("#form-open .more > summary").first.click()
        await manager.fills("open", **{"checkpoints-1-expected": "提交访谈纪要", "checkpoints-1-until": ends})
        await pictured(manager, shots, "coaching-new-zh")
        await manager.sends("open")
        await manager.page.wait_for_url("**/cases/coaching-*")
        path = manager.page.url.removeprefix(served.url)

        await employee.sign_in("E2")
        await employee.open(path)
        await gives(employee, "agree")
        await gives(employee, "report", checkpoint="1", evidence="完成培训，附笔记")
        await pictured(employee, shots, "coaching-en")
        await manager.open(path)
        await gives(manager, "judge", checkpoint="1", outcome="met")
        await expect(manager.page.locator("main")).to_contain_text("完成培训，附笔记")
        assert "独立完成需求访谈" in await employee.text()


async def test_a_promise_is_kept_or_said_not_to_be(browser: Browser, served: Served, running: str) -> None:
    async with (
        screen(browser, served, language="en") as manager,
        screen(browser, served, language="en") as employee,
    ):
        await manager.sign_in("M1")
        path = await begins(manager, "promise", "E1", "make", what="two samples", due=LATER, kind="resource")
        await gives(manager, "keep", shown="handed over")
        await employee.sign_in("E1")
        await employee.open(path)
        await gives(employee, "contest", missing="one of the two")
        await expect(employee.page.locator("main")).to_contain_text("one of the two")


async def test_a_case_that_others_moved_on_is_told_so_before_anything_is_sent(
    browser: Browser, served: Served, running: str
) -> None:
    async with (
        screen(browser, served, language="en") as manager,
        screen(browser, served, language="en") as employee,
    ):
        await manager.sign_in("M1")
        path = await begins(manager, "promise", "E2", "make", what="a desk", due=LATER, kind="resource")
        await employee.sign_in("E2")
        await employee.open(path)
        await employee.opened("release")
        await employee.fills("release", reason="no need any more")
        await gives(manager, "keep", shown="it stands there")
        await expect(employee.page.locator("#live .note").first).to_contain_text("M1")
        assert await employee.page.locator("#form-release-fields-reason").input_value() == "no need any more"


async def test_raters_answer_on_a_form_with_anchors_and_unnamed_ones_stay_unnamed(
    browser: Browser, served: Served, running: str, shots: Path | None
) -> None:
    case, now = f"appraisal-{running}-E1-1", datetime.now(UTC)
    anchors = {"1": Name(zh="独自行动", en="acts alone"), "5": Name(zh="主动补位", en="steps in")}
    item = Item(
        key="teamwork", kind="behaviour", text=Name(zh="团队协作", en="Teamwork"), anchors=anchors, weight=100
    )
    soon, later = now + timedelta(days=7), now + timedelta(days=14)
    await append(
        served, case,
        AppraisalOpened(
            case=case, sheet=f"sheet-{running}-E1-1", family="sales", weights={"manager": 60, "peers": 40},
            items=(item,), marks={str(mark): exact(Decimal(20 * mark)) for mark in range(1, 6)}, threshold=2,
            managers=(ManagedDays(manager="M1", days=300),), nominate_by=soon, answers_by=later,
            late_by=later + timedelta(days=7), by=SYSTEM, at=now,
        ),
    )  # fmt: skip
    dsn, keys = served.cairn.env["CAIRN_DATABASE"], wrapping_keys(Settings())
    async with Application.open(dsn, keys, name="test") as application:
        await application.appraisals.boxes.add(case, {})
    async with (
        screen(browser, served) as employee,
        screen(browser, served, language="en", width=375) as manager,
    ):
        await employee.sign_in("E1")
        await employee.open(f"/cases/{case}")
        await gives(employee, "nominate", role="peers", raters="E2\nE3\nE4")
        await manager.sign_in("M1")
        await manager.open(f"/cases/{case}")
        await gives(manager, "confirm")
        await manager.opened("submit")
        await manager.page.locator("#form-submit input[type=radio][value='5']").check()
        await expect(manager.page.locator("#form-submit")).to_contain_text("steps in")
        await pictured(manager, shots, "appraisal-en")
        await gives(manager, "submit", **{"texts-teamwork": "took over the fair in May"})
        before = [await opened_text(window, case) for window in (employee, manager)]
        async with screen(browser, served) as peer:
            await peer.sign_in("E2")
            await peer.open("/cases")
            await peer.page.locator(f"a[href='/cases/{case}']").first.click()
            await expect(peer.page.locator("#form-submit .readers")).to_contain_text("2")
            await expect(peer.page.locator("#form-submit textarea")).to_have_count(
                0
            )  # marks alone: words would tell
            await peer.page.locator("#form-submit input[type=radio][value='4']").check()
            await pictured(peer, shots, "appraisal-peer-zh")
            await gives(peer, "submit")
            assert "took over the fair" not in await peer.page.content()
        after = [await opened_text(window, case) for window in (employee, manager)]
        assert after == before, "nobody is told that one of them has answered"
    told = (await served.cairn("appraisal", "show", case, "--as", "E2", "--json")).json
    assert told["own"]["marks"] == {"teamwork": "4"}


async def issued(served: Served, cycle: str, person: str) -> str:
    """The year's result of somebody, as the cycle would issue and show it."""
    case, at = f"result-{cycle}-{person}-1", datetime.now(UTC)
    result = await result_of(served, cycle, person, "82.30", "B")
    week = at + timedelta(days=7)
    shown = ResultShown(
        case=case, number=1, cause="due", rounded=Decimal("82.30"), grade="B", acknowledge_by=week,
        interview_by=week, appeal_by=week, by=SYSTEM, at=at,
    )  # fmt: skip
    await append(served, result.sheet, result, shown)
    return f"/cases/{case}"


@pytest.mark.parametrize(("person", "language", "width"), [("E3", "zh-CN", 1280), ("E4", "en", 375)])
async def test_somebody_reads_their_result_with_why_signs_it_and_appeals(
    browser: Browser, served: Served, running: str, shots: Path | None, person: str, language: str, width: int
) -> None:
    path = await issued(served, running, person)
    goal = f"goal-{running}-{person}-1"
    corrected = scored(goal, "Q2", 1).model_copy(update={"rounded": Decimal("71.25")})
    await append(served, f"{goal} corrected", corrected)  # after the result was shown, before the appeal
    async with (
        screen(browser, served, language=language, width=width) as employee,
        screen(browser, served) as other,
    ):
        await employee.sign_in(person)
        await employee.open("/inbox")
        await employee.page.locator(f"a[href='{path}']").first.click()
        shown = employee.page.locator("main")
        for told in ("82.3", "B", "Q1", "90.5"):
            await expect(shown).to_contain_text(told)
        await expect(employee.page.locator("dl.facts .status").first).to_be_visible()  # days left
        await pictured(employee, shots, f"result-{language[:2]}")
        await employee.opened("acknowledge")
        await employee.page.locator("#form-acknowledge-fields-agrees").uncheck()
        await gives(employee, "acknowledge", words="三月的订单没有计入")
        await gives(employee, "appeal", grounds="三月的订单没有计入，见合同")
        await pictured(employee, shots, f"result-appealed-{language[:2]}")

        later = await result_of(served, running, person, "95", "A")
        later = later.model_copy(update={"number": 2, "cause": "corrected"})
        again = corrected.model_copy(update={"rounded": Decimal("99.5")})
        await append(
            served, f"{later.sheet} later", later, again
        )  # what comes after the appeal is no evidence
        await other.sign_in("M1")
        await other.open(path)
        evidence = other.page.locator("main")
        for told in ("以 20", "对第 1 版结果提出申诉时为准", "Q1", "90.5", "71.25"):
            await expect(evidence).to_contain_text(told)
        await expect(evidence).not_to_contain_text("99.5")
        name = path.removeprefix("/cases/")
        stood = (await served.cairn("result", "evidence", name)).out
        assert "71.25" in stood and "99.5" not in stood, "the command line shows the same"
        await pictured(other, shots, f"appeal-evidence-{person}")
        await expect(other.page.locator("#form-acknowledge")).to_have_count(0)
        await gives(other, "vote", grade="A", reason="订单属于三月")
        newer = ResultShown(
            case=name, number=2, cause="appealed", rounded=Decimal(95), grade="A", acknowledge_by=LATER_ON,
            interview_by=LATER_ON, appeal_by=LATER_ON, by=SYSTEM, at=datetime.now(UTC),
        )  # fmt: skip
        await append(served, f"{name} newer", newer)
        await other.open(path)
        for told in ("这个结果是怎么算出来的", "各目标各考核期得分", "申诉裁决所依据的证据", "71.25"):
            await expect(evidence).to_contain_text(told)
        await expect(evidence).to_contain_text("M1 · A · 订单属于三月")
        await pictured(other, shots, f"appeal-won-{person}")
    told = (await served.cairn("result", "show", path.removeprefix("/cases/"), "--json")).json
    assert told["stage"] in ("appealed", "signed", "unsigned", "told", "shown")
    assert [each["type"] for each in told["events"]][:3] == [
        "ResultShown",
        "ResultAcknowledged",
        "ResultAppealed",
    ]
    assert told["events"][1]["facts"]["agrees"] is False


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 1280), ("en", 375)])
async def test_hr_reads_a_hand_over_and_says_that_payroll_has_it(
    browser: Browser, served: Served, running: str, shots: Path | None, language: str, width: int
) -> None:
    """Pages ask for no tables: a hand-over is made at the command line or by the API."""
    name, ledger_at = f"handover-{running}-company-1", {"by": "H1", "at": datetime.now(UTC)}
    batch = 1 if language == "zh-CN" else 2
    entry = Entry(
        number=batch, person="E1", sheet=f"sheet-{running}-E1-1", version=1, element="pay", amount=Decimal("9000.00"),
        reverses=None,
    )  # fmt: skip
    made = HandoverMade(case=name, batch=batch, entries=1, **ledger_at)
    entries = EntriesMade(case=name, batch=batch, part=batch, way="file", entries=(entry,), **ledger_at)
    await append(served, f"{name}:{batch}", made, entries)
    async with screen(browser, served, language=language, width=width) as hr:
        await hr.sign_in("H1")
        await hr.open("/inbox")
        await hr.page.locator(f"a[href='/cases/{name}']").first.click()
        await expect(hr.page.locator("#form-make")).to_have_count(0)
        await pictured(hr, shots, f"handover-{language[:2]}")
        await gives(hr, "acknowledge", batch=str(batch))
    async with screen(browser, served, language=language) as somebody:
        await somebody.sign_in("E1")
        await somebody.open("/cases")
        await expect(somebody.page.locator(f"a[href='/cases/{name}']")).to_have_count(0)
    told = (await served.cairn("handover", "show", "--cycle", running, "--json")).json
    assert [each["taken_how"] for each in told["messages"] if each["batch"] == batch] == ["file"]
