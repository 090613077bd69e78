"""What a feed has recorded, as far as its next run has to know it: read from the end of its stream backwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cairn.domain.reading import FeedCompleted, ReadingsRecorded
from cairn.feeds.batches import Window, last_day, look_back_window, watermark
from cairn.feeds.feed import Feed


@dataclass(frozen=True)
class Past:
    """The last events of a feed's stream, of `version` events in all.

    `brought` is the last day up to which rows were collected (the feed's own watermark before the first), `said` its
    last statement, `batches` the last batches in the order of the stream, `whole` that there are no others.
    """

    feed: Feed
    version: int
    brought: date | None
    said: FeedCompleted | None
    batches: tuple[ReadingsRecorded, ...]
    whole: bool

    @property
    def known(self) -> date | None:
        """The last day of which something is known: rows, or that there is none."""
        days = [day for day in (self.brought, self.said.through if self.said else None) if day]
        return max(days, default=None)

    @property
    def again(self) -> Window | None:
        """The days to look at again for corrections; None where there is nothing to look back on."""
        if self.known is None or self.version == 0:
            return None
        if not self.feed.look_back and self.known == self.brought:
            return None
        return look_back_window(self.feed, self.known, self.brought)

    def reaches(self, window: Window | None) -> bool:
        """Whether the batches hold every row of a window's days: no batch before one that ends before them does."""
        if self.whole or window is None:
            return True
        if window.after is None:
            return False
        ends = [last_day(self.feed, each) for each in self.batches if not each.correction]
        return any(day <= window.after for day in ends if day)


def past_of(
    feed: Feed, version: int, events: Sequence[ReadingsRecorded | FeedCompleted], *, whole: bool
) -> Past | None:
    """The past as its last `events` show it, in the order of the stream; None where they do not show enough."""
    batches = tuple(each for each in events if isinstance(each, ReadingsRecorded))
    said = next((each for each in reversed(events) if isinstance(each, FeedCompleted)), None)
    brought = watermark(feed, batches)
    if not whole and (said is None or brought is None):
        return None
    past = Past(feed, version, brought or feed.watermark, said, batches, whole)
    return past if past.reaches(past.again) else None
