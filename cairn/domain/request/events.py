"""What can happen to a request to another department. Class names and fields are the storage format."""

from datetime import date

from pydantic import AwareDatetime

from cairn.domain.case.events import CaseDeadlineEvent, CaseEvent


class AnswerAwaited(CaseEvent):
    """Any event after which somebody's answer is waited for, until `answer_by`."""

    answer_by: AwareDatetime


class RequestOpened(AnswerAwaited):
    """A department was asked for `need` until the end of the day `needed_by`, for a goal, because of `reason`.

    `diagnosis` is the number of the goal's diagnosis that it answers, None where it answers none.
    """

    goal: str
    need: str
    needed_by: date
    reason: str
    diagnosis: int | None = None


class RequestAccepted(CaseEvent):
    """The department promised it for the end of the day `promised`, which is the day asked for or an earlier one."""

    promised: date
    note: str = ""


class RequestOffered(AnswerAwaited):
    """The department would have it by the end of `promised`, later than asked for: whoever asked agrees, or talks."""

    promised: date
    note: str = ""


class RequestAgreed(CaseEvent):
    """Whoever asked agreed to the later day: it is promised for `promised` now."""

    promised: date


class RequestAskedBack(AnswerAwaited):
    """The department has a question first."""

    question: str


class RequestReplied(AnswerAwaited):
    """Whoever asked answered a question or an offer; `needed_by` is the day it is needed by now."""

    words: str
    needed_by: date


class RequestDeclined(CaseEvent):
    """The department does not do it, or can't keep what it promised."""

    reason: str


class RequestDelivered(AnswerAwaited):
    """It is there: `what`, on the local day `on`, so many calendar days after the promised one (0: in time)."""

    what: str
    on: date
    days_late: int = 0


class RequestIncomplete(CaseEvent):
    """What was delivered is not all: `missing` says what whoever asked still waits for. The promised day stays."""

    missing: str


class RequestReceived(CaseEvent):
    """Whoever asked confirmed that they have what was asked for."""

    note: str = ""


class RequestWithdrawn(CaseEvent):
    """It is needed no more."""

    reason: str


class RequestOverdue(CaseDeadlineEvent):
    """The promised day passed without delivery: the breach is on record, and both and those above were told."""

    to: tuple[str, ...]


AnyRequestEvent = (
    RequestOpened
    | RequestAccepted
    | RequestOffered
    | RequestAgreed
    | RequestAskedBack
    | RequestReplied
    | RequestDeclined
    | RequestDelivered
    | RequestIncomplete
    | RequestReceived
    | RequestWithdrawn
    | RequestOverdue
)
