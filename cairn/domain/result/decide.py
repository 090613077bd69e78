"""The decider of a result's life: interviews, signatures, appeals."""

from datetime import datetime
from typing import assert_never

from cairn.domain.attachment import check_attachments
from cairn.domain.case.commands import KeepCaseDeadline
from cairn.domain.case.context import CaseContext
from cairn.domain.evaluation.moving import grades_open_to, is_better, moved
from cairn.domain.event import Event
from cairn.domain.refusal import Refusal
from cairn.domain.result.commands import (
    AcknowledgeResult,
    AnyResultAction,
    AppealResult,
    GoOnWithoutSignature,
    RecordInterview,
    VoteOnAppeal,
    WithdrawAppeal,
)
from cairn.domain.result.dates import (
    COMMITTEE,
    appeal_by,
    interviewer,
    is_away,
    sign_by,
    turns_at,
    working_days_after,
)
from cairn.domain.result.events import (
    AppealBallot,
    AppealDecided,
    AppealOverdue,
    AppealVoted,
    AppealWithdrawn,
    InterviewMissed,
    InterviewRecorded,
    ResultAcknowledged,
    ResultAppealed,
    ResultClosed,
    ResultNotAcknowledged,
    ResultWentOn,
)
from cairn.domain.result.judging import STANDS, AppealTally, judged
from cairn.domain.result.showing import shown
from cairn.domain.result.state import Appeal, Result, evolve
from cairn.domain.schedule import local_moment
from cairn.domain.sheet.events import GradeMove, ResultIssued, VersionSigned
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from cairn.domain.voting import electorate

SEPARATOR = "\n"


def decide(command: AnyResultAction, result: Result, context: CaseContext) -> list[Event]:
    match command:
        case RecordInterview():
            return _interview(command, result, context)
        case AcknowledgeResult():
            return _acknowledge(command, result, context)
        case GoOnWithoutSignature():
            return [_go_on(command, result, context)]
        case AppealResult():
            return [_appeal(command, result, context)]
        case WithdrawAppeal():
            return _withdraw(command, result, context)
        case VoteOnAppeal():
            return _vote(command, result, context)
        case _:
            assert_never(command)


def _interview(command: RecordInterview, result: Result, context: CaseContext) -> list[Event]:
    if command.on > context.today:
        raise Refusal("result.interview-ahead", field="on", on=command.on, today=context.today)
    said = [(each.number, each.on, each.agreed) for each in result.interviews]
    if (result.number, command.on, command.agreed) in said:
        return []
    return [
        InterviewRecorded(
            case=result.id, number=result.number, on=command.on, agreed=command.agreed, by=command.by,
            at=command.at,
        )
    ]  # fmt: skip


def _acknowledge(command: AcknowledgeResult, result: Result, context: CaseContext) -> list[Event]:
    if result.signed:
        return []
    sheet = _sheet(result, context)
    if command.number != result.number:
        raise Refusal("result.other-version", field="number", number=command.number, now=result.number)
    if sheet.result is not None and sheet.result.number != result.number:
        raise Refusal("result.superseded", field="number", number=command.number)
    if not command.agrees and not command.words.strip():
        raise Refusal("result.no-words", field="words")
    until = sign_by(result, context)
    signed = ResultAcknowledged(
        case=result.id,
        number=command.number,
        agrees=command.agrees,
        words=command.words,
        late=until is not None and command.at > until,
        by=command.by,
        at=command.at,
    )
    return [signed, VersionSigned(sheet=sheet.id, number=command.number, by=command.by, at=command.at)]


def _go_on(command: GoOnWithoutSignature, result: Result, context: CaseContext) -> Event:
    """Whoever is here has their window; it ends by itself."""
    until = sign_by(result, context)
    if context.is_here(result.holder) and not is_away(result, context):
        raise Refusal("result.not-late", field="case", who=result.holder, until=_told(until, context))
    return ResultWentOn(
        case=result.id, number=result.number, reason=command.reason, by=command.by, at=command.at
    )


def _told(moment: datetime | None, context: CaseContext) -> datetime | None:
    return None if moment is None else local_moment(moment, context.calendar)


def _no_appeal(result: Result, context: CaseContext, at: datetime) -> Refusal | None:
    """Why nobody can appeal at a moment: only within the window, and once against a version, for what the committee
    decided is decided."""
    if not context.policy.evaluation.has("appeal") or result.appeal_by is None:
        return Refusal("result.no-appeals", field="case")
    ends = appeal_by(result, context)
    if ends is not None and at > ends:
        return Refusal("result.appeal-late", field="case", until=_told(ends, context))
    if result.appealed_before:
        return Refusal("result.appealed-before", field="case", number=result.number)
    return None


def idle(result: Result, context: CaseContext) -> frozenset[str]:
    """What can do nothing any more: the signature on a version that is signed, which is asked for in the year's last
    stage too, and an appeal that would be refused."""
    signed = {AcknowledgeResult.row.name} if result.signed else set()
    no_appeal = {AppealResult.row.name} if _no_appeal(result, context, context.at) else set()
    return frozenset(signed | no_appeal)


def _appeal(command: AppealResult, result: Result, context: CaseContext) -> Event:
    if refusal := _no_appeal(result, context, command.at):
        raise refusal
    check_attachments(command.files, context.policy.attachments)
    days = context.policy.evaluation.decision
    return ResultAppealed(
        case=result.id,
        appeal=len(result.appeals) + 1,
        number=result.number,
        grounds=command.grounds,
        files=command.files,
        position=context.position,
        decide_by=working_days_after(command.at, days, context.calendar),
        by=command.by,
        at=command.at,
    )


