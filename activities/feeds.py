"""Collecting one feed: rows from the source, batches into the log, the watermark moved by what was recorded."""

from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import AwareDatetime
from temporalio import activity

from activities.inputs import Value
from cairn.application.feeds import run_feed
from cairn.feeds.feed import load_feed
from cairn.feeds.problems import FeedInvalid, FeedRowsInvalid
from cairn.ledger import Ledger


class CollectFeed(Value):
    """`path` is the feed's file, `base` the folder its files are relative to; days after the watermark up to and
    with `upto` are collected. A schedule leaves `upto` and `at` to the workflow."""

    path: str
    base: str
    upto: str = ""
    by: str
    at: AwareDatetime | None = None


class Collected(Value):
    """What a collection recorded: `rows` in `batches`, `corrected` of them replacing earlier ones. `problem` says
    in words why nothing was recorded."""

    feed: str
    rows: int = 0
    batches: int = 0
    corrected: int = 0
    upto: str = ""
    problem: str = ""


class FeedActivities:
    def __init__(self, ledger: Ledger, language: str) -> None:
        self.ledger, self.language = ledger, language

    @activity.defn(name="collect_feed")
    async def collect(self, ask: CollectFeed) -> Collected:
        """Records a feed's new rows; again after a crash it records nothing twice. Bad rows are told, all at once,
        and nothing is recorded. A source that does not answer raises, to be tried again."""
        path = Path(ask.path)
        try:
            feed = load_feed(path)
            run = await run_feed(
                self.ledger,
                feed,
                upto=date.fromisoformat(ask.upto),
                by=ask.by,
                at=ask.at or datetime.now(UTC),
                base=Path(ask.base),
            )
        except (FeedInvalid, FeedRowsInvalid) as wrong:
            return Collected(feed=path.stem, upto=ask.upto, problem=wrong.text(self.language))
        return Collected(
            feed=feed.name,
            rows=run.rows,
            batches=run.events,
            corrected=run.corrected,
            upto=str(run.watermark or ""),
        )
