"""Everybody in the roster, read once for all pages: a company of thousands takes longer to read than any page."""

from datetime import UTC, date, datetime
from time import monotonic
from typing import NamedTuple

import asyncpg

from cairn.domain.people import Person
from cairn_portal.reading.newest import Newest
from projections.engine.catch_up import cursor_of
from projections.models import person as people_model

LONGEST = 60
"""Seconds after which it is read again whatever happened: a read model that was built anew has no event for it."""


class Everybody(NamedTuple):
    """All people by id, those who left as well, as of a day; and names by id, of departments as `department.<id>`. Who
    reads them leaves them as they are."""

    people: dict[str, Person]
    names: dict[str, str]


class _Kept(NamedTuple):
    position: int
    day: date
    read: float
    everybody: Everybody


class PeopleCache:
    """Everybody, kept until an event of people or departments is folded, or the day changes."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", newest: Newest) -> None:
        self._pool, self._newest = pool, newest
        self._kept: _Kept | None = None

    async def everybody(self) -> Everybody:
        """Everybody as of today."""
        position, day = await cursor_of(self._pool, people_model.MODEL.name), datetime.now(UTC).date()
        kept = self._kept
        if kept is None or await self._is_over(kept, position, day):
            kept = _Kept(position, day, monotonic(), await self._read())
        self._kept = kept._replace(position=position)
        return kept.everybody

    async def _is_over(self, kept: _Kept, position: int, day: date) -> bool:
        if kept.day != day or monotonic() - kept.read > LONGEST:
            return True
        types = people_model.MODEL.event_types
        return position < kept.position or await self._newest.holds(types, kept.position, position)

    async def _read(self) -> Everybody:
        people = await people_model.people(self._pool, with_leavers=True)
        departments = await people_model.departments(self._pool)
        names = {each.id: each.name for each in people}
        names |= {f"department.{each.id}": each.name for each in departments}
        return Everybody({each.id: each for each in people}, names)
