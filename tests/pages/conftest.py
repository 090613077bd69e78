"""Pages and API are tested as people and programs use them: over HTTP, by a real browser, on real servers."""

import asyncio
import os
import shutil
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from itsdangerous import TimestampSigner
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Route,
    async_playwright,
    expect,
)

from cairn.application.repository import to_appends
from cairn.domain.event import SYSTEM, Event
from cairn.domain.exact import exact
from cairn.domain.identity import by_system
from cairn.domain.sheet.events import PeriodPart, ResultIssued
from cairn.i18n import say
from cairn.ledger import Ledger, open_pool
from cairn.settings import Settings
from cairn_portal.served.app import SESSION_LASTS
from cairn_portal.servers import Addresses, portal, process
from cairn_portal.servers.portal_key import session_key
from tests.databases import Databases, databases
from tests.portal.conftest import (
    POLICY,
    ROSTER,
    Cairn,
    company_of_its_own,
    environment,
    servers_of_its_own,
)

__all__ = ["databases"]
NAMESPACE = "pages-tests"
TRANSPARENCY = """
transparency:
  goals: [holder, line, hr, auditors]
"""
"""Colleagues do not read each other's goals here: to them another's goal is as if it were not there."""
STEPS = """
evaluation:
  steps: [calibration, interview, acknowledgement, appeal]
  distribution: [{grades: [A], most: 20}]
"""
"""What a result goes through here, and how grades should be spread."""
STRATEGY = """
strategic:
  - {key: region, kind: kpi, title: {zh: 成为区域第一, en: First in the region}, weight: 100, target: 5000, unit: 万元}
"""
AUDITOR = "A1,韩松,D1,内审,销售,H1,2020-01-01,,审计\n"
COMMITTEE = "K1,沈静,D1,副总,销售,H1,2020-01-01,,委员\n"
# A bounded wait: a machine may be busy, and what never comes is seen all the same.
expect.set_options(timeout=30_000)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Served:
    """A company whose portal runs: the address that is printed, the pass in it, a terminal, and the cycle that was
    launched."""

    url: str
    address: str
    secret: str
    cairn: Cairn
    cycle: str

    async def token(self, person: str) -> str:
        """A token as a machine of somebody's gets it from the provider."""
        async with httpx2.AsyncClient() as client:
            asked = {"grant_type": "client_credentials", "person": person, "client_secret": self.secret}
            answer = await client.post(f"{self.url}/demo/token", data=asked)
        return str(answer.json()["access_token"])

    @asynccontextmanager
    async def api(self, person: str | None, language: str = "en") -> AsyncIterator[httpx2.AsyncClient]:
        """A program that calls the API for somebody, or for nobody."""
        headers = {"Accept-Language": language}
        if person is not None:
            headers["Authorization"] = f"Bearer {await self.token(person)}"
        async with httpx2.AsyncClient(base_url=f"{self.url}/api/v1", headers=headers, timeout=30) as client:
            yield client


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served(
    databases: Databases, temporal_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """A company of its own with a worker, the portal's own process, and a cycle of next year."""
    settings = Settings(
        home=tmp_path_factory.mktemp("home"), database="postgresql://", temporal_address=temporal_server
    )
    async with company(NAMESPACE, settings, databases, tmp_path_factory.mktemp("company")) as found:
        yield found


@asynccontextmanager
async def company(
    namespace: str, settings: Settings, databases: Databases, files: Path
) -> AsyncIterator[Served]:
    """The tests' company in a namespace and a database of its own: its policy and roster, written to these files,
    a worker, the portal, and a cycle of next year."""
    (files / "policy.yaml").write_text(POLICY + TRANSPARENCY + STEPS + STRATEGY, encoding="utf-8")
    (files / "roster.csv").write_text(
        ROSTER.replace("2020-12-31", "") + AUDITOR + COMMITTEE, encoding="utf-8"
    )
    assert settings.temporal_address is not None
    async with company_of_its_own(namespace, settings, databases, settings.temporal_address, files) as own:
        cairn, cycle = Cairn(environment(own)), str(date.today().year + 1)
        done = await cairn("cycle", "launch", cycle, "--by", "H1", "--yes")
        assert done.code == 0, done.err
        async with serving(own, cycle) as found:
            yield found


@asynccontextmanager
async def serving(own: Settings, cycle: str) -> AsyncIterator[Served]:
    """The portal's own process for these servers."""
    address = await portal.start(own, Addresses(own.database or "", own.temporal_address or ""))
    url, _, secret = address.partition("/demo/enter/")
    try:
        yield Served(url, address, secret, Cairn(environment(own)), cycle)
        assert process.running(own.home, portal.NAME) is not None, "the portal ended by itself"
    finally:
        running = process.running(own.home, portal.NAME)
        if running is not None:
            process.stop(own.home, running)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def empty(
    databases: Databases, temporal_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """A company of which nothing is recorded yet, with a worker and the portal's own process."""
    begun = Settings(
        home=tmp_path_factory.mktemp("empty"), database="postgresql://", temporal_address=temporal_server
    )
    async with (
        servers_of_its_own("first-cycle-tests", begun, databases, temporal_server) as own,
        serving(own, str(date.today().year + 1)) as found,
    ):
        yield found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's chromium; `make browser` installs it."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program is not None, "tests of the pages need chromium: run `make browser`"
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        await opened.close()


@dataclass
class Screen:
    """A browser's window of somebody, which reads in a language (zh-CN, en). What its console complains of fails the
    test."""

    page: Page
    served: Served
    language: str
    complaints: list[str]

    def says(self, id: str, /, **arguments: object) -> str:
        """A message as this window shows it: one test reads pages in any language."""
        return say("zh" if self.language.startswith("zh") else "en", id, **arguments)

    async def sign_in(self, person: str) -> None:
        """Signs in as somebody of the company, by the demo's provider."""
        await self.page.goto(self.served.address)
        await self.page.locator("main a.btn").click()
        await self.page.locator(f'a[href*="person={person}"]').last.click()
        await self.page.wait_for_url(f"{self.served.url}/")

    async def open(self, path: str) -> None:
        """Opens one of the portal's pages."""
        await self.page.goto(self.served.url + path)

    async def opened(self, command: str) -> None:
        """Opens the form of a command."""
        card = self.page.locator(f"#form-{command}-card")
        if await card.get_attribute("open") is None:
            await card.locator("summary").first.click()

    async def fills(self, command: str, **fields: str) -> None:
        """Types into the fields of a command's form, which is open; a field of several parts is named with dashes."""
        for name, typed in fields.items():
            field = self.page.locator(f"#form-{command}-fields-{name}")
            if await field.evaluate("each => each.tagName") == "SELECT":
                await field.select_option(typed)
            else:
                await field.fill(typed)

    async def sends(self, command: str) -> None:
        """Sends the form of a command."""
        await self.page.locator(f"#form-{command} > .acts button").click()

    async def outlasts_its_session(self) -> None:
        """The session as it is once its time is over: signed by the portal, only longer ago than sessions last."""
        [cookie] = [each for each in await self.page.context.cookies() if each["name"] == "cairn_session"]
        key = session_key(Settings(home=Path(self.served.cairn.env["CAIRN_HOME"]))).hex()
        held = TimestampSigner(key).unsign(cookie["value"])
        aged: Any = {**cookie, "value": _SignedBefore(key).sign(held).decode()}
        await self.page.context.add_cookies([aged])

    async def text(self) -> str:
        """All that can be read on the page."""
        return await self.page.locator("main").inner_text()


class _SignedBefore(TimestampSigner):
    """Signs as it would have been done just before sessions of that age are over."""

    def get_timestamp(self) -> int:
        return int(time.time()) - SESSION_LASTS - 60


async def press_at_once(*buttons: Locator) -> None:
    """Presses a button in each of several windows at the same moment: what they send goes out once all have sent it."""
    left, all_sent = len(buttons), asyncio.Event()

    async def held(route: Route) -> None:
        nonlocal left
        left -= route.request.method == "POST"
        if left <= 0:
            all_sent.set()
        if route.request.method == "POST":
            await all_sent.wait()
        await route.continue_()

    for each in buttons:
        await each.page.route("**/*", held)
    await asyncio.gather(*(each.click() for each in buttons))


@asynccontextmanager
async def screen(
    browser: Browser, served: Served, *, language: str = "zh-CN", width: int = 1280, dark: bool = False,
    scripts: bool = True,
) -> AsyncIterator[Screen]:  # fmt: skip
    """A window of this width in this language, with cookies of its own; one that runs no scripts, if asked."""
    scheme: Any = "dark" if dark else "light"
    context = await browser.new_context(
        locale=language,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        java_script_enabled=scripts,
        reduced_motion="reduce",  # axe looks at colours, and half way between two of them it finds what nobody reads
    )
    page, complaints = await context.new_page(), list[str]()

    def told(message: ConsoleMessage) -> None:
        """An answer that refuses is told on the page; the console lists its status all the same."""
        if message.type == "error" and "status of 4" not in message.text:
            complaints.append(message.text)

    page.on("console", told)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    traffic = deque[str](maxlen=40)

    def heard(what: str, request: Request, then: object = "") -> None:
        if "/static/" not in request.url:
            traffic.append(f"{datetime.now(UTC):%H:%M:%S.%f} {what} {request.method} {request.url} {then}")

    page.on("request", lambda request: heard("asked", request))
    page.on("response", lambda response: heard("answered", response.request, response.status))
    page.on("requestfailed", lambda request: heard("failed", request, request.failure))
    try:
        yield Screen(page, served, language, complaints)
        assert complaints == []
    except BaseException as error:
        if complaints:
            error.add_note(f"The browser's console said: {complaints}")
        error.add_note("\n".join((f"The window at {width} px asked for, lately:", *traffic)))
        raise
    finally:
        await context.close()


@asynccontextmanager
async def begun(served: Served, name: str, days: int, lasts: int = 350) -> AsyncIterator[str]:
    """A cycle that has run for some days of those it lasts; it is given up at the end, so that no page shows it any
    more."""
    starts = date.today() - timedelta(days=days)
    typed = ("--starts", starts.isoformat(), "--ends", (starts + timedelta(days=lasts)).isoformat())
    done = await served.cairn("cycle", "launch", name, *typed, "--by", "H1", "--yes")
    assert done.code == 0, done.err
    try:
        yield name
    finally:
        over = ("--reason", "the tests are over", "--by", "H1", "--yes")
        done = await served.cairn("cycle", "abandon", name, *over)
    assert done.code == 0, done.err


async def append(served: Served, stream: str, *events: Event) -> None:
    """Brings events into the log that the cycle's own dates would bring months later."""
    async with await open_pool(served.cairn.env["CAIRN_DATABASE"], size=2) as pool:
        ledger = Ledger(pool)
        versions = {each.stream: await ledger.version_of(each.stream) for each in events}
        await ledger.append(to_appends(events, versions, by_system(stream, "brought")))


async def result_of(served: Served, cycle: str, person: str, points: str, grade: str) -> ResultIssued:
    """The year's result of somebody as the cycle would issue it: 70 points of a quarter, and so many of the year that
    the mix comes to these points."""
    policy = (await served.cairn("goal", "show", f"goal-{cycle}-{person}-1", "--json")).json["goal"]["policy"]
    quarter, year = exact(70), (exact(points) - exact(28)) * 100 / 60
    parts = (
        PeriodPart(period="Q1", kind="quarter", months=exact(3), points=quarter),
        PeriodPart(period="Y", kind="year", months=exact(12), points=year),
    )
    return ResultIssued(
        sheet=f"sheet-{cycle}-{person}-1", points=exact(Decimal(points)), rounded=Decimal(points), grade=grade,
        coefficient=Decimal(1), mix={"quarter": Decimal(40), "year": Decimal(60)}, periods=parts, leads=False,
        policy=policy, by=SYSTEM, at=datetime.now(UTC),
    )  # fmt: skip


async def calibrating(served: Served, cycle: str, points: Mapping[str, str]) -> str:
    """A calibration of the department, of people with these points; its name."""
    for person, theirs in points.items():
        grade = "A" if Decimal(theirs) >= 90 else "B"
        found = await result_of(served, cycle, person, theirs, grade)
        await append(served, found.sheet, found)
    done = await served.cairn("calibration", "open", "D1", "--cycle", cycle, "--by", "H1", "--json")
    assert done.code == 0, done.err
    return str(done.json["case"])


async def pictured(window: Screen, folder: Path | None, name: str) -> None:
    """A picture of the whole page as it is now, where a folder is named for them."""
    if folder is not None:
        await window.page.screenshot(path=folder / f"{name}.png", full_page=True, caret="initial")


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """Where pictures of pages go, where CAIRN_SHOTS names a folder."""
    return folder_in("CAIRN_SHOTS")


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where the documents' pictures go, where CAIRN_PICTURES names a folder."""
    return folder_in("CAIRN_PICTURES")


def folder_in(variable: str) -> Path | None:
    """The folder that a variable of the environment names."""
    named = os.environ.get(variable)
    return Path(named) if named else None
