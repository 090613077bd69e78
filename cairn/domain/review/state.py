"""A stage review as its events make it, and the fold."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, assert_never

from pydantic import Field

from cairn.domain.case.events import AnyCaseEvent, CaseEscalated, CaseReminded, CaseSignalRefused
from cairn.domain.case.state import Case, evolved
from cairn.domain.event import Fact
from cairn.domain.policy import OVERALL, Reader, ReviewQuestion, Share
from cairn.domain.review.events import (
    AnyReviewEvent,
    ReviewAsked,
    ReviewCommented,
    ReviewDrafted,
    ReviewOverdue,
    ReviewReopened,
    ReviewReported,
    ReviewReturned,
    ReviewWentOn,
    ReviewWidened,
    Side,
)

SIDES: tuple[Side, ...] = ("report", "comment")


class Written(Fact):
    """What was handed in on one question: `author` wrote it first and stays its author, `edited_by` is who changed it
    last where that is somebody else. `version` is the review's with which it came, `by` handed it in."""

    words: str
    author: str
    edited_by: str | None = None
    by: str
    at: datetime
    version: int


class Draft(Fact):
    """What somebody has written and not handed in, on one question; `version` is the review's when it was saved."""

    words: str
    at: datetime
    version: int


class Round(Fact):
    """One handing in, as it was then: nothing that follows changes it."""

    side: Side
    by: str
    at: datetime
    texts: dict[str, Written]


class Return(Fact):
    """A report that was sent back, with a comment by question."""

    by: str
    at: datetime
    comments: dict[str, str]


