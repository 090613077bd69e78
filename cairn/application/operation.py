"""How the ledger itself does: how far it is sealed, and what keeps it from being sealed further."""

from typing import Literal, NamedTuple

import asyncpg

from cairn.ledger import Horizon, horizon

STALLED = 5.0
"""Seconds events may wait for their seal before something is wrong."""
TOO_OLD = 10.0
"""Seconds after which a writing transaction is somebody's mistake: those of Cairn's own logins are ended before."""
Trouble = Literal["blocked", "unattended"]
"""Sealing waits behind an open writing transaction, or nobody seals at all."""


class LogState(NamedTuple):
    """The state of the log; `trouble` is None while sealing keeps up."""

    horizon: Horizon
    trouble: Trouble | None

    @property
    def events(self) -> int:
        """All events in the log, sealed or not."""
        return self.horizon.sealed + self.horizon.unsealed


class Operation:
    """What operators ask of one ledger."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    async def log(self) -> LogState:
        """How far the log is sealed now, and what is wrong where it is late."""
        now = await horizon(self.pool)
        if now.age is not None and now.age > TOO_OLD:
            return LogState(now, "blocked")
        if not now.unsealed or now.lag <= STALLED:
            return LogState(now, None)
        return LogState(now, "unattended" if now.oldest_xid is None else "blocked")
