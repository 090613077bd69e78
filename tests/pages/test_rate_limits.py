"""How often somebody may ask: told in headers, refused with the seconds to wait, and far from what pages need."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from cairn.settings import Settings, SettingsProblem
from cairn_portal.signing_in.rate_limits import Limits
from tests.pages.conftest import Served, begun, screen, serving
from tests.pages.test_signing_out import signed_in

FEW = {"limit_token": "5/minute", "limit_session": "40/minute", "limit_sign_in": "12/minute"}


@pytest_asyncio.fixture(loop_scope="session")
async def strict(served: Served, tmp_path: Path) -> AsyncIterator[Served]:
    """A second portal of the same company, which lets little in."""
    env = {name.removeprefix("CAIRN_").lower(): value for name, value in served.cairn.env.items() if value}
    for key in ("text.key", "payload.key"):
        if (kept := Path(served.cairn.env["CAIRN_HOME"]) / key).exists():
            (tmp_path / key).write_bytes(kept.read_bytes())
    own = Settings(**{**env, **FEW, "home": tmp_path})  # type: ignore[arg-type]
    async with serving(own, served.cycle) as found:
        yield found


async def test_tokens_of_one_person_are_counted_together_and_the_answer_says_how_long_to_wait(
    strict: Served,
) -> None:
    async with AsyncExitStack() as programs:
        first, second, other = [
            await programs.enter_async_context(strict.api(who, language))
            for who, language in (("E1", "en"), ("E1", "zh"), ("E2", "en"))
        ]
        answers = [await first.get("/me") for _ in range(5)]
        refused, told = await second.get("/me"), await first.get("/inbox")
        assert (await other.get("/me")).status_code == 200
    assert [each.status_code for each in answers] == [200] * 5
    assert answers[0].headers["ratelimit-policy"] == '"token";q=5;w=60'
    assert answers[0].headers["ratelimit"].startswith('"token";r=4;t=')
    assert (refused.status_code, refused.json()["code"]) == (429, "too-often")
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["retry-after"] in refused.json()["detail"]
    assert refused.json()["detail"] != told.json()["detail"], "each in their language"


async def test_each_row_of_a_bulk_counts_and_one_larger_than_the_limit_is_possible_all_the_same(
    strict: Served,
) -> None:
    rows = [{"goal": f"goal-{strict.cycle}-E3-{n}"} for n in range(90, 93)]
    async with strict.api("E3") as program, strict.api("M1") as manager:
        given = await program.post("/bulk/goals/recall", json={"rows": rows})
        again = await program.post("/bulk/goals/recall", json={"rows": rows})
        large = await manager.post("/bulk/goals/recall", json={"rows": rows * 3})
    assert (given.status_code, again.status_code) == (200, 429)
    assert given.headers["ratelimit"].startswith('"token";r=2;')
    assert large.status_code == 200


async def test_a_session_that_asks_too_often_reads_when_to_come_back(strict: Served) -> None:
    browser = await signed_in(strict, "E4")
    for _ in range(50):
        answer = await browser.get("/inbox", headers={"Accept-Language": "en"})
        if answer.status_code == 429:
            break
    by_itself = await browser.get("/inbox", headers={"HX-Request": "true"})
    asset = await browser.get("/static/cairn.css")
    await browser.aclose()
    assert answer.status_code == 429 and "Too many requests" in answer.text
    assert answer.headers["retry-after"] in answer.text
    assert (by_itself.status_code, by_itself.text) == (204, ""), "a page that is open stays as it is"
    assert asset.status_code == 200


async def test_an_address_that_tries_to_sign_in_again_and_again_is_made_to_wait(strict: Served) -> None:
    async with httpx2.AsyncClient(base_url=strict.url) as client:
        forged = {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJIMSJ9."}
        tries = [(await client.get("/api/v1/me", headers=forged)).status_code for _ in range(13)]
        page = await client.get("/sign-in/go", headers={"Accept-Language": "en"})
        back = await client.get("/sign-in/back?code=x&state=y")
        signing = await client.get("/sign-in")
    assert tries == [401] * 12 + [429]
    assert (page.status_code, back.status_code) == (429, 429) and "Too many requests" in page.text
    assert signing.status_code == 200


async def test_somebody_at_work_on_several_pages_uses_a_twentieth_of_what_they_may(
    served: Served, browser: Browser
) -> None:
    """A page with its stream and its parts, opened one after the other, while others change what it shows."""
    async with screen(browser, served) as window, begun(served, "rates", 0) as cycle:
        left: list[int] = []
        window.page.on(
            "response",
            lambda answer: (
                left.append(int(told.partition(";r=")[2].partition(";")[0]))
                if (told := answer.headers.get("ratelimit", "")).startswith('"session"')
                else None
            ),
        )
        await window.sign_in("E1")
        for path in ("/inbox", "/cases", f"/goals/goal-{cycle}-E1-1", "/", "/inbox", "/"):
            await window.open(path)
        async with served.api("E1") as owner:
            goals = [{"goal": f"goal-{cycle}-E1-{n}"} for n in (1, 2)]
            assert (await owner.post("/bulk/goals/submit", json={"rows": goals})).json()["done"] == 2
        await window.page.wait_for_timeout(2500)
    assert len(left) >= 12 and min(left) > 1200 * 19 // 20, (len(left), min(left))


@pytest.mark.parametrize("written", ["many", "0/minute", "10", "-1/second"])
def test_a_limit_that_cannot_be_read_keeps_the_portal_from_starting(written: str) -> None:
    with pytest.raises(SettingsProblem) as problem:
        Limits(Settings(limit_token=written))
    assert "CAIRN_LIMIT_TOKEN" in problem.value.sentence.text("zh")
    assert "off" in problem.value.sentence.text("en")
    Limits(Settings(limit_token="off"))
