"""Whether an address leads to sessions of one's own, or to a pooler that lends them for a transaction at a time."""

from secrets import token_hex

import asyncpg

from cairn.ledger.pool import Connection, application_name

_TRIES = 5  # transactions in a row
_LEFT_BEHIND = "select current_setting('cairn.session', true)"


async def shares_sessions(dsn: str) -> bool:
    """True where what a connection sets, locks or listens to may be another one's at the next statement.

    A server says the number of its process when a session begins; behind a pooler that is not the process which
    answers. Whether the pooler keeps a server's session for a connection is then tried: the process that answers may
    not change, and nobody may find the mark that another has left.
    """
    one, other = await _connected(dsn), await _connected(dsn)
    try:
        if await _process(one) == one.get_server_pid() and await _process(other) == other.get_server_pid():
            return False
        processes = {await _process(one) for _ in range(_TRIES)}
        return len(processes) > 1 or await _finds_a_foreign_mark(one, other)
    finally:
        await one.close(timeout=5)
        await other.close(timeout=5)


async def _connected(dsn: str) -> Connection:
    settings = {"application_name": application_name("cairn-sessions")}
    return await asyncpg.connect(dsn, timeout=10, statement_cache_size=0, server_settings=settings)


async def _process(connection: Connection) -> int:
    """The process that answers."""
    async with connection.transaction():
        found: int = await connection.fetchval("select pg_backend_pid()")
        return found


async def _finds_a_foreign_mark(one: Connection, other: Connection) -> bool:
    """Whether the other connection finds the mark that one has left, or one does not find it again."""
    mark = token_hex(8)
    await one.execute(f"set cairn.session = '{mark}'")
    async with other.transaction():
        taken = await other.fetchval(_LEFT_BEHIND) == mark
        async with one.transaction():
            kept = await one.fetchval(_LEFT_BEHIND) == mark
    return taken or not kept
