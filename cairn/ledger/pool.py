"""Opens the connections the ledger works with: no work between two uses, and no transaction left hanging."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

LOST = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that was cut off in the middle of an answer
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TransactionTimeoutError,
)
"""What a connection that is gone, or cannot be had now, shows as: whoever runs for good waits a little and goes on."""

PASSING = (
    *LOST,
    TimeoutError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.SyntaxOrAccessError,
)
"""What is no event's fault: it passes by itself, or when whoever broke a table or a right has mended it."""

UNWRITABLE = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)
"""What a text with a character shows as that Postgres cannot hold: U+0000, in a parameter or within JSON."""

CUT_AT_ONCE = (
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
)
"""What a session shows as that was there and is cut before its settings are made: another one is worth a try."""

TRANSACTION_LIMIT = "5s"
"""A transaction that has written holds back every reader of sealed events, whatever became of its program: the server
ends one that takes longer (Postgres 17 and later), and one that waits for its program so long (any Postgres)."""

# Said once the session is there: a pooler between here and the server takes few parameters at the start.
_SESSION = {
    "idle_in_transaction_session_timeout": TRANSACTION_LIMIT,
    "jit": "off",
    # A program that is cut off leaves a session behind: the server asks whether it is still there.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
}
_KEEPALIVE = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 10_000}
"""The same the other way round: what this process asks of its connections, in seconds, tries and milliseconds."""
_LIMITED = 17  # the first version of Postgres that can end a transaction for its age

Connection = Any
"""asyncpg's connection, bare or lent by a pool."""


def application_name(name: str) -> str:
    """What the database's lists of sessions show: the name, then the host and the process it runs in."""
    return f"{applications_here(name)}{os.getpid()}"[:63]


def applications_here(name: str) -> str:
    """What those lists show of every process of this host begins with this."""
    return f"{name} {socket.gethostname()[:30]}:"


async def open_pool(
    dsn: str,
    *,
    role: str | None = None,
    size: int = 10,
    application: str = "cairn",
    reads_only: bool = False,
    limit: str = TRANSACTION_LIMIT,
) -> "asyncpg.Pool[asyncpg.Record]":
    """A pool of up to `size` connections to `dsn`, acting as `role` (cairn_writer, cairn_reader, …) if given.

    No transaction takes longer than `limit` ("0": as long as it takes) unless it says so itself (`unlimited`). With
    `reads_only` nothing can be written, so that nothing is held back and reading may take its time. asyncpg's own pools
    send a reset query after every use, a second round trip for each append. Nothing in Cairn changes a session's
    settings and leaves them so; this pool does not.
    """

    async def prepare(connection: Connection) -> None:
        reads = {"default_transaction_read_only": "on", "transaction_timeout": "0"}
        await _prepare(connection, reads if reads_only else {"transaction_timeout": limit})

    for last in (False, False, True):
        try:
            return await asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=size,
                server_settings=_at_the_start(application, role),
                init=prepare,
                reset=_as_it_is,
            )
        except CUT_AT_ONCE:
            if last:
                raise
    raise AssertionError("the last try returns or raises")


async def connect(dsn: str, *, application: str) -> Connection:
    """A session of its own, with the settings of a pool's: for whoever holds something by its session."""
    connection = await asyncpg.connect(dsn, timeout=10, server_settings=_at_the_start(application))
    await _prepare(connection, {})
    return connection


@asynccontextmanager
async def unlimited(connection: Connection) -> AsyncIterator[None]:
    """Statements that take their time and hold no transaction id meanwhile: reading a whole table, building an index.

    For as long as the context lasts; a session that was lost in it has nothing left to set back.
    """
    limits = ["statement_timeout", *(["transaction_timeout"] if can_limit(connection) else [])]
    before = {name: await connection.fetchval(f"show {name}") for name in limits}
    for name in limits:
        await connection.execute(f"set {name} = 0")
    try:
        yield
    finally:
        if not is_gone(connection):
            for name, value in before.items():
                await connection.execute(f"set {name} = '{value}'")


def is_gone(connection: Connection) -> bool:
    """Whether the session has ended; a pool takes one that has away from whoever borrowed it."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


def can_limit(connection: Connection) -> bool:
    """Whether this Postgres can end a transaction for its age."""
    return bool(connection.get_server_version().major >= _LIMITED)


def _at_the_start(application: str, role: str | None = None) -> dict[str, str]:
    return {"application_name": application} | ({"role": role} if role else {})


async def _prepare(connection: Connection, more: Mapping[str, str]) -> None:
    """The settings of a session, those that this Postgres knows, and keepalives at this end too."""
    _keep_alive(connection)
    settings = {**_SESSION, "transaction_timeout": TRANSACTION_LIMIT, **more}
    if not can_limit(connection):
        del settings["transaction_timeout"]
    await connection.execute("; ".join(f"set {name} = '{value}'" for name, value in settings.items()))


def _keep_alive(connection: Connection) -> None:
    """Has the kernel find out that the other end is gone, where nothing is said on the connection either."""
    bare = getattr(connection, "_con", connection)  # a pool lends its connections in a wrapping
    transport = getattr(bare, "_transport", None)  # asyncpg has no word for it
    line = transport.get_extra_info("socket") if transport is not None else None
    if line is None or line.family == socket.AF_UNIX:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


async def _as_it_is(connection: object) -> None:
    """Leaves a released connection as it is; asyncpg itself has ended its transaction and its listeners."""


def stop_if_cancelled(error: BaseException) -> None:
    """Ends the task that catches `error` if it was told to stop meanwhile.

    Giving back a connection that was cut off fails as well, and that failure takes the place of the cancellation:
    whoever goes on after LOST would go on for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError from error
