"""Where readings come from: files, a query over files, any SQL database, or a web address. Blocking: call it in a
thread."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cairn.documents.mistakes import Remark, in_order
from cairn.domain.reading import Row
from cairn.feeds import files
from cairn.feeds.batches import Corrections, Window, compare
from cairn.feeds.feed import Feed, FilesSource, HttpSource, SqlSource, TablesSource
from cairn.feeds.readings import Metric, Raw, Reading, read_rows

BEGINNING = date(1900, 1, 1)
"""`:from` of a first run without a watermark; every database knows this day."""
NOTHING: Mapping[str, str] = {}
NOTHING_KNOWN: Mapping[str, Metric] = {}


class Collected(NamedTuple):
    """The readings of a source, and what was passed over in its files."""

    rows: list[Row]
    remarks: list[Remark]


def collect(
    feed: Feed,
    *,
    after: date | None,
    upto: date,
    base: Path,
    parameters: Mapping[str, str] = NOTHING,
    metrics: Mapping[str, Metric] = NOTHING_KNOWN,
) -> Collected:
    """The readings of the days `after` < day ≤ `upto`, in the order of the source.

    `base` is the folder relative paths start from; `parameters` fill `{name}` in paths and web addresses, `:name` in
    queries; `metrics` is what policies say of them. Raises FeedRowsInvalid with every bad cell, FeedUnreadable where
    the source cannot be read, FeedInvalid where an address has a `{name}` that nothing fills.
    """
    since = after or BEGINNING
    remarks: list[Remark] = []
    how = Reading(since, upto, ZoneInfo(feed.timezone), feed.dates, feed.combine, metrics)
    rows = read_rows(_records(feed, since, upto, base, parameters, remarks), how)
    return Collected(rows, in_order(remarks))


def collect_corrections(
    feed: Feed,
    known: Iterable[Row],
    window: Window,
    *,
    base: Path,
    parameters: Mapping[str, str] = NOTHING,
    metrics: Mapping[str, Metric] = NOTHING_KNOWN,
) -> Corrections:
    """A second look at the days of a window: what changed, came late or is gone.

    `known` are the readings as the log has them. Raises as `collect` does.
    """
    if window.empty:
        return Corrections((), ())
    seen = collect(
        feed, after=window.after, upto=window.upto, base=base, parameters=parameters, metrics=metrics
    )
    return compare((row for row in known if window.holds(row.on)), seen.rows)


def _records(
    feed: Feed, after: date, upto: date, base: Path, parameters: Mapping[str, str], remarks: list[Remark]
) -> Iterator[Raw]:
    match feed.source:
        case FilesSource() as source:
            return files.records(source, base, parameters, remarks)
        case TablesSource() as source:
            return files.query_records(source, base, parameters, (after, upto), remarks)
        case SqlSource() as source:
            from cairn.feeds import database  # SQLAlchemy takes a second to load: only feeds that need it pay

            return database.records(source, base, {**parameters, "from": after, "upto": upto})
        case HttpSource() as source:
            from cairn.feeds import http  # the same for what speaks HTTP

            return http.records(source, parameters, (after, upto))
