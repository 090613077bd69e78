"""One run of a feed: what is new, what changed, and that the feed is complete, recorded together and once."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from cairn.application.dated_roster import roster_at
from cairn.application.stored_events import to_event
from cairn.documents.ids import probable_ids
from cairn.domain.people import known_holders
from cairn.domain.reading import FeedCompleted, ReadingsRecorded, Row
from cairn.domain.refusal import Refusal
from cairn.feeds.batches import (
    ONE_DAY,
    Corrections,
    Window,
    batch_id,
    batches,
    completion,
    completion_id,
    known_rows,
)
from cairn.feeds.feed import Feed
from cairn.feeds.past import Past, past_of
from cairn.feeds.readings import Metric
from cairn.feeds.sources import NOTHING_KNOWN, collect, collect_corrections
from cairn.ledger import AppendConflict, EventRefused, Ledger, NewEvent, StoredEvent, StreamAppend

ATTEMPTS = 5
PAGE = 16
"""Events of a feed's stream that are read at a time, from its end: two are enough for a run without look-back."""
NOTHING_FOUND = Corrections((), ())
Recorded = ReadingsRecorded | FeedCompleted


@dataclass(frozen=True)
class FeedRun:
    """What a run recorded. `gone` are readings the source no longer has; they stand until they are corrected.
    `unknown` are subjects of recorded readings, and of whom the feed covers, whom the roster does not have: they count
    for nobody. `probably` says who was meant, where somebody looks the same.

    `events` are batches of readings. `replayed` says that an earlier run had recorded all of it. `watermark` is the
    last day known afterwards, `complete_through` the day that the feed states. `version` is the number of events in its
    stream then; of `read` batches it was found out what is new.
    """

    events: int
    rows: int
    corrected: int
    replayed: bool
    watermark: date | None
    gone: tuple[Row, ...] = ()
    version: int = 0
    unknown: tuple[str, ...] = ()
    probably: Mapping[str, str] = field(default_factory=dict)
    complete_through: date | None = None
    read: int = 0


def yesterday(feed: Feed, now: datetime) -> date:
    """The last whole day in the feed's time zone: what a run collects up to when nobody says (RULES D1)."""
    return now.astimezone(ZoneInfo(feed.timezone)).date() - timedelta(days=1)


@dataclass(frozen=True)
class _Found:
    """What the source has to say beyond the log: new rows of a window, and corrections of days seen before."""

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
    metrics: Mapping[str, Metric] = NOTHING_KNOWN,
    since: date | None = None,
) -> FeedRun:
    """Records the days after the last one known up to and with `upto`, corrections of the days looked back on, and the
    statement that the feed is complete through `upto`, or yesterday where that has not ended (RULES D3).

    With `since` it reads the days from then up to `upto` again, all of them known, and records what differs.
    `metrics` is what policies say of them. Raises FeedRowsInvalid (nothing is recorded then), FeedUnreadable, Refusal
    where the days from `since` are none that are known, and EventRefused when others were first again and again.
    """
    for _ in range(ATTEMPTS):
        chosen = None if since is None else Window(since - ONE_DAY, upto)
        past = await read_past(ledger, feed, chosen)
        if chosen is not None:
            _check_chosen(chosen, past)
        found = await asyncio.to_thread(_look, past, upto, base, metrics, chosen)
        made = [
            *batches(feed, found.rows, found.window, by, at),
            *batches(feed, found.corrections.rows, found.again, by, at, correction=True),
        ]
        through = min(max(upto, past.known or upto), yesterday(feed, at))
        stated = completion(feed, through, past.said, by, at)
        rows = [
            *_batch_rows(made, past.version),
            *(_row(each, completion_id(each, past.version)) for each in stated),
        ]
        replayed = False
        if rows:
            try:
                appended = await ledger.append([StreamAppend(feed.stream, past.version, rows)])
            except AppendConflict:
                continue
            replayed = appended.replayed
        return await _ran(ledger, past, found, made, stated, replayed)
    raise EventRefused(f"Feed {feed.name}: other runs came first again and again. Try again later.")


