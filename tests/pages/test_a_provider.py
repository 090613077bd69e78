"""Signing in at a provider that is not ours: the OpenID Connect server of zitadel/oidc, built from its Go module."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from cairn_portal.servers.ports import free_port
from tests.pages.conftest import Screen, Served, pictured, screen

PROGRAM = Path(os.environ.get("CAIRN_PROVIDER", Path(__file__).parents[2] / ".venv" / "oidc" / "server"))
PASSWORD = "correct horse"


pytestmark = pytest.mark.skipif(
    not PROGRAM.exists(), reason="needs the provider, which `make provider` builds where Go is installed"
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def provided(served: Served, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The same company with a second portal, at which people sign in by the provider; E1 and somebody whom the roster
    does not know have accounts there."""
    folder, ports = tmp_path_factory.mktemp("provider"), (free_port(), free_port())
    url, issuer = f"http://127.0.0.1:{ports[0]}", f"http://localhost:{ports[1]}/"
    accounts = {who: _account(who) for who in ("E1", "stranger")}
    (folder / "users.json").write_text(json.dumps(accounts), encoding="utf-8")
    theirs = {
        "PORT": str(ports[1]), "USERS_FILE": str(folder / "users.json"), "REDIRECT_URI": f"{url}/sign-in/back",
    }  # fmt: skip
    ours = {
        "CAIRN_OIDC_ISSUER": issuer, "CAIRN_OIDC_CLIENT_ID": "web", "CAIRN_OIDC_CLIENT_SECRET": "secret",
        "CAIRN_PORTAL_PORT": str(ports[0]), "CAIRN_PORTAL_HOST": "127.0.0.1",
    }  # fmt: skip
    with (
        _running([str(PROGRAM)], theirs, folder / "provider.log"),
        _running(
            [sys.executable, "-m", "cairn_portal.served"], served.cairn.env | ours, folder / "portal.log"
        ),
    ):
        for address in (f"{issuer}.well-known/openid-configuration", f"{url}/sign-in"):
            await _answers(address)
        yield replace(served, url=url, address=url)


@contextmanager
def _running(command: list[str], settings: Mapping[str, str], log: Path) -> Iterator[None]:
    """A program for as long as the context lasts; what it said is beside the failure."""
    with log.open("wb") as out:
        started = subprocess.Popen(
            command, env=os.environ | dict(settings), stdout=out, stderr=out, cwd=Path(__file__).parents[2]
        )
        try:
            yield
        except BaseException as error:
            error.add_note(log.read_text("utf-8", "replace")[-3000:])
            raise
        finally:
            started.terminate()
            started.wait()


def _account(who: str) -> dict[str, object]:
    return {"ID": who, "Username": who, "Password": PASSWORD, "FirstName": who, "PreferredLanguage": "zh"}


async def _answers(address: str) -> None:
    async with httpx2.AsyncClient() as client:
        for _ in range(300):
            try:
                if (await client.get(address)).status_code == 200:
                    return
            except httpx2.HTTPError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


async def _signs_in(window: Screen, who: str, password: str = PASSWORD) -> None:
    await window.page.locator("main a.btn").click()
    await window.page.locator("#username").fill(who)
    await window.page.locator("#password").fill(password)
    await window.page.locator("button[type=submit]").click()


async def test_somebody_signs_in_there_with_a_proof_key_and_comes_back_to_the_page_they_asked_for(
    browser: Browser, provided: Served, shots: Path | None
) -> None:
    async with screen(browser, provided) as employee:
        asked: list[str] = []
        employee.page.on("request", lambda request: asked.append(request.url))
        await employee.open("/cases")
        await employee.page.wait_for_url("**/sign-in**")
        await _signs_in(employee, "E1")
        await employee.page.wait_for_url(f"{provided.url}/cases")
        await expect(employee.page.locator(".who")).to_contain_text("E1")
        assert await employee.page.locator(".demo-note").count() == 0
        await pictured(employee, shots, "provider-back-zh")
        [begun] = [parse_qs(urlsplit(url).query) for url in asked if "code_challenge=" in url]
        assert begun["code_challenge_method"] == ["S256"] and begun["response_type"] == ["code"]


async def test_whom_the_provider_knows_and_the_roster_does_not_is_told_so_and_let_in_nowhere(
    browser: Browser, provided: Served
) -> None:
    async with screen(browser, provided, language="en") as stranger:
        await stranger.open("/")
        await _signs_in(stranger, "stranger")
        await expect(stranger.page.locator("main")).to_contain_text("stranger")
        await stranger.open("/inbox")
        await stranger.page.wait_for_url("**/sign-in**")


async def test_a_wrong_password_stays_with_the_provider(browser: Browser, provided: Served) -> None:
    async with screen(browser, provided) as employee:
        await employee.open("/")
        await _signs_in(employee, "E1", "wrong")
        await expect(employee.page.locator("#password")).to_be_visible()
        await employee.open("/inbox")
        await employee.page.wait_for_url("**/sign-in**")


async def test_an_answer_that_nobody_asked_for_signs_nobody_in(provided: Served) -> None:
    async with httpx2.AsyncClient(base_url=provided.url) as client:
        answer = await client.get("/sign-in/back", params={"code": "made up", "state": "made up"})
        assert answer.status_code == 403
        assert (await client.get("/inbox")).status_code == 303
