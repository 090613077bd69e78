"""What can be asked of a stage review. `case` is its stream, whose name says whose period it is."""

from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import Field

from cairn.domain.attachment import Attachment
from cairn.domain.case.commands import CaseAction, CaseRow
from cairn.domain.case.rights import case_line, case_line_or_hr
from cairn.domain.policy import Reader
from cairn.domain.review.events import Side
from cairn.domain.review.rights import review_hr, review_reporter, review_writer

ANY = ("open", "reported", "commented", "returned", "shared", "ended")
Texts = dict[str, str]
Base = Annotated[int | None, Field(ge=0)]
"""The review's version that the writer had before them; None where they do not say."""
Reason = Annotated[str, Field(min_length=1)]


class OpenReview(CaseAction):
    """Opens the review of somebody's period that has ended, where the cycle left it out: they were on leave, say."""

    row = CaseRow("open", case_line_or_hr, stages=("none",), leads_to="open")


class DraftReview(CaseAction):
    """Saves what somebody has written so far. In no stage is a draft refused: text that was typed is never lost."""

    row = CaseRow("draft", review_writer, stages=ANY)

    side: Side
    texts: Texts = Field(min_length=1)
    base: Base = None


class SubmitReview(CaseAction):
    """Hands the report in: what is handed in already, with one's own draft and `texts` on top of it."""

    row = CaseRow("submit", review_reporter, stages=("open", "commented", "returned", "reported"))

    texts: Texts = Field(default_factory=dict)
    base: Base = None
    files: tuple[Attachment, ...] = ()


class CommentReview(CaseAction):
    """Hands the manager's comment in, likewise."""

    row = CaseRow("comment", case_line, stages=("open", "reported", "commented"), judges=True)

    texts: Texts = Field(default_factory=dict)
    base: Base = None


class ReturnReview(CaseAction):
    """Asks for another report, with a comment on each question that is meant."""

    row = CaseRow("return", case_line, stages=("reported", "shared"), leads_to="returned", judges=True)

    comments: Texts = Field(min_length=1)


class ReopenReview(CaseAction):
    """Lets what was handed in be written once more."""

    row = CaseRow("reopen", review_hr, stages=("reported", "commented", "shared", "ended"))

    sides: tuple[Side, ...] = Field(min_length=1)
    reason: Reason


class WidenReview(CaseAction):
    """Lets more people read it; whoever wrote in it is told."""

    row = CaseRow("widen", review_hr, stages=ANY)

    readers: tuple[Reader, ...] = ()
    people: tuple[str, ...] = ()
    reason: Reason


class GoOnWithoutReview(CaseAction):
    """Ends a review without what is overdue in it."""

    row = CaseRow(
        "go_on",
        review_hr,
        stages=("open", "reported", "commented", "returned"),
        leads_to="ended",
        already=("ended",),
    )

    reason: Reason


AnyReviewAction = (
    OpenReview
    | DraftReview
    | SubmitReview
    | CommentReview
    | ReturnReview
    | ReopenReview
    | WidenReview
    | GoOnWithoutReview
)
COMMANDS: Mapping[str, type[CaseAction]] = {each.row.name: each for each in get_args(AnyReviewAction)}
