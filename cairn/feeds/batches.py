"""Rows become batches: the same window and content are the same event; a changed value is a correction."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from cairn.domain.reading import FeedCompleted, ReadingsRecorded, Row
from cairn.domain.streams import event_id
from cairn.feeds.feed import Feed

ONE_DAY = timedelta(days=1)
SIZE = 1000
"""Rows in a batch at most: large enough to be cheap, small enough to be one event."""

Key = tuple[str, str, date]


@dataclass(frozen=True)
class Window:
    """Whole days: `after` < day ≤ `upto`. Without `after` it begins where the source begins."""

    after: date | None
    upto: date

    @property
    def empty(self) -> bool:
        return self.after is not None and self.upto <= self.after

    def holds(self, day: date) -> bool:
        return (self.after is None or self.after < day) and day <= self.upto


def batches(
    feed: Feed,
    rows: Iterable[Row],
    window: Window,
    by: str,
    at: datetime,
    size: int = SIZE,
    correction: bool = False,
) -> list[ReadingsRecorded]:
    """The rows, sorted by day, metric and subject, in events of at most `size` rows. No rows, no event.

    `window_from` and `window_upto` are the midnights around the window's days, in the feed's time zone.
    """
    ordered = sorted(rows, key=lambda row: (row.on, row.metric, row.subject))
    parts = (tuple(ordered[n : n + size]) for n in range(0, len(ordered), size))
    return [
        ReadingsRecorded(
            feed=feed.name,
            window_from=_midnight_after(window.after, feed) if window.after else None,
            window_upto=_midnight_after(window.upto, feed),
            content=content_hash(part),
            rows=part,
            correction=correction,
            by=by,
            at=at,
        )
        for part in parts
    ]


def _midnight_after(day: date, feed: Feed) -> datetime:
    return datetime.combine(day + ONE_DAY, time(), ZoneInfo(feed.timezone))


def content_hash(rows: Sequence[Row]) -> str:
    """SHA-256 over the rows, one a line; 1.0 and 1.00 are the same value."""
    lines = (
        "\t".join((row.metric, row.subject, row.on.isoformat(), _plain(row.value), _plain(row.base)))
        for row in rows
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _plain(value: Decimal | None) -> str:
    if value is None:
        return ""
    return "0" if value == 0 else format(value.normalize(), "f")


def batch_id(batch: ReadingsRecorded, version: int) -> UUID:
    """The event id of a batch: its stream, window and content.

    `version`, the stream's version it was made at, counts only for a correction: a value may go from A to B,
    back to A, and to B again.
    """
    ends = [moment.isoformat() if moment else "" for moment in (batch.window_from, batch.window_upto)]
    turn = [str(version)] if batch.correction else []
    return event_id(batch.stream, "/".join([*ends, batch.content, *turn]), 0)


def last_day(feed: Feed, batch: ReadingsRecorded) -> date | None:
    """The last day of a batch's window, in the feed's time zone."""
    if batch.window_upto is None:
        return None
    return batch.window_upto.astimezone(ZoneInfo(feed.timezone)).date() - ONE_DAY


def completion(
    feed: Feed, through: date, said: FeedCompleted | None, by: str, at: datetime
) -> list[FeedCompleted]:
    """The statement that the feed is complete through a day, unless that is what it `said` last.

    What was complete stays so: an earlier day is none.
    """
    covers = tuple(sorted(feed.covers, key=lambda each: each.model_dump_json()))
    through = max(through, said.through) if said else through
    if said is not None and (said.through, said.covers) == (through, covers):
        return []
    return [FeedCompleted(feed=feed.name, through=through, covers=covers, by=by, at=at)]


def completion_id(said: FeedCompleted, version: int) -> UUID:
    """The event id of a statement: its stream, what it says, and the stream's version it was made at, so that two runs
    at once state it once, and a feed that is changed there and back states it each time."""
    content = hashlib.sha256(said.model_dump_json(exclude={"by", "at"}).encode()).hexdigest()
    return event_id(said.stream, f"complete/{version}/{content}", 0)


def watermark(feed: Feed, events: Iterable[ReadingsRecorded]) -> date | None:
    """The last day that was collected, by a feed's events: later windows lie behind earlier ones, corrections aside."""
    return max(
        (day for each in events if not each.correction and (day := last_day(feed, each))), default=None
    )


def look_back_window(feed: Feed, upto: date, brought: date | None) -> Window:
    """The days that are read again for corrections, never those before the feed's own watermark: `look_back` of them,
    and all since the day up to which rows were `brought`, for a source may have been late with what it has of them."""
    after = upto - feed.look_back * ONE_DAY
    if brought is None or feed.watermark is None:
        return Window(min(after, brought) if brought else feed.watermark, upto)
    return Window(max(min(after, brought), feed.watermark), upto)


def known_rows(events: Iterable[ReadingsRecorded], window: Window) -> list[Row]:
    """The rows of a window as the events leave them: a later row replaces an earlier one."""
    latest = {_key(row): row for event in events for row in event.rows if window.holds(row.on)}
    return list(latest.values())


@dataclass(frozen=True)
class Corrections:
    """What a second look found: rows that changed or came late, and rows that are no longer in the source."""

    rows: tuple[Row, ...]
    gone: tuple[Row, ...]


def compare(known: Iterable[Row], seen: Iterable[Row]) -> Corrections:
    """Compares what the log knows with what the source says now; equal numbers are equal however written."""
    before, now = {_key(row): row for row in known}, {_key(row): row for row in seen}
    changed = tuple(row for key, row in now.items() if key not in before or before[key] != row)
    return Corrections(changed, tuple(row for key, row in before.items() if key not in now))


def _key(row: Row) -> Key:
    return row.metric, row.subject, row.on
