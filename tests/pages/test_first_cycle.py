"""HR's way to a first cycle on the pages: policy and people at a desk in Chinese, the rest on a phone in English. What
is wrong is mended where it is shown, and nobody else takes a step of it."""

import re
from pathlib import Path
from typing import Any

import httpx2
from playwright.async_api import Browser, Page, expect

from cairn_portal.client import CairnClient
from tests.pages.conftest import Screen, Served, pictured, screen
from tests.pages.test_every_page import faults
from tests.portal.conftest import POLICY, ROSTER

COMPANY = Path("examples/company")
HR = "E024"
SLOW = 20_000
"""Milliseconds that a policy of six hundred lines may take where others use the machine."""
WRONG_DAY, WRONG_MANAGER = "2016年13月", "E999"
IMPORTED = "Imported; {changes} {changes:plural,change,changes} recorded"
FOLLOWS = "Cycle {cycle}: {opens} {opens:plural,sheet,sheets} open, {sheets} change, tasks of {passes} pass to others"


def spoiled(roster: str) -> tuple[bytes, dict[str, str]]:
    """The roster with a day and a manager that are none, in different rows, and what stood there, by header."""
    lines = roster.splitlines()
    day, manager = lines[2].split(","), lines[4].split(",")
    header = lines[0].lstrip("\ufeff").split(",")
    hired, above = header.index("入职日期"), header.index("直接上级")
    right = {"入职日期": day[hired], "直接上级": manager[above]}
    day[hired], manager[above] = WRONG_DAY, WRONG_MANAGER
    lines[2], lines[4] = ",".join(day), ",".join(manager)
    return "\n".join(lines).encode(), right


def before_a_number(words: str) -> str:
    """A sentence as far as it is the same whatever number it tells."""
    return re.split(r"\d", words)[0].strip()


