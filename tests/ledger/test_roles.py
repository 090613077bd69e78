"""Nobody can change or remove what is recorded, whoever they are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from cairn.ledger import Ledger, Sealer, horizon, open_pool
from tests.ledger.given import seal_all, to

CHANGES = [
    "update ledger.event set actor = 'someone else'",
    "delete from ledger.event",
    "truncate ledger.event",
    "update ledger.segment set sealed_at = now()",
    "delete from ledger.segment",
    "truncate ledger.segment",
    "truncate ledger.segment, ledger.epoch cascade",
    "delete from ledger.epoch",
]


@asynccontextmanager
async def acting_as(dsn: str, role: str) -> AsyncIterator[Any]:
    """A pool that has nothing but the role's rights."""
    async with await open_pool(dsn, role=role, size=2) as pool:
        yield pool


@pytest.fixture
async def recorded(pool: Any) -> None:
    """A ledger with something in it."""
    await Ledger(pool).append([to("goal-1", 0, "submit", 2)])
    await seal_all(pool)


@pytest.mark.parametrize("role", ["cairn_writer", "cairn_sealer", "cairn_reader", "postgres"])
async def test_no_role_not_even_the_owner_changes_or_removes_anything(
    recorded: None, database: str, pool: Any, role: str
) -> None:
    """Reading that changes what is read."""
    before = await pool.fetch("select * from ledger.event")
    owner = await pool.fetchval("select current_user")
    async with acting_as(database, owner if role == "postgres" else role) as acting:
        for change in CHANGES:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await acting.execute(change)
    assert await pool.fetch("select * from ledger.event") == before


async def test_a_writer_appends_and_reads_and_nothing_else(recorded: None, database: str) -> None:
    async with acting_as(database, "cairn_writer") as pool:
        ledger = Ledger(pool)
        await ledger.append([to("goal-1", 2, "approve")])
        await ledger.append([to("goal-1", 3, "adjust", 2), to("goal-2", 0, "adjust")])
        assert (await ledger.append([to("goal-1", 2, "approve")])).replayed
        assert len(await ledger.read_stream("goal-1")) == 5
        assert await ledger.wait_sealed("goal-1", 2, 1) == 2
        for past_the_gate in (
            "insert into ledger.event (xid) values ('7')",
            "insert into ledger.segment select * from ledger.segment",
            "select nextval('ledger.event_id')",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await pool.execute(past_the_gate)


async def test_a_sealer_seals_and_cannot_append(recorded: None, database: str, pool: Any) -> None:
    await Ledger(pool).append([to("goal-1", 2, "approve")])
    async with acting_as(database, "cairn_sealer") as sealing:
        assert await Sealer(sealing).seal_once() == 3
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await Ledger(sealing).append([to("goal-1", 3, "close")])


async def test_a_reader_reads_and_cannot_append(recorded: None, database: str) -> None:
    async with acting_as(database, "cairn_reader") as pool:
        ledger = Ledger(pool)
        assert len(await ledger.read_sealed(after=0)) == 2
        assert len(await ledger.as_of("goal-1", position=1)) == 1
        assert (await horizon(pool)).sealed == 2
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ledger.append([to("goal-1", 2, "approve")])
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ledger.append([to("goal-1", 2, "approve", 2)])
