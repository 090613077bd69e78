"""What holds the sealing back is named by the status, with what to do."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest
import pytest_asyncio

from cairn.application import operation
from cairn.domain.cycle.events import RehearsalAdvanced
from cairn.ledger import open_pool
from cairn.settings import Settings
from tests.portal.conftest import Cairn
from tests.projections.given import append, new


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
