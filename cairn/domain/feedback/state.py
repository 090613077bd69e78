"""A piece of feedback as its events make it, and the fold."""

from datetime import date, datetime
from typing import assert_never

from cairn.domain.case.events import AnyCaseEvent, CaseEscalated, CaseReminded, CaseSignalRefused
from cairn.domain.case.state import Case, evolved
from cairn.domain.feedback.events import (
    ActionOutcome,
    AnyFeedbackEvent,
    FeedbackAnswered,
    FeedbackFollowedUp,
    FeedbackGiven,
    FeedbackKind,
    FeedbackObserved,
    FeedbackOverdue,
    FeedbackWithdrawn,
)


class Feedback(Case):
    """One observation and what was told of it; `outcome` is what became of the action, None while it is not known."""

    kind: FeedbackKind = "positive"
    seen_at: datetime | None = None
    answer_by: datetime | None = None
    goal: str | None = None
    action_due: date | None = None
    outcome: ActionOutcome | None = None


def evolve(feedback: Feedback, event: AnyFeedbackEvent | AnyCaseEvent) -> Feedback:
    """The feedback after one more event."""
    match event:
        case FeedbackObserved():
            return evolved(
                feedback,
                event,
                "observed",
                kind=event.kind,
                seen_at=event.seen_at,
                answer_by=event.answer_by,
                goal=event.goal,
            )
        case FeedbackGiven():
            return evolved(feedback, event, "given", kind=event.kind, action_due=event.action_due)
        case FeedbackFollowedUp():
            return evolved(feedback, event, "followed_up", outcome=event.outcome)
        case FeedbackWithdrawn():
            return evolved(feedback, event, "withdrawn")
        case FeedbackOverdue() | FeedbackAnswered() | CaseReminded() | CaseEscalated() | CaseSignalRefused():
            return evolved(feedback, event)
        case _:
            assert_never(event)
