"""Calibrations as a kind of case."""

from collections.abc import Iterable
from typing import Any, get_args

from cairn.domain.calibration import dates
from cairn.domain.calibration import decide as decider
from cairn.domain.calibration.commands import (
    COMMANDS,
    STAGES,
    FinishCalibration,
    GoOnWithoutResults,
    KeepGrade,
    MoveGrade,
    UndoMoves,
)
from cairn.domain.calibration.events import AnyCalibrationEvent, CalibrationOpened
from cairn.domain.calibration.state import Calibration, evolve
from cairn.domain.calibration.unit import sheets_of
from cairn.domain.case.context import CaseContext
from cairn.domain.case.kind import CaseKind, CasePhase
from cairn.domain.rights import HR


def sheets_named(calibration: Calibration, command: Any, context: CaseContext) -> Iterable[str]:
    """The sheets that a command is about; all of the unit's where it is finished."""
    match command:
        case MoveGrade() | KeepGrade():
            return (command.sheet,)
        case UndoMoves():
            wanted = command.moves or tuple(calibration.moves)
            return dict.fromkeys(move.sheet for id, move in calibration.moves.items() if id in wanted)
        case FinishCalibration() | GoOnWithoutResults():
            return sheets_of(calibration.holder, calibration.cycle, context)
        case _:
            return ()


def parties(calibration: Calibration, context: CaseContext) -> tuple[str, ...]:
    """HR, the committee and the company's management."""
    return (HR, *context.with_role("committee"), *context.with_role("executive"))


KIND = CaseKind(
    name="calibration",
    stages=STAGES,
    commands=COMMANDS,
    events=get_args(AnyCalibrationEvent),
    opened_by=CalibrationOpened,
    new=lambda name: Calibration(id=name),
    evolve=evolve,
    decide=decider.decide,
    deadlines=dates.deadlines,
    awaited=dates.awaited,
    phases=(CasePhase("finish_remind", "remind"), CasePhase("finish_over", "act")),
    on_deadline=decider.on_deadline,
    sheets_of=sheets_named,
    parties=parties,
)
