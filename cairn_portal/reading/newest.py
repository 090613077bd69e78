"""The newest events of the log and how far pages can be read, asked for once for all pages that are open."""

import asyncio
from collections import deque
from collections.abc import Collection, Sequence
from itertools import takewhile
from time import monotonic
from typing import NamedTuple

import asyncpg

from cairn.ledger import Ledger
from projections.engine.catalog import folding
from projections.engine.catch_up import cursor_of

KEPT = 5_000
"""So many are kept."""
SHARED = 0.25
"""Seconds for which pages share one answer of how far they can be read."""
ON_NO_PAGE = frozenset({"notice", "refused"})
"""Read models that no open page shows: none waits for them."""


class New(NamedTuple):
    """One event that was sealed."""

    position: int
    stream: str
    type: str


class Newest:
    """The newest events, read once for all pages that are open."""

    def __init__(self, pool: asyncpg.Pool, ledger: Ledger) -> None:
        self._pool, self._ledger = pool, ledger
        self._reading, self._asking = asyncio.Lock(), asyncio.Lock()
        self._kept: deque[New] = deque(maxlen=KEPT)
        self._readable, self._asked = 0, float("-inf")

    async def readable(self) -> int:
        """The position up to which all that pages show can be read: a page that was told before would be asked for too
        early, and stay as it was."""
        async with self._asking:
            if monotonic() - self._asked >= SHARED:
                self._readable = await cursor_of(self._pool, *sorted({*folding()} - ON_NO_PAGE))
                self._asked = monotonic()
            return self._readable

    async def between(self, after: int, upto: int) -> Sequence[New]:
        """The events with positions in (after, upto], the newest first; at most so many as are kept."""
        async with self._reading:
            last = self._kept[-1].position if self._kept else max(after, upto - KEPT)
            last = max(last, upto - KEPT)
            while last < upto and (found := await self._read(last, upto)):
                self._kept.extend(found)
                last = found[-1].position
            if self._kept and after + 1 >= self._kept[0].position:
                newest = takewhile(lambda each: each.position > after, reversed(self._kept))
                return [each for each in newest if each.position <= upto]
        # A page that was away longer than anything is kept, which nobody else waits for.
        return list(reversed(await self._read(max(after, upto - KEPT), upto, KEPT)))

    async def holds(self, types: Collection[str], after: int, upto: int) -> bool:
        """Whether any event with a position in (after, upto] is of these types; yes where that is more than is kept."""
        if upto - after > KEPT:
            return True
        return upto > after and any(each.type in types for each in await self.between(after, upto))

    async def _read(self, after: int, upto: int, limit: int = 1000) -> list[New]:
        return [New(*each) for each in await self._ledger.sealed_types(after=after, upto=upto, limit=limit)]
