"""Which one of several leads, where several follow the log under one name beside the read models."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import asyncpg

from cairn.ledger import LOST, Connection, application_name, connect, stop_if_cancelled
from projections.engine.sql import queries

STAND_BY = 0.25
"""Seconds between two tries to become the one who leads."""
SILENCE = "2min"
"""What a leader may take between two words. From one that is frozen or cut off the server takes the session, and with
it the lock; what two that lead for a moment do twice has no effect."""

_SQL = queries("following")

log = logging.getLogger(__name__)


async def lead(
    dsn: str,
    name: str,
    led: Callable[[Connection], Awaitable[None]],
    pause: float,
    passing: tuple[type[Exception], ...] = (),
) -> None:
    """Has `led` done under a name by whoever leads, until cancelled, whatever happens to servers meanwhile: after a
    pause of so many seconds it is begun anew. `passing` are errors beside those of Postgres that pass by themselves.
    """
    foreseen: tuple[type[BaseException], ...] = (asyncpg.PostgresError, TimeoutError, *LOST, *passing)
    while True:
        try:
            async with leading(dsn, name) as connection:
                await led(connection)
        except foreseen as error:
            stop_if_cancelled(error)
            log.warning("%s is interrupted: %s; trying again", name, error)
            await asyncio.sleep(pause)


@asynccontextmanager
async def leading(dsn: str, name: str) -> AsyncIterator[Connection]:
    """The session of the one who follows under a name, once no other does; the lead ends with the context.

    `dsn` is the address of a login that keeps read models. Whoever loses the session has lost the lead.
    """
    connection = await connect(dsn, application=application_name(f"cairn-{name}"))
    try:
        await connection.execute(f"set idle_session_timeout = '{SILENCE}'")
        while not await connection.fetchval(_SQL["lead"], name):  # noqa: ASYNC110 - the leader is elsewhere
            await asyncio.sleep(STAND_BY)
        yield connection
    finally:
        if not connection.is_closed():
            with suppress(asyncpg.PostgresError, TimeoutError, *LOST):
                await connection.close(timeout=1)


async def keep_lead(connection: Connection) -> None:
    """Says that the leader is there; raises what LOST lists where it has lost its session."""
    await connection.execute("select 1")
