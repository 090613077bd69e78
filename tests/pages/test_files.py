"""Files of evidence on pages: attached with a check-in and an appeal, limited, and got by who may read them alone."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, expect

from tests.pages.conftest import Served, begun, pictured, screen

NAME = "拜访 报告.txt"
SCRIPT = b"<script>document.title = 'taken'</script>"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def goal(served: Served) -> AsyncIterator[str]:
    """A goal of E2's that is approved and runs."""
    async with begun(served, "filed", 100) as cycle:
        for act, by in (("submit", "E2"), ("approve", "M1")):
            done = await served.cairn("goal", act, f"goal-{cycle}-E2-1", "--by", by)
            assert done.code == 0, done.err
        yield f"goal-{cycle}-E2-1"


@pytest.mark.parametrize("scripts", [True, False])
async def test_files_come_with_a_check_in_also_without_scripts_and_are_listed(
    browser: Browser, served: Served, goal: str, shots: Path | None, tmp_path: Path, scripts: bool
) -> None:
    name = NAME if scripts else "plain.csv"
    async with screen(browser, served) as employee:
        await employee.sign_in("E2")
        page = employee.page
        if not scripts:
            context = await browser.new_context(
                java_script_enabled=False, storage_state=await page.context.storage_state()
            )
            page = await context.new_page()
        await page.goto(f"{served.url}/goals/{goal}")
        card = page.locator("#form-check-in-card")
        await card.locator("summary").first.click()
        if not scripts:
            await card.locator("a").click()
        await page.locator("#form-check-in-fields-note").fill("见附件")
        await page.locator("#form-check-in-fields-files").set_input_files(
            FilePayload(name=name, mimeType="text/html", buffer=SCRIPT)
        )
        await pictured(replace(employee, page=page), shots, f"files-form-{name[-3:]}")
        await page.locator("#form-check-in > .acts button").click()
        await expect(page.locator("p.launched")).to_be_visible()
        link = page.get_by_role("link", name=name)
        await expect(link).to_be_visible()
        await pictured(replace(employee, page=page), shots, f"files-listed-{name[-3:]}")
        async with page.expect_download() as coming:
            await link.click()
        kept = tmp_path / "kept"
        await (await coming.value).save_as(kept)
        assert kept.read_bytes() == SCRIPT


async def test_what_the_policy_does_not_take_is_refused_and_the_words_stay(
    browser: Browser, served: Served, goal: str, shots: Path | None
) -> None:
    async with screen(browser, served, language="en", width=375, dark=True) as employee:
        await employee.sign_in("E2")
        await employee.open(f"/goals/{goal}")
        for name, content, said in (
            ("tool.exe", b"x", "exe"),
            ("empty.txt", b"", "empty.txt is empty"),
            ("large.txt", b"x" * (21 * 1024 * 1024), "20"),
        ):
            await employee.opened("check-in")
            await employee.page.locator("#form-check-in-fields-note").fill("see the file")
            await employee.page.locator("#form-check-in-fields-files").set_input_files(
                FilePayload(name=name, mimeType="text/plain", buffer=content)
            )
            await employee.sends("check-in")
            await expect(employee.page.locator("[role=alert]")).to_contain_text(said)
            await expect(employee.page.locator("[role=alert]")).to_contain_text("chosen again")
            assert await employee.page.locator("#form-check-in-fields-note").input_value() == "see the file"
        await pictured(employee, shots, "files-refused-en")
    shown = (await served.cairn("file", "list", goal, "--json")).json
    assert not {"tool.exe", "empty.txt", "large.txt"} & {each["name"] for each in shown}


