"""Notices by chat, handed by Apprise to a fake chat service over HTTP: once each, to whom the operator's file names."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, time
from itertools import groupby
from pathlib import Path

import asyncpg
import pytest

from activities.chatting import Chatter
from activities.mailing import Mailer
from cairn.application import Application
from cairn.domain.cycle.events import PolicyAdopted
from cairn.domain.event import Event
from cairn.domain.goal.events import GoalDrafted
from cairn.notices import chat
from cairn.notices.channels import channels_of
from cairn.notices.quiet import Quiet
from cairn.notices.setting_up import mailing_of
from cairn.privacy import require_wrapping_keys
from cairn.settings import Settings, SettingsProblem
from cairn_portal.rehearsal.run import own_settings
from cairn_portal.rehearsal.script import load_script
from projections.engine.catch_up import catch_up
from projections.engine.following import leading
from tests.projections.chat_service import FakeChatService, fake_chat_service
from tests.projections.given import GOAL, drafted, later, launched, record
from tests.projections.mail_server import taking_mail
from tests.projections.test_mail import APPROVED, LATE, PEOPLE, RETURNED, SUBMITTED, written
from tests.projections.test_notices import year
from tests.projections.test_results_and_calibrations import renamed, result_stories
from tests.specs.company import LIN, WANG
from tests.workflows.company import POLICY, eventually

EVERYBODY = "  - {to: everybody, address: '{at}/of/{id}'}"


@pytest.fixture
async def service() -> AsyncIterator[FakeChatService]:
    async with fake_chat_service() as kept:
        yield kept


def settings(folder: Path, service: FakeChatService, *entries: str, top: str = "gather: 0") -> Settings:
    """Settings with a file of these entries, `{at}` standing for the service's address."""
    file = folder / "chat.yaml"
    file.touch(mode=0o600)
    file.write_text("\n".join([top, "channels:", *entries]).replace("{at}", service.address), "utf-8")
    return Settings(chat_file=file, portal_url="https://cairn.example.com/", language="zh")


class Office:
    """A ledger with people, and who tells by chat beside it."""

    def __init__(self, pool: asyncpg.Pool, dsn: str, settings: Settings) -> None:
        self.pool, self.dsn = pool, dsn
        self.application = Application(pool, require_wrapping_keys(settings))
        self.set_up(settings)

    def set_up(self, settings: Settings) -> None:
        channels = channels_of(settings)
        assert channels is not None
        self.chatter = Chatter(self.application, self.dsn, channels)

    async def opens(self, *events: Event) -> None:
        adopted = PolicyAdopted(name="small", version="1", text=POLICY, by="hua", at=later(0))
        await record(self.pool, adopted, launched(), *PEOPLE, *events)
        await catch_up(self.pool)
        position = await self.application.ledger.sealed_position()
        await self.application.chat_outbox.begin(position)
        await self.application.outbox.begin(position)

    async def happens(self, *events: Event) -> None:
        await record(self.pool, *events)
        await self.sends()

    async def sends(self) -> None:
        await catch_up(self.pool)
        async with leading(self.dsn, "chat") as connection:
            await self.chatter.round(connection)

    async def undelivered(self) -> list[tuple[str, str, str, int]]:
        outbox = self.application.chat_outbox
        return [(each.person, each.state, each.why, each.mails) for each in await outbox.undelivered()]


@asynccontextmanager
async def office(pool: asyncpg.Pool, dsn: str, settings: Settings) -> AsyncIterator[Office]:
    opened = Office(pool, dsn, settings)
    await opened.opens(drafted())
    yield opened


async def test_who_is_asked_is_told_in_their_own_channel_once_with_the_link_to_the_very_goal(
    pool: asyncpg.Pool, shared: str, service: FakeChatService, tmp_path: Path
) -> None:
    async with office(pool, shared, settings(tmp_path, service, EVERYBODY)) as at:
        await at.happens(SUBMITTED)
        await at.sends()
        [said] = service.messages
        assert said.room == f"of/{WANG}"
        assert said.title.startswith("Cairn：有 1 件事等您处理，最早截止 2026-")
        assert "审批：销售额（Lin），截止 2026-" in said.text
        assert f"https://cairn.example.com/goals/{GOAL}\n" in said.text
        assert said.text.endswith("https://cairn.example.com/inbox")