def uploaded(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


async def test_from_an_empty_folder_to_a_launched_cycle_on_the_pages_alone(
    browser: Browser, empty: Served, shots: Path | None
) -> None:
    async with screen(browser, empty) as hr:
        page = hr.page
        await page.goto(empty.address)
        await page.locator("main a.btn").click()
        await expect(page.locator("main")).to_contain_text("cairn roster first-hr")
        done = await empty.cairn("roster", "first-hr", HR, "--name", "叶知秋")
        assert done.code == 0, done.err
        await hr.sign_in(HR)
        await pictured(hr, shots, "first-sign-in")
        await page.get_by_role("link", name="开始").click()
        await expect(page.locator("[aria-current=step] h2")).to_have_text("绩效制度")
        assert await faults(hr) == []
        await pictured(hr, shots, "first-steps")
        await page.locator("[aria-current=step] a.btn").click()

        await adopts_a_policy_whose_mistake_is_mended(hr, shots)
        await page.get_by_role("link", name="下一步：人员").click()
        await imports_a_roster_whose_rows_are_mended(hr, shots)
    async with screen(browser, empty, language="en", width=375) as hr:
        page = hr.page
        await hr.sign_in(HR)
        await hr.open("/start")
        await expect(page.locator("[aria-current=step] h2")).to_have_text(hr.says("Preview"))
        await proposes_targets_of_which_a_row_is_mended(hr, empty.cycle, shots)
        await hr.open("/start")
        await page.locator("[aria-current=step] a.btn").click()
        before = await launched_and_targets(empty)
        await plays_the_launch_on_its_clock(hr, shots)
        assert await launched_and_targets(empty) == before, "a rehearsal records nothing"
        await page.locator("form.acts button").click()
        await page.wait_for_url(f"{empty.url}/cycles/{empty.cycle}")
        await expect(page.locator(".launched")).to_be_visible(timeout=60_000)
        await hr.open("/start")
        await expect(page.locator("[aria-current=step]")).to_have_count(0)
        await expect(page.locator(".step [data-tone=done]")).to_have_count(4)
        await looks_at_somebodys_pages_and_can_do_nothing(hr, empty, shots)
        await imports_somebody_who_joined_since(hr, empty.cycle, shots)
        await lets_somebody_go_who_is_not_in_the_table(hr, empty.cycle, shots)
    (shown,) = (await empty.cairn("cycle", "status", "--json")).json
    assert (shown["cycle"], shown["goals"] > 50, shown["launch"]["failures"]) == (empty.cycle, True, [])
    goals = (await empty.cairn("inbox", "--by", "E026", "--json")).out
    assert f"goal-{empty.cycle}-E026-1" in goals
    assert (await empty.cairn("replay", "person-E026", "--json")).out.count("PersonLeft") == 1
    revenue = (await empty.cairn("goal", "show", f"goal-{empty.cycle}-E005-2", "--json")).json["goal"]
    assert "700" in str(revenue["measure"]), "what was proposed counts"
    department = (await empty.cairn("replay", "department-D02", "--json")).out
    assert department.count("DepartmentNamed") == 1, "without a table of departments they stay as they are"


async def adopts_a_policy_whose_mistake_is_mended(hr: Screen, shots: Path | None) -> None:
    page = hr.page
    await page.get_by_role("button", name="澄川科技 2026 年绩效制度").click()
    text = page.locator("#policy-text")
    await expect(text).to_have_value(re.compile(r"\S"), timeout=SLOW)
    right = await text.input_value()
    wrong = right.replace("periods: {month: 40, year: 60}", "periods: {month: 40, year: 70}", 1)
    number = wrong[: wrong.index("year: 70")].count("\n") + 1
    await text.fill(wrong)
    await page.get_by_role("button", name="检查").click()
    told = page.locator(".wrongs li")
    await expect(told).to_have_count(1)
    await expect(told).to_contain_text(f"第 {number} 行")
    await expect(told).to_contain_text("110")
    await expect(page.get_by_role("button", name="采用")).to_have_count(0)
    assert await faults(hr) == []
    await pictured(hr, shots, "policy-mistake")
    await told.locator("a").click()
    selected = await text.evaluate("each => each.value.slice(each.selectionStart, each.selectionEnd)")
    assert "year: 70" in selected and "\n" not in selected
    await text.fill(right)
    await page.get_by_role("button", name="检查").click()
    await expect(page.locator("dl.facts").first).to_contain_text("客户服务", timeout=SLOW)
    await changes_a_setting_in_its_field_and_another_in_the_text(hr, right, shots)
    await pictured(hr, shots, "policy-checked")
    await page.get_by_role("button", name="采用").click()
    await expect(page.locator("[role=status]")).to_contain_text("chengchuan_2026@")


async def changes_a_setting_in_its_field_and_another_in_the_text(
    hr: Screen, right: str, shots: Path | None
) -> None:
    """A mistake stands at its field and at its line, on whichever side it was made."""
    page, text = hr.page, hr.page.locator("#policy-text")
    await page.locator("#group-deadlines summary").click()
    drafts, approvals = (page.locator(f"#set-deadlines-{name}") for name in ("drafts_due", "approvals_due"))
    await drafts.fill("26")
    await drafts.press("Tab")
    wrong = right.replace("drafts_due: 15 ", "drafts_due: 26 ", 1)
    await expect(text).to_have_value(wrong, timeout=SLOW)
    line = wrong[: wrong.index("approvals_due:")].count("\n") + 1
    await expect(page.locator(".wrongs li")).to_contain_text(f"第 {line} 行")
    await expect(approvals).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_role("button", name="采用")).to_have_count(0)
    await pictured(hr, shots, "policy-field-mistake")
    assert await faults(hr) == []
    await text.fill(wrong.replace("drafts_due: 26 ", "drafts_due: 12 ", 1))
    await expect(drafts).to_have_value("12", timeout=SLOW)
    await expect(page.locator(".wrongs")).to_have_count(0)
    await expect(page.get_by_role("button", name="采用")).to_be_visible()
    # What is typed is checked a moment later: a field that is changed before that is in the text all the same.
    typed = await text.input_value() + "# 刚刚写下的\n"
    await text.fill(typed)
    await drafts.fill("13")
    await drafts.press("Tab")
    await expect(text).to_have_value(typed.replace("drafts_due: 12 ", "drafts_due: 13 ", 1), timeout=SLOW)
    await expect(page.get_by_role("button", name="采用")).to_be_visible()


