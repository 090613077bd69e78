"""Readings: what ERP, CRM and people say about a metric, day by day, and their aggregate over a period."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pydantic import AwareDatetime, Field

from cairn.domain.event import Event, Fact
from cairn.domain.exact import ONE, ZERO, Exact, exact
from cairn.domain.policy import Aggregation
from cairn.domain.quantity import Normalised


class Row(Fact):
    """One value: a metric of a subject (person id, `department.<id>` or `company`) on a day.

    `base` is the denominator of a ratio (value 98 of base 100). A later row of the same metric, subject and day
    replaces the earlier one: that is how corrections arrive.
    """

    metric: Normalised
    subject: Normalised
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


class Covers(Fact):
    """Whom a feed covers in one metric on the days from `since` on, up to `until` where it ends (RULES D3).

    A covered subject of whom there is no row had nothing: its sum is zero. `subjects` are subjects as rows name them;
    `families` and `departments` stand for everybody in them, a department for its own figures too; `everybody` is
    every subject there is.
    """

    metric: Normalised
    since: date
    until: date | None = None
    everybody: bool = False
    subjects: tuple[Normalised, ...] = ()
    families: tuple[Normalised, ...] = ()
    departments: tuple[Normalised, ...] = ()


class FeedCompleted(Event):
    """The feed has brought everything it has up to and with the local day `through`, also where that is no row; whom it
    covers from then on, in place of what it stated before."""

    feed: str
    through: date
    covers: tuple[Covers, ...] = ()

    @property
    def stream(self) -> str:
        return f"feed-{self.feed}"


class Reading(Row):
    """A row with the sealed position of the event that brought it."""

    position: int


class Source(Fact):
    """What a computed KPI counts (RULES M6): the stream of a goal or a sheet with its version, and its attainment or
    result in percent or points, None where it is missing; `applies` is False where none was due. A goal has the
    `weight` it counts with (None: as much as each), a sheet the `days` on which its holder reported."""

    stream: str
    version: int
    value: Exact | None
    applies: bool = True
    weight: Exact | None = None
    days: int = 0


class Evidence(Fact):
    """What is known of a goal's metric in a period, as the log stood at the sealed position `upto`.

    `complete_through` is the last day through which every feed that supplies the metric is complete, None where one has
    never said so, or where there is no such feed (`feeds` names them). `covered` says that they cover the subject on
    every day of the period (RULES D3). `coverage` are the sealed positions of the statements that say it.
    `unread` are feeds of which batches of the metric are recorded that are not in these readings yet (RULES D4), with
    the sealed position from which on their events are left out. `sources` are what a computed KPI counts, None where
    nobody has looked, and `awaited` what it has to wait for (RULES M6).
    """

    readings: tuple[Reading, ...] = ()
    upto: int = 0
    complete_through: date | None = None
    covered: bool = False
    feeds: tuple[str, ...] = ()
    coverage: tuple[int, ...] = ()
    unread: Mapping[str, int] = Field(default_factory=dict)
    sources: tuple[Source, ...] | None = None
    awaited: tuple[str, ...] = ()


class Totals(Fact):
    """What the days of a period come to: how many, the sums of their values, of their bases (1 where a row has none)
    and of value times base, and the latest day's value."""

    rows: int
    total: Fraction
    base: Fraction
    weighed: Fraction
    last: Fraction


def totals(rows: Sequence[Row]) -> Totals:
    """The totals of rows, in any order."""
    values = [exact(row.value) for row in rows]
    bases = [ONE if row.base is None else exact(row.base) for row in rows]
    return Totals(
        rows=len(rows),
        total=sum(values, ZERO),
        base=sum(bases, ZERO),
        weighed=sum((value * base for value, base in zip(values, bases, strict=True)), ZERO),
        last=exact(max(rows, key=lambda row: row.on).value) if rows else ZERO,
    )


def aggregate(rows: Sequence[Row], how: Aggregation, unit: str = "") -> Fraction | None:
    """One exact number for a period, or None without rows. A ratio in `%` comes times one hundred.

    `last` is the value of the latest day; `ratio` the sum of values over the sum of bases (None when that is 0). A mean
    weighs by base where rows have one, a row without one counting as one (RULES D2).
    """
    return aggregate_of(totals(rows), how, unit)


def aggregate_of(found: Totals, how: Aggregation, unit: str = "") -> Fraction | None:
    """The same from totals."""
    if not found.rows:
        return None
    match how:
        case "sum":
            return found.total
        case "last":
            return found.last
        case "mean":
            return _over(found.weighed, found.base)
        case "ratio":
            return _over(found.total * (100 if unit == "%" else 1), found.base)


def _over(whole: Fraction, base: Fraction) -> Fraction | None:
    return whole / base if base else None
