"""What holds the sealing back is named by the status, with what to do."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from cairn.application import operation
from cairn.domain.cycle.events import RehearsalAdvanced
from cairn.ledger import open_pool
from cairn.settings import Settings
from tests.portal.conftest import Cairn
from tests.projections.chat_service import fake_chat_service
from tests.projections.given import append, new
from tests.projections.mail_server import taking_mail


@pytest_asyncio.fixture(loop_scope="session")
async def holder(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """Somebody else's program that has written, and does something else since."""
    connection = await asyncpg.connect(
        settings.database, server_settings={"application_name": "a nightly report"}
    )
    await connection.execute("begin; create temporary table report (line text)")
    yield connection
    await connection.close()


async def test_the_status_names_the_transaction_that_holds_sealing_back(
    cairn: Cairn, settings: Settings, holder: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operation, "STALLED", 0.0)
    async with await open_pool(settings.database or "", size=1) as pool:
        now = datetime.now(UTC)
        mark = RehearsalAdvanced(cycle="nobodys", instant=now, by="system", at=now)  # no read model folds it
        await append(pool, mark.stream, [new(mark)])
    told = await cairn("status", CAIRN_LANGUAGE="en", COLUMNS="400")
    assert told.code == 1
    assert f"pg_terminate_backend({holder.get_server_pid()})" in told.out
    assert "a nightly report" in told.out and "create temporary table report" in told.out


async def test_a_writing_transaction_that_is_too_old_is_named_before_anything_waits(
    cairn: Cairn, holder: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operation, "TOO_OLD", 0.0)
    told = await cairn("status", CAIRN_LANGUAGE="zh", COLUMNS="400")
    assert told.code == 1 and "封存停在一个未结束的写事务后面" in told.out


async def test_the_status_names_who_seals(cairn: Cairn) -> None:
    told = await cairn("status", CAIRN_LANGUAGE="en", COLUMNS="400")
    assert "cairn-sealer" in told.out


async def test_the_status_names_whom_mail_did_not_reach_until_it_is_tried_again(
    cairn: Cairn, settings: Settings
) -> None:
    connection = await asyncpg.connect(settings.database)
    failed = "insert into ledger.mail (person, state, why, ended_at) values ($1, 'failed', $2, now())"
    await connection.executemany(failed, [("E005", "refused:550"), ("E006", "no_address")])
    told = await cairn("status", CAIRN_LANGUAGE="en", COLUMNS="400")
    assert told.code == 1
    assert "1 mail to 1 person (E005) could not be delivered: the mail server refuses the address" in told.out
    assert "(code 550)" in told.out and "(E006) could not be delivered: the roster has no address" in told.out
    assert "重新发送 1 封" in (await cairn("mail", "retry", "E005", CAIRN_LANGUAGE="zh")).out
    await cairn("mail", "retry")
    again = await cairn("status", CAIRN_LANGUAGE="en", COLUMNS="400")
    assert "E005" not in again.out and "E006" not in again.out
    await connection.execute("delete from ledger.mail")
    await connection.close()


async def test_the_doctor_says_whether_the_mail_server_lets_us_in(cairn: Cairn) -> None:
    async with taking_mail() as server:
        own = {"CAIRN_SMTP_URL": server.url, "CAIRN_MAIL_FROM": "cairn@example.com", "CAIRN_LANGUAGE": "en"}
        assert "set CAIRN_PORTAL_URL" in (await cairn("doctor", COLUMNS="400", **own)).out
        away = await cairn("doctor", COLUMNS="400", **own | {"CAIRN_SMTP_URL": "smtp://127.0.0.1:9"})
        assert away.code == 1 and "127.0.0.1:9 cannot be used: the mail server does not answer" in away.out
        unset = await cairn("doctor", COLUMNS="400", **own | {"CAIRN_MAIL_FROM": ""})
        assert "Set CAIRN_MAIL_FROM" in unset.out


async def test_the_status_names_whom_chat_did_not_reach_and_which_messages_are_in_doubt(
    cairn: Cairn, settings: Settings
) -> None:
    connection = await asyncpg.connect(settings.database)
    failed = (
        "insert into ledger.mail (way, person, state, why, ended_at) values ('chat', $1, 'failed', $2, now())"
    )
    await connection.executemany(failed, [("E005", "chat"), ("role:hr", "in_doubt")])
    told = await cairn("status", CAIRN_LANGUAGE="en", COLUMNS="400")
    assert told.code == 1
    assert "1 chat message for 1 reader (E005) could not be delivered" in told.out
    assert "(role:hr) may have been delivered or not" in told.out and "mail to" not in told.out
    assert "重新发送 1 条消息" in (await cairn("chat", "retry", "role:hr", CAIRN_LANGUAGE="zh")).out
    assert (await cairn("mail", "retry", "--json")).json == {"mails": 0}, "mail has nothing to do with it"
    assert (await cairn("chat", "retry", "--json")).json == {"messages": 1}
    await connection.execute("delete from ledger.mail")
    await connection.close()


async def test_the_operator_tries_a_channel_and_the_doctor_reads_the_file(
    cairn: Cairn, tmp_path: Path
) -> None:
    async with fake_chat_service() as service:
        file = tmp_path / "chat.yaml"
        file.touch(mode=0o600)
        file.write_text(
            f"channels:\n- {{to: everybody, address: '{service.address}/of/{{id}}', language: en}}\n"
            f"- {{to: 'role:hr', address: '{service.address}/hr'}}\n",
            "utf-8",
        )
        own = {"CAIRN_CHAT_FILE": str(file), "CAIRN_LANGUAGE": "en", "COLUMNS": "400"}
        assert (await cairn("chat", "try", "E1", **own)).code == 0
        assert (await cairn("chat", "try", "role:hr", **own)).code == 0
        assert [each.room for each in service.messages] == ["of/E1", "hr"]
        service.refusing = {"hr"}
        refused = await cairn("chat", "try", "role:hr", **own)
        assert refused.code == 1 and "did not take" in refused.out
        assert (await cairn("chat", "try", "role:hr", "--json", **own)).json == {
            "taken": False,
            "in_doubt": False,
        }
        assert "no channel for role:auditor" in (await cairn("chat", "try", "role:auditor", **own)).err
        assert "2 entries in" in (await cairn("doctor", **own)).out
        file.chmod(0o644)
        told = await cairn("doctor", **own)
        assert "chmod 600" in told.out and service.address not in told.out
