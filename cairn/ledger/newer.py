"""Finds what a newer program wrote: events of types, or in schemas, that this one does not know."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cairn.ledger.statements import read_statements
from cairn.ledger.upcast import NewerEvent

_SQL = read_statements(Path(__file__).with_name("store.sql"))
_PAGE = 100


class Newer(NamedTuple):
    """A sealed event that this program cannot read."""

    stream: str
    version: int
    type: str
    schema_version: int
    position: int

    def told(self, known: Mapping[str, int]) -> str:
        """Why it cannot be read, in words."""
        return str(NewerEvent(self.type, self.schema_version, known.get(self.type)))


async def newer_events(
    reader: Any, known: Mapping[str, int], *, after: int, upto: int, kinds: Sequence[str] | None = None
) -> AsyncIterator[Newer]:
    """What a newer program wrote in (after, upto], in order, in streams of these kinds (None: of any).

    `known` are the types there are with the last schema version of each; `reader` is a pool or a connection. A log
    without any is not read for it.
    """
    wanted = list(known), list(known.values()), None if kinds is None else list(kinds)
    while True:
        rows = await reader.fetch(_SQL["newer"], after, upto, *wanted, _PAGE)
        for row in rows:
            yield Newer(*row)
        if len(rows) < _PAGE:
            return
        after = rows[-1]["position"]
