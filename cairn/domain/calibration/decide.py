"""The decider of calibrations."""

from typing import assert_never

from cairn.domain.calibration import dates
from cairn.domain.calibration.commands import (
    AnyCalibrationAction,
    CancelCalibration,
    FinishCalibration,
    GoOnWithoutResults,
    KeepGrade,
    MoveGrade,
    OpenCalibration,
    UndoMoves,
)
from cairn.domain.calibration.distribution import grades_of, shares
from cairn.domain.calibration.events import (
    CalibrationCancelled,
    CalibrationFinished,
    CalibrationOpened,
    CalibrationOverdue,
    CalibrationWentOn,
    GradeKept,
    GradeMoved,
    MovesUndone,
)
from cairn.domain.calibration.state import Calibration, Move
from cairn.domain.calibration.unit import is_unit, people_of
from cairn.domain.case.commands import KeepCaseDeadline
from cairn.domain.case.context import CaseContext
from cairn.domain.cycle.events import CalibrationBegun, CalibrationEnded
from cairn.domain.cycle.stages import cycle_stage_row
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.status import shown_at
from cairn.domain.evaluation.moving import grades_open_to, moved
from cairn.domain.evaluation.steps import has_steps, waits_for_calibration
from cairn.domain.event import Event
from cairn.domain.refusal import Refusal
from cairn.domain.rights import HR
from cairn.domain.schedule import local_moment
from cairn.domain.sheet.events import GradeMove, ResultIssued, VersionCalibrated
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import holder_of

NAMED = 5
"""Of the results that are not there so many are named."""
MOST = 500
"""So many people are calibrated together at most: what is finished is appended at once."""


def decide(command: AnyCalibrationAction, calibration: Calibration, context: CaseContext) -> list[Event]:
    match command:
        case OpenCalibration():
            return _open(command, calibration, context)
        case MoveGrade():
            return _move(command, calibration, context)
        case KeepGrade():
            return _keep(command, calibration, context)
        case UndoMoves():
            return _undo(command, calibration, context)
        case FinishCalibration():
            return _finish(command, calibration, context)
        case GoOnWithoutResults():
            return _go_on(command, calibration, context)
        case CancelCalibration():
            said = {"by": command.by, "at": command.at}
            return [
                CalibrationCancelled(case=calibration.id, reason=command.reason, **said),
                CalibrationEnded(cycle=calibration.cycle, calibration=calibration.id, **said),
            ]
        case _:
            assert_never(command)


def _open(command: OpenCalibration, calibration: Calibration, context: CaseContext) -> list[Event]:
    """Also in a running cycle, before there are any results."""
    cycle, unit = _cycle(context), calibration.holder
    if not context.policy.evaluation.has("calibration") or context.schedule is None:
        raise Refusal("calibration.no-step", field="case")
    if not is_unit(unit, context):
        raise Refusal("calibration.unit", field="case", unit=unit, known=sorted(context.departments))
    if cycle.shown or cycle_stage_row(cycle.stage).over:
        raise Refusal("calibration.late", field="case", cycle=cycle.id)
    same = [name for name in cycle.calibrations if holder_of(name) == unit]
    if same:
        raise Refusal("calibration.open", field="case", unit=unit, calibration=same[0])
    said = {"by": command.by, "at": command.at}
    finish_by = shown_at(context.schedule, context.policy)
    return [
        CalibrationOpened(case=calibration.id, finish_by=finish_by, **said),
        CalibrationBegun(cycle=cycle.id, calibration=calibration.id, **said),
    ]


def _move(command: MoveGrade, calibration: Calibration, context: CaseContext) -> list[Event]:
    sheet, result = _seen(command, calibration, context)
    known = grades_open_to(result, context.policy)
    if command.grade not in known:
        raise Refusal("calibration.grade", field="grade", grade=command.grade, known=known)
    if command.grade == result.grade or result.grade is None:
        return []
    move = GradeMove(
        case=calibration.id,
        computed=result.computed_grade or result.grade,
        reason=command.reason,
        by=command.by,
    )
    version = moved(result, command.grade, move, "calibrated", context.policy, command.by, command.at)
    said = GradeMoved(
        case=calibration.id,
        move=len(calibration.moves) + 1,
        sheet=sheet.id,
        number=result.number,
        made=version.number,
        before=result.grade,
        after=command.grade,
        by=command.by,
        at=command.at,
    )
    return [said, version]


