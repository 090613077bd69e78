"""Webhooks: other systems are told of what happens, signed, at least once and in order, and nowhere inside."""

import asyncio
import ipaddress
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from cairn.domain.refusal import Refusal
from cairn.ledger import StoredEvent
from cairn.settings import Settings, SettingsProblem
from cairn.webhooks.addresses import Allowed, Inside, allowed_of, place_of, read_url
from cairn.webhooks.sending import NotTaken, Sender
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
    retry_after: str = "1"
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
            status = receiver.taken({k.lower(): v for k, v in self.headers.items()}, body)
            self.send_response(status)
            if status == 429:
                self.send_header("retry-after", receiver.retry_after)
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
    database: str

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
        yield Company(cairn, cycle, own.database or "")


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
    assert len(receiver.messages) == 2, "nothing of before, and nothing of other kinds"


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


async def test_a_receiver_that_takes_a_few_at_a_time_gets_on_and_is_sent_none_of_them_twice(
    company: Company,
) -> None:
    goal = f"goal-{company.cycle}-E1-2"
    with receiving() as receiver:
        receiver.answers = [500]
        await company.tells("slow", receiver, "goal")
        await company.says("goal", "submit", goal, "--by", "E1")
        await happens(lambda: len(receiver.messages) == 1)
        receiver.answers = [204, 204, 429, 204, 429]
        for what in ("recall", "submit", "recall"):
            await company.says("goal", what, goal, "--by", "E1")
        await happens_in(company, "slow", lambda each: each["trouble"] is None and each["waiting"] == 0)
        told = [each["data"]["version"] for each in receiver.of(goal)]
        await company.says("webhook", "remove", "slow", "--by", "H1")
    first = told[0]
    assert told == [first, first, first + 1, first + 2, first + 2, first + 3, first + 3]


async def test_one_that_moves_is_told_there_what_it_lacks_and_keeps_its_secret(company: Company) -> None:
    goal = f"goal-{company.cycle}-E2-2"
    with receiving() as before, receiving() as now:
        before.always = 500
        secret = await company.tells("moving", before, "goal")
        await company.says("goal", "submit", goal, "--by", "E2")
        await happens(lambda: len(before.messages) == 1)
        assert await company.tells("moving", now, "goal") == secret
        await happens(lambda: len(now.messages) == 1)
        await company.says("webhook", "remove", "moving", "--by", "H1")
    assert before.of(goal) == now.of(goal)


async def test_one_that_was_removed_and_is_registered_again_is_told_what_comes_from_then_on(
    company: Company,
) -> None:
    goal = f"goal-{company.cycle}-E3-2"
    with receiving() as before, receiving() as now:
        before.always = 500
        await company.tells("again", before, "goal")
        await company.says("goal", "submit", goal, "--by", "E3")
        await happens(lambda: len(before.messages) == 1)
        await company.says("webhook", "remove", "again", "--by", "H1")
        await company.tells("again", now, "goal")
        await company.says("goal", "recall", goal, "--by", "E3")
        await happens(lambda: len(now.messages) == 1)
        await company.says("webhook", "remove", "again", "--by", "H1")
    assert [each["data"]["event"] for each in now.of(goal)] == ["GoalSteppedBack"]


async def test_one_whose_place_is_missing_is_told_from_where_it_was_told_to_go_on(company: Company) -> None:
    """As it is between two of its records, or where somebody has ended its subscription."""
    goal = f"goal-{company.cycle}-E4-2"
    with receiving() as receiver:
        await company.tells("lost", receiver, "goal")
        for what in ("submit", "recall"):
            await company.says("goal", what, goal, "--by", "E4")
        await happens(lambda: len(receiver.messages) == 2)
        receiver.always = 410
        await company.says("goal", "submit", goal, "--by", "E4")
        await happens_in(company, "lost", lambda each: each["given_up"] is not None)
        await as_owner(company, "delete from ledger.subscription where name like 'webhook-lost%'")
        receiver.always = 204
        begun = len(receiver.messages)
        after = str(receiver.of(goal)[0]["data"]["position"])
        await company.says("webhook", "resume", "lost", "--after", after, "--by", "H1")
        await happens(lambda: len(receiver.messages) == begun + 2)
        await company.says("webhook", "remove", "lost", "--by", "H1")
    assert [each["data"]["event"] for each in receiver.of(goal)[begun:]] == [
        "GoalSteppedBack",
        "GoalSubmitted",
    ]


