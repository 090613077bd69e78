"""Notices by mail, to a real mail server: once each, what is still true, nothing that is private."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from activities.mailing import Mailer
from cairn.application import Application
from cairn.domain.cycle.events import PolicyAdopted
from cairn.domain.event import Event
from cairn.domain.goal import events as g
from cairn.domain.measure import KeyTask
from cairn.domain.private_text import in_private, private_parts
from cairn.notices.sending import ServerAway, connected
from cairn.notices.setting_up import mailing_of
from cairn.privacy import require_wrapping_keys
from cairn.settings import Settings, SettingsProblem
from cairn_portal.rehearsal.run import own_settings
from cairn_portal.rehearsal.script import load_script
from cairn_portal.servers.supervisor import Addresses, environment
from projections.engine.catch_up import catch_up
from projections.engine.following import leading
from tests.projections.given import GOAL, drafted, joined, later, launched, record
from tests.projections.mail_server import MailServer, taking_mail
from tests.projections.test_notices import year
from tests.projections.test_results_and_calibrations import renamed, result_stories
from tests.specs.company import LIN, WANG
from tests.workflows.company import POLICY, eventually

PEOPLE = (
    joined(LIN, email="lin@example.com"),
    joined(WANG, manager="zhao", email="wang@example.com"),
    joined("zhao", manager=None, email="zhao@example.com"),
    joined("chen", manager="zhao", email="chen@example.com"),
    joined("qian", manager="wang", email="qian@example.com"),
    joined("hua", manager="zhao", email="hua@example.com", roles=("hr",)),
)
TO_LIN, TO_WANG, TO_ZHAO = "lin@example.com", "wang@example.com", "zhao@example.com"
SUBMITTED = g.GoalSubmitted(goal=GOAL, by=LIN, at=later(1))
RETURNED = g.GoalReturned(goal=GOAL, comment="zaunkoenigin", by=WANG, at=later(2))
APPROVED = g.GoalApproved(goal=GOAL, by=WANG, at=later(3))
REMINDED = g.ReminderSent(
    goal=GOAL, phase="approvals_remind", due=later(9), to=(WANG,), by="system", at=later(2)
)
LATE = g.DeadlineMissed(
    goal=GOAL, phase="approvals_due", due=later(9), awaited=(WANG,), to=("zhao",), by="system", at=later(10)
)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with taking_mail() as kept:
        yield kept


def settings(server: MailServer, **more: Any) -> Settings:
    usual: dict[str, Any] = {
        "smtp_url": server.url, "mail_from": "Cairn <cairn@example.com>", "mail_gather": 0,
        "portal_url": "https://cairn.example.com/", "language": "zh",
    }  # fmt: skip
    return Settings(**usual | more)


class Office:
    """A ledger with people, and a sender beside it; `happens` records events and sends what is to be sent."""

    def __init__(self, pool: asyncpg.Pool, dsn: str, settings: Settings) -> None:
        mailing = mailing_of(settings)
        assert mailing is not None
        self.pool, self.dsn = pool, dsn
        self.application = Application(pool, require_wrapping_keys(settings))
        self.mailer = Mailer(self.application, dsn, mailing)

    async def opens(self, *events: Event) -> None:
        """What was recorded before there was any mail."""
        adopted = PolicyAdopted(name="small", version="1", text=POLICY, by="hua", at=later(0))
        await record(self.pool, adopted, launched(), *PEOPLE, *events)
        await catch_up(self.pool)
        await self.application.outbox.begin(await self.application.ledger.sealed_position())

    async def happens(self, *events: Event) -> None:
        await record(self.pool, *events)
        await self.sends()

    async def sends(self) -> None:
        await catch_up(self.pool)
        async with leading(self.dsn, "mail") as connection:
            await self.mailer.round(connection)

    async def undelivered(self) -> list[tuple[str, str, str, int]]:
        return [
            (each.person, each.state, each.why, each.mails)
            for each in await self.application.outbox.undelivered()
        ]


@asynccontextmanager
async def office(pool: asyncpg.Pool, dsn: str, server: MailServer, **more: Any) -> AsyncIterator[Office]:
    opened = Office(pool, dsn, settings(server, **more))
    await opened.opens(drafted())
    yield opened


def subject(server: MailServer, to: str) -> str:
    [mail] = server.to(to)
    return str(mail["Subject"])


async def test_no_mail_is_sent_in_quiet_hours_and_all_of_it_in_one_afterwards(
    pool: asyncpg.Pool, shared: str, server: MailServer
) -> None:
    """Quiet are the twelve hours around now, wherever the tests run."""
    hour = datetime.now(ZoneInfo("Asia/Shanghai")).hour
    quiet = f"{(hour - 6) % 24}:00-{(hour + 6) % 24}:00"
    async with office(pool, shared, server, mail_quiet=quiet) as at:
        other = "goal-2026-lin-2"
        await at.happens(SUBMITTED)
        await at.happens(drafted(other), SUBMITTED.model_copy(update={"goal": other}))
        assert server.to(TO_WANG) == [] and await at.undelivered() == []
        await pool.execute("update ledger.mail set try_at = now()")  # the hour has come
        at.mailer.mailing = at.mailer.mailing._replace(quiet=None)
        await at.sends()
        assert "2" in subject(server, TO_WANG)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"mail_quiet": "at night"}, "20:00-08:00"), ({"mail_timezone": "Mars/Olympus"}, "Mars/Olympus")],
)
def test_quiet_hours_that_cannot_be_read_are_told_by_their_setting(wrong: dict[str, str], told: str) -> None:
    usual = {"smtp_url": "smtp://127.0.0.1:25", "mail_from": "Cairn <cairn@example.com>"}
    with pytest.raises(SettingsProblem) as refused:
        mailing_of(Settings.model_validate(usual | wrong))
    sentence = refused.value.sentence.text("en")
    assert told in sentence and f"CAIRN_{next(iter(wrong)).upper()}" in sentence


async def test_who_is_asked_gets_one_mail_with_what_is_asked_of_which_goal_and_its_page(
    pool: asyncpg.Pool, shared: str, server: MailServer
) -> None:
    async with office(pool, shared, server) as at:
        await at.happens(SUBMITTED)
        await at.sends()
        [mail] = server.mails
        text = mail.get_content()
        assert mail["To"] == TO_WANG and mail["From"] == "Cairn <cairn@example.com>"
        assert mail["Subject"].startswith("Cairn：有 1 件事等您处理，最早截止 2026-")
        assert "审批：销售额（Lin），截止 2026-" in text
        assert f"https://cairn.example.com/goals/{GOAL}\r\n" in text


async def test_a_reader_of_english_and_one_of_both_languages(
    pool: asyncpg.Pool, shared: str, server: MailServer
) -> None:
    async with office(pool, shared, server, mail_language="en") as at:
        await at.happens(SUBMITTED)
        assert subject(server, TO_WANG).startswith("Cairn: 1 thing waits for you, the first until 2026-")
        at.mailer.mailing = at.mailer.mailing._replace(languages=("zh", "en"))
        await at.happens(RETURNED)
        text = server.to(TO_LIN)[0].get_content()
        assert "您好" in text and "Hello Lin" in text


async def test_what_was_done_before_the_mail_went_out_is_not_asked_for(
    pool: asyncpg.Pool, shared: str, server: MailServer
) -> None:
    async with office(pool, shared, server) as at:
        await at.happens(SUBMITTED, REMINDED, LATE, APPROVED)
        assert server.to(TO_WANG) == server.to(TO_ZHAO) == []
        assert [mail["Subject"] for mail in server.to(TO_LIN)] == ["Cairn：有 1 条消息"]


async def test_a_delivery_is_reminded_of_until_all_is_accepted_and_of_another_date_says_nothing(
    pool: asyncpg.Pool, shared: str, server: MailServer
) -> None:
    task = KeyTask(criteria=("live",), due=later(300).date())
    of_delivery = REMINDED.model_copy(update={"phase": "delivery_remind", "to": (LIN,)})
    other = "goal-2026-lin-2"
    async with office(pool, shared, server, mail_language="en", mail_kinds="asked") as at:
        began = g.GoalActivated(goal=other, by="system", at=later(4))
        approved = APPROVED.model_copy(update={"goal": other})
        await at.happens(drafted(other, measure=task, title="X V2.0"), approved, began)
        await at.happens(REMINDED.model_copy(update={"goal": other}))
        assert server.mails == []
        await at.happens(of_delivery.model_copy(update={"goal": other}))
        assert "X V2.0, until 2026-11-" in server.to(TO_LIN)[0].get_content()
        done = g.CriterionAccepted(goal=other, criterion=0, evidence="seen", by=WANG, at=later(5))
        await at.happens(done, of_delivery.model_copy(update={"goal": other}))
        assert len(server.mails) == 1


async def test_what_is_still_late_is_told_further_up(
    pool: asyncpg.Pool, shared: str, server: MailServer
) -> None:
    async with office(pool, shared, server) as at:
        await at.happens(SUBMITTED, LATE)
        assert subject(server, TO_ZHAO) == "Cairn：有 1 件事逾期"


async def test_several_notices_within_a_while_come_as_one_mail(
    pool: asyncpg.Pool, shared: str, server: MailServer
) -> None:
    async with office(pool, shared, server, mail_gather=3600) as at:
        await at.happens(SUBMITTED, REMINDED)
        assert server.mails == []
        await at.happens(g.GoalUrged(goal=GOAL, to=(WANG,), by=LIN, at=later(2)))
        assert server.mails == []
        at.mailer.mailing = at.mailer.mailing._replace(gather=0)
        await at.sends()
        assert subject(server, TO_WANG).startswith("Cairn：有 1 件事等您处理")


async def test_kinds_that_are_switched_off_are_not_mailed(
    pool: asyncpg.Pool, shared: str, server: MailServer
) -> None:
    async with office(pool, shared, server, mail_kinds="asked") as at:
        await at.happens(SUBMITTED, LATE, APPROVED)
        assert server.mails == []


async def test_an_address_that_is_wrong_waits_and_holds_back_nobody(
    pool: asyncpg.Pool, shared: str, server: MailServer
) -> None:
    server.wrong = {TO_LIN}
    async with office(pool, shared, server) as at:
        await at.happens(SUBMITTED, RETURNED, SUBMITTED.model_copy(update={"at": later(4)}))
        assert len(server.to(TO_WANG)) == 1 and server.to(TO_LIN) == []
        await at.happens(APPROVED)
        assert await at.undelivered() == [(LIN, "failed", "refused:550", 2)]
        server.wrong = set()
        assert await at.application.outbox.retry(LIN) == 2
        await at.sends()
        assert len(server.to(TO_LIN)) == 2 and await at.undelivered() == []


async def test_who_has_no_address_is_named(pool: asyncpg.Pool, shared: str, server: MailServer) -> None:
    async with office(pool, shared, server) as at:
        await at.happens(joined("he", email=""), drafted("goal-2026-he-1", owner="he"))
        await at.happens(g.GoalApproved(goal="goal-2026-he-1", by=WANG, at=later(3)))
        assert await at.undelivered() == [("he", "failed", "no_address", 1)]


async def test_a_server_that_is_away_loses_nothing(
    pool: asyncpg.Pool, shared: str, server: MailServer
) -> None:
    async with office(pool, shared, server) as at:
        there = at.mailer.mailing
        at.mailer.mailing = there._replace(server=there.server._replace(port=9))
        await at.happens(SUBMITTED)
        assert await at.undelivered() == [(WANG, "waiting", "unreachable", 1)]
        at.mailer.mailing = there
        await at.sends()
        assert len(server.to(TO_WANG)) == 1 and await at.undelivered() == []


SENDER = """
import asyncio, json, sys
from activities.mailing import Mailer
from cairn.application import Application
from cairn.notices.sending import ServerAway, connected
from cairn.notices.setting_up import mailing_of
from cairn.privacy import require_wrapping_keys
from cairn.settings import Settings

