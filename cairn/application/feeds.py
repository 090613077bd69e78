"""Feeds of readings: look at one, run it once (recorded once however often it is tried), have it run by itself."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from cairn.application.collecting import FeedRun, run_feed, yesterday
from cairn.application.people import hr_instead_of
from cairn.application.policies import Policies
from cairn.application.repository import record_alone
from cairn.application.stored_events import to_events
from cairn.domain.operating import SCHEDULES, FeedScheduled, FeedUnscheduled
from cairn.domain.refusal import Refusal
from cairn.feeds.feed import Feed
from cairn.feeds.readings import Metric
from cairn.feeds.sources import NOTHING_KNOWN, Collected, collect
from cairn.ledger import Ledger

__all__ = [
    "FeedRun",
    "Feeds",
    "Schedules",
    "check_feed",
    "known_metrics",
    "planned",
    "run_feed",
    "scheduled",
    "yesterday",
]


class Schedules(Protocol):
    """What runs feeds by themselves."""

    async def put(self, planned: FeedScheduled) -> datetime | None:
        """Makes the feed's schedule, or changes it where there is one. Returns when it runs next."""

    async def remove(self, feed: Feed) -> bool:
        """Ends the feed's schedule. False where there was none."""


def planned(feed: Feed, path: Path, base: Path, by: str, at: datetime) -> FeedScheduled:
    """A feed as it is to run by itself: from its file and the folder the file's paths start from, both absolute."""
    return FeedScheduled(
        feed=feed.name,
        path=str(path),
        base=str(base),
        crons=tuple(feed.crons),
        timezone=feed.timezone,
        by=by,
        at=at,
    )


async def scheduled(ledger: Ledger) -> list[FeedScheduled]:
    """Every feed that is to run by itself, as the log says."""
    found: dict[str, FeedScheduled] = {}
    for event in to_events(await ledger.read_stream(SCHEDULES)):
        match event:
            case FeedScheduled():
                found[event.feed] = event
            case FeedUnscheduled():
                found.pop(event.feed, None)
    return list(found.values())


class Feeds:
    """What people do with feeds. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, policies: Policies | None = None) -> None:
        self.ledger = ledger
        self.policies = policies or Policies(ledger)

    async def run(
        self, feed: Feed, *, upto: date, by: str, at: datetime, base: Path, since: date | None = None
    ) -> FeedRun:
        """Records what is new and what changed, or reads the days from `since` again (see `run_feed`). Only HR may."""
        if instead := await hr_instead_of(self.ledger, by, at):
            raise Refusal("feed.not-hr", field="by", by=by, who=instead)
        known = await known_metrics(self.policies)
        return await run_feed(
            self.ledger, feed, upto=upto, by=by, at=at, base=base, metrics=known, since=since
        )

    async def schedule(self, planned: FeedScheduled, schedules: Schedules) -> datetime | None:
        """Has a feed run by itself; again it replaces what was planned. Returns when it runs next. Only HR may.

        The log has it first: what runs the feeds may lose it, and is given it again."""
        await self._may_schedule(planned.by, planned.at)
        await record_alone(self.ledger, planned, str(uuid4()))
        return await schedules.put(planned)

    async def unschedule(self, feed: Feed, schedules: Schedules, by: str, at: datetime) -> None:
        """The feed runs no more by itself. Only HR may; refuses a feed that is not scheduled."""
        await self._may_schedule(by, at)
        known = any(each.feed == feed.name for each in await scheduled(self.ledger))
        if known:
            await record_alone(self.ledger, FeedUnscheduled(feed=feed.name, by=by, at=at), str(uuid4()))
        if not await schedules.remove(feed) and not known:
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
