"""Changes of a cycle's policy: what was proposed, who has voted, whether it is decided and in force (RULES L11)."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from cairn.domain.cycle.events import (
    PolicyAmended,
    PolicyAmendmentDecided,
    PolicyAmendmentProposed,
    PolicyAmendmentVoted,
)
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="amendment",
    tables=("amendment",),
    reads=(PolicyAmendmentProposed, PolicyAmendmentVoted, PolicyAmendmentDecided, PolicyAmended),
    joins=("dashboard", "person", "inbox"),
    by_stream=True,
)
SQL = queries("amendment")
AmendmentStage = Literal["proposed", "decided", "refused", "in_force", "replaced"]


class AmendmentRow(BaseModel):
    """One change. In the stage `decided` the committee is for it and HR may put it in force; `voted` are the ids of
    those who have voted while it was open."""

    model_config = ConfigDict(frozen=True)

    cycle: str
    amendment: str
    version: int
    stage: AmendmentStage
    before: str
    after: str
    proposed_by: str
    proposed_at: datetime
    entered: datetime
    voted: tuple[str, ...]


async def amendments(reader: Reader, cycle: str) -> list[AmendmentRow]:
    """Every change that was proposed in a cycle, the first one first."""
    return parse_rows(AmendmentRow, await reader.fetch(SQL["listed"], cycle))
