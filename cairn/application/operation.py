"""How the ledger itself does: how far it is sealed, what keeps it from being sealed further, whether it is at home."""

from typing import Literal, NamedTuple

import asyncpg

from cairn.ledger import (
    Home,
    Horizon,
    Verified,
    home,
    horizon,
    ledger_id,
    open_epoch,
    strays,
    unsealed,
    verify,
)
from cairn.ledger.verifying import OnProgress

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
    home: Home

    @property
    def events(self) -> int:
        """All events in the log, sealed or not."""
        return self.horizon.sealed + self.horizon.unsealed


class Opening(NamedTuple):
    """What opening an epoch would find: `sealed` events keep their positions, `unsealed` ones get the next ones,
    `strays` (taken in away from home by an earlier program) come after them."""

    home: Home
    sealed: int
    unsealed: int
    strays: int

    @property
    def needed(self) -> bool:
        return self.home.place != "home"


class Operation:
    """What operators ask of one ledger."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    async def log(self) -> LogState:
        """How far the log is sealed now, and what is wrong where it is late."""
        now, where = await horizon(self.pool), await home(self.pool)
        if now.age is not None and now.age > TOO_OLD:
            return LogState(now, "blocked", where)
        if not now.unsealed or now.lag <= STALLED:
            return LogState(now, None, where)
        return LogState(now, "unattended" if now.oldest_xid is None else "blocked", where)

    async def home(self) -> Home:
        """Where the ledger is, beside where its last epoch was opened."""
        return await home(self.pool)

    async def ledger_id(self) -> str:
        """What tells this ledger from others, wherever it is restored."""
        return await ledger_id(self.pool)

    async def opening(self) -> Opening:
        """What opening the next epoch would do now; nothing is changed."""
        return Opening(
            await home(self.pool),
            (await horizon(self.pool)).sealed,
            await unsealed(self.pool),
            await strays(self.pool),
        )

    async def open_epoch(self, *, by: str, reason: str) -> int:
        """Opens the next epoch where the ledger is now; `by` and `reason` are kept with it. Raises OpeningRefused."""
        return await open_epoch(self.pool, by=by, reason=reason)

    async def verify(self, on_progress: OnProgress | None = None) -> Verified:
        """Every hash of the log again from what is stored, and the chain of segments."""
        return await verify(self.pool, on_progress)
