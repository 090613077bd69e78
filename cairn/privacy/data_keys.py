"""The keys of people's private text: in a table of the ledger's database, wrapped; made when first needed."""

import os
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg

from cairn.ledger.statements import read_statements
from cairn.privacy.sealing import SIZE, TextKey
from cairn.privacy.wrapping import WrappingKeys

_SQL = read_statements(Path(__file__).with_suffix(".sql"))
REMEMBERED = 60.0
"""Seconds for which a process remembers a key to read with: one that is deleted is forgotten everywhere after them."""
WRITTEN_WITH = 2.0
"""Seconds for which it remembers one to write with: what is written under a deleted key is lost at once, so whoever
deletes one waits for them."""
TOGETHER = 500
"""Keys to write with that are looked up again in one question, if so many were used since the last."""
MOST = 20_000
"""Keys that a process remembers at a time."""

Pool = asyncpg.Pool


class _Kept(NamedTuple):
    """A key as it was found, None where there is none (any more), and when it is to be looked up again."""

    key: TextKey | None
    until: float


class DataKeys:
    """Finds keys by whom they are about and by their ids, one question for many, and remembers them for a moment."""

    def __init__(self, pool: Pool, writing: Pool, wrapping: WrappingKeys) -> None:
        self._pool, self._writing, self._wrapping = pool, writing, wrapping
        self._by_owner: dict[str, _Kept] = {}
        self._used: set[str] = set()
        self._by_id: dict[str, _Kept] = {}

    async def for_writing(self, owners: Collection[str]) -> dict[str, TextKey]:
        """The key of each of these, made where there is none. Raises SettingsProblem where nothing wraps them."""
        known = _fresh(self._by_owner, owners)
        lacking = set(owners) - known.keys()
        self._used.update(owners)
        if lacking:
            asked = self._used if len(self._used) <= TOGETHER else lacking
            self._used = set(lacking)
            now = (
                time.monotonic()
            )  # before it is asked: no answer counts longer than whoever deletes a key waits
            found = self._usable(await self._pool.fetch(_SQL["of_owners"], sorted(asked)))
            missing = [owner for owner in sorted(lacking) if owner not in found]
            if missing:
                await self._add(missing)
                found |= self._usable(await self._writing.fetch(_SQL["of_owners"], missing))
            _keep(self._by_owner, found.items(), now + WRITTEN_WITH)
            _keep(self._by_id, ((key.name, key) for key in found.values()), now + REMEMBERED)
            known |= found
        return known

    async def by_id(self, ids: Collection[str]) -> dict[str, TextKey]:
        """Those of these keys that are there and can be unwrapped."""
        now = time.monotonic()
        kept = {id: each for id in ids if (each := self._by_id.get(id)) and each.until > now}
        lacking = sorted(id for id in set(ids) - kept.keys() if _is_id(id))
        known = {id: each.key for id, each in kept.items() if each.key is not None}
        if lacking:
            rows = await self._pool.fetch(_SQL["of_ids"], lacking)
            found = {key.name: key for row in rows if (key := self._unwrapped(row))}
            _keep(self._by_id, ((id, found.get(id)) for id in lacking), now + REMEMBERED)
            known |= found
        return known

    async def _add(self, owners: list[str]) -> None:
        """Whoever else adds one at this moment may be first: then theirs counts."""
        rows = []
        for owner in owners:
            id = uuid4()
            rows.append((id, owner, *self._wrapping.wrap(os.urandom(SIZE), id, owner)))
        await self._writing.execute(_SQL["add"], *map(list, zip(*rows, strict=True)))

    def _usable(self, rows: Iterable[asyncpg.Record]) -> dict[str, TextKey]:
        """The first key of each owner that can be unwrapped here, those of the present wrapping key before others."""
        found: dict[str, TextKey] = {}
        for row in sorted(rows, key=lambda row: row["wrapped_by"] != self._wrapping.current):
            if row["owner"] not in found and (key := self._unwrapped(row)):
                found[row["owner"]] = key
        return found

    def _unwrapped(self, row: asyncpg.Record) -> TextKey | None:
        kept = self._by_id.get(str(row["id"]))
        if kept and kept.key:
            return kept.key
        key = self._wrapping.unwrap(row["wrapped"], row["wrapped_by"], row["id"], row["owner"])
        return TextKey(row["id"], key) if key is not None else None


async def keys_by_wrapping(pool: Pool) -> dict[str, int]:
    """How many keys each wrapping key, by its id, has wrapped."""
    return {row["wrapped_by"]: row["keys"] for row in await pool.fetch(_SQL["by_wrapping"])}


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _fresh(kept: dict[str, _Kept], wanted: Iterable[str]) -> dict[str, TextKey]:
    now = time.monotonic()
    found = ((name, kept.get(name)) for name in wanted)
    return {name: each.key for name, each in found if each and each.key and each.until > now}


def _keep(kept: dict[str, _Kept], found: Iterable[tuple[str, TextKey | None]], until: float) -> None:
    if len(kept) > MOST:
        kept.clear()
    kept.update({name: _Kept(key, until) for name, key in found})