def _withdraw(command: WithdrawAppeal, result: Result, context: CaseContext) -> list[Event]:
    withdrawn = AppealWithdrawn(
        case=result.id,
        appeal=_open(result).id,
        acknowledge_by=_asked_again(result, context, command.at),
        by=command.by,
        at=command.at,
    )
    return [withdrawn, *_newer(evolve(result, withdrawn), _sheet(result, context), context, command.at)]


# ---------------------------------------------------------------- the committee


def _vote(command: VoteOnAppeal, result: Result, context: CaseContext) -> list[Event]:
    """A member's vote; with it the decision, where there is one now."""
    sheet, appeal = _sheet(result, context), _open(result)
    last = sheet.result
    if last is None:
        raise Refusal("sheet.unknown", field="case", sheet=sheet.id)
    better = _check_grade(command.grade, result, last, context)
    before = appeal.ballots.get(command.by)
    if before is not None and (before.grade, before.reason) == (better, command.reason):
        return []
    ballot = AppealBallot(by=command.by, grade=better, reason=command.reason, at=command.at)
    members, executives = (frozenset(context.with_role(role)) for role in ("committee", "executive"))
    among = electorate(result.holder, members, executives, command.by)
    found = judged(appeal.ballots, ballot, among, result.grade, context.policy)
    if found.outcome is None:
        return [
            AppealVoted(
                case=result.id, appeal=appeal.id, grade=better, reason=command.reason, by=command.by,
                at=command.at,
            )
        ]  # fmt: skip
    return _decided(command, result, sheet, last, found, context)


def _check_grade(grade: str | None, result: Result, last: ResultIssued, context: CaseContext) -> str | None:
    """A grade that is voted for, None where it is what stands. An appeal makes nothing worse."""
    known = grades_open_to(last, context.policy)
    if grade is None or grade == result.grade:
        return None
    if grade not in known:
        raise Refusal("result.grade", field="grade", grade=grade, known=known)
    if not is_better(grade, result.grade, context.policy):
        raise Refusal("result.worse", field="grade", grade=grade, now=result.grade)
    return grade


def _decided(
    command: VoteOnAppeal,
    result: Result,
    sheet: Sheet,
    last: ResultIssued,
    found: AppealTally,
    context: CaseContext,
) -> list[Event]:
    raised = None if found.outcome == STANDS else found.outcome
    decided = AppealDecided(
        case=result.id,
        appeal=_open(result).id,
        number=result.number,
        outcome="raised" if raised else "upheld",
        before=result.grade,
        after=raised or result.grade,
        ballots=found.ballots,
        members=found.members,
        quorum=found.quorum,
        majority=context.policy.committee.majority,
        acknowledge_by=_asked_again(result, context, command.at),
        by=command.by,
        at=command.at,
    )
    events: list[Event] = [decided]
    if raised is not None and is_better(raised, last.grade, context.policy):
        reasons = [each.reason for each in found.ballots if each.grade is not None]
        move = GradeMove(
            case=result.id,
            computed=last.computed_grade or raised,
            reason=SEPARATOR.join(reasons),
            by=COMMITTEE,
        )
        version = moved(last, raised, move, "appealed", context.policy, command.by, command.at)
        events.append(version)
        sheet = evolve_sheet(sheet, version)
    return [*events, *_newer(evolve(result, decided), sheet, context, command.at)]


def _newer(result: Result, sheet: Sheet, context: CaseContext, at: datetime) -> list[Event]:
    """What is shown now that no appeal is open: the version it brought, or one that came meanwhile."""
    return shown(result, sheet, context.policy, at)


def _asked_again(result: Result, context: CaseContext, at: datetime) -> datetime | None:
    """Until when the signature is asked for after an appeal, None where it is there or was never asked for."""
    if result.signed or result.acknowledge_by is None:
        return None
    return working_days_after(at, context.policy.evaluation.acknowledgement, context.calendar)


# ---------------------------------------------------------------- deadlines


def on_deadline(command: KeepCaseDeadline, result: Result, context: CaseContext) -> list[Event]:
    said = {"case": result.id, "phase": command.phase, "due": command.due, "by": command.by, "at": command.at}
    above = context.further_up(turns_at(result, context, command.phase, command.due))
    match command.phase:
        case "acknowledge_over":
            return [ResultNotAcknowledged(number=result.number, to=above, **said)]
        case "interview_over":
            told = tuple(dict.fromkeys((interviewer(result, context), *above)))
            return [InterviewMissed(number=result.number, to=told, **said)]
        case "decision_over":
            return [AppealOverdue(appeal=_open(result).id, to=(COMMITTEE, *above), **said)]
        case "appeal_over":
            return [ResultClosed(number=result.number, **said)]
        case _:
            raise ValueError(f"{command.phase} is no phase of a result")


def _open(result: Result) -> Appeal:
    appeal = result.open_appeal
    if appeal is None:
        raise Refusal("result.no-appeal", field="case")
    return appeal


def _sheet(result: Result, context: CaseContext) -> Sheet:
    sheet = context.sheets.get(result.sheet)
    if sheet is None or sheet.version == 0:
        raise Refusal("sheet.unknown", field="case", sheet=result.sheet)
    return sheet
