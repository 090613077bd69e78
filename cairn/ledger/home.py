"""Where a ledger lives: it takes nothing in anywhere else until an operator opens the next epoch for it there."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import asyncpg

from cairn.ledger.statements import read_statements

_SQL = read_statements(Path(__file__).with_suffix(".sql"))

Place = Literal["home", "copied", "restored", "upgraded", "forked"]
"""Where the database is, beside where its last epoch was opened:

- `home`: nothing has changed;
- `copied`: in another database of the same cluster;
- `restored`: in another cluster, whose transaction ids are behind those of the log;
- `upgraded`: in another cluster, whose transaction ids go on after those of the log, as `pg_upgrade` leaves them;
- `forked`: in its place, on another timeline: a replica was promoted, or a point in time was recovered. Transaction ids
  go on, so appends go on as well; what was recorded after the fork is not there.
"""


class AwayFromHome(Exception):
    """The ledger is in another cluster or database than the one it was recorded in: nothing is recorded or sealed."""

    def __init__(self) -> None:
        super().__init__(
            "This ledger is not where it was recorded: it was restored, copied or upgraded. Nothing is recorded or "
            "sealed until an operator has run `cairn ledger open-epoch`; `--dry-run` shows what that does."
        )


class OpeningRefused(Exception):
    """No epoch was opened: `why` is home (there is no need), standby (this server follows another one) or busy (an
    append or a backup did not end within ten seconds)."""

    def __init__(self, why: Literal["home", "standby", "busy"]) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Home:
    """The last epoch with the place where it was opened (`kept_…`), and the place where the ledger is now.

    `cluster` is the system identifier that initdb gave it, `database` the database's oid, `timeline` that of the
    write-ahead log; `timeline` and `next_xid` are None on a standby. `highest_xid` is the last epoch's highest
    transaction id, `next_xid` the one the next transaction here gets.
    """

    epoch: int
    opened_at: datetime
    opened_by: str | None
    reason: str | None
    kept_cluster: int
    cluster: int
    kept_database: int | None
    database: int
    kept_timeline: int | None
    timeline: int | None
    highest_xid: int
    next_xid: int | None

    @property
    def place(self) -> Place:
        if self.cluster != self.kept_cluster:
            return "restored" if self.next_xid is None or self.highest_xid >= self.next_xid else "upgraded"
        if self.database != self.kept_database:
            return "copied"
        return "home" if self.timeline in (None, self.kept_timeline) else "forked"

    @property
    def takes_appends(self) -> bool:
        """Whether events are recorded here, as far as the place decides it."""
        return self.place in ("home", "forked")


async def home(pool: "asyncpg.Pool[asyncpg.Record]") -> Home:
    """Where the ledger is now."""
    row = await pool.fetchrow(_SQL["home"])
    assert row is not None  # a ledger has at least its first epoch
    return Home(**row)


async def ledger_id(pool: "asyncpg.Pool[asyncpg.Record]") -> str:
    """What tells a ledger from others, wherever it is restored: where and when its first epoch was opened."""
    row = await pool.fetchrow(_SQL["first"])
    assert row is not None
    return f"{row['system_identifier']} {row['opened_at'].astimezone(UTC).isoformat()}"


async def unsealed(pool: "asyncpg.Pool[asyncpg.Record]") -> int:
    """How many events come after the last sealed one."""
    count: int = await pool.fetchval(_SQL["unsealed"])
    return count


async def strays(pool: "asyncpg.Pool[asyncpg.Record]") -> int:
    """Events that lie among sealed ones and in no segment: appended away from home, by a program that did not know it.

    They read as if they were not there, and others at wrong positions; the next epoch takes them in. Counts all events.
    """
    count: int = await pool.fetchval(_SQL["strays"]) or 0
    return count


async def open_epoch(pool: "asyncpg.Pool[asyncpg.Record]", *, by: str, reason: str) -> int:
    """Opens the next epoch where the ledger is now and gives its number; who did it and why is kept with it.

    The events of earlier epochs keep their order and positions, what is unsealed of them is sealed next, and whatever
    is recorded from now on comes after. Raises OpeningRefused.
    """
    try:
        number: int = await pool.fetchval(_SQL["open"], by, reason)
    except asyncpg.LockNotAvailableError:
        raise OpeningRefused("busy") from None
    except asyncpg.PostgresError as error:
        match error.sqlstate:
            case "LG008":
                raise OpeningRefused("home") from None
            case "LG009":
                raise OpeningRefused("standby") from None
        raise
    return number
