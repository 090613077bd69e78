"""How far the sealed order is behind, and which transaction holds it back."""

from dataclasses import dataclass
from pathlib import Path

import asyncpg

from cairn.ledger.statements import read_statements

_SQL = read_statements(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class Horizon:
    """`sealed`: last position. `unsealed`: events not sealed yet, the oldest of them `lag` seconds old.

    `sealer` is who leads the sealing, as "name host:process", None where nobody does.

    The rest describes the oldest transaction that has written and not ended, in any database of the cluster,
    for nothing above it can be sealed; all None if there is none. `age` in seconds, `statement` what it runs or ran
    last. A login that may not read other sessions' statistics (pg_read_all_stats) sees only its own.
    """

    sealed: int
    unsealed: int
    lag: float
    oldest_xid: int | None
    pid: int | None
    application: str | None
    database: str | None
    age: float | None
    statement: str | None = None
    sealer: str | None = None


async def horizon(pool: "asyncpg.Pool[asyncpg.Record]") -> Horizon:
    """The state of the sealed order now."""
    row = await pool.fetchrow(_SQL["horizon"])
    assert row is not None  # the statement always gives one row
    return Horizon(**row)
