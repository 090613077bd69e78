"""A sealer whose line is cut, or that hears nothing any more, stops leading, and another leads within ten seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from cairn.ledger import Ledger, Sealer, sealer
from cairn.ledger.pool import connect
from tests.ledger.disturbing import beside
from tests.ledger.given import to

GOES_ON_WITHIN = 10  # seconds


class Line:
    """A line to the database that can go dead: what is sent on it arrives nowhere, and neither end is told."""

    def __init__(self, dsn: str) -> None:
        self.place = urlsplit(dsn)
        self.alive = asyncio.Event()
        self.alive.set()
        self.through = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The address of the database by this line."""
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        netloc = f"{self.place.username}:{self.place.password}@127.0.0.1:{port}"
        try:
            yield self.place._replace(netloc=netloc).geturl()
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(self.place.hostname, self.place.port)
        for source, target in ((reader, there[1]), (there[0], writer)):
            task = asyncio.create_task(self._carry(source, target))
            self._tasks.add(task)

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self.alive.wait()
                target.write(data)
                self.through += len(data)
        target.close()


async def who_leads(pool: Any) -> int | None:
    """The database's process of the session that leads."""
    found: int | None = await pool.fetchval(
        "select pid from pg_locks where locktype = 'advisory' and classid = 7161696 and objid = 1 and granted"
        " and database = (select oid from pg_database where datname = current_database())"
    )
    return found


async def somebody_leads(pool: Any) -> int:
    async with asyncio.timeout(GOES_ON_WITHIN):
        while (found := await who_leads(pool)) is None:  # noqa: ASYNC110 - it is in the database
            await asyncio.sleep(0.01)
    return found


async def test_another_seals_when_the_leader_is_cut_off_and_the_lost_one_comes_back(
    pool: Any, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealer, "_ANSWER_WITHIN", 1.0)
    ledger, line = Ledger(pool), Line(database)
    async with line.open() as way, beside(Sealer(way).run()):
        first = await somebody_leads(pool)
        async with beside(Sealer(database).run()):
            line.alive.clear()
            await ledger.append([to("goal-1", 0, "first")])
            await ledger.wait_sealed("goal-1", 1, GOES_ON_WITHIN)
            assert await who_leads(pool) != first
            line.alive.set()
        await ledger.append([to("goal-1", 1, "second")])
        await ledger.wait_sealed("goal-1", 2, 2 * GOES_ON_WITHIN)


async def test_the_server_ends_a_transaction_that_its_program_leaves_hanging(
    pool: Any, database: str
) -> None:
    """Whoever is stopped in the middle of one holds back all readers for no longer than the limit."""
    ledger = Ledger(pool)
    hanging = await connect(database, application="a writer")
    await hanging.execute("begin")
    await hanging.execute("select pg_current_xact_id()")
    async with beside(Sealer(database).run()):
        await ledger.append([to("goal-1", 0, "first")])
        assert await ledger.wait_sealed("goal-1", 1, GOES_ON_WITHIN) == 1
    assert hanging.is_closed()
