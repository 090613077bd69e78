"""What can happen in a calibration. Class names and fields are the storage format."""

from pydantic import AwareDatetime

from cairn.domain.case.events import CaseDeadlineEvent, CaseEvent
from cairn.domain.private_text import PrivateText


class CalibrationOpened(CaseEvent):
    """A calibration of a unit began, whose id its name says; it is to be finished by the day results are shown."""

    finish_by: AwareDatetime


class GradeMoved(CaseEvent):
    """The grade of a result was moved, seen in its version `number`; the version `made` has the new one. Why is said
    there: in the stream of whom it is about."""

    move: int
    sheet: str
    number: int
    made: int
    before: str
    after: str


class GradeKept(CaseEvent):
    """A newer version `number` of a result was looked at, and its grade stays as computed."""

    sheet: str
    number: int


class MovesUndone(CaseEvent):
    """These moves were undone: the grades before them hold again, where nothing newer does."""

    moves: tuple[int, ...]
    reason: PrivateText


class CalibrationWentOn(CaseEvent):
    """HR goes on `without` the results of these sheets, which are not there: they are calibrated when they come."""

    without: tuple[str, ...]
    reason: PrivateText


class CalibrationFinished(CaseEvent):
    """The calibration is done: so many people have each grade. What comes newer of them is calibrated again."""

    grades: dict[str, int]


class CalibrationCancelled(CaseEvent):
    """The calibration was called off. Every rating, and every move, stays as it is."""

    reason: PrivateText


class CalibrationOverdue(CaseDeadlineEvent):
    """The calibration was not finished on the day results were to be shown: they wait for it. `to` were told."""

    to: tuple[str, ...]


AnyCalibrationEvent = (
    CalibrationOpened
    | GradeMoved
    | GradeKept
    | MovesUndone
    | CalibrationWentOn
    | CalibrationFinished
    | CalibrationCancelled
    | CalibrationOverdue
)
