"""From what a source gives to rows of readings: each cell checked, every bad one named, none half taken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from decimal import Decimal
from typing import Literal, NamedTuple

from cairn.documents.cells import Given
from cairn.documents.dates import Order, read_dates
from cairn.documents.ids import read_id
from cairn.documents.mistakes import Mistake, Place, mistake
from cairn.documents.numbers import exact_sum
from cairn.documents.percentages import read_measured
from cairn.domain.reading import Row
from cairn.feeds.invalid import FeedRowsInvalid

Key = tuple[str, str, date]


class Metric(NamedTuple):
    """What policies say of a metric: its unit, and whether goals divide its values by their bases (a ratio)."""

    unit: str = ""
    is_ratio: bool = False


UNKNOWN_METRIC = Metric()


@dataclass(frozen=True)
class Raw:
    """One record of a source before it is believed. `names` says what each part is called there."""

    table: str
    row: int
    cells: Mapping[str, Given]
    names: Mapping[str, str]

    def place(self, part: str) -> Place:
        return Place(self.table, self.row, column=self.names.get(part, part))


@dataclass(frozen=True)
class Reading:
    """How the records of a source are to be read: the days that count (`after` < day ≤ `upto`), the order of dates
    where one is stated, the zone whose days they are, what becomes of several rows of a day, and the metrics."""

    after: date
    upto: date
    zone: tzinfo
    order: Order | None = None
    combine: Literal["sum"] | None = None
    metrics: Mapping[str, Metric] = field(default_factory=dict)


def read_rows(records: Iterable[Raw], how: Reading) -> list[Row]:
    """The rows of the days that count, in the order they came.

    Raises FeedRowsInvalid with every bad cell and every doubled reading of these days, and every bad day.
    """
    raws = list(records)
    days, mistakes = _days(raws, how)
    rows: dict[int, Row] = {}
    for n, day in days.items():
        row = _row(raws[n], day, how.metrics, mistakes)
        if row is not None:
            rows[n] = row
    taken = _once_a_day(rows, raws, how, mistakes)
    if mistakes:
        raise FeedRowsInvalid(mistakes)
    return taken


def _days(raws: Sequence[Raw], how: Reading) -> tuple[dict[int, date], list[Mistake]]:
    """The day of each record that counts by its number, and what is wrong with the days of all."""
    cells = [raw.cells.get("on") for raw in raws]
    column = read_dates(cells, how.order, how.zone)
    told = dict(column.mistakes)
    told |= {n: mistake("cell:empty") for n, cell in enumerate(cells) if n not in told and _is_blank(cell)}
    mistakes = [one.at(raws[n].place("on")) for n, one in told.items()]
    days = {n: day for n, day in enumerate(column.dates) if day and how.after < day <= how.upto}
    return days, mistakes


def _is_blank(cell: Given) -> bool:
    text = getattr(cell, "text", cell)
    return text is None or (isinstance(text, str) and not text.strip() and not getattr(cell, "fault", None))


def _row(raw: Raw, on: date, metrics: Mapping[str, Metric], mistakes: list[Mistake]) -> Row | None:
    metric, subject = read_id(raw.cells.get("metric")), read_id(raw.cells.get("subject"))
    known = metrics.get(metric, UNKNOWN_METRIC) if isinstance(metric, str) else UNKNOWN_METRIC
    unit = "" if known.is_ratio else known.unit
    value = read_measured(raw.cells.get("value"), unit)
    cell = raw.cells.get("base")
    base = None if _is_blank(cell) else read_measured(cell, "")
    parts = {"metric": metric, "subject": subject, "value": value, "base": base}
    bad = [one.at(raw.place(part)) for part, one in parts.items() if isinstance(one, Mistake)]
    if not bad and isinstance(value, Decimal) and not isinstance(base, Mistake):
        bad = [one.at(raw.place("base")) for one in _base_mistakes(str(metric), known, value, base)]
    mistakes += bad
    return None if bad else Row.model_validate({**parts, "on": on})


def _base_mistakes(metric: str, known: Metric, value: Decimal, base: Decimal | None) -> list[Mistake]:
    """A ratio cannot do without its base, nor with one of nothing under something (RULES D2)."""
    if known.is_ratio and base is None:
        return [mistake("feed:no-base", metric=metric)]
    if base == 0 and value != 0:
        return [mistake("feed:base-zero", value=value)]
    return []


def _once_a_day(
    rows: Mapping[int, Row], raws: Sequence[Raw], how: Reading, mistakes: list[Mistake]
) -> list[Row]:
    """One row for each metric, subject and day: several are added up where the feed says so, else told."""
    found: dict[Key, Row] = {}
    first: dict[Key, Raw] = {}
    for n, row in rows.items():
        key = row.metric, row.subject, row.on
        before = first.setdefault(key, raws[n])
        if key in found and how.combine == "sum":
            found[key] = _added(found[key], row)
        elif key in found:
            mistakes.append(_doubled(raws[n], before, row))
        else:
            found[key] = row
    return list(found.values())


def _added(one: Row, other: Row) -> Row:
    bases = [base for base in (one.base, other.base) if base is not None]
    value = exact_sum([one.value, other.value])
    return one.model_copy(update={"value": value, "base": exact_sum(bases) if bases else None})


def _doubled(raw: Raw, before: Raw, row: Row) -> Mistake:
    first = f"{before.table} {before.row}" if before.table != raw.table else str(before.row)
    facts = {"metric": row.metric, "subject": row.subject, "on": row.on.isoformat()}
    return mistake("feed:row-twice", first=first, **facts).at(raw.place("on"))
