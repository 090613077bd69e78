"""Where everything is measured: Cairn's own Postgres as it ships, forced to the disk, and its own Temporal server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from cairn.ledger import open_pool
from cairn.settings import Settings
from cairn_portal.servers import data_folder, postgres, temporal
from cairn_portal.servers.migrate import migrate_all
from cairn_portal.servers.steps import Step

Pool = asyncpg.Pool


def silent(_step: Step) -> None:
    """Starting servers is no part of a benchmark's output."""


class Stand:
    """Servers in a folder of their own. `slow` makes every commit wait 1.5 ms more, as cloud disks do."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settings = Settings(home=home, database=None, temporal_address=None, language="en")
        self.server = ""

    async def start(self) -> None:
        data_folder.make(self.home)
        self.server = await postgres.start(self.settings, silent)

    def stop(self) -> None:
        temporal.stop(self.home)
        postgres.stop(self.home)

    async def temporal(self) -> str:
        return await temporal.start(self.settings, silent)

    def address(self, name: str) -> str:
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    @asynccontextmanager
    async def database(self, name: str, *, migrated: bool = True) -> AsyncIterator[str]:
        """A new database with ledger and read models, dropped afterwards."""
        await self._execute(f"drop database if exists {name} with (force)")
        await self._execute(f"create database {name}")
        try:
            if migrated:
                await migrate_all(self.address(name))
            yield self.address(name)
        finally:
            await self._execute(f"drop database if exists {name} with (force)")

    @asynccontextmanager
    async def slow_disk(self, slow: bool) -> AsyncIterator[None]:
        if not slow:
            yield
            return
        await self._settings(commit_delay="1500", commit_siblings="0")
        try:
            yield
        finally:
            await self._settings(commit_delay="default", commit_siblings="default")

    async def _settings(self, **settings: str) -> None:
        for name, value in settings.items():
            await self._execute(f"alter system set {name} = {value}")
        await self._execute("select pg_reload_conf()")
        await asyncio.sleep(0.5)

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.server)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@asynccontextmanager
async def connected(dsn: str, size: int) -> AsyncIterator[Pool]:
    """A pool with every connection open, so that no contestant pays for connecting."""
    pool = await open_pool(dsn, size=size, application="cairn-bench", limit="0")
    try:
        lent = [await pool.acquire() for _ in range(size)]
        for connection in lent:
            await pool.release(connection)
        yield pool
    finally:
        await asyncio.wait_for(pool.close(), 10)
