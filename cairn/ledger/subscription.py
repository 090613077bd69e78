"""Following the log: a position kept in Postgres, a filter that scans nothing else, and streams that wait for a cure.

One event that cannot be taken holds back its stream in that subscription, and no other stream: it is parked, shown,
tried again or left out with a reason. What cannot be taken because a server is away is nobody's fault and comes again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

import asyncpg

from cairn.ledger.event import StoredEvent
from cairn.ledger.home import AwayFromHome
from cairn.ledger.pool import PASSING
from cairn.ledger.statements import read_statements
from cairn.ledger.type_reader import TypeReader
from cairn.ledger.upcast import NEWER

_SQL = read_statements(Path(__file__).with_suffix(".sql"))
LONGEST_REASON = 500
"""Characters of an error that are kept."""
Handle = Callable[[StoredEvent], Awaitable[object]]
"""Takes one event. Taking it again has no effect: after a crash it may be given again."""
Opened = Callable[[list[StoredEvent]], Awaitable[list[StoredEvent]]]
"""Makes rows readable that are stored encrypted."""
Asked = Literal["retry", "skip"]


class PositionMoved(Exception):
    """Somebody else has moved the position meanwhile: look again where it is."""


class Page(NamedTuple):
    """The next events of a subscription; with them everything of its types in (after, upto] is taken."""

    after: int
    upto: int
    events: list[StoredEvent]


class _Failed(NamedTuple):
    event: StoredEvent
    reason: str


@dataclass(frozen=True, slots=True)
class ParkedStream:
    """A stream that waits in a subscription: `version` and `position` are of the event that could not be taken,
    `reason` is why, `behind` how many later ones wait. `asked`: what somebody asked to be done about it, until it
    is done."""

    subscription: str
    stream: str
    version: int
    position: int
    type: str
    reason: str
    attempts: int
    parked_at: datetime
    asked: Asked | None
    behind: int


@dataclass(frozen=True, slots=True)
class Following:
    """How far a subscription is: `waiting` events (counted to 1,000 of a type), the first sealed `lag` seconds ago."""

    name: str
    position: int
    waiting: int
    lag: float
    parked: int


class Subscription:
    """One follower of the log; several processes may hold the same one, and one of them moves the position.

    `pool` reads and `writing` keeps the position. `types` are all the events it wants, `kinds` the kinds of their
    streams. `opened` makes rows readable that are stored encrypted.
    """

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        writing: "asyncpg.Pool[asyncpg.Record]",
        name: str,
        types: Sequence[str],
        kinds: Sequence[str] | None = None,
        *,
        opened: Opened | None = None,
    ) -> None:
        self.name, self.types = name, list(types)
        self._pool, self._writing, self._kinds = pool, writing, kinds
        self._opened = opened or _as_stored
        self._kept: int | None = None
        """The position in the database, as far as this one knows; None until it has asked."""
        self._looked = 0
        """Up to here there is nothing more: looked through since, and not worth a write."""

    @property
    def reached(self) -> int:
        """Up to here it has looked; 0 before it has."""
        return self._looked

    async def position(self) -> int:
        """Everything up to here is taken. Registers the subscription where it is new."""
        found = await self._pool.fetchval(_SQL["position"], self.name)
        await self._writing.execute(_SQL["register"], self.name, self.types)
        self._kept = self._looked = int(found or 0)
        return self._kept

    async def rewind(self) -> None:
        """Goes back to before the first event: everything is given once more."""
        await self.position()
        await self._writing.execute(_SQL["rewind"], self.name)
        self._kept = self._looked = 0

    async def next(self, limit: int) -> Page:
        """The next events, at most `limit`, without those of streams that wait; none where nothing new is sealed."""
        if self._kept is None:
            await self.position()
        kept = self._kept or 0
        upto = await self._pool.fetchval(_SQL["sealed_position"])
        if upto <= self._looked:
            return Page(kept, kept, [])
        reading = TypeReader(self._pool, self.types, self._kinds, self.name)
        await reading.begin_at(self._looked)
        found = await reading.page(upto, limit)
        events = await self._opened(await reading.placed(found))
        if not events:
            self._looked = upto
            return Page(kept, kept, [])
        last = events[-1].position if len(events) == limit else upto
        return Page(kept, last or upto, events)

    async def take(
        self,
        page: Page,
        handle: Handle,
        *,
        at_once: int = 1,
        transient: tuple[type[BaseException], ...] = (),
    ) -> None:
        """Gives each event to `handle`, those of a stream one after the other, and moves the position.

        Streams are taken `at_once` at a time. Any error that is neither PASSING nor `transient` parks the stream of its
        event. Raises those that are, when all others are done, and PositionMoved; the position stays then.
        """
        streams: dict[str, list[StoredEvent]] = {}
        for event in page.events:
            streams.setdefault(event.stream, []).append(event)
        gate = asyncio.Semaphore(at_once)

        async def one(events: Sequence[StoredEvent]) -> _Failed | None:
            async with gate:
                return await _in_order(events, handle, transient)

        done = await asyncio.gather(*map(one, streams.values()), return_exceptions=True)
        for outcome in done:
            if isinstance(outcome, BaseException):
                raise outcome
        await self._advance(page, [each for each in done if isinstance(each, _Failed)])

    async def _advance(self, page: Page, failed: Sequence[_Failed]) -> None:
        if page.upto == page.after:
            return
        moved = await self._writing.fetchval(
            _SQL["advance"],
            self.name,
            page.after,
            page.upto,
            [each.event.stream for each in failed],
            [each.event.version for each in failed],
            [each.event.position for each in failed],
            [each.event.type for each in failed],
            [each.reason for each in failed],
        )
        self._kept = page.upto if moved else None
        if not moved:
            raise PositionMoved(self.name)
        self._looked = page.upto

    async def ask_for_known(self, known: Mapping[str, int]) -> None:
        """Has the streams tried again that wait for a newer program, where this one is it: `known` are the types it
        reads, with the last schema version of each."""
        await self._writing.execute(
            _SQL["ask_for_known"], self.name, NEWER, list(known), list(known.values())
        )

    async def do_what_is_asked(self, handle: Handle, transient: tuple[type[BaseException], ...] = ()) -> None:
        """Takes the parked streams again that somebody asked for; one that fails again stays parked where it fails."""
        for row in await self._pool.fetch(_SQL["asked"], self.name):
            rows = await self._pool.fetch(
                _SQL["waiting_in"], self.name, row["stream"], row["version"], self.types
            )
            waiting = await self._opened([StoredEvent._make(each) for each in rows])
            failed = await _in_order(waiting, handle, transient)
            if failed is None:
                await self._writing.execute(_SQL["release"], self.name, row["stream"])
                continue
            event = failed.event
            await self._writing.execute(
                _SQL["failed_again"],
                self.name,
                row["stream"],
                event.version,
                event.position,
                event.type,
                failed.reason,
            )


async def _as_stored(rows: list[StoredEvent]) -> list[StoredEvent]:
    return rows


async def _in_order(
    events: Sequence[StoredEvent], handle: Handle, transient: tuple[type[BaseException], ...]
) -> _Failed | None:
    """Takes the events of one stream one after the other; the first that cannot be taken."""
    for event in events:
        try:
            await handle(event)
        except Exception as error:
            if isinstance(error, (*PASSING, AwayFromHome, *transient)):
                raise
            return _Failed(event, _reason(error))
    return None


def _reason(error: Exception) -> str:
    """What an error says, on one line that a database can keep."""
    said = " ".join((str(error) or type(error).__name__).replace("\0", "").split())
    return said if len(said) <= LONGEST_REASON else f"{said[:LONGEST_REASON]}…"


async def subscriptions(pool: "asyncpg.Pool[asyncpg.Record]", name: str | None = None) -> list[Following]:
    """Every subscription, or the one of a name: how far it is and what waits for it."""
    return [Following(**row) for row in await pool.fetch(_SQL["subscriptions"], name)]


async def parked_streams(
    pool: "asyncpg.Pool[asyncpg.Record]", subscription: str | None = None
) -> list[ParkedStream]:
    """Every stream that waits, of one subscription or of all."""
    return [ParkedStream(**row) for row in await pool.fetch(_SQL["parked"], subscription)]


async def ask_again(pool: "asyncpg.Pool[asyncpg.Record]", subscription: str, stream: str) -> None:
    """Has whoever follows take a parked stream again. Raises LookupError where it is not parked."""
    if await pool.fetchval(_SQL["ask"], subscription, stream, "retry") is None:
        raise LookupError(f"{stream} is not parked in {subscription}")


async def leave_out(
    pool: "asyncpg.Pool[asyncpg.Record]", subscription: str, stream: str, version: int
) -> None:
    """Leaves an event out of a subscription for good and has the rest of its stream taken. Who decides that records it
    with its reason before."""
    await pool.execute(_SQL["leave_out"], subscription, stream, version)


async def begin_following(
    pool: "asyncpg.Pool[asyncpg.Record]", subscription: str, types: Sequence[str], position: int
) -> None:
    """Has a subscription that is new begin after a position; one that is there stays where it is."""
    await pool.execute(_SQL["begin"], subscription, list(types), position)


async def follow_from(pool: "asyncpg.Pool[asyncpg.Record]", subscription: str, position: int) -> None:
    """Has a subscription go on after a position, be it one that it has come past. Whoever follows looks there again
    once it begins anew."""
    await pool.execute(_SQL["move"], subscription, position)


async def end_following(pool: "asyncpg.Pool[asyncpg.Record]", subscription: str) -> None:
    """Nobody follows under this name any more."""
    await pool.execute(_SQL["end"], subscription)