async def launched_and_targets(empty: Served) -> tuple[object, object]:
    """What is recorded of cycles and of targets."""
    cycles, targets = (
        await empty.cairn("cycle", "status", "--json"), await empty.cairn("targets", "list", empty.cycle, "--json")
    )  # fmt: skip
    return cycles.out, targets.json


async def proposes_targets_of_which_a_row_is_mended(hr: Screen, cycle: str, shots: Path | None) -> None:
    """Typed, mended, proposed as shown; the table that is taken along changes nothing when it is handed in again."""
    page = hr.page
    await page.get_by_role("link", name=hr.says("Propose targets")).click()
    await page.get_by_text(hr.says("Type them instead")).click()
    for n, row in enumerate((("E005", "revenue", "", "700"), ("E999", "revenue", "", "7x"))):
        for name, typed in zip(("holder", "goal", "period", "target"), row, strict=True):
            await page.locator(f'[name="typed.{n}.{name}"]').fill(typed)
    await page.get_by_role("button", name=hr.says("Check")).click()
    cells = page.locator("input[aria-invalid=true]")
    await expect(page.locator(".bad-row")).to_have_count(1)
    assert [await each.input_value() for each in await cells.all()] == ["E999", "7x"]
    assert await faults(hr) == []
    await pictured(hr, shots, "targets-mistakes")
    await cells.nth(0).fill("E007")
    await cells.nth(1).fill("650")
    await page.get_by_role("button", name=hr.says("Check again")).click()
    await page.get_by_role("button", name=hr.says("Propose these targets")).click()
    await expect(page.locator("[role=status]")).to_contain_text("2")
    await pictured(hr, shots, "targets-proposed")
    async with page.expect_download() as taking:
        await page.get_by_role("link", name=hr.says("the targets that are proposed")).click()
    content = (await (await taking.value).path()).read_bytes()
    await page.locator("#table-file").set_input_files(uploaded("targets.xlsx", content))
    await page.get_by_role("button", name=hr.says("Check")).click()
    await expect(page.locator("main")).to_contain_text(
        hr.says("Nothing: these targets are proposed already.")
    )
    await withdraws_a_target_that_was_proposed(hr, shots)


async def withdraws_a_target_that_was_proposed(hr: Screen, shots: Path | None) -> None:
    """Nothing without a choice; the other one stays."""
    page = hr.page
    withdraw = page.get_by_role("button", name=hr.says("Withdraw what is chosen"))
    await withdraw.click()
    await expect(page.locator("[role=alert]")).to_contain_text(
        hr.says("Choose the targets that are to be withdrawn.")
    )
    await page.get_by_role("checkbox", name="E007").check()
    await withdraw.click()
    told = hr.says("{n} {n:plural,target is,targets are} withdrawn", n=1)
    await expect(page.locator("[role=status]")).to_contain_text(told)
    await expect(page.get_by_role("checkbox")).to_have_count(1)
    assert await faults(hr) == []
    await pictured(hr, shots, "targets-withdrawn")


async def plays_the_launch_on_its_clock(hr: Screen, shots: Path | None) -> None:
    """Who is reminded and who hears of what is late, and back to the preview."""
    page = hr.page
    await page.get_by_role("link", name=hr.says("Rehearse it first")).click()
    begun = await page.locator("#clock-at").inner_text()
    await page.get_by_role("link", name=hr.says("Forward to the next date")).click()
    now = page.locator(".moments > li[aria-current]")
    await expect(now).to_contain_text(hr.says("phase:drafts_remind"), ignore_case=True)
    await expect(now).to_contain_text("E005 周敏")
    assert await page.locator("#clock-at").inner_text() > begun
    await page.get_by_role("link", name=hr.says("Forward to the next date")).click()
    await expect(now).to_contain_text(hr.says("phase:drafts_due"), ignore_case=True)
    assert await faults(hr) == []
    await pictured(hr, shots, "launch-rehearsal")
    await page.get_by_label(hr.says("For one person")).select_option("E005")
    await page.get_by_role("button", name=hr.says("What they see of it")).click()
    await expect(page.locator("#theirs")).to_contain_text("E005 周敏")
    await expect(page.locator("main")).to_contain_text("700")
    await expect(page.locator(".moments")).not_to_contain_text("E004")
    assert await faults(hr) == []
    await pictured(hr, shots, "launch-rehearsal-of-one")
    await page.get_by_label(hr.says("For one person")).select_option("")
    await page.get_by_role("button", name=hr.says("What they see of it")).click()
    await page.get_by_role("link", name=hr.says("to the end")).click()
    await expect(page.locator(".moments")).to_contain_text(hr.says("phase:lapses"), ignore_case=True)
    await page.get_by_role("link", name=hr.says("Preview of the launch")).click()


