"""What can be asked of a result that was shown. `case` is its stream, whose name says whose it is."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, get_args

from pydantic import Field

from cairn.domain.attachment import Attachment
from cairn.domain.case.commands import CaseAction, CaseRow
from cairn.domain.case.rights import case_holder, case_line_or_hr
from cairn.domain.result.rights import result_committee, result_hr

STAGES = ("shown", "told", "signed", "unsigned", "appealed", "closed")
Words = Annotated[str, Field(min_length=1)]


class RecordInterview(CaseAction):
    """Puts the interview on record: the day it was held, what was agreed."""

    row = CaseRow("interview", case_line_or_hr, stages=STAGES)

    on: date
    agreed: Words


class AcknowledgeResult(CaseAction):
    """Signs a version, `number` as it is shown. Whoever does not agree with it says so with words."""

    row = CaseRow(
        "acknowledge",
        case_holder,
        stages=("shown", "told", "unsigned", "closed"),
        leads_to="signed",
        already=("signed",),
    )

    number: int
    agrees: bool = True
    words: str = ""


class GoOnWithoutSignature(CaseAction):
    """Goes on without the signature of somebody who cannot give it."""

    row = CaseRow("go_on", result_hr, stages=("shown",), leads_to="unsigned", already=("unsigned",))

    reason: Words


class AppealResult(CaseAction):
    """Appeals against the version that was shown, on these grounds."""

    row = CaseRow("appeal", case_holder, stages=("shown", "told", "signed", "unsigned"), leads_to="appealed")

    grounds: Words
    files: tuple[Attachment, ...] = ()


class WithdrawAppeal(CaseAction):
    """Takes the appeal back."""

    row = CaseRow("withdraw", case_holder, stages=("appealed",))


class VoteOnAppeal(CaseAction):
    """Votes, as a member of the committee: for a better grade, or for what stands (None)."""

    row = CaseRow("vote", result_committee, stages=("appealed",), judges=True)

    grade: str | None = None
    reason: Words


AnyResultAction = (
    RecordInterview | AcknowledgeResult | GoOnWithoutSignature | AppealResult | WithdrawAppeal | VoteOnAppeal
)
COMMANDS: Mapping[str, type[CaseAction]] = {each.row.name: each for each in get_args(AnyResultAction)}
