"""Readings: what ERP, CRM and people say about a metric, day by day, and their aggregate over a period."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pydantic import AwareDatetime

from cairn.domain.event import Event, Fact
from cairn.domain.policy import Aggregation


class Row(Fact):
    """One value: a metric of a subject (person id, `department.<id>` or `company`) on a day.

    `base` is the denominator of a ratio (value 98 of base 100). A later row of the same metric, subject and day
    replaces the earlier one: that is how corrections arrive.
    """

    metric: str
    subject: str
    on: date
    value: Decimal
    base: Decimal | None = None


class ReadingsRecorded(Event):
    """One batch of a feed: at most about a thousand rows, recorded once for its window and content."""

    feed: str
    window_from: AwareDatetime | None = None
    window_upto: AwareDatetime | None = None
    content: str
    rows: tuple[Row, ...]
    correction: bool = False

    @property
    def stream(self) -> str:
        return f"feed-{self.feed}"


class Reading(Row):
    """A row with the sealed position of the event that brought it."""

    position: int


class Evidence(Fact):
    """The readings that count for a goal in a period, as the log stood at the sealed position `upto`."""

    readings: tuple[Reading, ...] = ()
    upto: int = 0


def aggregate(rows: Sequence[Row], how: Aggregation, unit: str = "") -> Decimal | None:
    """One number for a period, or None without rows. A ratio in `%` comes times one hundred.

    `last` is the value of the latest day; `ratio` the sum of values over the sum of bases (None when that is 0).
    """
    if not rows:
        return None
    match how:
        case "sum":
            return sum((row.value for row in rows), Decimal(0))
        case "last":
            return max(rows, key=lambda row: row.on).value
        case "mean":
            return sum((row.value for row in rows), Decimal(0)) / len(rows)
        case "ratio":
            base = sum((row.base if row.base is not None else Decimal(1) for row in rows), Decimal(0))
            if base == 0:
                return None
            return sum((row.value for row in rows), Decimal(0)) * (100 if unit == "%" else 1) / base