async def looks_at_somebodys_pages_and_can_do_nothing(hr: Screen, empty: Served, shots: Path | None) -> None:
    """With a reason that the log keeps, a banner on every page, and no command until it is over."""
    page, goal = hr.page, f"goal-{empty.cycle}-E005-2"
    await page.get_by_role("link", name=hr.says("Look as somebody")).click()
    await page.get_by_label(hr.says("Whose pages")).select_option("E005")
    await page.get_by_label(hr.says("Why")).fill("启动后核对看到的内容")
    assert await faults(hr) == []
    await page.get_by_role("button", name=hr.says("Look")).click()
    banner = page.locator(".viewing-note")
    await expect(banner).to_contain_text("E005 周敏")
    await expect(page.locator(".goal")).to_have_count(5)
    assert await faults(hr) == []
    await pictured(hr, shots, "viewing-goals")
    await hr.open("/inbox")
    await expect(page.locator("tbody tr")).to_have_count(5)
    await expect(page.locator("main button")).to_have_count(0)
    assert await faults(hr) == []
    await pictured(hr, shots, "viewing-inbox")
    for path in ("/cycles", "/start", f"/goals/{goal}"):
        await hr.open(path)
        await expect(banner).to_be_visible()
    token = await page.locator(".viewing-note input[name=csrf]").get_attribute("value")
    for path in (
        f"/goals/{goal}/submit",
        "/inbox/all/submit",
        "/start/policy",
        "/view-as",
        "/api/v1/policies",
    ):
        answer = await page.request.post(f"{empty.url}{path}", headers={"X-CSRF-Token": token or ""}, data={})
        assert answer.status == (409 if path.startswith("/api") else 403), path
    await page.get_by_role("button", name=hr.says("Stop looking")).click()
    await expect(banner).to_have_count(0)
    await hr.open("/audit/streams/viewing-E005")
    await expect(page.locator("main")).to_contain_text("E024 叶知秋")
    assert "启动后核对看到的内容" in (await empty.cairn("replay", "viewing-E005", "--json")).out
    await hr.open("/start")


async def lets_somebody_go_who_is_not_in_the_table(hr: Screen, cycle: str, shots: Path | None) -> None:
    """What follows is shown before; without a day they stay."""
    page, roster = hr.page, (COMPANY / "roster.csv").read_bytes()
    await hr.open("/start/people")
    await page.locator("#people-file").set_input_files(uploaded("roster.csv", roster))
    await page.get_by_role("button", name=hr.says("Check")).click()
    await expect(page.locator(".leaving")).to_contain_text(
        hr.says("They stay as they are, unless they are said to leave.")
    )
    await page.get_by_label(hr.says("they leave")).check()
    await page.get_by_role("button", name=hr.says("See what follows")).click()
    await expect(page.locator("#last-day-wrong")).to_be_visible()
    await expect(page.get_by_role("button", name=hr.says("Import"))).to_have_count(0)
    await page.get_by_label(hr.says("last working day")).fill(f"{cycle}-06-30")
    await page.get_by_role("button", name=hr.says("See what follows")).click()
    await expect(page.locator(".leaving")).to_contain_text(f"{cycle}-06-30")
    await expect(page.locator("main")).to_contain_text(re.compile(rf"{cycle}[:：]"))
    assert await faults(hr) == []
    await pictured(hr, shots, "roster-leaving")
    await page.get_by_role("button", name=hr.says("Import")).click()
    await expect(page.locator("[role=status]")).to_contain_text(before_a_number(hr.says(IMPORTED, changes=1)))


