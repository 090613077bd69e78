"""What can happen to a piece of feedback. Class names and fields are the storage format."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from cairn.domain.attachment import Attachment
from cairn.domain.case.events import CaseDeadlineEvent, CaseEvent
from cairn.domain.private_text import PrivateText

FeedbackKind = Literal["positive", "problem"]
ActionOutcome = Literal["done", "partly", "not_done"]


class FeedbackObserved(CaseEvent):
    """Somebody saw something that is worth telling: `seen_at` starts the clock, feedback is due at `answer_by`.

    `goal` is the goal it is about, None where it is about none.
    """

    kind: FeedbackKind
    note: PrivateText
    seen_at: AwareDatetime
    answer_by: AwareDatetime
    goal: str | None = None


class FeedbackGiven(CaseEvent):
    """It was told, one to one: of a positive one the behaviour and its value, of a problem the facts and what was
    agreed to do until the end of the day `action_due`. `late` says that it came after it was due. `insisted`: it was
    told as it is, although it looks like a verdict without a fact."""

    kind: FeedbackKind
    behaviour: PrivateText = ""
    value: PrivateText = ""
    facts: PrivateText = ""
    action: PrivateText = ""
    action_due: date | None = None
    late: bool = False
    insisted: bool = False


class FeedbackOverdue(CaseDeadlineEvent):
    """The clock ran out before it was told: the breach is on record, and `to` were told of it."""

    to: tuple[str, ...]


class FeedbackAnswered(CaseEvent):
    """The person it is about said something to it."""

    words: PrivateText


class FeedbackFollowedUp(CaseEvent):
    """What became of the action that was agreed."""

    outcome: ActionOutcome
    note: PrivateText = ""
    files: tuple[Attachment, ...] = ()


class FeedbackWithdrawn(CaseEvent):
    """The observation was a mistake: there is nothing to tell."""

    reason: PrivateText


AnyFeedbackEvent = (
    FeedbackObserved
    | FeedbackGiven
    | FeedbackOverdue
    | FeedbackAnswered
    | FeedbackFollowedUp
    | FeedbackWithdrawn
)
