"""The cascade from strategy to person: goals under goals, who carries the parts, what they come to, and the gaps."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from cairn.domain.exact import Exact, exact
from cairn.domain.goal.events import Part
from cairn.domain.goal.stages import Stage
from cairn.domain.policy import Tier
from cairn.domain.scoring import MISSING, Score, weighted
from projections.engine.read_model import ReadModel
from projections.engine.rows import FROM_JSON, Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(name="cascade", joins=("goal", "score"))
SQL = queries("cascade")


class CascadeGoal(BaseModel):
    """One goal in the tree, `depth` 0 at its root; `children` counts the goals that serve it, `attainment` (of 100) is
    that of its last score."""

    model_config = ConfigDict(frozen=True)

    depth: int
    goal: str
    parent: str | None
    tier: Tier
    title: str
    owner: str
    manager: str | None = None
    department: str | None
    stage: Stage
    weight: Decimal | None
    parts: Annotated[tuple[Part, ...], FROM_JSON]
    children: int
    attainment: Exact | None

    @property
    def counts(self) -> bool:
        """Whether it was not dropped."""
        return self.stage not in ("cancelled", "superseded")


class PartCoverage(BaseModel):
    """One part of a decomposed goal with the goals of its department that serve it (none is a gap), and the people
    whose goals serve those."""

    model_config = ConfigDict(frozen=True)

    goal: str
    title: str
    part: int
    part_title: str
    department: str
    target: Decimal | None
    aligned: tuple[str, ...]
    people: tuple[str, ...]

    @property
    def covered(self) -> bool:
        return bool(self.aligned)


GapCode = Literal["part", "undivided", "unaligned", "nobody", "alone"]


class Gap(BaseModel):
    """What nobody carries: a `part` without goal, a strategic goal that is `undivided`, a department's goal that is
    `unaligned` or that `nobody`'s goals serve, a person's duty that stands `alone`."""

    model_config = ConfigDict(frozen=True)

    code: GapCode
    goal: str
    title: str
    owner: str = ""
    manager: str | None = None
    department: str | None = None
    part: int | None = None
    part_title: str = ""


class RolledUp(NamedTuple):
    """What the goals that serve a goal come to: the mean of their attainments by weight, `known` of `goals` counted."""

    attainment: Fraction | None
    known: int
    goals: int


def rolled_up(goals: Sequence[CascadeGoal]) -> Mapping[str, RolledUp]:
    """Each goal that others serve with what these come to, at any depth (RULES M6): a goal counts with its own
    attainment, else with that of the goals below it; equal weights where none are given. What is not known yet gives
    its weight to the rest."""
    below: dict[str, list[CascadeGoal]] = {}
    for each in goals:
        if each.parent is not None and each.counts:
            below.setdefault(each.parent, []).append(each)
    found: dict[str, RolledUp] = {}
    for each in sorted(goals, key=lambda goal: -goal.depth):
        if each.goal in below:
            found[each.goal] = _mean(below[each.goal], found)
    return found


def _mean(children: Sequence[CascadeGoal], found: Mapping[str, RolledUp]) -> RolledUp:
    stated = any(child.weight for child in children)
    parts: list[tuple[Fraction, Score]] = []
    for child in children:
        of_child = child.attainment
        if of_child is None and child.goal in found:
            of_child = found[child.goal].attainment
        parts.append(
            (exact(child.weight or 0) if stated else Fraction(1), MISSING if of_child is None else of_child)
        )
    mean = weighted(parts, "reweight")
    known = sum(isinstance(score, Fraction) for _, score in parts)
    return RolledUp(mean if isinstance(mean, Fraction) else None, known, len(parts))


async def cascade(reader: Reader, cycle: str, *, root: str | None = None) -> list[CascadeGoal]:
    """The trees of a cycle (or the one below `root`), every goal right after the one it serves."""
    return parse_rows(CascadeGoal, await reader.fetch(SQL["below"], cycle, root))


async def aligned(reader: Reader, goal: str) -> list[str]:
    """The goals that serve a goal."""
    return [row["goal"] for row in await reader.fetch(SQL["aligned"], goal)]


async def coverage(reader: Reader, cycle: str) -> list[PartCoverage]:
    """Every part of every decomposed goal of a cycle and who takes it up."""
    return parse_rows(PartCoverage, await reader.fetch(SQL["coverage"], cycle))


async def gaps(reader: Reader, cycle: str) -> list[Gap]:
    """What nobody carries in a cycle: parts first, then goals from the strategy down."""
    parts = [
        Gap(
            code="part", goal=each.goal, title=each.title, department=each.department, part=each.part,
            part_title=each.part_title,
        )
        for each in await coverage(reader, cycle)
        if not each.covered
    ]  # fmt: skip
    return [*parts, *parse_rows(Gap, await reader.fetch(SQL["loose"], cycle))]
