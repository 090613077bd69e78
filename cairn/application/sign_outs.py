"""Sessions of the portal that are taken back before they end: a laptop was stolen, a password is known to others."""

from pathlib import Path

import asyncpg

from cairn.ledger.statements import read_statements

_SQL = read_statements(Path(__file__).with_suffix(".sql"))


class SignOuts:
    """Sessions are told by when they began, on the database's clock, so that all portals agree on what was before."""

    def __init__(self, pool: asyncpg.Pool, writing: asyncpg.Pool) -> None:
        self._pool, self._writing = pool, writing

    async def now(self) -> float:
        """Seconds since 1970 by the database's clock: when a session begins."""
        return float(await self._pool.fetchval(_SQL["now"]))

    async def end(self, person: str) -> None:
        """Ends every session of somebody that has begun by now."""
        await self._writing.execute(_SQL["end"], person)

    async def is_over(self, person: str, begun: float) -> bool:
        """Whether a session of somebody that began then was ended."""
        return bool(await self._pool.fetchval(_SQL["is_over"], person, begun))