async def test_a_file_is_got_by_who_may_read_comments_and_never_shown(served: Served, goal: str) -> None:
    [file] = [
        each for each in (await served.cairn("file", "list", goal, "--json")).json if each["name"] == NAME
    ]
    address = f"/goals/{goal}/files/{file['sha256']}"
    for person, status in (("E2", 200), ("M1", 200), ("H1", 200), ("E1", 404), ("A1", 404)):
        headers = {"Authorization": f"Bearer {await served.token(person)}"}
        async with httpx2.AsyncClient(base_url=served.url, headers=headers) as client:
            answer = await client.get(address)
            assert answer.status_code == status, person
            if status == 200:
                assert answer.content == SCRIPT
                assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
                assert answer.headers["content-type"] == "application/octet-stream"
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert answer.headers["cache-control"] == "no-store"
            other = address.replace(file["sha256"], "0" * 64)
            assert (await client.get(other)).status_code == 404


async def test_whoever_may_not_give_the_command_leaves_no_file_behind(served: Served, goal: str) -> None:
    headers = {"Authorization": f"Bearer {await served.token('E1')}"}
    secret = b"nobody keeps this"
    async with httpx2.AsyncClient(base_url=served.url, headers=headers) as client:
        answer = await client.post(
            f"/goals/{goal}/give/check_in",
            data={"fields.note": "x"},
            files={"files": ("a.txt", secret, "text/plain")},
        )
        assert answer.status_code in (403, 404, 422)
    kept = await served.cairn("file", "list", goal, "--json")
    assert all(each["size"] != len(secret) for each in kept.json)


async def test_a_command_that_is_refused_keeps_no_file_and_one_that_is_asked_again_keeps_it_once(
    served: Served, goal: str
) -> None:
    def is_kept(content: bytes) -> bool:
        digest = hashlib.sha256(content).hexdigest()
        return any(Path(served.cairn.env["CAIRN_HOME"], "attachments").rglob(digest))

    headers = {"Authorization": f"Bearer {await served.token('E2')}"}
    async with httpx2.AsyncClient(base_url=served.url, headers=headers, timeout=60) as client:

        async def gives(content: bytes, **fields: str) -> httpx2.Response:
            brought = {"files": ("b.txt", content)}
            return await client.post(f"/goals/{goal}/give/check_in", data=fields, files=brought)

        refused = await gives(b"not yet", **{"fields.note": "x", "fields.on": "2999-01-01"})
        assert refused.status_code == 422 and not is_kept(b"not yet")
        stale = await gives(b"too late", **{"fields.note": "x", "at_version": "99"})
        assert stale.status_code == 422 and not is_kept(b"too late")
        for _ in range(2):
            done = await gives(b"in time", **{"fields.note": "once", "key": "in-time"})
            assert done.status_code == 200 and is_kept(b"in time"), done.text
    shown = (await served.cairn("file", "list", goal, "--json")).json
    assert [each["size"] for each in shown].count(len(b"in time")) == 1


async def test_a_form_without_files_is_no_larger_than_others(served: Served, goal: str) -> None:
    headers = {"Authorization": f"Bearer {await served.token('E2')}"}
    large = {"fields.note": "x" * (5 * 1024 * 1024)}
    async with httpx2.AsyncClient(base_url=served.url, headers=headers, timeout=60) as client:
        given = await client.post(f"/goals/{goal}/give/check_in", data=large)
        assert given.status_code == 422 and "4 MB" in given.text
        foreseen = await client.post(f"/goals/{goal}/foresee/adjust", data=large)
        saved = await client.post("/cases/review-2026-E2-Q1/submit/save", data=large)
        assert (foreseen.status_code, saved.status_code) == (413, 413)


async def test_a_form_that_does_not_say_its_size_or_is_too_large_is_not_read(
    served: Served, goal: str
) -> None:
    headers = {"Authorization": f"Bearer {await served.token('E2')}"}

    async def endless() -> AsyncIterator[bytes]:
        yield b"--x\r\n"

    async with httpx2.AsyncClient(base_url=served.url, headers=headers) as client:
        answer = await client.post(
            f"/goals/{goal}/give/check_in",
            content=endless(),
            headers={"Content-Type": "multipart/form-data; boundary=x"},
        )
        assert answer.status_code == 422 and "64 MB" in answer.text