async def imports_a_roster_whose_rows_are_mended(hr: Screen, shots: Path | None) -> None:
    page = hr.page
    content, right = spoiled((COMPANY / "roster.csv").read_text("utf-8"))
    departments = (COMPANY / "roster.departments.csv").read_bytes()
    await page.locator("#people-file").set_input_files(uploaded("roster.csv", content))
    await page.locator("#departments-file").set_input_files(uploaded("departments.csv", departments))
    await page.get_by_role("button", name="检查").click()
    bad = page.locator(".bad-row")
    await expect(bad).to_have_count(2)
    cells = page.locator("input[aria-invalid=true]")
    assert [await each.input_value() for each in await cells.all()] == [WRONG_DAY, WRONG_MANAGER]
    assert await faults(hr) == []
    await pictured(hr, shots, "roster-mistakes")
    await cells.nth(0).fill(right["入职日期"])
    await cells.nth(1).fill(right["直接上级"])
    await page.get_by_role("button", name="再检查").click()
    await expect(bad).to_have_count(0)
    await expect(page.locator("dl.facts")).to_contain_text("E001")
    assert await faults(hr) == []
    await pictured(hr, shots, "roster-changes")
    await page.get_by_role("button", name="导入").click()
    await expect(page.locator("[role=status]")).to_contain_text("已导入")
    mended = content.decode().replace(WRONG_DAY, right["入职日期"]).replace(WRONG_MANAGER, right["直接上级"])
    await page.locator("#people-file").set_input_files(uploaded("roster.csv", mended.encode()))
    await page.locator("#departments-file").set_input_files(uploaded("departments.csv", departments))
    await page.get_by_role("button", name="检查").click()
    await expect(page.locator("main")).to_contain_text("没有变动")
    await hr.open("/start")


async def imports_somebody_who_joined_since(hr: Screen, cycle: str, shots: Path | None) -> None:
    """What follows in the cycle under way is shown before, and done."""
    page, roster = hr.page, (COMPANY / "roster.csv").read_text("utf-8")
    joined = "E026,江雨,jiang.yu@chengchuan.example,D02,客户经理,销售,E004,2026-09-01,,\n"
    await page.get_by_role("link", name=hr.says("Hand in a newer one")).click()
    await page.locator("#people-file").set_input_files(uploaded("roster.csv", (roster + joined).encode()))
    await page.get_by_role("button", name=hr.says("Check")).click()
    await expect(page.locator("dl.facts")).to_contain_text("E026 江雨")
    await expect(page.locator("main")).to_contain_text(
        hr.says(FOLLOWS, cycle=cycle, opens=1, sheets=0, passes=0)
    )
    await pictured(hr, shots, "roster-follows")
    await page.get_by_role("button", name=hr.says("Import")).click()
    await expect(page.locator("[role=status]")).to_contain_text(before_a_number(hr.says(IMPORTED, changes=1)))


TARGETS = "工号,目标,考核期,目标值\nE4,revenue,Y,1300\n"
STEPS = (
    "/start",
    "/start/policy",
    "/start/people",
    "/start/targets",
    "/view-as",
    "/cycles/new/rehearsal?cycle=2099",
)


async def test_nobody_but_hr_takes_a_step_and_nothing_is_recorded(served: Served) -> None:
    tables = {"people": ROSTER}
    for person in ("E4", "M1", "A1"):
        headers = {"Authorization": f"Bearer {await served.token(person)}"}
        async with httpx2.AsyncClient(base_url=served.url, headers=headers) as other:
            seen = [await other.get(path) for path in STEPS]
            given = [
                await other.post("/start/policy", data={"text": POLICY + "\n", "do": "adopt"}),
                await other.post("/start/people", data={**tables, "do": "import", "seen": "x"}),
                await other.post("/view-as", data={"person": "E1", "reason": "curious"}),
                await other.post("/start/targets", data={"cycle": "2099", "table": TARGETS, "do": "import"}),
                await other.post("/api/v1/policies", json={"text": POLICY}),
                await other.post("/api/v1/policies/check", json={"text": POLICY}),
                await other.post("/api/v1/roster/check", json=tables),
                await other.post("/api/v1/roster", json={**tables, "seen": "x"}),
            ]
        assert {each.status_code for each in (*seen, *given)} == {403}, person
    adopted = (await served.cairn("policy", "list", "--json")).json
    assert len(adopted) == 1


