"""Each process of Cairn's logs in with the rights of its work, and none of them can change what is recorded."""

import contextlib
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from cairn.ledger import Ledger, Sealer, open_pool
from cairn.settings import Settings
from cairn_portal.servers import logins, postgres
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import rebuild
from tests.ledger.disturbing import batch
from tests.servers.starting import started

BY_DAY = [logins.WORKER, logins.SEALER, logins.FOLDING, logins.PORTAL, logins.BACKUP]
TAMPERING = [
    "update ledger.event set actor = 'somebody else'",
    "delete from ledger.event",
    "truncate ledger.event",
    "truncate ledger.segment, ledger.epoch cascade",
    "update ledger.segment set sealed_at = now()",
    "update ledger.epoch set system_identifier = 1",
    "insert into ledger.event overriding system value select * from ledger.event",
    "alter table ledger.event disable trigger kept",
    "alter table ledger.event disable trigger all",
    "alter table ledger.event rename to gone",
    "alter table ledger.event owner to current_user",
    "alter table ledger.event alter column actor type text",
    "drop trigger kept on ledger.event",
    "create trigger mine before insert on ledger.event execute function ledger.forbid()",
    "create rule mine as on insert to ledger.event do instead nothing",
    "drop table ledger.event cascade",
    "drop schema ledger cascade",
    "create or replace function ledger.forbid() returns trigger language plpgsql as 'begin return new; end'",
    "alter function ledger.append_one(text, integer, uuid, text, integer, timestamptz, text, text, text, text, text,"
    " text) security invoker",
    "set session_replication_role = replica",
    "set role postgres",
    "set role cairn_migration",
    "set session authorization postgres",
    "alter role current_user superuser",
    "grant cairn_migration to current_user",
    "copy ledger.event to program 'cat'",
    "do $$ begin lock table ledger.event in access exclusive mode; end $$",
    "select lo_import('/etc/passwd')",
    "do $$ begin execute 'update ledger.event set actor = 1'; end $$",
]
REFUSED = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.ReadOnlySQLTransactionError,  # a backup writes nothing whatever its rights
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def up(shared: Settings) -> AsyncIterator[Settings]:
    """A database with one event that is sealed."""
    await started(shared)
    async with (
        await open_pool(postgres.login(shared.home, logins.WORKER), size=2) as pool,
        await open_pool(postgres.login(shared.home, logins.SEALER), size=1) as sealing,
    ):
        await Ledger(pool).append([batch("feed-1", 0, "first", 3)])
        await Sealer(sealing).seal_once()
    yield shared


async def recorded(settings: Settings) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(postgres.address(settings.home))
    try:
        rows: list[asyncpg.Record] = await connection.fetch("select * from ledger.event order by id")
        return rows
    finally:
        await connection.close()


@pytest.mark.parametrize("purpose", BY_DAY)
async def test_whatever_a_login_sends_no_event_changes(up: Settings, purpose: str) -> None:
    before = await recorded(up)
    connection = await asyncpg.connect(postgres.login(up.home, purpose))
    try:
        roles = [row["rolname"] for row in await connection.fetch("select rolname from pg_roles")]
        assert "cairn_sealer" in roles and "postgres" in roles
        for role in [None, *roles]:
            await connection.execute("reset role")
            try:
                await connection.execute(f'set role "{role}"' if role else "reset role")
            except asyncpg.InsufficientPrivilegeError:
                continue
            for statement in TAMPERING:
                with pytest.raises(REFUSED):
                    await connection.execute(statement)
            with contextlib.suppress(*REFUSED):  # else a warning, and nothing is granted
                await connection.execute("grant all on ledger.event to public")
            with pytest.raises(REFUSED):
                await connection.execute(TAMPERING[0])
    finally:
        await connection.close()
    assert await recorded(up) == before


@pytest.mark.parametrize("purpose", BY_DAY)
async def test_no_login_of_the_day_is_more_than_it_seems(up: Settings, purpose: str) -> None:
    connection = await asyncpg.connect(postgres.login(up.home, purpose))
    try:
        me = await connection.fetchrow("select * from pg_roles where rolname = current_user")
        assert me is not None and me["rolname"] == logins.NAMES[purpose]
        can = ("rolsuper", "rolcreaterole", "rolcreatedb", "rolreplication", "rolbypassrls")
        assert {right for right in can if me[right]} == set()
    finally:
        await connection.close()


async def test_a_worker_records_a_sealer_seals_and_a_folder_folds_and_rebuilds(up: Settings) -> None:
    async with (
        await open_pool(postgres.login(up.home, logins.WORKER), size=2) as working,
        await open_pool(postgres.login(up.home, logins.SEALER), size=1) as sealing,
        await open_pool(postgres.login(up.home, logins.FOLDING), size=8) as folding,
        await open_pool(postgres.login(up.home, logins.PORTAL), size=2) as asking,
    ):
        await Ledger(working).append([batch("feed-2", 0, "first", 3)])
        end = await Sealer(sealing).seal_once()
        assert set((await catch_up(folding)).values()) == {end}
        assert all(each.equal for each in await rebuild(folding, "reading"))
        for reading in (working, asking):
            assert await reading.fetchval("select count(*) from read.reading") > 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await Ledger(folding).append([batch("feed-3", 0, "first", 1)])
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await Sealer(working).seal_once() if await Ledger(working).append(
                [batch("feed-3", 0, "first", 1)]
            ) else None


async def test_the_server_itself_ends_what_takes_too_long_and_leaves_migrations_and_backups_alone(
    up: Settings,
) -> None:
    found = {}
    for purpose in logins.NAMES:
        connection = await asyncpg.connect(postgres.login(up.home, purpose))
        found[purpose] = (
            await connection.fetchval("show transaction_timeout"),
            await connection.fetchval("show idle_session_timeout"),
        )
        await connection.close()
    assert found == {
        logins.WORKER: ("5s", "0"),
        logins.SEALER: ("3s", "5s"),
        logins.FOLDING: ("5s", "0"),
        logins.PORTAL: ("5s", "0"),
        logins.MIGRATION: ("0", "0"),
        logins.BACKUP: ("0", "0"),
    }
