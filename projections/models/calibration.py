"""Calibrations of a cycle, and the grades moved in each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, get_args

from pydantic import BaseModel, ConfigDict

from cairn.domain.calibration.events import AnyCalibrationEvent
from projections.engine.read_model import ReadModel
from projections.engine.rows import FROM_JSON, Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="calibration",
    tables=("calibration", "grade_move"),
    reads=get_args(AnyCalibrationEvent),
    joins=("person", "feedback", "score"),
    by_stream=True,
)
SQL = queries("calibration")


class CalibrationRow(BaseModel):
    """One calibration of a unit; `moves` stand, `undone` do not any more. `grades` are those it was finished with."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: int
    cycle: str
    holder: str
    unit_name: str | None
    stage: str
    opened_by: str
    opened_at: datetime
    finish_by: datetime
    grades: Annotated[dict[str, int] | None, FROM_JSON]
    moves: int
    undone: int


class MoveRow(BaseModel):
    """One move of a grade."""

    model_config = ConfigDict(frozen=True)

    calibration: str
    move: int
    sheet: str
    number: int
    made: int
    before: str
    after: str
    by: str
    at: datetime
    undone: bool


async def calibrations(reader: Reader, cycle: str) -> Sequence[CalibrationRow]:
    """The calibrations of a cycle, in the order in which they were opened."""
    return parse_rows(CalibrationRow, await reader.fetch(SQL["listed"], cycle))


async def moves(reader: Reader, calibration: str) -> Sequence[MoveRow]:
    """The moves of a calibration, in order."""
    return parse_rows(MoveRow, await reader.fetch(SQL["moves"], calibration))