async def test_a_persons_own_entry_goes_before_their_departments_and_everybodys(
    pool: asyncpg.Pool, shared: str, service: FakeChatService, tmp_path: Path
) -> None:
    entries = (
        EVERYBODY,
        "  - {to: zhao, address: none}",
        f"  - {{to: {WANG}, address: '{{at}}/wang', language: en}}",
        f"  - {{to: department.{PEOPLE[0].details.department}, address: '{{at}}/by-mail/{{email}}'}}",
    )
    async with office(pool, shared, settings(tmp_path, service, *entries)) as at:
        await at.happens(SUBMITTED, RETURNED, LATE, SUBMITTED.model_copy(update={"at": later(4)}))
        [to_wang] = service.in_room("wang")
        assert to_wang.title.startswith("Cairn: 1 thing waits for you, the first until 2026-")
        assert {each.room for each in service.messages} == {"wang", "by-mail/lin@example.com"}


async def test_a_role_with_a_room_of_its_own_is_told_there_and_its_people_not_once_more(
    pool: asyncpg.Pool, shared: str, service: FakeChatService, tmp_path: Path
) -> None:
    entries = (EVERYBODY, "  - {to: 'role:hr', address: '{at}/hr'}")
    async with office(pool, shared, settings(tmp_path, service, *entries)) as at:
        await at.happens(LATE.model_copy(update={"to": ("role:hr",)}), SUBMITTED)
        assert {each.room for each in service.messages} == {"hr", f"of/{WANG}"}


async def test_what_was_done_before_the_message_went_out_is_not_asked_for(
    pool: asyncpg.Pool, shared: str, service: FakeChatService, tmp_path: Path
) -> None:
    async with office(pool, shared, settings(tmp_path, service, EVERYBODY)) as at:
        await at.happens(SUBMITTED, APPROVED)
        assert [each.room for each in service.messages] == [f"of/{LIN}"]


async def test_nothing_is_sent_in_quiet_hours_and_all_of_it_in_one_message_afterwards(
    pool: asyncpg.Pool, shared: str, service: FakeChatService, tmp_path: Path
) -> None:
    always = settings(tmp_path, service, EVERYBODY, top="gather: 0\nquiet: 0:00-23:59")
    async with office(pool, shared, always) as at:
        if datetime.now(at.chatter.channels.zone).time() < time(23, 59):
            await at.happens(SUBMITTED)
            other = "goal-2026-lin-2"
            await at.happens(drafted(other), SUBMITTED.model_copy(update={"goal": other}))
        assert service.messages == [] and await at.undelivered() == []
        waiting = await pool.fetch("select try_at > now() as later from ledger.mail where way = 'chat'")
        assert [each["later"] for each in waiting] == [True]
        await pool.execute("update ledger.mail set try_at = now()")  # the hour has come
        at.set_up(settings(tmp_path, service, EVERYBODY))
        await at.sends()
        [said] = service.messages
        assert said.title.startswith("Cairn：有 2 件事等您处理")


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        ((20, 8), "2026-03-02T21:30", "2026-03-03T08:00"),
        ((20, 8), "2026-03-03T07:59", "2026-03-03T08:00"),
        ((20, 8), "2026-03-03T08:00", None),
        ((20, 8), "2026-03-03T19:59", None),
        ((12, 14), "2026-03-03T13:00", "2026-03-03T14:00"),
        ((12, 14), "2026-03-03T14:00", None),
        ((8, 8), "2026-03-03T08:00", None),
    ],
)
def test_quiet_hours_end_on_the_clock_also_over_midnight(
    hours: tuple[int, int], now: str, until: str | None
) -> None:
    found = Quiet(time(hours[0]), time(hours[1])).until(datetime.fromisoformat(now))
    assert found == (datetime.fromisoformat(until) if until else None)


