"""A part of the page, and how its tables name people and days."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol, Self

from rich.console import RenderableType

from cairn.i18n import Message
from cairn_portal.presenting.reader import Reader
from cairn_portal.reading.records import Records


class YearReader(Reader, Protocol):
    """Whoever reads the year, by whose clock moments are told: at a terminal or on a page."""

    def moment(self, value: datetime | None) -> str: ...

    def local_day(self, value: datetime) -> date: ...

    def in_zone(self, zone: str | None) -> Self: ...


class Year:
    """What the parts of a year are worked out from, and for whom."""

    def __init__(self, at: YearReader, records: Records) -> None:
        self.at, self.records = at, records
        self.application, self.policies = records.application, records.application.policies
        self.pool, self.ledger, self.clock = records.pool, records.ledger, records.clock

    async def names(self) -> dict[str, str]:
        """Names by id, of departments as `department.<id>`."""
        return await self.records.names()


class Part(NamedTuple):
    """A part of the page: its heading, what people see, and the same for programs under `key`."""

    key: str
    heading: Message
    shown: Sequence[RenderableType]
    found: object


def named(id: str, name: str | None) -> str:
    """An id with its name."""
    return f"{id} {name or ''}".strip()
