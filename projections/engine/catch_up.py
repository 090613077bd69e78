"""Keeping read models up with the sealed log: catch up once, follow for good, wait for a position, say how far."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from time import monotonic
from typing import NamedTuple

import asyncpg

from cairn.application.stored_events import known_versions
from cairn.ledger import LOST, stop_if_cancelled
from projections.engine.catalog import folding, joined_by, read_model, with_joins
from projections.engine.folding import SQL as CURSOR
from projections.engine.folding import fold_until, live_target
from projections.engine.parking import retry_known
from projections.engine.read_model import ReadModel
from projections.engine.sql import queries

SQL = queries("catch_up")
CHANNEL = "cairn_sealed"
WINDOW = 20_000
CONCURRENT_FOLDS = 4
SOON, USUALLY = 0.004, 0.04
"""Seconds: how often somebody who waits looks, for as long as it usually takes; less and less often after that."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProjectionStatus:
    """How far a read model is behind the log, in events and in seconds, and how many streams it has parked."""

    name: str
    cursor: int
    lag_events: int
    lag_seconds: float
    parked: int


async def catch_up(
    pool: asyncpg.Pool, *, names: Iterable[str] | None = None, upto: int | None = None, window: int = WINDOW
) -> dict[str, int]:
    """Folds what is sealed, up to `upto` (the last seal by default), into the named read models and those they join.

    All read models by default. Windows are as large as the backlog, at most `window` events, each one transaction.
    Rounds: one statement finds out whom the next window concerns and how far those it joins let each go, and only the
    concerned fold, at the same time; a read model that was held back by one it joins goes on in the next round. Safe
    to run anywhere any number of times at once. Returns the cursor each read model with a fold reached.
    """
    models, end = with_joins(names), upto
    while True:
        reached, end, done = await _round(pool, models, end, window)
        if done:
            return reached


class _Round(NamedTuple):
    """The cursor each read model reached, the end of the log as the round found it, and whether nothing is left to do
    up to there."""

    reached: dict[str, int]
    end: int
    done: bool


async def _round(pool: asyncpg.Pool, models: list[ReadModel], upto: int | None, window: int) -> _Round:
    """Folds the next window into each read model that it concerns and that is held back by none it joins."""
    backlog = await _backlog(pool, models, upto, window)
    reached = {row["name"]: int(row["cursor"]) for row in backlog}
    end = next((row["log_end"] for row in backlog), 0)
    ready = [row for row in backlog if row["cursor"] < row["upto"]]
    reached |= await _fold_all(pool, ready, window)
    return _Round(reached, end, not ready or min(reached.values()) >= end)


