"""What operation itself has to remember: feeds that run by themselves, webhooks that are told, workflows that were
begun again, and how often scores were computed again."""

from typing import Literal

from cairn.domain.event import Event, Fact

WhyNotTold = Literal["status", "gone", "timeout", "unreachable", "inside", "unreadable"]
"""What a webhook did that did not take a message: answered something else than 2xx, or that it wants no more (410), or
nothing in time; it could not be reached; its name leads to where nothing may be sent; its secret cannot be read."""

Loss = Literal[
    "missing", "terminated", "cancelled", "failed", "timed_out", "ended", "failing", "unserved", "ahead"
]
"""What is wrong with the workflow of an open stream: there is none; it was ended from outside, or by an error; it ran
to its end though its stream is open; its tasks fail again and again; no worker serves its build; it knows more than the
log has, since an older log was restored."""
SCHEDULES = "schedules"
WEBHOOKS = "webhooks"
SUPERVISION = "supervision"


class FeedScheduled(Event):
    """A feed runs by itself from now on: by its crons in its time zone, from the file `path`, whose own paths start
    from the folder `base`."""

    feed: str
    path: str
    base: str
    crons: tuple[str, ...]
    timezone: str

    @property
    def stream(self) -> str:
        return SCHEDULES

    @property
    def name(self) -> str:
        """What Temporal's schedule is called: like the feed's stream."""
        return f"feed-{self.feed}"


class FeedUnscheduled(Event):
    """A feed runs by itself no more."""

    feed: str

    @property
    def stream(self) -> str:
        return SCHEDULES


class WebhookRegistered(Event):
    """Another system is told from now on what happens in streams of these kinds, at its address.

    `after` is the position of the log after which it is told; one that was registered already goes on where it
    stood."""

    webhook: str
    url: str
    kinds: tuple[str, ...]
    after: int

    @property
    def stream(self) -> str:
        return WEBHOOKS


class WebhookRemoved(Event):
    """It is told no more."""

    webhook: str

    @property
    def stream(self) -> str:
        return WEBHOOKS


class WebhookGivenUp(Event):
    """It took nothing for days, or said that it wants no more: it is told nothing until somebody has it go on.
    `position` is that of the first event it lacks."""

    webhook: str
    position: int
    why: WhyNotTold
    status: int | None = None

    @property
    def stream(self) -> str:
        return WEBHOOKS


class WebhookResumed(Event):
    """It is told again: what comes after the position `after`, or from where it stood (None)."""

    webhook: str
    after: int | None = None

    @property
    def stream(self) -> str:
        return WEBHOOKS


class BegunAgain(Fact):
    """A workflow, schedule or starter that was begun again, by its id, and what had been wrong."""

    workflow: str
    loss: Loss


class WorkflowsBegunAgain(Event):
    """Workflows that open streams lacked, and which were begun again from the log."""

    workflows: tuple[BegunAgain, ...]

    @property
    def stream(self) -> str:
        return SUPERVISION


def verification_name(cycle: str) -> str:
    """The stream that says when the scores of a cycle were computed again."""
    return f"verification-{cycle}"


class ScoresVerified(Event):
    """Every score of a cycle was computed again from what it cites, from the log as it was sealed up to the position
    `upto`: so many of each, of which so many came out `differing`, were `missing` though due, or could not be read."""

    cycle: str
    upto: int
    goals: int
    sheets: int
    results: int
    appraisals: int
    differing: int
    missing: int
    unread: int

    @property
    def stream(self) -> str:
        return verification_name(self.cycle)

    @property
    def sound(self) -> bool:
        """Whether every score was there and came out the same."""
        return not (self.differing or self.missing or self.unread)

    @property
    def scores(self) -> int:
        return self.goals + self.sheets + self.results + self.appraisals