async def test_a_service_that_refuses_is_asked_again_holds_back_nobody_and_no_mail(
    pool: asyncpg.Pool, shared: str, service: FakeChatService, tmp_path: Path
) -> None:
    service.refusing = {f"of/{WANG}"}
    set_up = settings(tmp_path, service, EVERYBODY)
    async with office(pool, shared, set_up) as at, taking_mail() as server:
        await at.happens(SUBMITTED, RETURNED, SUBMITTED.model_copy(update={"at": later(4)}))
        assert [each.room for each in service.messages] == [f"of/{LIN}"]
        assert await at.undelivered() == [(WANG, "waiting", "chat", 1)]
        mailing = mailing_of(Settings(smtp_url=server.url, mail_from="cairn@example.com", mail_gather=0))
        assert mailing is not None
        async with leading(shared, "mail") as connection:
            await Mailer(at.application, shared, mailing).round(connection)
        assert {mail["To"] for mail in server.mails} == {"wang@example.com", "lin@example.com"}
        service.refusing = set()
        await pool.execute("update ledger.mail set try_at = now() where state = 'waiting'")  # some time later
        await at.sends()
        assert len(service.in_room(f"of/{WANG}")) == 1 and await at.undelivered() == []


async def test_of_two_who_lead_for_a_moment_one_hands_a_message_over_and_that_it_was_taken_counts(
    pool: asyncpg.Pool, shared: str, service: FakeChatService, tmp_path: Path
) -> None:
    service.silent = {f"of/{WANG}"}
    set_up = settings(tmp_path, service, EVERYBODY)
    async with office(pool, shared, set_up) as at:
        first = asyncio.create_task(at.happens(SUBMITTED))
        await eventually(lambda: _came(service, 1))
        other = Office(pool, shared, set_up)
        connection = await asyncpg.connect(shared)
        await other.chatter.round(connection)  # the first one is as good as gone
        assert len(service.messages) == 1 and await at.undelivered() == []
        await other.chatter.begin()
        assert await at.undelivered() == [(WANG, "failed", "in_doubt", 1)]
        service.answering.set()
        await first
        assert await at.undelivered() == []
        await other.chatter.round(connection)
        assert len(service.messages) == 1
        await connection.close()


async def test_an_error_of_one_message_ends_the_lead_when_those_beside_it_are_ended(
    pool: asyncpg.Pool, shared: str, service: FakeChatService, tmp_path: Path
) -> None:
    service.silent = {f"of/{LIN}"}
    async with office(pool, shared, settings(tmp_path, service, EVERYBODY)) as at:
        await pool.execute(FAILING)
        try:
            sending = asyncio.create_task(
                at.happens(SUBMITTED, RETURNED, SUBMITTED.model_copy(update={"at": later(4)}))
            )
            await eventually(lambda: _came(service, 1))
            await asyncio.sleep(0.5)  # time to end too early in
            assert not sending.done()
            service.answering.set()
            with pytest.raises(asyncpg.SerializationError):
                await sending
        finally:
            await pool.execute("drop function public.failing cascade")
        states = await pool.fetch("select person, state from ledger.mail where way = 'chat' order by person")
        assert [tuple(each) for each in states] == [(LIN, "sent"), (WANG, "waiting")]


async def test_a_message_that_a_service_takes_without_an_answer_is_in_doubt_and_not_sent_again(
    pool: asyncpg.Pool, shared: str, service: FakeChatService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "READ", 0.5)
    service.silent = {f"of/{WANG}"}
    async with office(pool, shared, settings(tmp_path, service, EVERYBODY)) as at:
        await at.happens(SUBMITTED)
        assert len(service.messages) == 1
        assert await at.undelivered() == [(WANG, "failed", "in_doubt", 1)]
        await pool.execute("update ledger.mail set try_at = now()")
        await at.sends()
        assert len(service.messages) == 1