async def main(dsn, settings):
    async with Application.open(dsn, require_wrapping_keys(settings), name="sender") as application:
        await Mailer(application, dsn, mailing_of(settings)).run()

asyncio.run(main(sys.argv[1], Settings(**json.loads(sys.argv[2]))))
"""


async def test_a_sender_that_is_killed_when_the_server_has_a_mail_and_begins_again_doubles_and_loses_none(
    pool: asyncpg.Pool, shared: str, server: MailServer
) -> None:
    """The one mail that the crash leaves in doubt comes again under the Message-ID it had; readers show it once."""
    how = {"smtp_url": server.url, "mail_from": "cairn@example.com", "mail_gather": 0}

    def begun() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", SENDER, shared, json.dumps(how)]
        return subprocess.Popen(command, cwd=Path(__file__).parents[2])

    async with office(pool, shared, server) as at:
        await record(pool, SUBMITTED, RETURNED, LATE)
        await record(pool, SUBMITTED.model_copy(update={"at": later(11)}))
        await catch_up(pool)
        first = begun()
        server.taken = lambda mail: first.send_signal(signal.SIGKILL)
        try:
            await eventually(lambda: asyncio.to_thread(lambda: first.poll() is not None))
        finally:
            first.kill()
        assert len(server.mails) == 1
        server.taken = lambda mail: None
        second = begun()
        try:
            await eventually(lambda: _all_sent(pool))
        finally:
            second.kill()
            second.wait()
        ids = [mail["Message-ID"] for mail in server.mails]
        assert len(ids) == 4 and len(set(ids)) == 3
        assert {mail["To"] for mail in server.mails} == {TO_LIN, TO_WANG, TO_ZHAO}
        await at.sends()
        assert len(server.mails) == 4


async def _all_sent(pool: asyncpg.Pool) -> bool:
    return bool(await pool.fetchval("select count(*) = 3 from ledger.mail where state = 'sent'"))


def written(events: list[Event]) -> set[str]:
    """All that people wrote in these events."""
    found: set[str] = set()

    def note(value: Any, path: str) -> Any:
        found.update({value} if isinstance(value, str) else map(str, value.values()))
        return value

    for event in events:
        in_private(event.model_dump(mode="json"), private_parts(type(event)), note)
    return {each for each in found if len(each) > 3}


async def test_no_mail_says_what_anybody_wrote_or_what_a_result_is(
    pool: asyncpg.Pool, shared: str, server: MailServer
) -> None:
    """A year with one of every kind of case, and a result in each of its stages."""
    played = [event for event in year()[5:] if not isinstance(event, g.GoalDrafted)]
    for number, story in enumerate(result_stories()[:6]):
        played += renamed(story, number)
    words = written(played)
    assert len(words) > 15
    async with office(pool, shared, server) as at:
        for _, run in groupby(played, key=lambda event: event.stream):
            await at.happens(*run)
        texts = server.texts()
        assert len(server.mails) > 20 and "反馈" in texts and "绩效结果" in texts
        assert [each for each in sorted(words) if each in texts] == []
        assert re.findall(r"(?<![A-Za-z])[ABC](?![A-Za-z])", texts) == []  # the grades there are


def test_settings_that_cannot_be_used_say_what_to_set() -> None:
    bad = (
        {"smtp_url": "mail.example.com", "mail_from": "a@b.c"},
        {"smtp_url": "smtp://mail.example.com"},
        {"smtp_url": "smtp://mail.example.com", "mail_from": "nobody"},
        {"smtp_url": "smtp://u:geheim@mail.example.com?tls=no", "mail_from": "a@b.c"},
        {"smtp_url": "smtp://mail.example.com", "mail_from": "a@b.c", "mail_kinds": "asked,all"},
        {"smtp_url": "smtp://mail.example.com", "mail_from": "a@b.c", "smtp_password_file": Path("/none")},
    )
    for given in bad:
        with pytest.raises(SettingsProblem) as problem:
            mailing_of(Settings(**given))
        assert "CAIRN_" in str(problem.value) and "geheim" not in str(problem.value)
    assert mailing_of(Settings()) is None
    found = mailing_of(Settings(smtp_url="smtp://u:p%40ss@mail.example.com", mail_from="Cairn <a@b.c>"))
    assert found is not None and found.server == ("mail.example.com", 587, "starttls", "u", "p@ss")


def test_nobody_gets_mail_of_a_year_that_is_only_played() -> None:
    script = load_script(Path(__file__).parents[2] / "examples" / "company" / "cycle.yaml")
    own = own_settings(Settings(smtp_url="smtp://mail.example.com", mail_from="a@b.c"), script)
    assert mailing_of(own) is None
    servers = Addresses(database_dsn="postgresql://here", temporal_address="here:7233")
    assert (
        environment(own, servers)["CAIRN_SMTP_URL"] == ""
    )  # what stands in the environment is not handed on


async def test_a_password_is_never_said_on_a_line_that_others_can_read(server: MailServer) -> None:
    """The server has no TLS, and the address asks for it."""
    mailing = mailing_of(settings(server))
    assert mailing is not None
    asked = mailing.server._replace(tls="starttls", user="cairn", password="geheim")
    with pytest.raises(ServerAway):
        async with connected(asked):
            pass
    assert server.mails == []
