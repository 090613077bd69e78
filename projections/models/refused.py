"""Signals that were refused: nobody waited for the answer, so it is kept for who sent them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from cairn.domain.cycle.events import CycleSignalRefused
from cairn.domain.goal.events import SignalRefused
from cairn.domain.private_text import PrivateFacts
from projections.engine.read_model import ReadModel
from projections.engine.rows import FROM_JSON, Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="refused", tables=("refused",), reads=(SignalRefused, CycleSignalRefused), by_stream=True
)
SQL = queries("refused")


class RefusedSignal(BaseModel):
    """One refused signal: `name` is what was asked; code, field and facts are the refusal's, said by the reader. The
    facts quote what was typed and are encrypted: they read as hidden here."""

    model_config = ConfigDict(frozen=True)

    position: int
    stream: str
    kind: Literal["goal", "cycle"]
    name: str
    code: str
    field: str | None
    facts: Annotated[PrivateFacts, FROM_JSON]
    by: str
    at: datetime


async def refusals(
    reader: Reader,
    *,
    stream: str | None = None,
    by: str | None = None,
    after: int = 0,
    limit: int | None = 100,
) -> list[RefusedSignal]:
    """The refused signals to a stream or of a person after a sealed position, newest first."""
    return parse_rows(RefusedSignal, await reader.fetch(SQL["refusals"], stream, by, after, limit))
