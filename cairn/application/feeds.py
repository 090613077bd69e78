"""Runs a feed once: what is new and what changed, in one append, recorded once however often it is tried."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cairn.domain.reading import ReadingsRecorded, Row
from cairn.feeds.batches import (
    Corrections,
    Window,
    batch_id,
    batches,
    known_rows,
    look_back_window,
    watermark,
)
from cairn.feeds.feed import Feed
from cairn.feeds.sources import NOTHING, collect, collect_corrections
from cairn.ledger import (
    EventRefused,
    Ledger,
    NewEvent,
    PartlyRecorded,
    StoredEvent,
    StreamAppend,
    WrongExpectedVersion,
    upcast,
)

ATTEMPTS = 5


@dataclass(frozen=True)
class FeedRun:
    """What a run recorded. `gone` are readings the source no longer has; they stand until they are corrected.

    `replayed` says that an earlier run had recorded all of it. `watermark` is the last day known afterwards.
    """

    events: int
    rows: int
    corrected: int
    replayed: bool
    watermark: date | None
    gone: tuple[Row, ...] = ()


@dataclass(frozen=True)
class _Found:
    """What the source has to say beyond the log."""

    window: Window
    rows: list[Row]
    again: Window
    corrections: Corrections


async def run_feed(
    ledger: Ledger,
    feed: Feed,
    *,
    upto: date,
    by: str,
    at: datetime,
    base: Path,
    known: Iterable[Row] | None = None,
    parameters: Mapping[str, str] = NOTHING,
) -> FeedRun:
    """Records the days after the watermark up to and with `upto`, and corrections of the days looked back on.

    `known` are the readings to compare with; without it, those of the feed's stream. Raises FeedRowsInvalid
    (nothing is recorded then), FeedUnreadable, and EventRefused when others were first again and again.
    """
    for _ in range(ATTEMPTS):
        past = [_recorded(row) for row in await ledger.read_stream(feed.stream)]
        since = watermark(feed, past)
        found = await asyncio.to_thread(_look, feed, past, since, upto, base, known, parameters)
        made = [
            *batches(feed, found.rows, found.window, by, at),
            *batches(feed, found.corrections.rows, found.again, by, at, correction=True),
        ]
        rows = len(found.rows) + len(found.corrections.rows)
        if not made:
            return FeedRun(0, 0, 0, False, since, found.corrections.gone)
        try:
            appended = await ledger.append([StreamAppend(feed.stream, len(past), _rows(made, len(past)))])
        except (WrongExpectedVersion, PartlyRecorded):
            continue
        now = watermark(feed, [*past, *made])
        corrected = len(found.corrections.rows)
        return FeedRun(len(made), rows, corrected, appended.replayed, now, found.corrections.gone)
    raise EventRefused(f"Feed {feed.name}: other runs came first again and again. Try again later.")


def _look(
    feed: Feed,
    past: list[ReadingsRecorded],
    since: date | None,
    upto: date,
    base: Path,
    known: Iterable[Row] | None,
    parameters: Mapping[str, str],
) -> _Found:
    window = Window(since, upto)
    rows = [] if window.empty else collect(feed, after=since, upto=upto, base=base, parameters=parameters)
    if not feed.look_back or not past or since is None:
        return _Found(window, rows, window, Corrections((), ()))
    again = look_back_window(feed, since)
    before = list(known) if known is not None else known_rows(past, again)
    return _Found(
        window, rows, again, collect_corrections(feed, before, upto=since, base=base, parameters=parameters)
    )


def _recorded(row: StoredEvent) -> ReadingsRecorded:
    return ReadingsRecorded.model_validate(upcast(row))


def _rows(made: list[ReadingsRecorded], version: int) -> list[NewEvent]:
    return [
        NewEvent(
            id=batch_id(event, version),
            type=event.type,
            data=event.model_dump_json(),
            occurred_at=event.at,
            actor=event.by,
            schema_version=event.schema_version,
        )
        for event in made
    ]
