"""What is to be sent by mail or chat, and what was, beside the log: a crash neither loses nor doubles any of it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple
from uuid import UUID

import asyncpg

from cairn.ledger.statements import read_statements

_SQL = read_statements(Path(__file__).with_suffix(".sql"))
State = Literal["waiting", "sent", "unneeded", "failed"]
Way = Literal["mail", "chat"]
"""How notices are sent: each way has its own place in the log and its own mails, and holds back no other."""
SENDING, IN_DOUBT = "sending", "in_doubt"


class Mail(NamedTuple):
    """One mail that is due: `tries` failed so far, `made_at` is when its notices were put together."""

    id: UUID
    person: str
    tries: int
    made_at: datetime


class Undelivered(NamedTuple):
    """So many mails to somebody that were given up (`failed`) or failed and are tried again (`waiting`), the first made
    at `since`. `why` is a code: `no_address`, `address`, `unreachable`, `login`, `sender`, `refused:550`, `in_doubt`,
    `chat` …"""

    person: str
    state: State
    why: str
    mails: int
    since: datetime


class Outbox:
    """`pool` reads, `writing` writes. One sender at a time changes it; a second one does no harm but a mail twice, and
    not even that where each claims what it sends. What is here called a mail is a message where `way` is chat, and its
    person may be a role (`role:hr`)."""

    def __init__(self, pool: asyncpg.Pool, writing: asyncpg.Pool, way: Way = "mail") -> None:
        self._pool, self._writing, self._way = pool, writing, way

    async def begin(self, position: int) -> None:
        """Nothing up to this position is sent, where nothing was ever looked for."""
        await self._writing.execute(_SQL["begin"], position, self._way)

    async def position(self) -> int:
        """Every notice up to here was looked for."""
        return int(await self._writing.fetchval(_SQL["position"], self._way) or 0)

    async def found(self, notices: Sequence[tuple[int, str]], after: int, upto: int, oldest: float) -> None:
        """Notes (position, person) of each notice to be sent, found after `after`, and that all up to `upto` were. What
        was recorded longer ago than so many seconds is not sent any more."""
        positions, people = [each[0] for each in notices], [each[1] for each in notices]
        await self._writing.execute(_SQL["found"], positions, people, after, upto, oldest, self._way)

    async def gather(self, within: float) -> None:
        """Puts together what came to somebody within so many seconds, or while a mail to them is put off."""
        await self._writing.execute(_SQL["gather"], within, self._way)

    async def due(self, most: int) -> list[Mail]:
        """The mails to be sent now, the longest due first."""
        return [Mail(**row) for row in await self._writing.fetch(_SQL["due"], most, self._way)]

    async def notices_of(self, mail: UUID) -> list[int]:
        """The positions of the notices that a mail was made of."""
        return [row["position"] for row in await self._writing.fetch(_SQL["notices_of"], mail)]

    async def end(self, mail: UUID, state: State, why: str | None = None) -> None:
        """The last word on a mail; that it was sent overrules that it is in doubt."""
        await self._writing.execute(_SQL["end"], mail, state, why, int(state != "unneeded"))

    async def again(self, mail: UUID, why: str, after: float) -> None:
        """This try failed; the next one is in so many seconds."""
        await self._writing.execute(_SQL["again"], mail, why, after)

    async def claim(self, mail: UUID) -> bool:
        """Whether it is this sender's to hand over: it is due, and nobody else hands it over. From here on until its
        end is noted, nobody knows whether it was taken."""
        return await self._writing.fetchval(_SQL["claim"], mail, SENDING) is not None

    async def settle_doubts(self) -> None:
        """What was being handed over when its sender was lost is not sent a second time by itself, but told."""
        await self._writing.execute(_SQL["settle_doubts"], SENDING, IN_DOUBT, self._way)

    async def put_off(self, mail: UUID, until: datetime) -> None:
        """It is not sent before then."""
        await self._writing.execute(_SQL["put_off"], mail, until)

    async def server_away(self, why: str, given_up_after: float) -> None:
        """No mail can be sent now; what has waited for so many seconds is given up."""
        await self._writing.execute(_SQL["server_away"], why, given_up_after, self._way)

    async def undelivered(self) -> list[Undelivered]:
        """What could not be delivered, by person and reason."""
        return [Undelivered(**row) for row in await self._pool.fetch(_SQL["undelivered"], self._way)]

    async def retry(self, person: str | None = None) -> int:
        """Has what was given up tried again (of one person); how many mails those are."""
        return len(await self._writing.fetch(_SQL["retry"], person, self._way))
