"""What is written about somebody and under which keys, and deleting those keys: after that it reads as erased."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from pydantic_core import from_json

from cairn.domain.private_text import KEY, about, in_private, unreadable
from cairn.ledger.statements import read_statements
from cairn.privacy.data_keys import WRITTEN_WITH
from cairn.privacy.private_ledger import PRIVATE

_SQL = read_statements(Path(__file__).with_suffix(".sql"))


class Written(NamedTuple):
    """What the log holds of texts about one owner.

    `keys` are the ids of the keys that are there, `texts` counts by event's name what lies encrypted under them, from
    `first` to `last`, the times of their events. `in_clear` are texts from before there was a key.
    """

    keys: tuple[str, ...]
    texts: Mapping[str, int]
    first: datetime | None
    last: datetime | None
    in_clear: int

    @property
    def total(self) -> int:
        return sum(self.texts.values())


async def written_about(pool: "asyncpg.Pool[asyncpg.Record]", owner: str) -> Written:
    """What is written about a person, a department or the company, counted without opening any of it."""
    keys = {str(row["id"]) for row in await pool.fetch(_SQL["keys_of"], owner)}
    rows = await pool.fetch(_SQL["with_texts"], sorted(PRIVATE), owner)
    texts: Counter[str] = Counter()
    times: list[datetime] = []
    in_clear = 0
    for row in rows:
        if about(row["stream"]) != owner:
            continue
        found = list(_texts(row["type"], row["data"]))
        sealed = sum(name in keys for name in found)
        in_clear += found.count(None)
        if sealed:
            texts[row["type"]] += sealed
            times.append(row["occurred_at"])
    return Written(
        tuple(sorted(keys)), dict(texts), min(times, default=None), max(times, default=None), in_clear
    )


async def may_delete(pool: "asyncpg.Pool[asyncpg.Record]") -> bool:
    """Whether this login may delete keys: the ledger's owner may, nobody who works by the day."""
    return bool(await pool.fetchval(_SQL["may_delete"]))


async def delete_keys(pool: "asyncpg.Pool[asyncpg.Record]", keys: Collection[str]) -> int:
    """Deletes the keys of these ids; returns how many were there, once no process writes with them any more. They are
    forgotten for reading within a minute."""
    deleted = len(await pool.fetch(_SQL["delete"], [UUID(key) for key in keys]))
    if deleted:
        await asyncio.sleep(WRITTEN_WITH)
    return deleted


async def returned_keys(pool: "asyncpg.Pool[asyncpg.Record]") -> tuple[str, ...]:
    """Whose keys are there although their erasure was ordered: it did not come to its end, or a backup brought them
    back."""
    return tuple(row["owner"] for row in await pool.fetch(_SQL["returned"]))


def _texts(type: str, data: str) -> Iterator[str | None]:
    """The key of each text of a stored event, None for one in clear."""
    found: list[Any] = []
    in_private(from_json(data), PRIVATE[type], lambda value, _: found.append(value))
    for value in found:
        yield value[KEY] if unreadable(value) and KEY in value else None
