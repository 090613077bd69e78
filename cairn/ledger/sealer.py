"""Freezes the order: one leader turns what no running transaction can precede any more into segments."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from cairn.ledger.home import AwayFromHome
from cairn.ledger.merkle import GENESIS, chained_root, tree
from cairn.ledger.pool import (
    LOST,
    Connection,
    application_name,
    can_limit,
    connect,
    is_gone,
    stop_if_cancelled,
)
from cairn.ledger.statements import read_statements

_SQL = read_statements(Path(__file__).with_suffix(".sql"))
_LARGEST = 4096  # events in a segment: folding them keeps the event loop for a few milliseconds
_STAND_BY = 0.2  # seconds between two tries to become the leader, or to reach the database again
_ANSWER_WITHIN = 8.0  # seconds until a leader that hears nothing from the database takes its session for lost
_LEADING = {"idle_session_timeout": "5s", "transaction_timeout": "3s"}
"""A leader says something every moment. From one that is frozen or cut off the server takes the session, and with it
the lock, so that another can lead."""

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class Sealer:
    """Seals the events of one ledger every `interval` seconds; any number may stand by for the leader."""

    def __init__(self, dsn_or_pool: "str | asyncpg.Pool[asyncpg.Record]", *, interval: float = 0.01) -> None:
        self._source = dsn_or_pool
        self._interval = interval

    async def run(self) -> None:
        """Leads, or stands by until the leader's session ends, until cancelled. Reconnects when it has to."""
        while True:
            try:
                # The limits come first: whoever is cut off just when it has the lock must lose it, too.
                async with self._connection() as connection, _watched(connection):
                    await self._stand_by(connection)
                    await self._lead(connection)
            except LOST as error:
                stop_if_cancelled(error)
                log.warning("The sealer lost its connection and tries again: %s", error)
                await asyncio.sleep(_STAND_BY)

    async def _stand_by(self, connection: Connection) -> None:
        """Waits until the leader is gone and this session holds the lock."""
        while not await _answered(connection, connection.fetchval(_SQL["lead"])):  # noqa: ASYNC110 - it is elsewhere
            await asyncio.sleep(_STAND_BY)

    async def _lead(self, connection: Connection) -> None:
        """Seals on the session that holds the lock: whoever lost the lock has lost the voice as well."""
        while True:
            try:
                _, full = await _answered(connection, _seal(connection))
            except asyncpg.UniqueViolationError:
                continue  # seal_once was quicker by a moment; look again
            if not full:
                await asyncio.sleep(self._interval)

    async def seal_once(self) -> int:
        """Seals all that is below the horizon and returns the last position; safe beside a running sealer.

        What a transaction still running anywhere in the cluster might precede (an autovacuum is one) waits.
        """
        async with self._connection() as connection:
            while True:
                try:
                    position, full = await _seal(connection)
                except asyncpg.UniqueViolationError:
                    continue  # the leader sealed the same events a moment earlier
                if not full:
                    return position

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        if not isinstance(self._source, str):
            async with self._source.acquire() as connection:
                yield connection
            return
        own = await connect(self._source, application=application_name("cairn-sealer"))
        try:
            yield own
        finally:
            if not own.is_closed():
                with suppress(*LOST):
                    await own.close(timeout=1)


@asynccontextmanager
async def _watched(connection: Connection) -> AsyncIterator[None]:
    """A session that leads or will, with the limits of a leader; at the end it is as it was, without the lock."""
    limits = {name: value for name, value in _LEADING.items() if _knows(connection, name)}
    before = {name: await connection.fetchval(f"show {name}") for name in limits}
    try:
        for name, value in limits.items():
            await connection.execute(f"set {name} = '{value}'")
        yield
    finally:
        if not is_gone(connection):
            async with asyncio.timeout(1):
                await connection.execute("select pg_advisory_unlock_all()")
                for name, value in before.items():
                    await connection.execute(f"set {name} = '{value}'")


def _knows(connection: Connection, setting: str) -> bool:
    return setting != "transaction_timeout" or can_limit(connection)


async def _answered(connection: Connection, asked: Coroutine[Any, Any, Answer]) -> Answer:
    """The answer; a session that gives none in time is ended at this end. Raises TimeoutError then."""
    try:
        async with asyncio.timeout(_ANSWER_WITHIN):
            return await asked
    except TimeoutError:
        connection.terminate()
        raise


async def _seal(connection: Connection) -> tuple[int, bool]:
    """Seals one segment. Returns the last position and whether there may be more to seal at once."""
    found = await connection.fetchrow(_SQL["unsealed"], _LARGEST)
    if not found["at_home"]:
        raise AwayFromHome
    if not found["n"]:
        return found["last_position"], False
    no, prev_root = found["last_no"] + 1, found["last_root"] or GENESIS
    leaves = [found["leaves"][i : i + 32] for i in range(0, len(found["leaves"]), 32)]
    place = {"no": no, "epoch": found["epoch"], "base_position": found["last_position"], "n": found["n"]}
    tree_root = tree(leaves)
    root = chained_root(prev_root, tree_root, **place, sealed_at=found["sealed_at"])
    sealed = await connection.fetchrow(
        _SQL["seal"],
        no,
        found["last_position"],
        found["first_xid"],
        found["first_id"],
        found["last_xid"],
        found["last_id"],
        found["sealed_at"],
        found["n"],
        found["epoch"],
        tree_root,
        prev_root,
        root,
    )
    return sealed["position"], found["n"] >= _LARGEST or not found["is_last_epoch"]
