"""Whether a goal sheet is whole, and which of its goals a command on all of them is for (RULES L5)."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from cairn.domain.goal.stages import Stage
from cairn.domain.goal.state import Goal
from cairn.domain.policy import Dimension
from cairn.domain.sheet.rules import missing_dimensions
from cairn.domain.sheet.state import Sheet

SheetCommand = Literal["submit", "approve", "return", "cancel"]
TAKEN: Mapping[SheetCommand, tuple[Stage, ...]] = {
    "submit": ("draft", "returned"),
    "approve": ("submitted",),
    "return": ("submitted",),
    "cancel": ("draft", "returned", "submitted"),
}
"""The stages of the goals that a command on a whole sheet is for; `cancel` is to go on without what is not approved."""


class Lacks(NamedTuple):
    """What keeps a sheet from being whole: goals that are not approved, points of weight that no goal has, dimensions
    that nothing is of."""

    goals: tuple[str, ...]
    weight: bool
    dimensions: tuple[Dimension, ...]

    @property
    def whole(self) -> bool:
        return not (self.goals or self.weight or self.dimensions)


def lacks(sheet: Sheet, goals: Mapping[str, Goal], needed: Iterable[Dimension]) -> Lacks:
    """What a sheet lacks: it is whole when all its goals are approved, weigh 100, and both dimensions are there, but
    for what HR and the committee decided it does without."""
    late = tuple(name for name in sheet.placements if not _is_approved(goals.get(name)))
    approved = {name: placed for name, placed in sheet.placements.items() if name not in late}
    return Lacks(late, sheet.weight != 100, tuple(missing_dimensions(sheet, approved, needed)))


def _is_approved(goal: Goal | None) -> bool:
    return goal is not None and goal.stage not in ("none", "draft", "returned", "submitted")


def goals_for(command: SheetCommand, sheet: Sheet, goals: Mapping[str, Goal]) -> list[str]:
    """The goals of a sheet that a command on all of it is for, in their order."""
    return [name for name in sheet.placements if name in goals and goals[name].stage in TAKEN[command]]