class Review(Case):
    """One period of one employee. `shared` says that both sides were handed in once: from then on each reads what the
    other hands in. `report_asked` and `comment_asked` are when a side was last asked for."""

    period: str = ""
    starts: date = date.min
    ends: date = date.min
    family: str = ""
    questions: tuple[ReviewQuestion, ...] = ()
    share: Share = "together"
    readers: tuple[Reader, ...] = ()
    people: tuple[str, ...] = Field(default=(), description="who was let read it beside `readers`, by id")
    report_by: datetime | None = None
    comment_by: datetime | None = None
    report_asked: datetime | None = None
    comment_asked: datetime | None = None
    report: dict[str, Written] = Field(default_factory=dict)
    comment: dict[str, Written] = Field(default_factory=dict)
    drafts: dict[str, dict[str, dict[str, Draft]]] = Field(
        default_factory=dict, description="side → whose they are → question → draft"
    )
    report_in: bool = False
    comment_in: bool = False
    shared: bool = False
    rounds: tuple[Round, ...] = ()
    returns: tuple[Return, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The questions, by key."""
        return tuple(question.key for question in self.questions)

    def fields_of(self, side: Side) -> tuple[str, ...]:
        """What can be written on a side: an answer to each question, or a comment on each and on the whole."""
        return self.keys if side == "report" else (OVERALL, *self.keys)

    def texts(self, side: Side) -> Mapping[str, Written]:
        """What is handed in on a side."""
        return self.report if side == "report" else self.comment

    def is_in(self, side: Side) -> bool:
        return self.report_in if side == "report" else self.comment_in

    def drafts_of(self, side: Side, who: str) -> Mapping[str, Draft]:
        """What somebody has written on a side and not handed in."""
        return self.drafts.get(side, {}).get(who, {})

    def has_draft(self, side: Side) -> bool:
        return any(self.drafts.get(side, {}).values())

    def writers(self, side: Side) -> frozenset[str]:
        """Everybody who wrote, changed or handed in something that is on record on a side."""
        return frozenset(
            who
            for each in self.rounds
            if each.side == side
            for text in each.texts.values()
            for who in (text.author, text.edited_by, text.by)
            if who
        )


def evolve(review: Review, event: AnyReviewEvent | AnyCaseEvent) -> Review:
    """The review after one more event."""
    match event:
        case ReviewAsked():
            facts = event.model_dump(exclude={"by", "at", "case", "questions"})
            asked = {"report_asked": event.at, "comment_asked": event.at, "questions": event.questions}
            return evolved(review, event, "open", **facts, **asked)
        case ReviewDrafted():
            return _drafted(review, event)
        case ReviewReported():
            asked = {"comment_by": event.comment_by, "comment_asked": event.at}
            return _handed_in(review, event, "report", event.author, asked)
        case ReviewCommented():
            return _handed_in(review, event, "comment", event.by, {})
        case ReviewReturned():
            sent = Return(by=event.by, at=event.at, comments=event.comments)
            asked = {"report_by": event.report_by, "report_asked": event.at}
            changes = {"report_in": False, "comment_in": False, "returns": (*review.returns, sent), **asked}
            return evolved(review, event, "returned", **changes)
        case ReviewReopened():
            return _reopened(review, event)
        case ReviewWidened():
            readers = (*review.readers, *event.readers)
            return evolved(review, event, readers=readers, people=(*review.people, *event.people))
        case ReviewWentOn():
            return evolved(review, event, "ended", shared=True)
        case ReviewOverdue() | CaseReminded() | CaseEscalated() | CaseSignalRefused():
            return evolved(review, event)
        case _:
            assert_never(event)


def _drafted(review: Review, event: ReviewDrafted) -> Review:
    saved = {
        key: Draft(words=words, at=event.at, version=review.version + 1) for key, words in event.texts.items()
    }
    mine = {**review.drafts_of(event.side, event.by), **saved}
    of_side = {**review.drafts.get(event.side, {}), event.by: mine}
    return evolved(review, event, drafts={**review.drafts, event.side: of_side})


def _handed_in(
    review: Review,
    event: ReviewReported | ReviewCommented,
    side: Side,
    author: str,
    more: Mapping[str, Any],
) -> Review:
    """Whoever handed it in has no draft of it any more; everybody else's stay."""
    texts = {
        key: _written(review.texts(side).get(key), words, event, author, review.version + 1)
        for key, words in event.texts.items()
    }
    others = {who: drafts for who, drafts in review.drafts.get(side, {}).items() if who != event.by}
    done = Round(side=side, by=event.by, at=event.at, texts=texts)
    report_in, comment_in = review.report_in or side == "report", review.comment_in or side == "comment"
    return evolved(
        review,
        event,
        _stage(report_in, comment_in),
        **{side: texts},
        drafts={**review.drafts, side: others},
        rounds=(*review.rounds, done),
        report_in=report_in,
        comment_in=comment_in,
        shared=review.shared or (report_in and comment_in),
        **more,
    )


def _written(
    before: Written | None, words: str, event: ReviewReported | ReviewCommented, author: str, version: int
) -> Written:
    """Who wrote it first stays its author; what nobody changed is as it was."""
    if before is not None and before.words == words:
        return before
    wrote = before.author if before is not None else author
    edited = event.by if event.by != wrote else None
    return Written(words=words, author=wrote, edited_by=edited, by=event.by, at=event.at, version=version)


def _reopened(review: Review, event: ReviewReopened) -> Review:
    report_in = review.report_in and "report" not in event.sides
    comment_in = review.comment_in and "comment" not in event.sides
    changes: dict[str, Any] = {"report_in": report_in, "comment_in": comment_in}
    if event.report_by is not None:
        changes |= {"report_by": event.report_by, "report_asked": event.at}
    if event.comment_by is not None:
        changes |= {"comment_by": event.comment_by, "comment_asked": event.at}
    return evolved(review, event, _stage(report_in, comment_in), **changes)


def _stage(report_in: bool, comment_in: bool) -> str:
    match (report_in, comment_in):
        case (True, True):
            return "shared"
        case (True, False):
            return "reported"
        case (False, True):
            return "commented"
        case _:
            return "open"
