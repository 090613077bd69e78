"""The cascade from strategy to person: goals under goals, decomposed parts, and the gaps."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from cairn.domain.goal.events import Part
from cairn.domain.goal.stages import Stage
from cairn.domain.policy import Tier
from projections.engine.read_model import ReadModel
from projections.engine.rows import FROM_JSON, Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(name="cascade", joins=("goal",))
SQL = queries("cascade")


class CascadeGoal(BaseModel):
    """One goal in the tree, `depth` 0 at its root; `children` counts the goals that serve it."""

    model_config = ConfigDict(frozen=True)

    depth: int
    goal: str
    parent: str | None
    tier: Tier
    title: str
    owner: str
    department: str | None
    stage: Stage
    weight: Decimal | None
    parts: Annotated[tuple[Part, ...], FROM_JSON]
    children: int


class PartCoverage(BaseModel):
    """One part of a decomposed goal with the goals of its department that serve it; none is a gap."""

    model_config = ConfigDict(frozen=True)

    goal: str
    title: str
    part: int
    part_title: str
    department: str
    target: Decimal | None
    aligned: tuple[str, ...]

    @property
    def covered(self) -> bool:
        return bool(self.aligned)


async def cascade(reader: Reader, cycle: str, *, root: str | None = None) -> list[CascadeGoal]:
    """The trees of a cycle (or the one below `root`), every goal right after the one it serves."""
    return parse_rows(CascadeGoal, await reader.fetch(SQL["below"], cycle, root))


async def aligned(reader: Reader, goal: str) -> list[str]:
    """The goals that serve a goal."""
    return [row["goal"] for row in await reader.fetch(SQL["aligned"], goal)]


async def coverage(reader: Reader, cycle: str) -> list[PartCoverage]:
    """Every part of every decomposed goal of a cycle and who takes it up."""
    return parse_rows(PartCoverage, await reader.fetch(SQL["coverage"], cycle))