async def test_a_service_that_hangs_leaves_the_threads_of_all_else_free(
    service: FakeChatService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.silent = {"slow"}
    handing = [
        asyncio.create_task(chat.hand_over(f"{service.address}/slow", "a", "b"))
        for _ in range(chat.SIDE_BY_SIDE)
    ]
    await eventually(lambda: _came(service, chat.SIDE_BY_SIDE))
    assert await asyncio.to_thread(lambda: "free") == "free"
    assert not any(each.done() for each in handing)
    monkeypatch.setattr(chat, "WITHIN", 0.2)
    assert await chat.hand_over(f"{service.address}/other", "a", "b") == "refused"  # it has not begun
    service.answering.set()
    assert set(await asyncio.gather(*handing)) == {"taken"}


async def test_no_name_and_no_title_calls_everybody_of_a_room(
    pool: asyncpg.Pool, shared: str, service: FakeChatService, tmp_path: Path
) -> None:
    async with office(pool, shared, settings(tmp_path, service, EVERYBODY)) as at:
        other = "goal-2026-lin-2"
        title = '<at user_id="all">all</at> <!channel> @everyone'
        await at.happens(drafted(other, title=title), SUBMITTED.model_copy(update={"goal": other}))
        [said] = service.messages
        assert "＜at user_id" in said.text and not {"<", ">", "@"} & set(said.text + said.title)


async def test_no_message_says_what_anybody_wrote_or_what_a_result_is(
    pool: asyncpg.Pool, shared: str, service: FakeChatService, tmp_path: Path
) -> None:
    """A year with one of every kind of case, and a result in each of its stages."""
    played = [event for event in year()[5:] if not isinstance(event, GoalDrafted)]
    for number, story in enumerate(result_stories()[:6]):
        played += renamed(story, number)
    set_up = settings(tmp_path, service, EVERYBODY, "  - {to: 'role:hr', address: '{at}/hr'}")
    async with office(pool, shared, set_up) as at:
        for _, run in groupby(played, key=lambda event: event.stream):
            await at.happens(*run)
        told = "\n".join(f"{each.title}\n{each.text}" for each in service.messages)
        assert len(service.messages) > 20 and "反馈" in told and "绩效结果" in told
        assert service.in_room("hr")
        assert [each for each in sorted(written(played)) if each in told] == []
        assert re.findall(r"(?<![A-Za-z])[ABC](?![A-Za-z])", told) == []  # the grades there are


FAILING = """
create function public.failing() returns trigger language plpgsql as $$
begin
    raise exception 'not now' using errcode = 'serialization_failure';
end $$;
create trigger failing before update on ledger.mail for each row
when (new.person = 'wang' and new.why = 'sending') execute function public.failing();
"""
"""The database fails whoever is about to hand over Wang's message."""


SENDER = """
import asyncio, json, sys
from activities.chatting import Chatter
from cairn.application import Application
from cairn.notices.channels import channels_of
from cairn.privacy import require_wrapping_keys
from cairn.settings import Settings

async def main(dsn, settings):
    async with Application.open(dsn, require_wrapping_keys(settings), name="sender") as application:
        await Chatter(application, dsn, channels_of(settings)).run()

asyncio.run(main(sys.argv[1], Settings(**json.loads(sys.argv[2]))))
"""


async def test_a_sender_that_is_killed_when_the_service_has_a_message_doubles_none_and_says_which_is_in_doubt(
    pool: asyncpg.Pool, shared: str, service: FakeChatService, tmp_path: Path
) -> None:
    set_up = settings(tmp_path, service, EVERYBODY)
    how = {"chat_file": str(set_up.chat_file), "portal_url": set_up.portal_url}

    def begun() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", SENDER, shared, json.dumps(how)]
        return subprocess.Popen(command, cwd=Path(__file__).parents[2])

    async with office(pool, shared, set_up) as at:
        await record(pool, SUBMITTED)
        await catch_up(pool)
        first = begun()
        service.taken = lambda said: first.send_signal(signal.SIGKILL)
        try:
            await eventually(lambda: asyncio.to_thread(lambda: first.poll() is not None))
        finally:
            first.kill()
        service.taken = lambda said: None
        second = begun()
        try:
            await eventually(at.undelivered)
            assert await at.undelivered() == [(WANG, "failed", "in_doubt", 1)]
            assert len(service.messages) == 1
            assert await at.application.chat_outbox.retry(WANG) == 1  # the operator wants it sent again
            await eventually(lambda: _came(service, 2))
        finally:
            second.kill()
            second.wait()


async def _came(service: FakeChatService, messages: int) -> bool:
    return len(service.messages) == messages


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("  - {to: everybody, address: 'feishu://geheim12345678'}", "needs {id} or {email}"),
        ("  - {to: [a, b], address: 'feishu://geheim12345678'}", "needs {id} or {email}"),
        ("  - {to: department.D02, address: 'feishu://geheim12345678'}", "needs {id} or {email}"),
        ("  - {to: E005, address: 'geheim'}", "none that Apprise knows"),
        ("  - {to: 'role:king', address: 'feishu://geheim12345678'}", "there is no role king"),
        ("  - {to: E005, address: 'feishu://geheim12345678', quiet: '25:00-7'}", "20:00-08:00"),
        ("  - {to: E005, adress: 'feishu://geheim12345678'}", "line 3"),
        ("  - {address: 'feishu://geheim12345678'}", "the field to is missing"),
        ("  - 'feishu://geheim12345678'", "line 3"),
        ("  - feishu://geheim12345678: everybody", "line 3"),
        ("  - {to: E005, address: 987654321}", "line 3"),
        ("  - {to: E005, address: ['feishu://geheim12345678']}", "line 3"),
        ("  - {to: E005, address: *geheim}", "line 3"),
        ("  - {to: E005, address: !geheim 'x'}", "line 3"),
        ("  - {to: E005, address: none, language: geheim}", "line 3"),
        ("  - {to: 'role:hr', address: 'slack://xoxb-geheim/{email}'}", "no {id} or {email}"),
        ("  - {to: 'role:hr', address: '{at}/geheim/{id}'}", "no {id} or {email}"),
        ("  - {to: hr, address: 'feishu://geheim12345678'}", "write role:hr"),
        ("  - {to: [E005, committee], address: none}", "write role:committee"),
        (EVERYBODY + "\n" + EVERYBODY, "Two entries are for everybody"),
    ],
)
def test_a_file_that_makes_no_sense_or_would_tell_others_is_refused_without_repeating_an_address(
    service: FakeChatService, tmp_path: Path, entry: str, said: str
) -> None:
    with pytest.raises(SettingsProblem) as refused:
        channels_of(settings(tmp_path, service, entry))
    sentence = refused.value.sentence.text("en")
    assert said in sentence and not re.search("geheim|987654321", sentence), sentence
    assert refused.value.sentence.text("zh") != sentence