def _keep(command: KeepGrade, calibration: Calibration, context: CaseContext) -> list[Event]:
    sheet, result = _seen(command, calibration, context)
    if sheet.calibrated == result.number:
        return []
    said = {"number": result.number, "by": command.by, "at": command.at}
    return [
        GradeKept(case=calibration.id, sheet=sheet.id, **said),
        VersionCalibrated(sheet=sheet.id, calibration=calibration.id, **said),
    ]


def _seen(
    command: MoveGrade | KeepGrade, calibration: Calibration, context: CaseContext
) -> tuple[Sheet, ResultIssued]:
    """A result as it may be calibrated here. What was shown changes by an appeal or a restatement alone; once the
    calibration is over, what is newer than what it saw is looked at again."""
    sheet = context.sheets.get(command.sheet)
    if sheet is None or sheet.holder not in people_of(calibration.holder, context):
        raise Refusal("calibration.not-in-unit", field="sheet", sheet=command.sheet, unit=calibration.holder)
    result = sheet.result
    if result is None or not has_steps(sheet, result, context.policy):
        raise Refusal("calibration.no-result", field="sheet", sheet=sheet.id)
    if result.number != command.number:
        raise Refusal(
            "calibration.other-version", field="number", number=command.number, now=result.number,
            grade=result.grade, by=result.by,
        )  # fmt: skip
    if sheet.shown == result.number:
        raise Refusal("calibration.shown", field="sheet", sheet=sheet.id, number=result.number)
    again = waits_for_calibration(sheet) and sheet.calibration == calibration.id
    if calibration.stage != "open" and not again:
        raise Refusal("calibration.over", field="case", sheet=sheet.id)
    return sheet, result


# ---------------------------------------------------------------- undoing


def _undo(command: UndoMoves, calibration: Calibration, context: CaseContext) -> list[Event]:
    standing = {move.id: move for move in calibration.standing()}
    wanted = command.moves or tuple(standing)
    unknown = [id for id in wanted if id not in calibration.moves]
    if unknown:
        raise Refusal("calibration.move", field="moves", move=unknown[0], known=sorted(standing))
    undone = [standing[id] for id in wanted if id in standing]
    if not undone:
        return []
    events: list[Event] = [
        MovesUndone(
            case=calibration.id,
            moves=tuple(move.id for move in undone),
            reason=command.reason,
            by=command.by,
            at=command.at,
        )
    ]
    for sheet in dict.fromkeys(move.sheet for move in undone):
        of_sheet = [move for move in undone if move.sheet == sheet]
        events += _undone(command, calibration, of_sheet, context)
    return events


def _undone(
    command: UndoMoves, calibration: Calibration, undone: list[Move], context: CaseContext
) -> list[ResultIssued]:
    """The version with the grade before the first of a result's moves, where the last one still holds."""
    first, last = undone[0], calibration.standing(undone[0].sheet)[-1]
    if holder_of(first.sheet) == command.by:
        raise Refusal("calibration.own", field="moves", move=first.id)
    if {move.id for move in undone} != {
        move.id for move in calibration.standing(first.sheet) if move.id >= first.id
    }:
        raise Refusal("calibration.later-move", field="moves", move=first.id, last=last.id)
    sheet = context.sheets.get(first.sheet)
    result = sheet.result if sheet else None
    if sheet is None or result is None or result.number != last.made:
        return []
    if sheet.shown == result.number:
        raise Refusal("calibration.shown", field="moves", sheet=sheet.id, number=result.number)
    earlier = sheet.moves.get(first.number)
    return [moved(result, first.before, earlier, "uncalibrated", context.policy, command.by, command.at)]


# ---------------------------------------------------------------- the end


