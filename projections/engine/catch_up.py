"""Keeping read models up with the sealed log: catch up once, follow for good, wait for a position, say how far."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic

import asyncpg

from cairn.ledger import LOST, stop_if_cancelled
from projections.engine.catalog import PROJECTIONS, Projection, chosen, projection
from projections.engine.folding import advance, cursor_of, live
from projections.engine.sql import queries

SQL = queries("catch_up")
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

    Windows are as large as the backlog, at most `window` events, each one transaction. One look finds out whom the next
    window concerns, and only those fold. Safe to run anywhere any number of times at once. Returns the cursor each
    projection reached.
    """
    wanted = chosen(names)
    found = await _look(pool, wanted, upto, window)
    turns = asyncio.Semaphore(AT_ONCE)

    async def bring(row: asyncpg.Record) -> int:
        if row["cursor"] >= row["goal"]:
            return int(row["cursor"])
        async with turns, pool.acquire() as connection:
            copy = live(PROJECTIONS[row["name"]])
            return await advance(connection, copy, row["goal"], window, concerned=row["concerned"] or 0)

    reached = await asyncio.gather(*(bring(row) for row in found), return_exceptions=True)
    for outcome in reached:
        if isinstance(outcome, BaseException):
            raise outcome
    return {row["name"]: at for row, at in zip(found, reached, strict=True) if isinstance(at, int)}


async def _look(
    pool: asyncpg.Pool, wanted: list[Projection], upto: int | None, window: int
) -> list[asyncpg.Record]:
    """Each projection with its cursor after the look, the end of the window that concerns it, and how far to go."""
    names = [each.name for each in wanted]
    pairs = [(each.name, type_) for each in wanted for type_ in each.types or (None,)]
    asked = (names, [name for name, _ in pairs], [type_ for _, type_ in pairs], upto, window)
    found: list[asyncpg.Record] = await pool.fetch(SQL["look"], *asked)
    if len(found) < len(names):
        await pool.execute(SQL["register"], names)
        found = await pool.fetch(SQL["look"], *asked)
    return found


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
            except (asyncpg.PostgresError, *LOST) as error:
                stop_if_cancelled(error)
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
    await pool.execute(SQL["register"], names)
    sealed = await pool.fetchval(SQL["sealed_position"])
    rows = await pool.fetch(SQL["status"], sealed, names)
    return [ProjectionStatus(**dict(row)) for row in rows]