async def _fold_all(pool: asyncpg.Pool, ready: list[asyncpg.Record], window: int) -> dict[str, int]:
    """Folds each of these read models to where it may go; the cursors they reached."""
    slots = asyncio.Semaphore(CONCURRENT_FOLDS)

    async def fold_one(row: asyncpg.Record) -> int:
        async with slots, pool.acquire() as connection:
            target = live_target(read_model(row["name"]))
            return await fold_until(connection, target, row["upto"], window, known_end=row["concerned"] or 0)

    outcomes = await asyncio.gather(*(fold_one(row) for row in ready), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return {row["name"]: at for row, at in zip(ready, outcomes, strict=True) if isinstance(at, int)}


async def _backlog(
    pool: asyncpg.Pool, models: list[ReadModel], upto: int | None, window: int
) -> list[asyncpg.Record]:
    """Each read model's cursor after the statement, how far it may go, and the end of a window that concerns it."""
    names = [model.name for model in models]
    known = [(type_, version) for type_, last in known_versions().items() for version in range(1, last + 1)]
    reads, joins = _declared(tuple(models))
    arguments = (names, *reads, upto, window, *joins, *_columns(known))
    rows: list[asyncpg.Record] = await pool.fetch(SQL["backlog"], *arguments)
    if len(rows) < len(names):
        await pool.execute(CURSOR["register"], names)
        rows = await pool.fetch(SQL["backlog"], *arguments)
    return rows


@lru_cache(maxsize=16)
def _declared(models: tuple[ReadModel, ...]) -> tuple[tuple[str, str], tuple[str, str]]:
    """What these read models fold and what they join, as columns: (name, event type), (name, joined name)."""
    reads = [(model.name, type_) for model in models for type_ in model.event_types]
    joins = [(model.name, joined.name) for model in models for joined in joined_by(model)]
    return _columns(reads), _columns(joins)


def _columns(pairs: Iterable[tuple[str, object]]) -> tuple[str, str]:
    """The two columns of pairs, each the text of a Postgres array; names of types and read models need no quotes."""
    pairs = list(pairs)
    return _array(first for first, _ in pairs), _array(second for _, second in pairs)


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


@dataclass
class Follower:
    """Keeps the named read models up with the log for as long as `run` runs; woken by the sealer, polling besides.

    Holds one connection of the pool for listening and reconnects when it is lost. `last_error` is what the last
    round failed with, None while all is well. Seconds: `poll` between rounds where nothing wakes it, `gathers` between
    being woken out of rest and the round, so that whoever gave a command has the answer first and what is sealed next
    comes along.
    """

    pool: asyncpg.Pool
    names: tuple[str, ...] | None = None
    poll: float = 0.25
    gathers: float = 0.005
    window: int = WINDOW
    last_error: str | None = None
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        pause = self.poll
        while True:
            try:
                await self._follow()
            except (asyncpg.PostgresError, *LOST) as error:
                stop_if_cancelled(error)
                self.last_error = str(error)
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
                await retry_known(self.pool, self.names or folding())
                models = with_joins(self.names)
                while not connection.is_closed():
                    # No end is kept from round to round: what was sealed meanwhile comes along with what is left.
                    done = (await _round(self.pool, models, None, self.window)).done
                    self.last_error = None
                    if done:
                        await self._wait()
            finally:
                if not connection.is_closed():
                    await connection.remove_listener(CHANNEL, self._wake)

    def _wake(self, *_: object) -> None:
        self._woken.set()

    async def _wait(self) -> None:
        if self._woken.is_set():  # more was sealed during the round: it has been gathered
            self._woken.clear()
            return
        try:
            async with asyncio.timeout(self.poll):
                await self._woken.wait()
            await asyncio.sleep(self.gathers)
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

    Waits for those it joins, too; one without a fold is as far as the last of them. Raises TimeoutError saying which
    is how far. Somebody else (a Follower) does the folding.
    """
    names = [model.name for model in with_joins([name])]
    began, pause = monotonic(), SOON
    while (last := await _last_of(pool, names)).cursor < position:
        waited = monotonic() - began
        if waited >= timeout:
            joined = "" if last.name == name else f"joins {last.name}, which "
            raise TimeoutError(
                f"the read model {name} {joined}is at {last.cursor}, not yet at {position}, after {timeout:g} s"
            )
        await asyncio.sleep(pause)
        pause = SOON if waited < USUALLY else min(pause * 1.5, 0.05)
    return last.cursor


async def cursor_of(pool: asyncpg.Pool, *names: str) -> int:
    """How far these read models and those they join are, by the last of them."""
    wanted = [model.name for model in with_joins(names)]
    return (await _last_of(pool, wanted)).cursor


async def whole(pool: asyncpg.Pool, name: str) -> int:
    """Everything up to here is in a read model, nothing parked; 0 for one that has never been folded."""
    return int(await pool.fetchval(SQL["whole"], name) or 0)


class _Position(NamedTuple):
    cursor: int
    name: str


async def _last_of(pool: asyncpg.Pool, names: list[str]) -> _Position:
    """The one that is behind the others; 0 for one that has never been folded."""
    rows = await pool.fetch(SQL["cursors"], names)
    cursors = {row["name"]: int(row["cursor"]) for row in rows}
    return min(_Position(cursors.get(name, 0), name) for name in names)


async def status(pool: asyncpg.Pool) -> list[ProjectionStatus]:
    """Every read model with a fold, its cursor, its lag and its parked streams; lag in seconds is the age of the first
    event not yet folded."""
    names = list(folding())
    sealed = await pool.fetchval(SQL["sealed_position"])
    rows = await pool.fetch(SQL["status"], sealed, names)
    return [ProjectionStatus(**dict(row)) for row in rows]
