"""What the sheet allows its goals: weights of 100 %, both dimensions, moves within the flexible space."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from cairn.domain.policy import Dimension
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.events import (
    FlexibleSpaceUsed,
    GoalPlaced,
    GoalRemoved,
    GoalWeighted,
    Placement,
    RemovalCause,
    SheetEvent,
)
from cairn.domain.sheet.state import Sheet

WHOLE = Decimal(100)
DIMENSIONS: tuple[Dimension, ...] = ("duties", "capability")


def place(sheet: Sheet, placement: Placement, by: str, at: datetime) -> list[SheetEvent]:
    """A further goal finds its place, or is refused when the weights would pass 100."""
    if placement.goal in sheet.placements:
        return []
    if sheet.weight + placement.weight > WHOLE:
        raise Refusal("sheet.over", field="weight", sum=sheet.weight, weight=placement.weight)
    return [GoalPlaced(sheet=sheet.id, placement=placement, by=by, at=at)]


def reweigh(sheet: Sheet, weights: dict[str, Decimal], by: str, at: datetime) -> list[SheetEvent]:
    """The goals named get new weights; the sum may not pass 100."""
    check_known(sheet, weights)
    after = sum((weights.get(goal, placed.weight) for goal, placed in sheet.placements.items()), Decimal(0))
    if after > WHOLE:
        raise Refusal("sheet.over-after", field="weight", sum=after)
    return weighted(sheet, weights, by, at)


def weighted(sheet: Sheet, weights: Mapping[str, Decimal], by: str, at: datetime) -> list[SheetEvent]:
    """The new weights of those goals whose weight is another one now."""
    return [
        GoalWeighted(sheet=sheet.id, goal=goal, before=sheet.weight_of(goal), after=weight, by=by, at=at)
        for goal, weight in weights.items()
        if weight != sheet.weight_of(goal)
    ]


def remove(sheet: Sheet, goal: str, by: str, at: datetime, cause: RemovalCause = "asked") -> list[SheetEvent]:
    """The goal's place is free again."""
    if goal not in sheet.placements:
        return []
    return [GoalRemoved(sheet=sheet.id, goal=goal, cause=cause, by=by, at=at)]


def check_complete(sheet: Sheet, needed: Iterable[Dimension] = DIMENSIONS) -> None:
    """Refuses a sheet that cannot take effect: weights not 100, or a person's dimension missing that is `needed`."""
    if sheet.weight != WHOLE:
        raise Refusal("sheet.not-whole", field="weight", sum=sheet.weight, sheet=sheet.id)
    for dimension in missing_dimensions(sheet, sheet.placements, needed):
        raise Refusal(f"sheet.no-{dimension}", field="dimension", sheet=sheet.id)


def missing_dimensions(
    sheet: Sheet, placements: Mapping[str, Placement], needed: Iterable[Dimension]
) -> list[Dimension]:
    """The dimensions a person's sheet would lack with these goals: those `needed` that have no weight, but for what HR
    and the committee decided it does without (RULES L5)."""
    if sheet.kind != "person":
        return []
    there = {placed.dimension for placed in placements.values() if placed.weight > 0}
    return [each for each in needed if each not in there and each not in sheet.without]


def weighed(sheet: Sheet, weights: dict[str, Decimal]) -> Sheet:
    """The sheet once these goals of it have other weights."""
    placements = {
        goal: placed.model_copy(update={"weight": weights.get(goal, placed.weight)})
        for goal, placed in sheet.placements.items()
    }
    return sheet.model_copy(update={"placements": placements})


def check_whole_after(
    sheet: Sheet, after: Mapping[str, Placement], needed: Iterable[Dimension] = DIMENSIONS
) -> None:
    """Refuses an adjustment after which the sheet would not be whole: weights of 100, none below zero, and both
    dimensions (RULES L3)."""
    wrong = [placed for placed in after.values() if not 0 <= placed.weight <= WHOLE]
    if wrong:
        raise Refusal("sheet.weight", field="counterweights", goal=wrong[0].goal, weight=wrong[0].weight)
    total = sum((placed.weight for placed in after.values()), Decimal(0))
    if total != WHOLE:
        raise Refusal("sheet.not-whole-after", field="counterweights", sum=total)
    for dimension in missing_dimensions(sheet, after, needed):
        raise Refusal(f"sheet.no-{dimension}", field="counterweights", sheet=sheet.id)


def check_known(sheet: Sheet, weights: Iterable[str]) -> None:
    """Refuses goals that are not in the sheet."""
    unknown = [goal for goal in weights if goal not in sheet.placements]
    if unknown:
        raise Refusal("sheet.unknown-goal", field="counterweights", goal=unknown[0], sheet=sheet.id)


def draw_space(
    sheet: Sheet, goal: str, adjustment: str, amount: Decimal, by: str, at: datetime
) -> list[SheetEvent]:
    """Takes an adjustment's draw from the space that is left, or refuses with both figures."""
    if amount > sheet.space_left:
        raise Refusal("sheet.space", field="changes", needs=amount, left=sheet.space_left, space=sheet.space)
    if amount == 0:
        return []
    left = sheet.space_left - amount
    used = FlexibleSpaceUsed(
        sheet=sheet.id, goal=goal, adjustment=adjustment, used=amount, left=left, by=by, at=at
    )
    return [used]