async def test_targets_for_what_can_be_no_cycle_are_refused_and_not_proposed_for_another(
    served: Served,
) -> None:
    headers = {"Authorization": f"Bearer {await served.token('H1')}", "Accept-Language": "en"}
    async with httpx2.AsyncClient(base_url=served.url, headers=headers) as hr:
        for cycle in ("20 27", "二〇二七", "x" * 41):
            for answer in (
                await hr.get("/start/targets", params={"cycle": cycle}),
                await hr.post("/start/targets", data={"cycle": cycle, "table": TARGETS}),
            ):
                assert answer.status_code == 403 and "may have letters" in answer.text, cycle


async def test_a_step_is_not_taken_from_another_site(browser: Browser, served: Served) -> None:
    async with screen(browser, served) as window:
        await window.sign_in("H1")
        cookies = {each["name"]: each["value"] for each in await window.page.context.cookies()}
    async with httpx2.AsyncClient(base_url=served.url, cookies=cookies) as other_site:
        answers = [
            await other_site.post("/start/policy", data={"text": POLICY, "do": "adopt"}),
            await other_site.post("/start/people", data={"people": ROSTER}),
        ]
    assert [each.status_code for each in answers] == [403, 403]


async def test_what_is_larger_than_a_roster_is_not_taken_in(served: Served) -> None:
    headers = {"Authorization": f"Bearer {await served.token('H1')}", "Accept-Language": "en"}

    async def endless() -> Any:
        yield b"people=x"

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    async with httpx2.AsyncClient(base_url=served.url, headers=headers) as hr:
        large = await hr.post("/start/people", files={"people_file": ("roster.csv", b"x" * 5_000_000)})
        unsaid = await hr.post("/start/policy", content=endless(), headers=form)
    assert (large.status_code, unsaid.status_code) == (413, 413)
    assert "4 MB at most" in large.text


async def test_the_first_hr_person_is_named_once_and_only_while_nobody_is_known(served: Served) -> None:
    again = await served.cairn("roster", "first-hr", "X1", "--name", "张三")
    reserved = await served.cairn("roster", "first-hr", "company", "--name", "张三")
    assert (again.code, reserved.code) == (1, 2)
    assert "H1" in again.err


async def test_a_program_checks_and_records_policy_and_roster_as_the_pages_do(served: Served) -> None:
    wrong = POLICY.replace("quarter: 40", "quarter: 50")
    moved = ROSTER.replace("2020-12-31", "").replace("E3,吴浩然,D1,客户经理", "E3,吴浩然,D1,大客户经理")
    async with served.api("H1") as hr:
        refused = (await hr.post("/policies", json={"text": wrong})).json()
        checked = (await hr.post("/roster/check", json={"people": moved})).json()
        bad = (await hr.post("/roster/check", json={"people": moved.replace("H1,2020", "H9,2020")})).json()
        unseen = await hr.post("/roster", json={"people": moved, "seen": "another"})
    assert [(each["line"], each["path"]) for each in refused["mistakes"]] == [(7, "families.sales.periods")]
    assert (checked["changes"]["joined"], checked["changes"]["changed"]) == ([], ["E3"])
    assert {(each["row"], each["column"]) for each in bad["mistakes"]} >= {(3, "直接上级")}
    assert (unseen.status_code, unseen.json()["code"]) == (409, "roster.seen")


