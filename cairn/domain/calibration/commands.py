"""What can be asked of a calibration. `case` is its stream, whose name says of which unit it is."""

from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import Field

from cairn.domain.calibration.rights import calibration_hr, calibrator
from cairn.domain.case.commands import CaseAction, CaseRow

STAGES = ("open", "finished", "cancelled")
Reason = Annotated[str, Field(min_length=1)]


class OpenCalibration(CaseAction):
    """Begins a calibration of a unit, at any time before results are shown."""

    row = CaseRow("open", calibrator, stages=("none",), leads_to="open")


class MoveGrade(CaseAction):
    """Moves the grade of a result, as it is in its version `number`."""

    row = CaseRow("move", calibrator, stages=STAGES, judges=True)

    sheet: str
    number: int
    grade: str
    reason: Reason


class KeepGrade(CaseAction):
    """Leaves the grade of a newer version as it was computed."""

    row = CaseRow("keep", calibrator, stages=STAGES, judges=True)

    sheet: str
    number: int


class UndoMoves(CaseAction):
    """Undoes these moves, the last of each result first; without any the whole calibration's."""

    row = CaseRow("undo", calibrator, stages=STAGES)

    moves: tuple[int, ...] = ()
    reason: Reason


class FinishCalibration(CaseAction):
    """Says that the unit is calibrated."""

    row = CaseRow("finish", calibrator, stages=("open",), leads_to="finished", already=("finished",))


class GoOnWithoutResults(CaseAction):
    """Says that the unit is calibrated though results of it are not there, once they have been waited for (RULES U2).
    Whoever's comes later is calibrated then, before it is shown."""

    row = CaseRow("go_on", calibration_hr, stages=("open",), leads_to="finished", already=("finished",))

    reason: Reason


class CancelCalibration(CaseAction):
    """Calls it off; every rating stays as it is."""

    row = CaseRow("cancel", calibrator, stages=("open",), leads_to="cancelled", already=("cancelled",))

    reason: Reason


AnyCalibrationAction = (
    OpenCalibration
    | MoveGrade
    | KeepGrade
    | UndoMoves
    | FinishCalibration
    | GoOnWithoutResults
    | CancelCalibration
)
COMMANDS: Mapping[str, type[CaseAction]] = {each.row.name: each for each in get_args(AnyCalibrationAction)}
