"""Payroll of the tests: a webhook on a real port that verifies what it gets and answers as it is told; and a company
with results to hand over, on the clock of today, for a rehearsal sends nothing."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from activities.inputs import CaseOutcome
from cairn.application.handovers import Handovers, Tables
from cairn.application.people import People
from cairn.application.policies import Policies
from cairn.application.repository import to_appends
from cairn.domain.event import SYSTEM
from cairn.domain.handover.commands import AmountRow
from cairn.domain.handover.plan import HandoverPlan
from cairn.domain.handover.state import handover_name
from cairn.domain.identity import by_system
from cairn.domain.sheet.events import ResultIssued, SheetScored
from cairn.ledger import Ledger
from tests.workflows.company import HR, PATIENCE, Company, roster

SECRET = "whsec_" + base64.b64encode(b"payroll's half of the secret").decode()
YEAR = date.today().year + 1
PAYING = """
scoring: {settles_after: 0}
pay: {of: coefficient}
handover: {by: webhook, elements: [pay, coefficient]}
"""
ADVANCING = """
scoring: {settles_after: 0}
pay: {of: points, advances: quarter}
handover: {by: webhook, elements: [pay]}
"""
Answering = Callable[[int], Awaitable[int] | int]


@dataclass
class Got:
    """One request: the ids by which payroll knows it again, and what it says."""

    id: str
    content: dict[str, Any]
    signed: bool


@dataclass
class Receiver:
    """Payroll's webhook. `answers` gives the status of the nth request, from 1; what it gives last it gives on."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: Answering = lambda n: 204

    async def take(self, request: Request) -> Response:
        body = await request.body()
        id, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        mac = hmac.digest(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
        expected = f"v1,{base64.b64encode(mac).decode()}"
        self.got.append(Got(id, json.loads(body), request.headers["webhook-signature"] == expected))
        status = self.answers(len(self.got))
        return PlainTextResponse("", status if isinstance(status, int) else await status)

    @property
    def sums(self) -> dict[tuple[str, str], Decimal]:
        """What payroll pays that takes each message id once, as Standard Webhooks asks of it."""
        once = {got.id: got.content["data"]["entries"] for got in self.got}
        found: dict[tuple[str, str], Decimal] = {}
        for entries in once.values():
            for each in entries:
                key = (each["person"], each["element"])
                found[key] = found.get(key, Decimal(0)) + Decimal(each["amount"])
        return found


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a port of its own."""
    receiver = Receiver()
    app = Starlette(routes=[Route("/entries", receiver.take, methods=["POST"])])
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event for that
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    receiver.url = f"http://127.0.0.1:{port}/entries"
    yield receiver
    server.should_exit = True
    server.force_exit = True
    await serving


class Paid:
    """A company with results that are final, and what HR does to hand them over."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.ledger: Ledger = company.ledger
        self.handovers = Handovers(company.cases, company.cycles)
        self.name = handover_name(company.cycle)

    async def launched(self, employees: int = 2, policy: str = PAYING, results: bool = True) -> None:
        """A cycle of next year, in which nothing is due yet, whose people have a result all the same, or none yet."""
        company, now = self.company, datetime.now(UTC)
        company.policy += policy
        adopted = await Policies(self.ledger).adopt(company.policy, "policy.yaml", HR, now)
        people = roster(employees)
        await People(self.ledger).import_roster(people, HR, now)
        await self.ledger.wait_sealed(f"person-{people.people[-1].id}", 1, PATIENCE)
        starts, ends = date(YEAR, 1, 1), date(YEAR, 12, 31)
        plan, _ = await company.cycles.preview(company.cycle, "next", starts, ends, adopted.reference)
        fields = {
            "title": "next", "starts": starts.isoformat(), "ends": ends.isoformat(), "policy": adopted.reference,
            "seen": plan.digest,
        }  # fmt: skip
        outcome = await company.gateway.cycle(company.cycle, "launch", HR, fields)
        assert outcome.refused is None, outcome.refused
        await company.begun()
        for number in range(1, employees + 1) if results else ():
            await self.has_result(f"E{number}", "1")

    async def has_scored(self, person: str, period: str, points: int) -> None:
        """A period's score, settled by time."""
        sheet = self.company.sheet(person)
        event = SheetScored(
            sheet=sheet, period=period, points=Fraction(points), rounded=Decimal(points), parts=(), policy="small@1",
            by=SYSTEM, at=datetime.now(UTC) - timedelta(days=7),
        )  # fmt: skip
        version = await self.ledger.version_of(sheet)
        await self.ledger.append(to_appends([event], {sheet: version}, by_system(sheet, f"scored:{period}")))

    async def has_result(self, person: str, coefficient: str, number: int = 1) -> None:
        """A version of somebody's result, settled by time."""
        sheet = self.company.sheet(person)
        event = ResultIssued(
            sheet=sheet, number=number, cause="due" if number == 1 else "restated", points=Fraction(80),
            rounded=Decimal(80), grade="B", coefficient=Decimal(coefficient), mix={}, periods=(), policy="small@1",
            by=SYSTEM, at=datetime.now(UTC) - timedelta(days=7),
        )  # fmt: skip
        version = await self.ledger.version_of(sheet)
        await self.ledger.append(to_appends([event], {sheet: version}, by_system(sheet, f"result:{number}")))

    def tables(self, amount: str = "10000", employees: int = 2) -> Tables:
        return Tables({f"E{n}": AmountRow(amount=Decimal(amount)) for n in range(1, employees + 1)})

    async def looked_at(self, tables: Tables | None = None) -> HandoverPlan:
        return await self.handovers.preview(self.company.cycle, tables or self.tables(), HR)

    async def makes(self, digest: str, tables: Tables | None = None, key: str | None = None) -> CaseOutcome:
        rows = (tables or self.tables()).amounts
        amounts = {who: row.model_dump(mode="json", exclude_defaults=True) for who, row in rows.items()}
        fields = {"digest": digest, "amounts": amounts}
        return await self.company.gateway.case(self.name, "make", HR, fields, key)

    async def asks(self, name: str, by: str, **fields: Any) -> CaseOutcome:
        return await self.company.gateway.case(self.name, name, by, fields)

    async def taken(self, times: int = 1) -> None:
        await self.company.has_happened(self.name, "MessageTaken", times)