async def test_a_pasted_table_of_which_no_row_can_be_shown_is_there_to_be_corrected(
    browser: Browser, served: Served, shots: Path | None
) -> None:
    """Its header is missing, so there are no rows; what was pasted is not to be found and pasted again."""
    pages = (("people", "people", ROSTER), ("targets", "table", TARGETS))
    async with screen(browser, served, language="en", width=375) as hr:
        await hr.sign_in("H1")
        for step, name, table in pages:
            await hr.open(f"/start/{step}")
            pasted = hr.page.locator(f"textarea[name={name}]")
            await hr.page.get_by_text("Paste it instead").click()
            _, _, headless = table.partition("\n")
            await pasted.fill(headless)
            await hr.page.locator("button[name=do][value=check]").click()
            await expect(hr.page.locator("[role=alert]")).to_be_visible()
            await expect(pasted.first).to_have_value(headless)
            await pictured(hr, shots, f"{step}-without-header")
            assert await faults(hr) == []
            await pasted.first.fill(table)
            await hr.page.locator("button[name=do][value=check]").first.click()
            await expect(hr.page.locator("[role=alert]")).to_have_count(0)


async def test_a_program_checks_proposes_and_withdraws_targets_as_the_page_does(served: Served) -> None:
    table, wrong = "工号,目标,目标值\nE1,revenue,1300\n", "工号,目标,目标值\nE9,revenue,1300\n"
    one = {"cycle": "2096", "targets": [{"holder": "E1", "goal": "revenue"}]}
    async with served.api("H1") as hr, served.api("M1") as manager:
        bad = (await hr.post("/targets/check", json={"cycle": "2096", "targets": wrong})).json()
        checked = (await hr.post("/targets/check", json={"cycle": "2096", "targets": table})).json()
        asked = {"cycle": "2096", "targets": table, "source": "quotas.csv", "seen": checked["seen"]}
        unseen = await hr.post("/targets", json=asked | {"seen": "another"})
        not_hr = [
            await manager.post("/targets/check", json={"cycle": "2096", "targets": table}),
            await manager.post("/targets", json=asked), await manager.post("/targets/withdraw", json=one),
        ]  # fmt: skip
        done = (await hr.post("/targets", json=asked)).json()
        again = await hr.post("/targets", json=asked)
        proposed = (await hr.get("/targets", params={"cycle": "2096"})).json()["items"]
        launched = await hr.post("/targets/withdraw", json=one | {"cycle": served.cycle})
        withdrawn = (await hr.post("/targets/withdraw", json=one)).json()
        gone = await hr.post("/targets/withdraw", json=one)
    async with CairnClient(served.url, await served.token("H1"), "en") as client:
        assert await client.targets("2096") == []
    assert (bad["code"], [(each["row"], each["code"]) for each in bad["mistakes"]]) == (
        "targets.invalid", [(2, "target:holder-unknown")]
    )  # fmt: skip
    assert [(each["holder"], each["target"], each["was"]) for each in checked["changes"]] == [
        ("E1", "1300", None)
    ]
    assert (unseen.status_code, unseen.json()["code"]) == (409, "targets.seen")
    assert [each.status_code for each in not_hr] == [403, 403, 403]
    assert (done, again.json()["code"]) == ({"rows": 1, "new": 1}, "targets.seen")
    assert [(each["goal"], each["period"], each["source"]) for each in proposed] == [
        ("revenue", "Y", "quotas.csv")
    ]
    assert (withdrawn, launched.json()["code"]) == ({"withdrawn": 1}, "targets.launched")
    assert (gone.status_code, gone.json()["code"]) == (409, "targets.not-proposed")


async def test_a_policy_is_shown_with_what_differs_from_the_one_before(
    browser: Browser, served: Served
) -> None:
    async with screen(browser, served, language="en", width=375) as hr:
        await hr.sign_in("H1")
        await hr.open("/start/policy")
        text = hr.page.locator("#policy-text")
        await text.fill((await text.input_value()).replace("target: 1200", "target: 1300"))
        await hr.page.get_by_role("button", name="Check").click()
        await expect(row(hr.page, "families.sales.template.revenue.target")).to_have_text(
            re.compile(r"target\s*1200\s*1300$")
        )
        assert await faults(hr) == []


