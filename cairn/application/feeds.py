"""Feeds of readings: look at one, run it once (recorded once however often it is tried), have it run by itself."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from cairn.application.dated_roster import roster_at
from cairn.application.people import hr_instead_of
from cairn.application.policies import Policies
from cairn.domain.people import known_holders
from cairn.domain.reading import ReadingsRecorded, Row
from cairn.domain.refusal import Refusal
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
from cairn.feeds.readings import Metric
from cairn.feeds.sources import NOTHING_KNOWN, Collected, collect, collect_corrections
from cairn.ledger import (
    AppendConflict,
    EventRefused,
    Ledger,
    NewEvent,
    StoredEvent,
    StreamAppend,
    upcast,
)

ATTEMPTS = 5


@dataclass(frozen=True)
class FeedRun:
    """What a run recorded. `gone` are readings the source no longer has; they stand until they are corrected.
    `unknown` are subjects of recorded readings whom the roster does not have: they count for nobody.

    `replayed` says that an earlier run had recorded all of it. `watermark` is the last day known afterwards, `version`
    the number of events in the feed's stream then.
    """

    events: int
    rows: int
    corrected: int
    replayed: bool
    watermark: date | None
    gone: tuple[Row, ...] = ()
    version: int = 0
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScheduledFeed:
    """A feed that is to run by itself, by its own `schedule` and time zone: its file, the folder the file's paths
    start from, both absolute, and who asked for it."""

    feed: Feed
    path: Path
    base: Path
    by: str


class Schedules(Protocol):
    """What runs feeds by themselves."""

    async def put(self, planned: ScheduledFeed) -> datetime | None:
        """Makes the feed's schedule, or changes it where there is one. Returns when it runs next."""

    async def remove(self, feed: Feed) -> bool:
        """Ends the feed's schedule. False where there was none."""


class Feeds:
    """What people do with feeds. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, policies: Policies | None = None) -> None:
        self.ledger = ledger
        self.policies = policies or Policies(ledger)

    async def run(self, feed: Feed, *, upto: date, by: str, at: datetime, base: Path) -> FeedRun:
        """Records what is new and what changed (see `run_feed`). Only HR may."""
        if instead := await hr_instead_of(self.ledger, by, at):
            raise Refusal("feed.not-hr", field="by", by=by, who=instead)
        return await run_feed(
            self.ledger, feed, upto=upto, by=by, at=at, base=base, metrics=await known_metrics(self.policies)
        )

    async def schedule(self, planned: ScheduledFeed, schedules: Schedules, at: datetime) -> datetime | None:
        """Has a feed run by itself; again it replaces what was planned. Returns when it runs next. Only HR may."""
        await self._may_schedule(planned.by, at)
        return await schedules.put(planned)

    async def unschedule(self, feed: Feed, schedules: Schedules, by: str, at: datetime) -> None:
        """The feed runs no more by itself. Only HR may; refuses a feed that is not scheduled."""
        await self._may_schedule(by, at)
        if not await schedules.remove(feed):
            raise Refusal("feed.not-scheduled", field="feed", feed=feed.name)

    async def _may_schedule(self, by: str, at: datetime) -> None:
        if instead := await hr_instead_of(self.ledger, by, at):
            raise Refusal("feed.schedule-not-hr", field="by", by=by, who=instead)


async def check_feed(
    feed: Feed, *, upto: date, base: Path, metrics: Mapping[str, Metric] = NOTHING_KNOWN
) -> Collected:
    """Every reading the source has after the feed's first day, up to and with `upto`; nothing is recorded. Raises
    FeedRowsInvalid with every bad row, FeedUnreadable."""
    return await asyncio.to_thread(collect, feed, after=feed.watermark, upto=upto, base=base, metrics=metrics)


async def known_metrics(policies: Policies) -> dict[str, Metric]:
    """What the latest version of each adopted policy says of the metrics its goals are measured by.

    One that any goal divides by its base is a ratio; a unit counts where no other is stated.
    """
    latest = {each.name: f"{each.name}@{each.version}" for each in await policies.adopted()}
    goals = [goal for name in latest.values() for goal in (await policies.version(name)).template_goals()]
    found: dict[str, Metric] = {}
    for goal in goals:
        if goal.metric is None:
            continue
        before = found.get(goal.metric)
        unit = goal.unit if before is None or before.unit == goal.unit else ""
        ratio = goal.aggregation == "ratio" or (before is not None and before.is_ratio)
        found[goal.metric] = Metric(unit, ratio)
    return found


def yesterday(feed: Feed, now: datetime) -> date:
    """The last whole day in the feed's time zone: what a run collects up to when nobody says."""
    return now.astimezone(ZoneInfo(feed.timezone)).date() - timedelta(days=1)


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
    metrics: Mapping[str, Metric] = NOTHING_KNOWN,
) -> FeedRun:
    """Records the days after the watermark up to and with `upto`, and corrections of the days looked back on.

    `metrics` is what policies say of them. Raises FeedRowsInvalid (nothing is recorded then), FeedUnreadable, and
    EventRefused when others were first again and again.
    """
    for _ in range(ATTEMPTS):
        past = [_recorded(row) for row in await ledger.read_stream(feed.stream)]
        since = watermark(feed, past)
        found = await asyncio.to_thread(_look, feed, past, since, upto, base, metrics)
        made = [
            *batches(feed, found.rows, found.window, by, at),
            *batches(feed, found.corrections.rows, found.again, by, at, correction=True),
        ]
        rows = len(found.rows) + len(found.corrections.rows)
        if not made:
            return FeedRun(0, 0, 0, False, since, found.corrections.gone, len(past))
        try:
            appended = await ledger.append([StreamAppend(feed.stream, len(past), _rows(made, len(past)))])
        except AppendConflict:
            continue
        now = watermark(feed, [*past, *made])
        corrected = len(found.corrections.rows)
        version = len(past) + len(made)
        unknown = await _unknown_subjects(ledger, made)
        gone = found.corrections.gone
        return FeedRun(len(made), rows, corrected, appended.replayed, now, gone, version, unknown)
    raise EventRefused(f"Feed {feed.name}: other runs came first again and again. Try again later.")


def _look(
    feed: Feed,
    past: list[ReadingsRecorded],
    since: date | None,
    upto: date,
    base: Path,
    metrics: Mapping[str, Metric],
) -> _Found:
    window = Window(since, upto)
    rows = [] if window.empty else collect(feed, after=since, upto=upto, base=base, metrics=metrics).rows
    if not feed.look_back or not past or since is None:
        return _Found(window, rows, window, Corrections((), ()))
    again = look_back_window(feed, since)
    before = known_rows(past, again)
    found = collect_corrections(feed, before, upto=since, base=base, metrics=metrics)
    return _Found(window, rows, again, found)


async def _unknown_subjects(ledger: Ledger, made: Iterable[ReadingsRecorded]) -> tuple[str, ...]:
    """The subjects of readings who are nobody in the roster as the sealed log has it."""
    roster = await roster_at(ledger, await ledger.sealed_position(), date.max)
    subjects = {row.subject for event in made for row in event.rows}
    return tuple(sorted(subjects - known_holders(roster)))


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
