"""Where readings come from: files, a query over files, or any SQL database. Blocking: call it in a thread."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from cairn.domain.reading import Row
from cairn.feeds import files
from cairn.feeds.batches import Corrections, compare, look_back_window
from cairn.feeds.feed import Feed, FilesSource, SqlSource, TablesSource
from cairn.feeds.problems import FeedUnreadable, in_feed
from cairn.feeds.readings import Raw, read_rows
from cairn.tables import TableUnreadable

BEGINNING = date(1900, 1, 1)
"""`:from` of a first run without a watermark; every database knows this day."""
NOTHING: Mapping[str, str] = {}


def collect(
    feed: Feed, *, after: date | None, upto: date, base: Path, parameters: Mapping[str, str] = NOTHING
) -> list[Row]:
    """The readings of the days `after` < day ≤ `upto`, in the order of the source.

    `base` is the folder relative paths start from; `parameters` fill `{name}` in paths, `:name` in queries.
    Raises FeedRowsInvalid with every bad cell, FeedUnreadable where the source cannot be read.
    """
    since = after or BEGINNING
    try:
        return read_rows(_records(feed, since, upto, base, parameters), since, upto)
    except TableUnreadable as error:
        raise FeedUnreadable([in_feed(feed.name, error.sentence)]) from None


def collect_corrections(
    feed: Feed,
    known: Iterable[Row],
    *,
    upto: date,
    base: Path,
    parameters: Mapping[str, str] = NOTHING,
) -> Corrections:
    """A second look at the feed's last `look_back` days up to `upto`: what changed, came late or is gone.

    `known` are the readings as the log has them. Raises as `collect` does.
    """
    window = look_back_window(feed, upto)
    if window.empty:
        return Corrections((), ())
    seen = collect(feed, after=window.after, upto=window.upto, base=base, parameters=parameters)
    return compare((row for row in known if window.holds(row.on)), seen)


def _records(feed: Feed, after: date, upto: date, base: Path, parameters: Mapping[str, str]) -> Iterator[Raw]:
    match feed.source:
        case FilesSource() as source:
            return files.records(source, base, parameters)
        case TablesSource() as source:
            return files.query_records(source, base, parameters, after, upto)
        case SqlSource() as source:
            from cairn.feeds import database  # SQLAlchemy takes a second to load: only feeds that need it pay

            return database.records(source, base, {**parameters, "from": after, "upto": upto})
