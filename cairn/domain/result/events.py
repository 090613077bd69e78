"""What can happen to a result that was shown. Class names and fields are the storage format."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime

from cairn.domain.attachment import Attachment
from cairn.domain.case.events import CaseDeadlineEvent, CaseEvent
from cairn.domain.event import Fact
from cairn.domain.policy import Majority
from cairn.domain.private_text import PrivateText
from cairn.domain.sheet.events import ResultCause

AppealOutcome = Literal["upheld", "raised"]


class ResultShown(CaseEvent):
    """The version `number` of the result was shown to the person, with `rounded` points and its grade; `computed` is
    the grade before people moved it, where they did and the policy lets the person see both.

    The signature is asked until `acknowledge_by`, an interview until `interview_by`, an appeal is possible until
    `appeal_by`; each None where the policy has no such step."""

    number: int
    cause: ResultCause
    rounded: Decimal | None
    grade: str | None
    computed: str | None = None
    acknowledge_by: AwareDatetime | None = None
    interview_by: AwareDatetime | None = None
    appeal_by: AwareDatetime | None = None


class InterviewRecorded(CaseEvent):
    """The interview on the version `number` was held on a day; what was agreed in it."""

    number: int
    on: date
    agreed: PrivateText


class InterviewMissed(CaseDeadlineEvent):
    """The interview was due and is not on record. `to` were told."""

    number: int
    to: tuple[str, ...]


class ResultAcknowledged(CaseEvent):
    """The person signed the version `number`: that they know it. Whether they agree with it, and what they say to it;
    `late` is after the window."""

    number: int
    agrees: bool
    words: PrivateText = ""
    late: bool = False


class ResultNotAcknowledged(CaseDeadlineEvent):
    """The window for the signature on the version `number` is over without one: not signed, told on. `to` were told."""

    number: int
    to: tuple[str, ...]


class ResultWentOn(CaseEvent):
    """HR goes on without a signature on the version `number`: the person has left, or is on long leave."""

    number: int
    reason: PrivateText


class ResultAppealed(CaseEvent):
    """The person appealed against the version `number`. It is decided on the evidence as it stood at the log's
    `position`, until `decide_by`."""

    appeal: int
    number: int
    grounds: PrivateText
    files: tuple[Attachment, ...] = ()
    position: int
    decide_by: AwareDatetime


class AppealWithdrawn(CaseEvent):
    """The person takes an appeal back. The signature is asked until `acknowledge_by`, None where it is there or not
    asked for."""

    appeal: int
    acknowledge_by: AwareDatetime | None = None


class AppealBallot(Fact):
    """How a member of the committee voted on an appeal: for a grade, None: for what stands; why, and when."""

    by: str
    grade: str | None
    reason: PrivateText
    at: AwareDatetime


class AppealVoted(CaseEvent):
    """A member of the committee voted on an appeal; the committee has not decided yet."""

    touching = False

    appeal: int
    grade: str | None
    reason: PrivateText


class AppealOverdue(CaseDeadlineEvent):
    """An appeal was not decided in time. `to` were told."""

    appeal: int
    to: tuple[str, ...]


class AppealDecided(CaseEvent):
    """The committee decided an appeal against the version `number`: upheld, or raised from the grade `before` to
    `after`; never lowered. These are its minutes. The signature is asked until `acknowledge_by`, None where it is
    there, not asked for, or asked for with the next version."""

    appeal: int
    number: int
    outcome: AppealOutcome
    before: str | None
    after: str | None
    ballots: tuple[AppealBallot, ...]
    members: int
    quorum: int
    majority: Majority
    acknowledge_by: AwareDatetime | None = None


class ResultClosed(CaseDeadlineEvent):
    """The window for an appeal against the version `number` is over, and none is open."""

    number: int


AnyResultEvent = (
    ResultShown
    | InterviewRecorded
    | InterviewMissed
    | ResultAcknowledged
    | ResultNotAcknowledged
    | ResultWentOn
    | ResultAppealed
    | AppealWithdrawn
    | AppealVoted
    | AppealOverdue
    | AppealDecided
    | ResultClosed
)
