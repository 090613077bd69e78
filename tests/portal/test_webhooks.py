"""Webhooks: other systems are told of what happens, signed, at least once and in order, and nowhere inside."""

import asyncio
import ipaddress
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from cairn.domain.refusal import Refusal
from cairn.settings import Settings, SettingsProblem
from cairn.webhooks.addresses import Allowed, Inside, allowed_of, place_of, read_url
from tests.databases import Databases
from tests.portal.conftest import POLICY, ROSTER, Cairn, company_of_its_own, environment

SOON = 30.0
"""Seconds within which something has happened; nothing is asserted about how long it took."""
TOLD = {"stream", "kind", "event", "version", "position", "cycle"}


@dataclass
class Receiver:
    """Another system: a real HTTP server that keeps what it was sent and answers as it is told to."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    always: int = 204
    messages: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    def taken(self, headers: Mapping[str, str], body: bytes) -> int:
        self.messages.append((headers, body))
        return self.answers.pop(0) if self.answers else self.always

    def of(self, stream: str) -> list[dict[str, Any]]:
        """What it was sent of a stream, in order, with each message's id."""
        found = [{**json.loads(body), "id": headers["webhook-id"]} for headers, body in self.messages]
        return [each for each in found if each["data"]["stream"] == stream]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(receiver.taken({k.lower(): v for k, v in self.headers.items()}, body))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/told?of=cairn"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class Company:
    cairn: Cairn
    cycle: str

    async def says(self, *typed: str, **env: str) -> Any:
        done = await self.cairn(*typed, "--json", **env)
        assert done.code == 0, done.out + done.err
        return done.json

    async def tells(self, name: str, receiver: Receiver, *kinds: str) -> str:
        """Registers a receiver; its secret."""
        chosen = [part for kind in kinds for part in ("--kind", kind)]
        return str((await self.says("webhook", "add", name, receiver.url, *chosen, "--by", "H1"))["secret"])

    async def standing(self, name: str) -> dict[str, Any]:
        found = await self.says("webhook", "list", "--by", "H1")
        return next(each for each in found if each["webhook"] == name)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(
    databases: Databases, temporal_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Company]:
    """A company of its own with a worker, whose operator allows webhooks to this machine."""
    files = tmp_path_factory.mktemp("webhooks")
    (files / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (files / "roster.csv").write_text(ROSTER.replace("2020-12-31", ""), encoding="utf-8")
    begun = Settings(
        home=tmp_path_factory.mktemp("webhooks-home"),
        database="postgresql://",
        temporal_address=temporal_server,
        webhook_inside="127.0.0.1",
    )
    async with company_of_its_own("webhooks-tests", begun, databases, temporal_server, files) as own:
        cairn = Cairn({**environment(own), "CAIRN_WEBHOOK_INSIDE": "127.0.0.1", "CAIRN_LANGUAGE": "en"})
        cycle = str(date.today().year + 1)
        done = await cairn("cycle", "launch", cycle, "--by", "H1", "--yes")
        assert done.code == 0, done.err
        yield Company(cairn, cycle)


async def happens(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON):
        while not what():  # noqa: ASYNC110 - a server in a thread of its own
            await asyncio.sleep(0.05)


async def test_another_system_is_told_what_happens_signed_and_without_a_word_of_it(company: Company) -> None:
    goal = f"goal-{company.cycle}-E1-1"
    with receiving() as receiver:
        secret = await company.tells("warehouse", receiver, "goal")
        await company.says("goal", "submit", goal, "--by", "E1")
        await company.says("goal", "return", goal, "--comment", "too modest by half", "--by", "M1")
        await happens(lambda: len(receiver.of(goal)) == 2)
        headers, body = receiver.messages[0]
        assert Webhook(secret).verify(body, dict(headers)) == json.loads(body)
        with pytest.raises(Exception, match="signature"):
            Webhook(secret).verify(body.replace(b"E1", b"E2"), dict(headers))
        told = receiver.of(goal)
        await company.says("webhook", "remove", "warehouse", "--by", "H1")
    assert [each["type"] for each in told] == ["goal.GoalSubmitted", "goal.GoalReturned"]
    assert all(set(each["data"]) == TOLD for each in told)
    assert told[1]["data"]["position"] > told[0]["data"]["position"] > 0
    assert not any(b"modest" in body or b"M1" in body for _, body in receiver.messages)
    assert receiver.of(f"cycle-{company.cycle}") == [], "nothing of before, and nothing of other kinds"


async def test_a_receiver_that_is_away_is_told_later_by_the_same_ids_and_in_order(company: Company) -> None:
    goal = f"goal-{company.cycle}-E2-1"
    with receiving() as receiver:
        receiver.answers = [500]
        await company.tells("late", receiver, "goal")
        await company.says("goal", "submit", goal, "--by", "E2")
        await happens(lambda: len(receiver.messages) == 1)
        trouble = (await company.standing("late"))["trouble"]
        await company.says("goal", "recall", goal, "--by", "E2")
        await happens(lambda: len(receiver.of(goal)) == 3)
        await happens_in(company, "late", lambda each: each["trouble"] is None and each["waiting"] == 0)
        await company.says("webhook", "remove", "late", "--by", "H1")
    assert (trouble["why"], trouble["status"], trouble["tries"]) == ("status", 500, 1)
    first, again, later = receiver.of(goal)
    assert first == again and later["data"]["event"] == "GoalSteppedBack"


async def happens_in(company: Company, name: str, what: Callable[[dict[str, Any]], bool]) -> None:
    async with asyncio.timeout(SOON):
        while not what(await company.standing(name)):  # noqa: ASYNC110 - asked of another process
            await asyncio.sleep(0.2)


async def test_one_that_wants_no_more_is_given_up_told_to_hr_and_can_be_told_again_from_a_position(
    company: Company,
) -> None:
    goal = f"goal-{company.cycle}-E3-1"
    with receiving() as receiver:
        await company.tells("gone", receiver, "goal")
        await company.says("goal", "submit", goal, "--by", "E3")
        await happens(lambda: len(receiver.of(goal)) == 1)
        receiver.always = 410
        await company.says("goal", "recall", goal, "--by", "E3")
        await happens_in(company, "gone", lambda each: each["given_up"] is not None)
        given_up = (await company.standing("gone"))["given_up"]
        before = len(receiver.messages)
        await company.says("goal", "submit", goal, "--by", "E3")
        notices = json.dumps(await company.says("notices", "--by", "H1"))
        receiver.always = 200
        first = receiver.of(goal)[0]
        await company.says(
            "webhook", "resume", "gone", "--after", str(first["data"]["position"] - 1), "--by", "H1"
        )
        await happens(lambda: len(receiver.messages) == before + 3)
        replayed = receiver.of(goal)[before:]
        await company.says("webhook", "remove", "gone", "--by", "H1")
    assert given_up["why"] == "gone" and "WebhookGivenUp" in notices
    assert given_up["position"] == replayed[1]["data"]["position"]
    assert [each["data"]["event"] for each in replayed] == [
        "GoalSubmitted",
        "GoalSteppedBack",
        "GoalSubmitted",
    ]
    assert replayed[0] == first, "the same id and the same bytes, however often"


async def test_a_name_that_leads_inside_is_sent_nothing(company: Company) -> None:
    """Nothing but 127.0.0.1 by that very name is allowed here; `localhost` leads there too."""
    goal = f"goal-{company.cycle}-E4-1"
    with receiving() as receiver:
        receiver.url = receiver.url.replace("http://127.0.0.1", "https://localhost")
        await company.tells("inside", receiver, "goal")
        await company.says("goal", "submit", goal, "--by", "E4")
        await happens_in(company, "inside", lambda each: each["trouble"] is not None)
        trouble = (await company.standing("inside"))["trouble"]
        await company.says("webhook", "remove", "inside", "--by", "H1")
    assert (trouble["why"], receiver.messages) == ("inside", [])


async def test_only_hr_registers_and_what_is_no_webhook_is_refused_and_not_recorded(company: Company) -> None:
    wrong = (
        ("E1", "fine", "https://hooks.example/x", "goal", "webhook.not-hr"),
        ("H1", "No!", "https://hooks.example/x", "goal", "webhook.name"),
        ("H1", "fine", "ftp://hooks.example/x", "goal", "webhook.url"),
        ("H1", "fine", "https://user:pass@hooks.example/", "goal", "webhook.url"),
        ("H1", "fine", "http://hooks.example/x", "goal", "webhook.plain"),
        ("H1", "fine", "https://hooks.example/x", "feedback", "webhook.kind"),
    )
    for by, name, url, kind, code in wrong:
        done = await company.cairn("webhook", "add", name, url, "--kind", kind, "--by", by, "--json")
        assert done.code == 1 and code in done.out + done.err, done.out + done.err
    for typed in (("remove", "none"), ("resume", "none")):
        done = await company.cairn("webhook", *typed, "--by", "H1", "--json")
        assert done.code == 1 and "webhook.unknown" in done.out + done.err
    assert await company.says("webhook", "list", "--by", "H1") == []


INSIDE = (
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
    "::1", "::", "fd00::1", "fe80::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
    "2002:7f00:1::1",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_takes_nothing_unless_it_is_allowed(address: str) -> None:
    found = ipaddress.ip_address(address)
    assert not Allowed().takes("hooks.example", found)
    assert Allowed(frozenset({"hooks.example"})).takes("hooks.example", found)
    network = f"{address}/{found.max_prefixlen}"
    assert allowed_of(Settings(webhook_inside=network)).takes("hooks.example", found)


async def test_an_address_outside_takes_messages_at_the_very_address_that_was_looked_at() -> None:
    place = await place_of("https://1.1.1.1/a?b=c", Allowed())
    assert (place.url, place.named) == ("https://1.1.1.1:443/a?b=c", "1.1.1.1")
    with pytest.raises(Inside):
        await place_of("https://2130706433/", Allowed())  # 127.0.0.1, as one number
    with pytest.raises(SettingsProblem):
        allowed_of(Settings(webhook_inside="10.0.0.0/99"))
    with pytest.raises(Refusal):
        read_url("https://[::1", Allowed())