def row(page: Page, field: str) -> Any:
    return page.locator("tr", has_text=field)


async def test_a_setting_is_changed_by_a_browser_without_scripts(browser: Browser, served: Served) -> None:
    async with screen(browser, served, language="en", scripts=False) as hr:
        await hr.sign_in("H1")
        await hr.open("/start/policy")
        text = await hr.page.locator("#policy-text").input_value()
        await hr.page.locator("#group-family-sales summary").click()
        await hr.page.locator("#set-families-sales-periods-quarter").fill("abc")
        await hr.page.get_by_role("button", name="Check").click()
        changed = await hr.page.locator("#policy-text").input_value()
        assert changed == text.replace("quarter: 40", "quarter: abc", 1) != text
        await expect(hr.page.locator("#set-families-sales-periods-quarter")).to_have_attribute(
            "aria-invalid", "true"
        )
        await expect(hr.page.locator(".wrongs")).to_contain_text("families.sales.periods")
        adopted = (await served.cairn("policy", "list", "--json")).json
        assert len(adopted) == 1


async def test_another_text_takes_the_place_of_what_was_typed_only_where_somebody_agrees(
    browser: Browser, served: Served, shots: Path | None
) -> None:
    """Without scripts as with them; with them the tab keeps what was typed, also where somebody leaves the page."""
    async with screen(browser, served, language="en", width=375, scripts=False) as hr:
        await hr.sign_in("H1")
        await hr.open("/start/policy")
        text, begin = hr.page.locator("#policy-text"), hr.page.locator(".chips button[name=begin]")
        asked, adopted = hr.page.locator("#instead"), await text.input_value()
        await begin.nth(1).click()
        await expect(asked).to_have_count(0)
        example = await text.input_value()
        assert example and example != adopted
        typed = example + "# our own\n"
        await text.fill(typed)
        await begin.nth(0).click()
        await expect(asked).to_be_visible()
        await expect(text).to_have_value(typed)
        await pictured(hr, shots, "policy-instead-phone")
        await hr.page.get_by_role("button", name="Keep my text").click()
        await expect(asked).to_have_count(0)
        await expect(text).to_have_value(typed)
        await begin.nth(0).click()
        await hr.page.get_by_role("button", name="Throw it away").click()
        await expect(text).to_have_value(adopted)
    async with screen(browser, served) as hr:
        await hr.sign_in("H1")
        await hr.open("/start/policy")
        text, begin = hr.page.locator("#policy-text"), hr.page.locator(".chips button[name=begin]")
        back, typed = hr.page.locator("#returned"), adopted + "# 我们自己的\n"
        await text.fill(typed)
        await hr.open("/start")
        await hr.open("/start/policy")
        await expect(text).to_have_value(typed)
        await expect(back).to_be_visible()
        assert await faults(hr) == []
        await hr.page.set_viewport_size({"width": 1280, "height": 800})
        await pictured(hr, shots, "policy-returned")
        await begin.nth(1).click()
        await expect(hr.page.locator("#instead")).to_be_visible(timeout=SLOW)
        await expect(text).to_have_value(typed)
        await pictured(hr, shots, "policy-instead")
        assert await faults(hr) == []
        await hr.page.get_by_role("button", name="放弃它").click()
        await expect(text).to_have_value(example, timeout=SLOW)
        await hr.open("/start/policy")
        await expect(text).to_have_value(adopted)
        await expect(back).to_be_hidden()


async def test_targets_that_others_changed_meanwhile_are_shown_anew(served: Served) -> None:
    """What is agreed to is what was shown: another table, or other targets since, is not that."""
    headers = {"Authorization": f"Bearer {await served.token('H1')}", "Accept-Language": "en"}
    form = {"cycle": "2098", "table": TARGETS, "do": "import", "seen": "another"}
    async with httpx2.AsyncClient(base_url=served.url, headers=headers) as hr:
        answer = await hr.post("/start/targets", data=form)
    assert answer.status_code == 409 and "look at it again" in answer.text
    assert (await served.cairn("targets", "list", "2098", "--json")).json == []
