"""A calibration as its events make it, and the fold."""

from datetime import datetime
from typing import assert_never

from pydantic import AwareDatetime, Field

from cairn.domain.calibration.events import (
    AnyCalibrationEvent,
    CalibrationCancelled,
    CalibrationFinished,
    CalibrationOpened,
    CalibrationOverdue,
    CalibrationWentOn,
    GradeKept,
    GradeMoved,
    MovesUndone,
)
from cairn.domain.case.events import AnyCaseEvent, CaseEscalated, CaseReminded, CaseSignalRefused
from cairn.domain.case.state import Case, evolved
from cairn.domain.event import Fact


class Move(Fact):
    """One move of a grade: of which sheet's result, seen in the version `number`, made in the version `made`."""

    id: int
    sheet: str
    number: int
    made: int
    before: str
    after: str
    by: str
    at: AwareDatetime
    undone: bool = False


class Calibration(Case):
    """A calibration of the unit that its name says: `department.<id>` with those below, or `company`."""

    finish_by: datetime | None = None
    moves: dict[int, Move] = Field(default_factory=dict)

    def standing(self, sheet: str | None = None) -> list[Move]:
        """The moves that were not undone, in order; of one sheet, or of all."""
        return [
            move for move in self.moves.values() if not move.undone and (sheet is None or move.sheet == sheet)
        ]


def evolve(calibration: Calibration, event: AnyCalibrationEvent | AnyCaseEvent) -> Calibration:
    """The calibration after one more event."""
    match event:
        case CalibrationOpened():
            return evolved(calibration, event, "open", finish_by=event.finish_by)
        case GradeMoved():
            facts = event.model_dump(exclude={"case", "move"})
            move = Move(id=event.move, **facts)
            return evolved(calibration, event, moves={**calibration.moves, move.id: move})
        case MovesUndone():
            undone = {
                id: move.model_copy(update={"undone": move.undone or id in event.moves})
                for id, move in calibration.moves.items()
            }
            return evolved(calibration, event, moves=undone)
        case CalibrationFinished():
            return evolved(calibration, event, "finished")
        case CalibrationCancelled():
            return evolved(calibration, event, "cancelled")
        case (
            GradeKept()
            | CalibrationWentOn()
            | CalibrationOverdue()
            | CaseReminded()
            | CaseEscalated()
            | CaseSignalRefused()
        ):
            return evolved(calibration, event)
        case _:
            assert_never(event)
