"""A result's life as its events make it, and the fold."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import assert_never

from pydantic import AwareDatetime, Field

from cairn.domain.attachment import Attachment
from cairn.domain.case.events import AnyCaseEvent, CaseEscalated, CaseReminded, CaseSignalRefused
from cairn.domain.case.state import Case, evolved
from cairn.domain.event import Fact
from cairn.domain.result.events import (
    AnyResultEvent,
    AppealBallot,
    AppealDecided,
    AppealOutcome,
    AppealOverdue,
    AppealVoted,
    AppealWithdrawn,
    InterviewMissed,
    InterviewRecorded,
    ResultAcknowledged,
    ResultAppealed,
    ResultClosed,
    ResultNotAcknowledged,
    ResultShown,
    ResultWentOn,
)

RESULT = "result-"


def result_name(sheet: str) -> str:
    """The stream of a sheet's result."""
    return RESULT + sheet.removeprefix("sheet-")


def sheet_of_result(name: str) -> str:
    """The sheet whose result it is."""
    return f"sheet-{name.removeprefix(RESULT)}"


class Signature(Fact):
    """The person's signature on a version, and what they say to it."""

    number: int
    at: AwareDatetime
    agrees: bool
    words: str = ""


class Interview(Fact):
    """An interview on a version."""

    number: int
    on: date
    by: str
    agreed: str


class Appeal(Fact):
    """An appeal against a version; `outcome` None while it is open, `withdrawn` where it was taken back."""

    id: int
    number: int
    at: AwareDatetime
    grounds: str
    files: tuple[Attachment, ...] = ()
    position: int
    decide_by: AwareDatetime
    ballots: dict[str, AppealBallot] = Field(default_factory=dict)
    outcome: AppealOutcome | None = None
    withdrawn: bool = False


class Result(Case):
    """The result of a sheet: `number` is the version that was shown last. Its stage is `shown` while a signature is
    asked for, `told` where the policy asks for none."""

    number: int = 0
    rounded: Decimal | None = None
    grade: str | None = None
    shown_at: datetime | None = None
    acknowledge_by: datetime | None = None
    asked_at: datetime | None = Field(default=None, description="since when the signature is asked for")
    interview_by: datetime | None = None
    appeal_by: datetime | None = None
    signature: Signature | None = Field(default=None, description="the last one, of whichever version")
    interviews: tuple[Interview, ...] = ()
    appeals: tuple[Appeal, ...] = ()

    @property
    def sheet(self) -> str:
        return sheet_of_result(self.id)

    @property
    def signed(self) -> bool:
        """Whether the version that was shown last is signed."""
        return self.signature is not None and self.signature.number == self.number

    @property
    def talked(self) -> bool:
        """Whether an interview on that version is on record."""
        return any(each.number == self.number for each in self.interviews)

    @property
    def open_appeal(self) -> Appeal | None:
        last = self.appeals[-1] if self.appeals else None
        return last if last and last.outcome is None and not last.withdrawn else None

    @property
    def appealed_before(self) -> bool:
        """Whether an appeal against that version was decided."""
        return any(each.number == self.number and each.outcome is not None for each in self.appeals)


def evolve(result: Result, event: AnyResultEvent | AnyCaseEvent) -> Result:
    """The result after one more event."""
    match event:
        case ResultShown():
            facts = event.model_dump(exclude={"by", "at", "case", "cause", "computed"})
            stage = "told" if event.acknowledge_by is None else "shown"
            return evolved(result, event, stage, **facts, shown_at=event.at, asked_at=event.at)
        case InterviewRecorded():
            held = Interview(number=event.number, on=event.on, by=event.by, agreed=event.agreed)
            return evolved(result, event, interviews=(*result.interviews, held))
        case ResultAcknowledged():
            signature = Signature(number=event.number, at=event.at, agrees=event.agrees, words=event.words)
            stage = result.stage if result.stage == "closed" else "signed"
            return evolved(result, event, stage, signature=signature)
        case ResultNotAcknowledged() | ResultWentOn():
            return evolved(result, event, "unsigned")
        case ResultAppealed():
            facts = event.model_dump(include={"number", "grounds", "position", "decide_by", "at"})
            appeal = Appeal(id=event.appeal, files=event.files, **facts)
            return evolved(result, event, "appealed", appeals=(*result.appeals, appeal))
        case AppealVoted():
            ballot = AppealBallot(by=event.by, grade=event.grade, reason=event.reason, at=event.at)
            return evolved(result, event, appeals=_with(result, lambda of: _voted(of, ballot)))
        case AppealWithdrawn():
            appeals = _with(result, lambda of: of.model_copy(update={"withdrawn": True}))
            return _asked_again(result, event, appeals)
        case AppealDecided():
            decided = {"outcome": event.outcome, "ballots": {each.by: each for each in event.ballots}}
            return _asked_again(result, event, _with(result, lambda of: of.model_copy(update=decided)))
        case ResultClosed():
            return evolved(result, event, "closed")
        case InterviewMissed() | AppealOverdue() | CaseReminded() | CaseEscalated() | CaseSignalRefused():
            return evolved(result, event)
        case _:
            assert_never(event)


def _voted(appeal: Appeal, ballot: AppealBallot) -> Appeal:
    return appeal.model_copy(update={"ballots": {**appeal.ballots, ballot.by: ballot}})


def _with(result: Result, change: Callable[[Appeal], Appeal]) -> tuple[Appeal, ...]:
    """The appeals with the last one, which is the open one, changed."""
    return (*result.appeals[:-1], change(result.appeals[-1]))


def _asked_again(
    result: Result, event: AppealWithdrawn | AppealDecided, appeals: tuple[Appeal, ...]
) -> Result:
    """An appeal is over: the signature is asked for where it was not given."""
    if event.acknowledge_by is None:
        unsigned = "unsigned" if result.acknowledge_by else "told"
        return evolved(result, event, "signed" if result.signed else unsigned, appeals=appeals)
    asked = {"acknowledge_by": event.acknowledge_by, "asked_at": event.at}
    return evolved(result, event, "shown", appeals=appeals, **asked)
