"""Open cases of every kind: whose turn it is, since when and until when."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="case",
    joins=(
        "feedback",
        "coaching",
        "request",
        "promise",
        "review",
        "result",
        "calibration",
        "person",
        "inbox",
    ),
)
SQL = queries("case")


class Turn(BaseModel):
    """One person's (or place's) turn in an open case: `turn` is whose it is, `awaited` who acts for them that day.

    `until` is when it is due, None where no date was set. `step` says what is to be done: the stage, where a
    case of the kind waits for one thing at a time (its message id is `turn:<kind>.<step>`).
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    name: str
    version: int
    cycle: str
    holder: str
    holder_name: str | None
    stage: str
    since: datetime
    until: datetime | None
    turn: str
    awaited: str
    step: str


async def turns(
    reader: Reader, at: datetime, *, cycle: str | None = None, of: Sequence[str] | None = None
) -> list[Turn]:
    """Whose turn it is at an instant, most urgent first; `of` are the people's ids and places (`role:hr`) asked for."""
    return parse_rows(Turn, await reader.fetch(SQL["turns"], cycle, at, list(of) if of is not None else None))


async def open_names(reader: Reader) -> list[str]:
    """Every case in which somebody is waited for, in all cycles: it has a workflow."""
    return [row["name"] for row in await reader.fetch(SQL["open"])]
