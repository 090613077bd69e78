"""Follows the last seal for those who wait for it: woken by the sealer, with a poll as the truth."""

import asyncio
from pathlib import Path

import asyncpg

from cairn.ledger.pool import LOST, stop_if_cancelled
from cairn.ledger.statements import read_statements

_SQL = read_statements(Path(__file__).with_name("store.sql"))
CHANNEL = "cairn_sealed"
POLL = 0.25  # seconds between two looks when no notice comes: one may be lost with its connection

Key = tuple[int, ...]  # (epoch, transaction id, event id): the sealed order


class Tail:
    """One connection listens for all waiters of a ledger, and only while somebody waits."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._last: Key = (0, 0, 0)
        self._waiters: dict[asyncio.Future[None], Key] = {}
        self._following: asyncio.Task[None] | None = None

    async def reaches(self, key: Key, timeout: float) -> bool:  # noqa: ASYNC109
        """Whether the event with this key is sealed within `timeout` seconds."""
        if key <= self._last:
            return True
        waiter = asyncio.get_running_loop().create_future()
        self._waiters[waiter] = key
        if self._following is None or self._following.done():
            self._following = asyncio.create_task(self._follow())
        try:
            async with asyncio.timeout(timeout):
                await waiter
            return True
        except TimeoutError:
            return False
        finally:
            self._waiters.pop(waiter, None)
            await self._stop_without_waiters()

    async def _stop_without_waiters(self) -> None:
        """Gives the connection back when the last waiter has gone, so that the pool can close."""
        following = self._following
        if self._waiters or following is None:
            return
        self._following = None
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    async def _follow(self) -> None:
        while self._waiters:
            try:
                await self._follow_connected()
            except LOST as error:
                stop_if_cancelled(error)
                await asyncio.sleep(POLL)

    async def _follow_connected(self) -> None:
        sealed = asyncio.Event()

        def wake(*_notice: object) -> None:
            sealed.set()

        async with self._pool.acquire() as connection:
            await connection.add_listener(CHANNEL, wake)
            try:
                while self._waiters:
                    sealed.clear()
                    self._look(await connection.fetchrow(_SQL["last_key"]))
                    if not self._waiters:
                        return
                    try:
                        async with asyncio.timeout(POLL):
                            await sealed.wait()
                    except TimeoutError:
                        continue
            finally:
                if not connection.is_closed():
                    await connection.remove_listener(CHANNEL, wake)

    def _look(self, last: "asyncpg.Record | None") -> None:
        self._last = tuple(last) if last else self._last
        for waiter, key in self._waiters.items():
            if key <= self._last and not waiter.done():
                waiter.set_result(None)
