"""What can happen to a stage review. Class names and fields are the storage format."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from cairn.domain.attachment import Attachment
from cairn.domain.case.events import CaseDeadlineEvent, CaseEvent
from cairn.domain.policy import Reader, ReviewQuestion, Share
from cairn.domain.private_text import PrivateText

Side = Literal["report", "comment"]
"""The two who write: the employee reports, the manager comments."""


class ReviewAsked(CaseEvent):
    """The review of a period that has ended is asked for: the questions, in the words people answered, until
    when, and who will read it, which is said before anybody writes."""

    period: str
    starts: date
    ends: date
    family: str
    questions: tuple[ReviewQuestion, ...]
    share: Share
    readers: tuple[Reader, ...]
    report_by: AwareDatetime
    comment_by: AwareDatetime


class ReviewDrafted(CaseEvent):
    """Somebody saved what they had written so far, by question. A draft is read by its writer alone."""

    touching = False

    side: Side
    texts: dict[str, PrivateText]


class ReviewReported(CaseEvent):
    """The report was handed in: the answer to every question. It is `author`'s, whoever handed it in (`by`).

    The manager's comment is due at `comment_by`. `late` says that it came after it was due.
    """

    author: str
    texts: dict[str, PrivateText]
    comment_by: AwareDatetime
    late: bool = False
    files: tuple[Attachment, ...] = ()


class ReviewCommented(CaseEvent):
    """The manager's comment was handed in: on the whole (`overall`) and on questions."""

    texts: dict[str, PrivateText]
    late: bool = False


class ReviewReturned(CaseEvent):
    """The manager asks for another report, with a comment on each question that is meant. It is due at `report_by`."""

    comments: dict[str, PrivateText]
    report_by: AwareDatetime


class ReviewReopened(CaseEvent):
    """HR lets what was handed in be written once more. What was written stays."""

    sides: tuple[Side, ...]
    reason: PrivateText
    report_by: AwareDatetime | None = None
    comment_by: AwareDatetime | None = None


class ReviewWidened(CaseEvent):
    """More people may read it from now on: `readers` and `people` are those who came to it. Whoever had written in it
    (`to`) is told."""

    readers: tuple[Reader, ...] = ()
    people: tuple[str, ...] = ()
    reason: PrivateText
    to: tuple[str, ...]


class ReviewWentOn(CaseEvent):
    """HR ended it `without` what nobody handed in. A draft of it stays a draft."""

    without: tuple[Side, ...]
    reason: PrivateText


class ReviewOverdue(CaseDeadlineEvent):
    """A side was due and not handed in; `drafted` says that a draft of it is there. `to` were told."""

    side: Side
    drafted: bool
    to: tuple[str, ...]


AnyReviewEvent = (
    ReviewAsked
    | ReviewDrafted
    | ReviewReported
    | ReviewCommented
    | ReviewReturned
    | ReviewReopened
    | ReviewWidened
    | ReviewWentOn
    | ReviewOverdue
)