async def as_owner(company: Company, statement: str) -> None:
    connection = await asyncpg.connect(company.database)
    await connection.execute(statement)
    await connection.close()


async def test_one_whose_trouble_cannot_be_noted_is_tried_again_all_the_same(company: Company) -> None:
    goal = f"goal-{company.cycle}-M1-1"
    with receiving() as receiver:
        await company.tells("noted", receiver, "goal")
        receiver.always = 500
        await as_owner(company, "alter table ledger.webhook add constraint broken check (tries = 0)")
        await company.says("goal", "submit", goal, "--by", "M1")
        try:
            await happens(lambda: len(receiver.messages) > 1)
        finally:
            await as_owner(company, "alter table ledger.webhook drop constraint broken")
        receiver.always = 204
        await happens_in(company, "noted", lambda each: each["trouble"] is None and each["waiting"] == 0)
        await company.says("webhook", "remove", "noted", "--by", "H1")


async def test_one_whose_secret_is_gone_is_named_in_the_status_until_it_has_another(company: Company) -> None:
    goal = f"goal-{company.cycle}-M1-2"
    with receiving() as receiver:
        secret = await company.tells("unsigned", receiver, "goal")
        await as_owner(company, "delete from ledger.webhook where name = 'unsigned'")
        await company.says("goal", "submit", goal, "--by", "M1")
        status = await company.cairn("status")
        assert status.code == 1 and "its secret is not kept here any more" in " ".join(status.out.split())
        assert await company.tells("unsigned", receiver, "goal") != secret
        await happens(lambda: len(receiver.of(goal)) == 1)
        await company.says("webhook", "remove", "unsigned", "--by", "H1")


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
        status = await company.cairn("status")
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
    assert status.code == 1 and "Webhook gone (http://127.0.0.1" in status.out
    assert "`cairn webhook resume gone`" in " ".join(status.out.split())
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


@contextmanager
def dawdling() -> Iterator[str]:
    """A server that is never silent for long, and never done: the address of it."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nslow: ")
                while True:
                    connection.sendall(b"x")
                    time.sleep(0.05)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        listening.close()


ROW = StoredEvent(
    "goal-2027-E1-1", 2, "GoalSubmitted", 1, uuid4(), "{}", datetime.now(UTC), datetime.now(UTC), "E1", None, None,
    None, "2027", 7,
)  # fmt: skip


async def test_a_receiver_that_only_dawdles_has_not_answered_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cairn.webhooks.sending.WITHIN", 1.0)
    with dawdling() as url, pytest.raises(NotTaken) as told:
        async with asyncio.timeout(SOON):
            await Sender(Allowed(frozenset({"127.0.0.1"}))).send(url, [b"x" * 32], ROW)
    assert told.value.why == "timeout"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("1", 1.0),
        ("600", 600.0),
        ("0", 1.0),
        ("601", None),
        ("Fri, 27 Nov 2026 07:00:00 GMT", None),
        ("²", None),
    ],
)
async def test_a_receiver_says_itself_when_it_is_asked_again_where_that_is_soon(
    said: str, seconds: float | None
) -> None:
    with receiving() as receiver, pytest.raises(NotTaken) as told:
        receiver.always, receiver.retry_after = 429, said
        await Sender(Allowed(frozenset({"127.0.0.1"}))).send(receiver.url, [b"x" * 32], ROW)
    assert (told.value.status, told.value.again_in) == (429, seconds)


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
