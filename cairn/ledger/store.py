"""The ledger as the program sees it: append in one round trip, read by stream, by position, as of a time."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from cairn.ledger.conflict import EventRefused, Overtaken, refusal
from cairn.ledger.event import Appended, NewEvent, Proof, StoredEvent, StreamAppend
from cairn.ledger.group_commit import GroupCommit
from cairn.ledger.newer import Newer, newer_events
from cairn.ledger.statements import read_statements
from cairn.ledger.subscription import (
    Subscription,
    ask_again,
    begin_following,
    end_following,
    follow_from,
    leave_out,
)
from cairn.ledger.tail import Tail
from cairn.ledger.type_reader import TypeReader

_SQL = read_statements(Path(__file__).with_suffix(".sql"))
LONGEST_NAME = 500
"""Characters of a stream's name and of a type, which stand in indexes: at most 2,000 bytes."""
LONGEST_FIELD = 1_000
"""Characters of any other field but the data."""
_FIELDS = ("actor", "correlation", "causation", "subject", "cycle")
_MAX_ASKING = 5  # how often an append that was overtaken by its own twin asks again


class Ledger:
    """Appends to and reads from the ledger in the pool's database; `open_pool` makes a fitting pool."""

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        *,
        joined: bool = True,
        writing: "asyncpg.Pool[asyncpg.Record] | None" = None,
    ) -> None:
        """`joined`: appends that are asked for while others are under way share a transaction (see `GroupCommit`).

        `writing`: another pool for the appends, where `pool` only reads.
        """
        self._pool, self._writing = pool, writing or pool
        self._tail = Tail(pool)
        self._record = GroupCommit(self._recorded).record if joined else self._recorded

    async def append(self, appends: Sequence[StreamAppend]) -> Appended:
        """Records all events of all streams, or none, in one round trip and one transaction.

        Asking again with the same ids and content gives the earlier result, even if the streams have moved on since.
        Raises an AppendConflict (WrongExpectedVersion: someone was first; PartlyRecorded: some ids are recorded and
        some are not; IdReused: an id is recorded in another stream or with other content), EventRefused (an event
        that cannot be kept) or AwayFromHome; nothing is written then.
        """
        if not appends:
            return Appended({}, replayed=False)
        _check(appends)
        earlier = await self._record(appends)
        reached = earlier or [append.expected_version + len(append.events) for append in appends]
        streams = [append.stream for append in appends]
        return Appended(dict(zip(streams, reached, strict=True)), replayed=earlier is not None)

    async def _recorded(self, appends: Sequence[StreamAppend], *, hurry: bool = False) -> list[int] | None:
        """The versions of an earlier append of the same events, None if it was recorded just now.

        With `hurry` it raises LockNotAvailableError where it would have to wait for somebody else's transaction.
        """
        statement, arguments = _call(appends, hurry)
        for _ in range(_MAX_ASKING):
            try:
                return await self._ask(statement, *arguments)
            except Overtaken:
                continue
            except asyncpg.UniqueViolationError as error:
                if error.constraint_name not in ("event_follows", "event_recorded_once"):
                    raise
            try:
                return await self._ask(_SQL["settled"], *_heads(appends), *_contents(appends))
            except Overtaken:
                continue
        raise EventRefused("Nothing was recorded: other appends came first again and again. Try again later.")

    async def _ask(self, statement: str, *arguments: Any) -> list[int] | None:
        try:
            answer: list[int] | None = await self._writing.fetchval(statement, *arguments)
            return answer
        except asyncpg.PostgresError as error:
            raise refusal(error) or error from error

    async def read_stream(self, stream: str, *, after: int = 0, upto: int | None = None) -> list[StoredEvent]:
        """The events of a stream with versions in (after, upto], in order; [] if there is no such stream."""
        return _events(await self._pool.fetch(_SQL["stream"], stream, after, upto))

    async def version_of(self, stream: str) -> int:
        """How many events a stream has; 0 if there is no such stream."""
        version: int = await self._pool.fetchval(_SQL["version"], stream)
        return version

    async def read_streams(self, streams: Sequence[str]) -> dict[str, list[StoredEvent]]:
        """All events of several streams in one round trip; a stream that does not exist has []."""
        found: dict[str, list[StoredEvent]] = {stream: [] for stream in streams}
        for event in _events(await self._pool.fetch(_SQL["streams"], list(streams))):
            found[event.stream].append(event)
        return found

    async def versions(self, streams: Sequence[str]) -> dict[str, int]:
        """The version of each of these streams in one round trip, 0 for one that does not exist."""
        rows = await self._pool.fetch(_SQL["versions"], list(streams))
        return {row["stream"]: row["version"] for row in rows}

    async def find(self, ids: Sequence[UUID]) -> list[StoredEvent]:
        """The recorded ones among these event ids, by stream and version."""
        return _events(await self._pool.fetch(_SQL["find"], list(ids)))

    async def read_sealed(
        self, *, after: int, upto: int | None = None, limit: int = 1000, types: Sequence[str] | None = None
    ) -> list[StoredEvent]:
        """At most `limit` events with positions in (after, upto], in order; of these types if given."""
        if types is not None:
            reading = TypeReader(self._pool, types)
            await reading.begin_at(after)
            bound = await self.sealed_position() if upto is None else upto
            return await reading.placed(await reading.page(bound, limit))
        last = after + limit if upto is None else min(upto, after + limit)
        return _events(await self._pool.fetch(_SQL["sealed"], after, last, limit))

    async def sealed_types(self, *, after: int, upto: int, limit: int = 1000) -> list[tuple[int, str, str]]:
        """Position, stream and type of at most `limit` events with positions in (after, upto], in order: what happened
        to what, without a word of it."""
        rows = await self._pool.fetch(_SQL["sealed_types"], after, min(upto, after + limit), limit)
        return [(int(row["position"]), row["stream"], row["type"]) for row in rows]

    async def pages_of(
        self, types: Sequence[str], *, upto: int, after: int = 0, placed: bool = False, limit: int = 5000
    ) -> AsyncIterator[list[StoredEvent]]:
        """All events of these types with positions in (after, upto], in order, page by page; what lies between them is
        not read. With their positions where they are to be `placed`, which costs a look at each of their segments."""
        reading = TypeReader(self._pool, types)
        await reading.begin_at(after)
        while page := await reading.page(upto, limit):
            yield await reading.placed(page) if placed else [each.event for each in page]
            if len(page) < limit:
                return

    def newer(
        self, known: Mapping[str, int], *, upto: int, after: int = 0, kinds: Sequence[str] | None = None
    ) -> AsyncIterator[Newer]:
        """What a newer program wrote (see `newer_events`)."""
        return newer_events(self._pool, known, after=after, upto=upto, kinds=kinds)

    def subscribe(self, name: str, types: Sequence[str], kinds: Sequence[str] | None = None) -> Subscription:
        """The subscription of that name to events of these types, in streams of these kinds (None: in any)."""
        return Subscription(self._pool, self._writing, name, types, kinds, opened=self._opened)

    async def begin_following(self, subscription: str, types: Sequence[str], position: int) -> None:
        """Has a subscription that is new begin after a position; one that is there stays where it is."""
        await begin_following(self._writing, subscription, types, position)

    async def follow_from(self, subscription: str, position: int) -> None:
        """Has a subscription go on after a position, be it one that it has come past."""
        await follow_from(self._writing, subscription, position)

    async def end_following(self, subscription: str) -> None:
        """Nobody follows under this name any more."""
        await end_following(self._writing, subscription)

    async def _opened(self, rows: list[StoredEvent]) -> list[StoredEvent]:
        """The rows as whoever follows gets them; a ledger that encrypts what it stores opens it here."""
        return rows

    async def ask_again(self, subscription: str, stream: str) -> None:
        """Has whoever follows take a parked stream again. Raises LookupError where it is not parked."""
        await ask_again(self._writing, subscription, stream)

    async def leave_out(self, subscription: str, stream: str, version: int) -> None:
        """Leaves an event out of a subscription for good and has the rest of its stream taken. Who decides that records
        it with its reason before."""
        await leave_out(self._writing, subscription, stream, version)

    async def sealed_position(self) -> int:
        """The last sealed position, 0 while nothing is sealed."""
        position: int = await self._pool.fetchval(_SQL["sealed_position"])
        return position

    async def sealed_before(self, seconds: float) -> int:
        """The last position that was sealed so many seconds ago, 0 while nothing was."""
        position: int = await self._pool.fetchval(_SQL["sealed_before"], seconds)
        return position

    async def wait_sealed(self, stream: str, version: int, timeout: float) -> int:  # noqa: ASYNC109
        """Waits until that event is sealed and returns its position.

        Raises LookupError if there is no such event and TimeoutError after `timeout` seconds.
        """
        key = await self._pool.fetchrow(_SQL["event_key"], stream, version)
        if key is None:
            raise LookupError(f"{stream} has no version {version}.")
        if not await self._tail.reaches(tuple(key), timeout):
            raise TimeoutError(
                f"Version {version} of {stream} was not sealed within {timeout} s: "
                "is a sealer running, and does a long transaction hold it back? `cairn status` tells."
            )
        position: int = await self._pool.fetchval(_SQL["position_of"], *key)
        return position

    async def wait_types_sealed(self, types: Sequence[str], timeout: float) -> int:  # noqa: ASYNC109
        """Waits until every event of these types that is recorded now is sealed; returns the sealed position.

        Whoever computes from the sealed log waits with this, so that nothing acknowledged before is left out.
        Raises TimeoutError after `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while await self._pool.fetchval(_SQL["unsealed"], list(types)):  # noqa: ASYNC110 - the sealer is elsewhere
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise TimeoutError(
                f"Events of {', '.join(types)} were not sealed within {timeout} s: "
                "is a sealer running, and does a long transaction hold it back? `cairn status` tells."
            ) from None
        return await self.sealed_position()

    async def proofs(self, stream: str) -> dict[int, Proof]:
        """Where in the sealed order each event of a stream stands, and its hash, by version."""
        rows = await self._pool.fetch(_SQL["proofs"], stream)
        return {row["version"]: Proof(row["position"], row["leaf"]) for row in rows}

    async def as_of(
        self,
        stream: str,
        *,
        position: int | None = None,
        recorded: datetime | None = None,
        occurred: datetime | None = None,
    ) -> list[StoredEvent]:
        """The stream as it stood: up to a sealed position, as recorded by a time, as had occurred by a time.

        Several bounds hold together: what was known at `recorded` of what had happened by `occurred`.
        """
        return _events(await self._pool.fetch(_SQL["as_of"], stream, position, recorded, occurred))


def _check(appends: Sequence[StreamAppend]) -> None:
    """Refuses what no database is needed to refuse."""
    for append in appends:
        if not append.stream or not append.events or append.expected_version < 0:
            at = f"{append.stream!r} at version {append.expected_version}"
            raise EventRefused(f"There is nothing to append to {at}.")
    streams = {append.stream for append in appends}
    events = [event for append in appends for event in append.events]
    _refuse_lacking(appends)
    types = {event.type for event in events}
    texts = {text for field in _FIELDS for text in set(map(attrgetter(field), events))}
    if not _can_be_kept(streams | types, texts):
        _refuse_first(appends)
    if len(streams) < len(appends):
        raise EventRefused("An append names a stream twice: put all its events into one StreamAppend.")
    if len({event.id for event in events}) < len(events):
        raise EventRefused("Two events of one append have the same id: the ordinal belongs into the id.")


def _refuse_lacking(appends: Sequence[StreamAppend]) -> None:
    """Refuses the first event that lacks something."""
    for append in appends:
        for event in append.events:
            if not event.type or not event.actor or event.schema_version < 1:
                raise EventRefused(f"An event for {append.stream} lacks its type, actor or schema version.")
            if event.occurred_at.tzinfo is None:
                raise EventRefused(f"{event.type} for {append.stream}: occurred_at has no time zone.")


def _texts(event: NewEvent) -> tuple[str | None, ...]:
    return tuple(getattr(event, field) for field in _FIELDS)


def _can_be_kept(names: Collection[str], texts: Collection[str | None]) -> bool:
    """Whether an index and a text of Postgres can hold all of these."""
    written = [text for text in texts if text]
    short = max(map(len, names)) <= LONGEST_NAME and max(map(len, written), default=0) <= LONGEST_FIELD
    return short and not any(sign in text for text in (*names, *written) for sign in ("\0", "\n"))


def _refuse_first(appends: Sequence[StreamAppend]) -> None:
    """Refuses the first event with something that would stop whoever reads it."""
    for append in appends:
        for event in append.events:
            names, at = (append.stream, event.type), f"{event.type[:40]} for {append.stream[:40]}"
            texts = [text for text in (*names, *_texts(event)) if text]
            if any("\0" in text for text in texts):
                raise EventRefused(f"{at} holds a NUL, which no text of the log can.")
            if any("\n" in text for text in texts):
                raise EventRefused(f"{at} holds a line break in a field other than its data.")
            if not _can_be_kept(names, _texts(event)):
                raise EventRefused(
                    f"{at}: stream and type have {LONGEST_NAME} characters at most, "
                    f"actor, correlation, causation, subject and cycle {LONGEST_FIELD:,}."
                )


def _call(appends: Sequence[StreamAppend], hurry: bool) -> tuple[str, tuple[Any, ...]]:
    """The statement for these appends and its arguments: scalars for a single event, else columns."""
    if len(appends) == 1 and len(appends[0].events) == 1 and not hurry:
        append, event = appends[0], appends[0].events[0]
        return _SQL["append_one"], (append.stream, append.expected_version, *_fields(event))
    return _SQL["append_in_a_hurry" if hurry else "append"], _columns(appends)


def _columns(appends: Sequence[StreamAppend]) -> tuple[Any, ...]:
    """What ledger.append takes, each as a text with a line for each stream or event; the data as a list."""
    events = [event for append in appends for event in append.events]
    moments = {at: at.isoformat() for at in {event.occurred_at for event in events}}
    columns = (
        [append.stream for append in appends],
        [str(append.expected_version) for append in appends],
        [str(at) for at, append in enumerate(appends, 1) for _ in append.events],
        [event.id.hex for event in events],
        [event.type for event in events],
        [str(event.schema_version) for event in events],
        [moments[event.occurred_at] for event in events],
        [event.actor for event in events],
        [event.correlation or "" for event in events],
        [event.causation or "" for event in events],
        [event.subject or "" for event in events],
        [event.cycle or "" for event in events],
    )
    return *map("\n".join, columns), [event.data for event in events]


def _heads(appends: Sequence[StreamAppend]) -> tuple[list[str], list[int]]:
    return [append.stream for append in appends], [append.expected_version for append in appends]


def _contents(appends: Sequence[StreamAppend]) -> tuple[list[Any], ...]:
    """What ledger.settled compares, a list each: place of the stream, id, type, schema version, actor, data."""
    rows = [
        (at, event.id, event.type, event.schema_version, event.actor, event.data)
        for at, append in enumerate(appends, 1)
        for event in append.events
    ]
    return tuple(map(list, zip(*rows, strict=True)))


def _fields(event: NewEvent) -> tuple[Any, ...]:
    """An event's columns in the order of ledger.append's parameters; an empty optional text is none."""
    return (
        event.id,
        event.type,
        event.schema_version,
        event.occurred_at,
        event.actor,
        event.correlation or None,
        event.causation or None,
        event.subject or None,
        event.cycle or None,
        event.data,
    )


def _events(rows: Sequence[asyncpg.Record]) -> list[StoredEvent]:
    return list(map(StoredEvent._make, rows))
