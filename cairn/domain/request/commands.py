"""What can be asked of a request. `case` is its stream, whose name says which department is asked."""

from collections.abc import Mapping
from datetime import date
from typing import get_args

from pydantic import Field

from cairn.domain.case.commands import CaseAction, CaseRow
from cairn.domain.request.rights import request_asked, request_asker, request_opener


class OpenRequest(CaseAction):
    """Asks the department for `need` until the end of the day `needed_by`, for a goal, and says why."""

    row = CaseRow("open", request_asker, stages=("none",), leads_to="asked")

    goal: str
    need: str = Field(min_length=1)
    needed_by: date
    reason: str = Field(min_length=1)
    diagnosis: int | None = Field(
        default=None, description="the number of the goal's diagnosis that it answers"
    )


class AcceptRequest(CaseAction):
    """Promises it for the end of the day `promised`, by default the day asked for. A later day is an offer, to which
    whoever asked agrees."""

    row = CaseRow("accept", request_asked, stages=("asked",), leads_to="accepted")

    promised: date | None = None
    note: str = ""


class AgreeToOffer(CaseAction):
    """Agrees to the later day that the department named."""

    row = CaseRow("agree", request_opener, stages=("offered",), leads_to="accepted", already=("accepted",))


class AskBack(CaseAction):
    """Asks what has to be known first."""

    row = CaseRow("ask_back", request_asked, stages=("asked",), leads_to="asked_back")

    question: str = Field(min_length=1)


class ReplyToDepartment(CaseAction):
    """Answers a question, or an offer that does not do; `needed_by` where another day would do too."""

    row = CaseRow("reply", request_opener, stages=("asked_back", "offered"), leads_to="asked")

    words: str = Field(min_length=1)
    needed_by: date | None = None


class DeclineRequest(CaseAction):
    """Says no, with a reason; also to what was promised and can't be kept."""

    row = CaseRow(
        "decline", request_asked, stages=("asked", "accepted"), leads_to="declined", already=("declined",)
    )

    reason: str = Field(min_length=1)


class DeliverRequest(CaseAction):
    """Says what was delivered, on which local day (by default today)."""

    row = CaseRow("deliver", request_asked, stages=("accepted",), leads_to="delivered")

    what: str = Field(min_length=1)
    on: date | None = None


class ConfirmReceipt(CaseAction):
    """Confirms that what was asked for is there."""

    row = CaseRow(
        "confirm", request_opener, stages=("delivered",), leads_to="received", already=("received",)
    )

    note: str = ""


class SayWhatIsMissing(CaseAction):
    """Says what of the delivery is still missing: the promise stands as it was."""

    row = CaseRow("missing", request_opener, stages=("delivered",), leads_to="accepted")

    missing: str = Field(min_length=1)


class WithdrawRequest(CaseAction):
    """Takes it back: it is needed no more."""

    row = CaseRow(
        "withdraw",
        request_opener,
        stages=("asked", "asked_back", "offered", "accepted"),
        leads_to="withdrawn",
        already=("withdrawn",),
    )

    reason: str = Field(min_length=1)


AnyRequestAction = (
    OpenRequest
    | AcceptRequest
    | AgreeToOffer
    | AskBack
    | ReplyToDepartment
    | DeclineRequest
    | DeliverRequest
    | ConfirmReceipt
    | SayWhatIsMissing
    | WithdrawRequest
)
COMMANDS: Mapping[str, type[CaseAction]] = {each.row.name: each for each in get_args(AnyRequestAction)}
