"""The read models' tests run on real Postgres with the real ledger, in one database that each test finds empty."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from cairn.ledger import migrate, open_pool
from projections.engine.sql import MIGRATIONS
from tests.databases import Databases, databases

__all__ = ["databases", "pool"]

# Emptying takes milliseconds where a new database takes tenths of a second. The ledger's triggers forbid it for
# good reason, so they are off in this session.
_EMPTY = """
set session_replication_role = replica;
do $$
declare
    it record;
begin
    for it in select schemaname, tablename from pg_tables
              where schemaname in ('ledger', 'read') and tablename not in ('epoch', 'migration') loop
        execute format('delete from %I.%I', it.schemaname, it.tablename);
    end loop;
end $$;
"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(databases: Databases) -> AsyncIterator[str]:
    """The address of a database with the ledger and the read models."""
    dsn = await databases.migrated()
    await migrate(dsn, folders=[MIGRATIONS])
    yield dsn
    await databases.drop(dsn)


@pytest_asyncio.fixture(loop_scope="session")
async def pool(shared: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on that database with nothing in it."""
    connection = await asyncpg.connect(shared)
    await connection.execute(_EMPTY)
    await connection.close()
    async with await open_pool(shared, size=12) as opened:
        yield opened
