"""Webhooks on a page: HR has another system told, sees how it takes it, and has it told no more."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.pages.conftest import Served, pictured, screen


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 1280), ("en", 375)])
async def test_hr_has_another_system_told_and_told_no_more(
    browser: Browser, served: Served, shots: Path | None, language: str, width: int
) -> None:
    name = f"payroll-{language[:2]}"
    async with screen(browser, served, language=language, width=width) as hr:
        page = hr.page
        await hr.sign_in("H1")
        await hr.open("/cycles")
        await page.locator("a[href='/webhooks']").click()
        await page.locator("#webhook-name").fill("two words")
        await page.locator("#webhook-url").fill("https://hooks.example.com/cairn")
        await page.locator("input[name=kind][value=result]").check()
        await page.locator("#form-webhook button").click()
        await expect(page.locator("[role=alert]")).to_contain_text("two words")
        assert await page.locator("#webhook-url").input_value() == "https://hooks.example.com/cairn"
        assert await page.locator("input[name=kind][value=result]").is_checked(), "nothing typed is lost"

        await page.locator("#webhook-name").fill(name)
        await page.locator("#form-webhook button").click()
        await expect(page.locator("[role=status] code")).to_contain_text("whsec_")
        hook = page.locator("section.webhook", has=page.locator(f"#webhook-{name}"))
        await expect(hook).to_contain_text("https://hooks.example.com/cairn")
        await pictured(hr, shots, f"webhooks-{language[:2]}")
        await hr.open("/webhooks")
        await expect(page.locator("main")).not_to_contain_text("whsec_")  # it is shown once

        await hook.locator("summary").click()
        await hook.locator("details form button").click()
        await expect(hook).to_have_count(0)
    listed = await served.cairn("webhook", "list", "--by", "H1", "--json")
    assert name not in [each["webhook"] for each in listed.json]


async def test_webhooks_are_hrs_alone(served: Served) -> None:
    for person in ("E1", "M1", "A1"):
        async with served.api(person) as client:
            looked = await client.get(f"{served.url}/webhooks")
            asked = {"name": "mine", "url": "https://hooks.example.com/mine"}
            given = await client.post(f"{served.url}/webhooks", data=asked)
        assert (looked.status_code, given.status_code) == (403, 403), person
