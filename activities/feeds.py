"""Collecting one feed: rows from the source, batches into the log, the watermark moved by what was recorded."""

from datetime import UTC, date, datetime
from pathlib import Path

from temporalio import activity

from activities.inputs import CollectFeedInput, FeedOutcome
from cairn.application.feeds import known_metrics, run_feed, yesterday
from cairn.application.policies import Policies
from cairn.application.stored_events import UnreadableEvent
from cairn.feeds.feed import load_feed
from cairn.feeds.invalid import FeedInvalid, FeedRowsInvalid
from cairn.i18n import Language
from cairn.i18n.refusals import refusal_message
from cairn.ledger import Ledger


class FeedActivities:
    def __init__(self, ledger: Ledger, language: Language) -> None:
        self.ledger, self.language = ledger, language
        self.policies = Policies(ledger)

    @activity.defn(name="collect_feed")
    async def collect(self, input: CollectFeedInput) -> FeedOutcome:
        """Records a feed's new rows; again after a crash it records nothing twice. Bad rows are told, all at once,
        and nothing is recorded. A source that does not answer raises, to be tried again."""
        path, at = Path(input.path), input.at or datetime.now(UTC)
        try:
            feed = load_feed(path)
            run = await run_feed(
                self.ledger,
                feed,
                upto=date.fromisoformat(input.upto) if input.upto else yesterday(feed, at),
                by=input.by,
                at=at,
                base=Path(input.base),
                metrics=await known_metrics(self.policies),
            )
        except (FeedInvalid, FeedRowsInvalid) as wrong:
            return FeedOutcome(feed=path.stem, upto=input.upto, problem=wrong.text(self.language))
        except UnreadableEvent as waits:  # trying again reads the same
            problem = refusal_message(waits).text(self.language)
            return FeedOutcome(feed=path.stem, upto=input.upto, problem=problem)
        return FeedOutcome(
            feed=feed.name,
            rows=run.rows,
            batches=run.events,
            corrected=run.corrected,
            upto=str(run.watermark or ""),
            complete_through=str(run.complete_through or ""),
            unknown=run.unknown,
            gone=len(run.gone),
        )
