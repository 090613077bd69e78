"""Rows of the portal: each page beside the statements it asks the database, and many people at once."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from html import unescape
from statistics import median
from time import perf_counter
from typing import Any

import asyncpg
import httpx2

from bench import company
from bench.figure import Bar, Figure, quantile
from bench.seeding import seed
from bench.stand import Stand, connected
from cairn import privacy
from cairn.application.people import People
from cairn.application.policies import Policies
from cairn.ledger import Ledger, Sealer
from cairn.settings import Settings
from cairn.temporal import make_key
from cairn_portal.served.app import create_app
from cairn_portal.servers import portal, process
from cairn_portal.servers.supervisor import Addresses
from projections.engine.catch_up import catch_up

EVENTS_OF_A_SHEET = 31
TEAM = 12
"""People whom the manager has; all others have another one."""
TIMES, WITHIN, LEAST = 200, 60.0, 20
"""Requests of each page, one after the other: so many, or as many as take so many seconds, at least some."""
USERS, A_SECOND = 50, 20
PAGES = {
    "my goals": ("H00000001", "/"),
    "a goal": ("H00000001", "/goals/goal-2026-H00000001-1"),
    "a goal's history": (company.HR, "/goals/goal-2026-H00000001-1/history"),
    "inbox": (company.MANAGER, "/inbox"),
    "cases": (company.MANAGER, "/cases"),
    "team": (company.MANAGER, "/team"),
    "cycles": (company.HR, "/cycles"),
    "a cycle": (company.HR, "/cycles/2026"),
}
ASKED = "_execute"
"""What every question with arguments goes through in asyncpg."""
Statement = tuple[str, tuple[Any, ...]]


async def measure(stand: Stand, *, goals: int, seconds: float) -> list[Figure]:
    """Pages of a cycle with so many goals: each alone, then fifty people at twenty pages a second."""
    size = f"{goals:,} goals"
    async with stand.database("bench_pages") as dsn:
        await _filled(dsn, goals)
        asks_at_will = dict.fromkeys(("limit_session", "limit_token", "limit_sign_in"), "off")
        settings = stand.settings.model_copy(
            update={"database": dsn, "temporal_address": await stand.temporal(), **asks_at_will}
        )
        make_key(settings.home, reads_plain=False)
        privacy.make_key(settings.home)
        async with served(settings) as address:
            alone = [
                await _page(settings, address, name, size, person, path)
                for name, (person, path) in PAGES.items()
            ]
            return [*alone, *await _together(address, size, seconds)]


async def _filled(dsn: str, goals: int) -> None:
    """A year of so many goals in the log and in every read model, and people who may read them."""
    async with connected(dsn, 4) as pool:
        sheets = -(-goals // company.GOALS)
        await seed(pool, sheets * EVENTS_OF_A_SHEET)
        sealing = asyncio.create_task(Sealer(dsn).run())
        try:
            ledger = Ledger(pool)
            await Policies(ledger).adopt(company.POLICY, "policy.yaml", company.HR, company.AT)
            people = company.roster_of_holders(sheets, TEAM)
            await People(ledger).import_roster(people, company.HR, company.AT)
            await ledger.wait_sealed(f"person-{people.people[-1].id}", 1, 60)
        finally:
            sealing.cancel()
            await asyncio.gather(sealing, return_exceptions=True)
        await catch_up(pool)
        await pool.execute("vacuum (analyze)", timeout=600)


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[str]:
    """The portal's own process; the address at which people open it."""
    address = await portal.start(
        settings, Addresses(settings.database or "", settings.temporal_address or "")
    )
    try:
        yield address
    finally:
        running = process.running(settings.home, portal.NAME)
        if running is not None:
            process.stop(settings.home, running)


