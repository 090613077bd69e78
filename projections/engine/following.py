"""How far those who follow the log beside the read models have come, and which one of several leads."""

from typing import Any

from projections.engine.sql import queries

_SQL = queries("following")
Connection = Any  # asyncpg's connection, bare or lent by a pool


async def lead(connection: Connection, name: str) -> bool:
    """Whether this session follows under a name from now on; no other can while it lasts."""
    return bool(await connection.fetchval(_SQL["lead"], name))


async def cursor_of(connection: Connection, name: str) -> int:
    """The sealed position up to which everything is done; 0 before anything is."""
    return int(await connection.fetchval(_SQL["cursor"], name))


async def keep_cursor(connection: Connection, name: str, position: int) -> None:
    """Records that everything up to a position is done."""
    await connection.execute(_SQL["keep"], name, position)