def _finish(command: FinishCalibration, calibration: Calibration, context: CaseContext) -> list[Event]:
    """Waits for the results of the unit's own people and for nobody else's."""
    missing = _missing(context)
    if missing or not any(sheet.result for sheet in context.sheets.values()):
        raise _not_there(calibration, context, missing)
    return _finished(command, calibration, context)


def _go_on(command: GoOnWithoutResults, calibration: Calibration, context: CaseContext) -> list[Event]:
    """Whose result is not there is marked as calibrated with none, so that it is calibrated when it comes."""
    missing, since = _missing(context), dates.may_go_on_at(context)
    if since is None or since > command.at:
        raise _not_there(calibration, context, missing)
    if not missing:
        raise Refusal("calibration.nothing-missing", field="case", case=calibration.id)
    said = {"by": command.by, "at": command.at}
    return [
        CalibrationWentOn(case=calibration.id, without=tuple(missing), reason=command.reason, **said),
        *_finished(command, calibration, context),
        *(VersionCalibrated(sheet=name, number=0, calibration=calibration.id, **said) for name in missing),
    ]


def _missing(context: CaseContext) -> list[str]:
    """The unit's sheets that are to have a result and have none yet, while the cycle's results are not out."""
    if _cycle(context).results:
        return []
    return sorted(
        name
        for name, sheet in context.sheets.items()
        if sheet.version and sheet.kind == "person" and sheet.end_cause != "family" and sheet.result is None
    )


def _not_there(calibration: Calibration, context: CaseContext, missing: list[str]) -> Refusal:
    since = dates.may_go_on_at(context)
    return Refusal(
        "calibration.no-results", field="case", cycle=calibration.cycle, missing=len(missing),
        sheets=tuple(missing[:NAMED]), since=local_moment(since, context.calendar) if since else None,
    )  # fmt: skip


def _finished(
    command: FinishCalibration | GoOnWithoutResults, calibration: Calibration, context: CaseContext
) -> list[Event]:
    """What everybody has been seen with stays theirs; a quota has to be kept."""
    seen = [sheet for sheet in context.sheets.values() if has_steps(sheet, sheet.result, context.policy)]
    if len(seen) > MOST:
        raise Refusal("calibration.too-many", field="case", people=len(seen), most=MOST)
    results = [sheet.result for sheet in seen if sheet.result is not None]
    grades = grades_of(results, context.policy)
    rules = context.policy.evaluation
    outside = [share for share in shares(grades, rules) if not share.fits]
    if outside and rules.distribution_is == "quota":
        first = outside[0]
        raise Refusal(
            "calibration.quota", field="case", grades=first.grades, people=first.people, most=first.most,
            least=first.least, of=len(results),
        )  # fmt: skip
    said = {"by": command.by, "at": command.at}
    return [
        CalibrationFinished(case=calibration.id, grades=grades, **said),
        CalibrationEnded(cycle=calibration.cycle, calibration=calibration.id, **said),
        *(
            VersionCalibrated(sheet=sheet.id, number=sheet.result.number, calibration=calibration.id, **said)
            for sheet in seen
            if sheet.result is not None and not _is_seen(sheet, sheet.result, calibration)
        ),
    ]


def _is_seen(sheet: Sheet, result: ResultIssued, calibration: Calibration) -> bool:
    """Whether a version needs no further word: this calibration moved it, or it was shown before."""
    moved_here = sheet.calibrated == result.number and sheet.calibration == calibration.id
    return moved_here or sheet.shown == result.number


def on_deadline(command: KeepCaseDeadline, calibration: Calibration, context: CaseContext) -> list[Event]:
    """Results wait for it: whoever opened it and HR are told."""
    told = tuple(dict.fromkeys((*context.acting((calibration.opened_by,)), HR)))
    return [
        CalibrationOverdue(
            case=calibration.id, phase=command.phase, due=command.due, to=told, by=command.by, at=command.at
        )
    ]


def _cycle(context: CaseContext) -> Cycle:
    if context.cycle is None:
        raise Refusal("cycle.unknown", field="case", cycle="-")
    return context.cycle
