"""Keeping read models up with the sealed log: catch up once, follow for good, wait for a position, say how far."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic

import asyncpg

from projections.catalog import PROJECTIONS, Projection, chosen, projection
from projections.folding import advance, cursor_of, live
from projections.sql import queries

CHANNEL = "cairn_sealed"
WINDOW = 20_000
AT_ONCE = 4
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProjectionStatus:
    """How far a projection is behind the log, in events and in seconds, and how many streams it has parked."""

    name: str
    cursor: int
    lag_events: int
    lag_seconds: float
    parked: int


async def catch_up(
    pool: asyncpg.Pool, *, names: Iterable[str] | None = None, upto: int | None = None, window: int = WINDOW
) -> dict[str, int]:
    """Folds what is sealed, up to `upto` (the last seal by default), into the named read models (all by default).

    Windows are as large as the backlog, at most `window` events, each one transaction. Safe to run anywhere
    any number of times at once. Returns the cursor each projection reached.
    """
    wanted = chosen(names)
    await pool.execute(queries("catch_up")["register"], [each.name for each in wanted])
    sealed = await pool.fetchval(queries("catch_up")["sealed_position"])
    end = sealed if upto is None else min(upto, sealed)
    turns = asyncio.Semaphore(AT_ONCE)

    async def bring(each: Projection) -> int:
        async with turns, pool.acquire() as connection:
            return await advance(connection, live(each), end, window)

    reached = await asyncio.gather(*(bring(each) for each in wanted), return_exceptions=True)
    for outcome in reached:
        if isinstance(outcome, BaseException):
            raise outcome
    return {each.name: at for each, at in zip(wanted, reached, strict=True) if isinstance(at, int)}


@dataclass
class Follower:
    """Keeps the named read models up with the log for as long as `run` runs; woken by the sealer, polling besides.

    Holds one connection of the pool for listening and reconnects when it is lost. `trouble` is what the last
    round failed with, None while all is well.
    """

    pool: asyncpg.Pool
    names: tuple[str, ...] | None = None
    poll: float = 0.25
    window: int = WINDOW
    trouble: str | None = None
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        pause = self.poll
        while True:
            try:
                await self._follow()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                self.trouble = str(error)
                log.warning("the read models could not be brought up: %s; trying again", error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
            else:
                pause = self.poll

    async def _follow(self) -> None:
        """Rounds on one listening connection; returns when that connection is gone."""
        async with self.pool.acquire() as connection:
            await connection.add_listener(CHANNEL, self._wake)
            try:
                while not connection.is_closed():
                    await catch_up(self.pool, names=self.names, window=self.window)
                    self.trouble = None
                    await self._wait()
            finally:
                if not connection.is_closed():
                    await connection.remove_listener(CHANNEL, self._wake)

    def _wake(self, *_: object) -> None:
        self._woken.set()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self.poll):
                await self._woken.wait()
        except TimeoutError:
            return
        finally:
            self._woken.clear()


async def wait_for(
    pool: asyncpg.Pool,
    name: str,
    position: int,
    timeout: float = 5.0,  # noqa: ASYNC109
) -> int:
    """Waits until a read model has folded a sealed position; returns its cursor.

    Raises TimeoutError saying how far it is. Somebody else (a Follower) does the folding.
    """
    key = projection(name).name
    end, pause = monotonic() + timeout, 0.005
    while (cursor := await _cursor(pool, key)) < position:
        if monotonic() >= end:
            raise TimeoutError(
                f"the read model {name} is at {cursor}, not yet at {position}, after {timeout:g} s"
            )
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return cursor


async def _cursor(pool: asyncpg.Pool, key: str) -> int:
    async with pool.acquire() as connection:
        return await cursor_of(connection, key)


async def status(pool: asyncpg.Pool) -> list[ProjectionStatus]:
    """Every projection with its cursor, its lag and its parked streams; lag in seconds is the age of the first
    event not yet folded."""
    names = list(PROJECTIONS)
    await pool.execute(queries("catch_up")["register"], names)
    sealed = await pool.fetchval(queries("catch_up")["sealed_position"])
    rows = await pool.fetch(queries("catch_up")["status"], sealed, names)
    return [ProjectionStatus(**dict(row)) for row in rows]
