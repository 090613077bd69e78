"""Reads the sealed events of some types in the log's order, by their index: what lies between them is not read."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import asyncpg

from cairn.ledger.event import StoredEvent
from cairn.ledger.statements import read_statements

_SQL = read_statements(Path(__file__).with_name("store.sql"))
_FIELDS = len(StoredEvent._fields)
Key = tuple[int, int, int]
"""(epoch, transaction id, event id): the sealed order."""
BEGINNING: Key = (0, 0, 0)


class Found(NamedTuple):
    """An event without its position, and the key that says where it stands."""

    event: StoredEvent
    key: Key


class TypeReader:
    """Goes through the events of `types` in streams of `kinds` (None: of any), page by page.

    `subscription`: without the streams that wait there and the events it leaves out.
    """

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        types: Sequence[str],
        kinds: Sequence[str] | None = None,
        subscription: str | None = None,
    ) -> None:
        self._pool, self._subscription = pool, subscription
        self._types, self._kinds = list(types), None if kinds is None else list(kinds)
        self._key = BEGINNING

    async def begin_at(self, position: int) -> None:
        """Goes on behind the event at a sealed position; 0 is before the first."""
        row = await self._pool.fetchrow(_SQL["key_at"], position)
        self._key = BEGINNING if row is None else tuple(row)

    async def page(self, upto: int, limit: int) -> list[Found]:
        """The next events up to a sealed position, at most `limit`; behind the last of them it goes on."""
        rows = await self._pool.fetch(
            _SQL["of_types"], *self._key, upto, self._types, self._kinds, limit, self._subscription
        )
        page = [Found(StoredEvent._make(row[:_FIELDS]), tuple(row[_FIELDS:])) for row in map(tuple, rows)]
        if page:
            self._key = page[-1].key
        return page

    async def placed(self, page: Sequence[Found]) -> list[StoredEvent]:
        """The events of a page with their sealed positions."""
        if not page:
            return []
        epochs, xids, ids = zip(*(each.key for each in page), strict=True)
        rows = await self._pool.fetch(_SQL["positions"], list(epochs), list(xids), list(ids))
        return [found.event._replace(position=row["position"]) for found, row in zip(page, rows, strict=True)]
