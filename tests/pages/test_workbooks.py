"""Excel files from the pages: who gets what, and that they may be handed in again as they are."""

import io
from pathlib import Path

import openpyxl
from playwright.async_api import Browser, expect

from tests.pages.conftest import Served, begun, screen


def column(octets: bytes, n: int = 1) -> list[object]:
    sheet = openpyxl.load_workbook(io.BytesIO(octets)).worksheets[0]
    return [row[n - 1].value for row in sheet.iter_rows(min_row=2)]


async def test_the_roster_that_hr_takes_along_changes_nothing_when_it_is_handed_in_again(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    async with screen(browser, served, language="en") as hr:
        await hr.sign_in("H1")
        await hr.open("/start/people")
        async with hr.page.expect_download() as begun:
            await hr.page.locator("a[href='/start/people/roster.xlsx']").click()
        file = tmp_path / "roster.xlsx"
        await (await begun.value).save_as(file)
        await hr.page.locator("input[type=file][name=people_file]").set_input_files(file)
        await hr.page.locator("form.wide button").first.click()
        await hr.page.locator("button[value=import]").click()
        await expect(hr.page.locator("[role=status]")).to_contain_text("The same as before")


async def test_everybody_takes_along_the_goals_and_results_they_may_read(
    browser: Browser, served: Served
) -> None:
    async with screen(browser, served) as employee:
        await employee.sign_in("E1")
        get = employee.page.request.get
        own = await get(f"{served.url}/cycles/{served.cycle}/goals.xlsx")
        assert set(column(await own.body())) == {"E1"}
        template = await get(f"{served.url}/cycles/{served.cycle}/goals.xlsx?empty=true")
        assert column(await template.body()) == []
        for kept in ("/start/people/roster.xlsx", f"/cycles/{served.cycle}/targets.xlsx"):
            assert (await get(served.url + kept)).status == 403
        nobodys = await get(f"{served.url}/cycles/{served.cycle}/results.xlsx")
        assert "M1" not in column(await nobodys.body())


async def test_hr_hands_in_goals_sees_what_they_do_and_does_it_and_a_formula_is_named(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    file = tmp_path / "goals.xlsx"
    async with begun(served, "tables", 5) as cycle, screen(browser, served, language="en") as hr:
        await hr.sign_in("H1")
        await hr.open(f"/cycles/{cycle}/goals/import")
        async with hr.page.expect_download() as template:
            await hr.page.locator("a[href$='goals.xlsx?empty=true']").click()
        await (await template.value).save_as(file)
        book = openpyxl.load_workbook(file)
        told = ["E3", "visits", "=1+1", "Job duties", 60, "visits"]
        book.worksheets[0].append(told)
        book.save(file)

        async def hands_in() -> None:
            await hr.page.locator("#table-file").set_input_files(file)
            await hr.page.locator("button[value=check]").click()

        await hands_in()
        wrong = hr.page.locator("#wrong + .table-container tbody tr")
        await expect(wrong).to_have_count(1)
        await expect(wrong).to_contain_text("title")
        book.worksheets[0]["C2"] = "'Client visits, -5 % travel"
        book.save(file)
        await hands_in()
        await expect(hr.page.locator("td.outcome")).to_contain_text("a new draft")
        await hr.page.locator("button[value=import]").click()
        await expect(hr.page.locator("td.outcome")).to_contain_text("✓ drafted as")
        await hands_in()
        await expect(hr.page.locator("td.outcome")).to_contain_text("nothing to do")
        await expect(hr.page.locator("button[value=import]")).to_have_count(0)
        there = await served.cairn("goal", "list", "--owner", "E3", "--cycle", cycle, "--json")
        assert [each["key"] for each in there.json].count("visits") == 1