@asynccontextmanager
async def signed_in(address: str, person: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with somebody's session, as the demo's sign-in gives it."""
    base = address.partition("/demo/enter/")[0]
    async with httpx2.AsyncClient(base_url=base, follow_redirects=True, timeout=60) as client:
        page = (await client.get(address)).text
        chooser = (await client.get(_link(page, "/sign-in/"))).text
        chosen = _link(chooser, f"person={person}")
        answer = await client.get(chosen)
        if answer.status_code != 200:
            raise RuntimeError(f"{person} could not sign in: {answer.status_code} {answer.text}")
        yield client


def _link(page: str, part: str) -> str:
    found = [unescape(each) for each in re.findall(r'href="([^"]+)"', page) if part in each]
    if not found:
        raise RuntimeError(f"the page has no link with {part}")
    return found[-1]


async def _page(settings: Settings, address: str, name: str, size: str, person: str, path: str) -> Figure:
    """One page alone: how much more the slowest hundredth takes than its statements do by asyncpg, in milliseconds."""
    statements = await _statements(settings, address, person, path)
    ours, floor = list[float](), list[float]()
    async with (
        signed_in(address, person) as client,
        connected(settings.database or "", 1) as pool,
        pool.acquire() as connection,
    ):
        until = perf_counter() + WITHIN
        while len(ours) < LEAST or (len(ours) < TIMES and perf_counter() < until):
            floor.append(await _asked(connection, statements))
            ours.append(await _opened(client, path))
    page, asked = quantile(ours, 0.99), quantile(floor, 0.99)
    note = (
        f"{len(ours)} times: p50 {median(ours):.1f} ms, p99 {page:.1f} ms; "
        f"its {len(statements)} statements one after the other p50 {median(floor):.1f} ms, p99 {asked:.1f} ms"
    )
    return Figure(
        f"page-{name.replace(' ', '-')}", f"page “{name}”, p99 over its statements", size, "ms", page - asked,
        bar=Bar(30, at_least=False, of="figure"), note=note,
    )  # fmt: skip


async def _opened(client: httpx2.AsyncClient, path: str) -> float:
    began = perf_counter()
    answer = await client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return 1000 * (perf_counter() - began)


async def _asked(connection: Any, statements: list[Statement]) -> float:
    began = perf_counter()
    for query, args in statements:
        await connection.fetch(query, *args)
    return 1000 * (perf_counter() - began)


async def _statements(settings: Settings, address: str, person: str, path: str) -> list[Statement]:
    """What the page asks the database, by the portal's own application in this process."""
    base = address.partition("/demo/enter/")[0]
    async with signed_in(address, person) as client:
        cookies = dict(client.cookies)
    port = int(base.rpartition(":")[2])
    app = create_app(settings.model_copy(update={"portal_port": port}))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx2.ASGITransport(app=app)
        there = await stack.enter_async_context(
            httpx2.AsyncClient(transport=transport, base_url=base, cookies=cookies)
        )
        await _opened(there, path)  # what is read once for all is read
        with noting() as found:
            await _opened(there, path)
    return found


@contextmanager
def noting() -> Iterator[list[Statement]]:
    """The questions that this process asks any database meanwhile."""
    found: list[Statement] = []
    plain = getattr(asyncpg.Connection, ASKED)

    async def noted(self: Any, query: str, args: tuple[Any, ...], *rest: Any, **more: Any) -> Any:
        found.append((query, tuple(args)))
        return await plain(self, query, args, *rest, **more)

    setattr(asyncpg.Connection, ASKED, noted)
    try:
        yield found
    finally:
        setattr(asyncpg.Connection, ASKED, plain)


async def _together(address: str, size: str, seconds: float) -> list[Figure]:
    """Fifty people who open twenty pages a second between them, whether or not the ones before have come."""
    times, failed = list[float](), 0
    people = [*(f"H{number:08d}" for number in range(1, USERS - 1)), company.MANAGER, company.HR]
    async with AsyncExitStack() as stack:
        clients = [(who, await stack.enter_async_context(signed_in(address, who))) for who in people]

        async def opens(who: str, client: httpx2.AsyncClient, path: str) -> None:
            nonlocal failed
            try:
                times.append(await _opened(client, path))
            except (RuntimeError, httpx2.HTTPError):
                failed += 1

        began, tasks = perf_counter(), list[asyncio.Task[None]]()
        for number, (who, client) in zip(
            range(int(A_SECOND * seconds)), itertools.cycle(clients), strict=False
        ):
            await asyncio.sleep(max(0.0, began + number / A_SECOND - perf_counter()))
            tasks.append(asyncio.create_task(opens(who, client, _path_of(who, number))))
        await asyncio.gather(*tasks)
    note = f"{len(times)} pages, p50 {median(times):.0f} ms; the client is on the same cores"
    what = f"{USERS} people, {A_SECOND} pages a second"
    return [
        Figure("pages-together", f"{what}, p99", size, "ms", quantile(times, 0.99),
               bar=Bar(1000, at_least=False, of="figure"), note=note),
        Figure("pages-failed", f"{what}, without an answer", size, "pages", float(failed),
               bar=Bar(0, at_least=False, of="figure")),
    ]  # fmt: skip


def _path_of(who: str, number: int) -> str:
    """Which of their pages somebody opens next."""
    if who == company.HR:
        return ("/cycles", "/cycles/2026")[number // USERS % 2]
    if who == company.MANAGER:
        return ("/inbox", "/team", "/cases")[number // USERS % 3]
    return ("/", f"/goals/goal-2026-{who}-1")[number // USERS % 2]
