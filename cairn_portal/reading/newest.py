"""The newest events of the log, read once for all pages that are open."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from cairn.ledger import Ledger

KEPT = 5_000
"""So many are kept."""


class New(NamedTuple):
    """One event that was sealed."""

    position: int
    stream: str
    type: str


class Newest:
    """The newest events, read once for all pages that are open."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._lock = ledger, asyncio.Lock()
        self._kept: deque[New] = deque(maxlen=KEPT)

    async def between(self, after: int, upto: int) -> Sequence[New]:
        """The events with positions in (after, upto], the newest first; at most so many as are kept."""
        async with self._lock:
            last = self._kept[-1].position if self._kept else max(after, upto - KEPT)
            last = max(last, upto - KEPT)
            while last < upto:
                rows = await self._ledger.read_sealed(after=last, upto=upto)
                if not rows:
                    break
                self._kept.extend(New(row.position or 0, row.stream, row.type) for row in rows)
                last = self._kept[-1].position
            if (
                self._kept and after + 1 < self._kept[0].position
            ):  # a page that was away longer than anything is kept
                rows = await self._ledger.read_sealed(after=max(after, upto - KEPT), upto=upto, limit=KEPT)
                return [New(row.position or 0, row.stream, row.type) for row in reversed(rows)]
            return [each for each in reversed(self._kept) if after < each.position <= upto]