async def read_past(ledger: Ledger, feed: Feed, window: Window | None = None) -> Past:
    """What the feed has recorded, from the end of its stream back to where the days of a window, and those that are
    looked back on, begin. Never the whole of a long stream for a short window."""
    version = first = await ledger.version_of(feed.stream)
    events: list[Recorded] = []
    while True:
        before, first = first, max(first - PAGE, 0)
        if before:
            rows = await ledger.read_stream(feed.stream, after=first, upto=before)
            events = [*map(_recorded, rows), *events]
        past = past_of(feed, version, events, whole=first == 0)
        if past is not None and past.reaches(window):
            return past


def _check_chosen(chosen: Window, past: Past) -> None:
    """Days chosen to be read again are days that were collected before; later ones are an ordinary run's."""
    if chosen.empty:
        raise Refusal("feed.days-order", field="from", upto=chosen.upto)
    if past.known is None or chosen.upto > past.known:
        raise Refusal("feed.days-ahead", field="upto", upto=chosen.upto, known=past.known or "-")


def _look(past: Past, upto: date, base: Path, metrics: Mapping[str, Metric], chosen: Window | None) -> _Found:
    """Asks the source. A feed that never brought anything is asked from its beginning."""
    feed, again = past.feed, chosen or past.again
    window = Window(past.known, past.known if chosen and past.known else upto)
    rows = (
        [] if window.empty else collect(feed, after=window.after, upto=upto, base=base, metrics=metrics).rows
    )
    if again is None:
        return _Found(window, rows, window, NOTHING_FOUND)
    before = known_rows(past.batches, again)
    found = collect_corrections(feed, before, again, base=base, metrics=metrics)
    return _Found(window, rows, again, found)


async def _ran(
    ledger: Ledger,
    past: Past,
    found: _Found,
    made: Sequence[ReadingsRecorded],
    stated: Sequence[FeedCompleted],
    replayed: bool,
) -> FeedRun:
    said = stated[-1] if stated else past.said
    days = [past.known, found.window.upto if found.rows else None, said.through if said else None]
    unknown, probably = await _unknown_subjects(ledger, past.feed, made)
    return FeedRun(
        events=len(made),
        rows=len(found.rows) + len(found.corrections.rows),
        corrected=len(found.corrections.rows),
        replayed=replayed,
        watermark=max((day for day in days if day), default=None),
        gone=found.corrections.gone,
        version=past.version + len(made) + len(stated),
        unknown=unknown,
        probably=probably,
        complete_through=said.through if said else None,
        read=len(past.batches),
    )


async def _unknown_subjects(
    ledger: Ledger, feed: Feed, made: Iterable[ReadingsRecorded]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """The subjects who are nobody in the roster as the sealed log has it, and whom they look like."""
    subjects = {row.subject for event in made for row in event.rows}
    if not subjects:
        return (), {}
    known = known_holders(await roster_at(ledger, await ledger.sealed_position(), date.max))
    declared = {subject for covers in feed.covers for subject in covers.subjects}
    unknown = sorted((subjects | declared) - known)
    return tuple(unknown), probable_ids(unknown, known)


def _recorded(row: StoredEvent) -> Recorded:
    event = to_event(row)
    assert isinstance(event, ReadingsRecorded | FeedCompleted)
    return event


def _batch_rows(made: Iterable[ReadingsRecorded], version: int) -> list[NewEvent]:
    return [_row(event, batch_id(event, version)) for event in made]


def _row(event: Recorded, id: UUID) -> NewEvent:
    return NewEvent(
        id=id,
        type=event.type,
        data=event.model_dump_json(),
        occurred_at=event.at,
        actor=event.by,
        schema_version=event.schema_version,
    )
