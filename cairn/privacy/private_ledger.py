"""The ledger as the use cases see it: private text goes in encrypted and comes out as words."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from pydantic_core import from_json, to_json

from cairn.domain.private_text import KEY, SEALED, Unreadable, about, in_private, private_parts, unreadable
from cairn.domain.registry import EVENTS
from cairn.ledger import Appended, Ledger, NewEvent, StoredEvent, StreamAppend
from cairn.privacy.data_keys import DataKeys
from cairn.privacy.sealing import TextKey
from cairn.privacy.wrapping import WrappingKeys

PRIVATE = {name: parts for name, event in EVENTS.items() if (parts := private_parts(event))}
"""Where the events that hold private text hold it."""
MARK = f'"{SEALED}":'
"""In the data of every event that holds something encrypted."""
DIGEST = "~"
"""Begins an encrypted digest in a causation: `approve ~<key>.<ciphertext> <run>`."""
ABOUT_CAUSATION = b"causation"


class PrivateLedger(Ledger):
    """Encrypts what is appended field by field, and opens what is read, each under the key of whoever the stream is
    about. What cannot be opened reads as erased. Hashes are over what is stored, so over the ciphertext.

    The digest of a command's content, which tells whether a key was used for the same, would let people guess at short
    texts: it is encrypted with them.
    """

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        wrapping: WrappingKeys,
        *,
        joined: bool = True,
        writing: "asyncpg.Pool[asyncpg.Record] | None" = None,
    ) -> None:
        super().__init__(pool, joined=joined, writing=writing)
        self._keys = DataKeys(pool, writing or pool, wrapping)

    async def append(self, appends: Sequence[StreamAppend]) -> Appended:
        """As `Ledger.append`. Raises SettingsProblem where there is text, and nothing to encrypt it with."""
        owners = {about(each.stream) for each in appends if any(map(_says_something, each.events))}
        if not owners:
            return await super().append(appends)
        keys = await self._keys.for_writing(owners)
        return await super().append([_sealed(each, keys) for each in appends])

    async def read_stream(self, stream: str, *, after: int = 0, upto: int | None = None) -> list[StoredEvent]:
        return await self._opened(await super().read_stream(stream, after=after, upto=upto))

    async def read_streams(self, streams: Sequence[str]) -> dict[str, list[StoredEvent]]:
        found = await super().read_streams(streams)
        opened = iter(await self._opened([row for rows in found.values() for row in rows]))
        return {stream: [next(opened) for _ in rows] for stream, rows in found.items()}

    async def find(self, ids: Sequence[UUID]) -> list[StoredEvent]:
        return await self._opened(await super().find(ids))

    async def read_sealed(
        self, *, after: int, upto: int | None = None, limit: int = 1000, types: Sequence[str] | None = None
    ) -> list[StoredEvent]:
        return await self._opened(await super().read_sealed(after=after, upto=upto, limit=limit, types=types))

    async def pages_of(
        self, types: Sequence[str], *, upto: int, after: int = 0, placed: bool = False, limit: int = 5000
    ) -> AsyncIterator[list[StoredEvent]]:
        async for page in super().pages_of(types, upto=upto, after=after, placed=placed, limit=limit):
            yield await self._opened(page)

    async def as_of(
        self,
        stream: str,
        *,
        position: int | None = None,
        recorded: datetime | None = None,
        occurred: datetime | None = None,
    ) -> list[StoredEvent]:
        rows = await super().as_of(stream, position=position, recorded=recorded, occurred=occurred)
        return await self._opened(rows)

    async def _opened(self, rows: list[StoredEvent]) -> list[StoredEvent]:
        """The rows with their words, as far as their keys are there."""
        parsed = {at: from_json(row.data) for at, row in enumerate(rows) if MARK in row.data}
        digests = {at: word for at, row in enumerate(rows) if (word := _sealed_digest(row.causation))}
        if not parsed and not digests:
            return rows
        names = {name for data in parsed.values() for name in _key_names(data)}
        names |= {word[1:].partition(".")[0] for word in digests.values()}
        keys = await self._keys.by_id(names)
        opened = list(rows)
        for at, data in parsed.items():
            opened[at] = opened[at]._replace(data=to_json(_in_words(data, opened[at], keys)).decode())
        for at, word in digests.items():
            opened[at] = opened[at]._replace(causation=_with_digest(opened[at], word, keys))
        return opened


def _says_something(event: NewEvent) -> bool:
    parts = PRIVATE.get(event.type)
    if parts is None:
        return False
    found: list[Any] = []
    in_private(from_json(event.data), parts, lambda value, _: found.append(unreadable(value)))
    return None in found


def _sealed(append: StreamAppend, keys: dict[str, TextKey]) -> StreamAppend:
    key = keys.get(about(append.stream))
    if key is None:
        return append
    return append._replace(events=[_encrypted(append.stream, each, key) for each in append.events])


def _encrypted(stream: str, event: NewEvent, key: TextKey) -> NewEvent:
    """The event with its texts encrypted; with the digest of its command, of which some text is a part."""
    at = _place(stream, event.id)

    def seal(value: Any, path: str) -> Any:
        return value if unreadable(value) else key.seal(value, (*at, path.encode()))

    parts = PRIVATE.get(event.type)
    data = to_json(in_private(from_json(event.data), parts, seal)).decode() if parts else event.data
    name, _, rest = (event.causation or "").partition(" ")
    digest, _, run = rest.partition(" ")
    if not digest:
        return event._replace(data=data)
    word = f"{DIGEST}{key.name}.{key.seal_bytes(digest.encode(), (*at, ABOUT_CAUSATION))}"
    return event._replace(data=data, causation=f"{name} {word} {run}".strip())


def _in_words(value: Any, row: StoredEvent, keys: dict[str, TextKey], path: str = "") -> Any:
    """JSON's values with all that is encrypted in them opened: whatever its event's schema was when it was written."""
    match value:
        case {"sealed": str(sealed), "key": str(name)} if len(value) == len((SEALED, KEY)):
            try:
                place = (*_place(row.stream, row.id), path.encode())
                return keys[name].open(sealed, place) if name in keys else Unreadable.ERASED.marked
            except ValueError:
                return Unreadable.ERASED.marked
        case dict():
            return {
                name: _in_words(each, row, keys, f"{path}.{name}" if path else name)
                for name, each in value.items()
            }
        case list():
            return [_in_words(each, row, keys, f"{path}.{n}") for n, each in enumerate(value)]
        case _:
            return value


def _key_names(value: Any) -> set[str]:
    match value:
        case {"sealed": str(), "key": str(name)}:
            return {name}
        case dict():
            return {name for each in value.values() for name in _key_names(each)}
        case list():
            return {name for each in value for name in _key_names(each)}
        case _:
            return set()


def _sealed_digest(causation: str | None) -> str:
    """The encrypted digest in a causation, empty where it has none."""
    if causation is None or DIGEST not in causation:
        return ""
    word = causation.partition(" ")[2].partition(" ")[0]
    return word if word.startswith(DIGEST) else ""


def _with_digest(row: StoredEvent, word: str, keys: dict[str, TextKey]) -> str:
    """The causation with its digest in clear; as it is where its key is gone: then it is like no digest."""
    name, _, sealed = word[1:].partition(".")
    causation = row.causation or ""
    if name not in keys:
        return causation
    try:
        digest = keys[name].open_bytes(sealed, (*_place(row.stream, row.id), ABOUT_CAUSATION)).decode()
    except ValueError:
        return causation
    return causation.replace(word, digest, 1)


def _place(stream: str, id: UUID) -> tuple[bytes, bytes]:
    return stream.encode(), id.bytes