def test_a_file_that_others_may_read_is_refused(service: FakeChatService, tmp_path: Path) -> None:
    found = settings(tmp_path, service, EVERYBODY)
    assert found.chat_file is not None
    found.chat_file.chmod(0o640)
    with pytest.raises(SettingsProblem, match="chmod 600"):
        channels_of(found)


@pytest.mark.parametrize(
    "address",
    [
        "feishu://abcdefgh12345678abcd",
        "dingtalk://secret123@abcdefgh12345678",
        "wecombot://abcdefgh-1234-1234-1234-abcdefgh1234",
        "slack://xoxb-1234567890-1234567890-abcdefghijklmnopqrstuvwx/{email}",
    ],
)
def test_the_services_that_are_promised_are_known(
    service: FakeChatService, tmp_path: Path, address: str
) -> None:
    channels = channels_of(settings(tmp_path, service, f"  - {{to: lin, address: '{address}'}}"))
    assert channels is not None and channels.of_person(PEOPLE[0].details) is not None


def test_a_rehearsal_tells_nobody(service: FakeChatService, tmp_path: Path) -> None:
    script = load_script(Path(__file__).parents[2] / "examples" / "company" / "cycle.yaml")
    assert own_settings(settings(tmp_path, service, EVERYBODY), script).chat_file is None


async def test_a_second_way_leaves_the_first_ones_place_in_the_log(
    pool: asyncpg.Pool, shared: str, service: FakeChatService, tmp_path: Path
) -> None:
    async with office(pool, shared, settings(tmp_path, service, EVERYBODY)) as at:
        mail_at = await at.application.outbox.position()
        await at.happens(SUBMITTED)
        assert await at.application.outbox.position() == mail_at
        assert await at.application.chat_outbox.position() > mail_at
