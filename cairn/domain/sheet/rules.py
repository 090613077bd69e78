"""What the sheet allows its goals: weights of 100 %, both dimensions, moves within the flexible space."""

from datetime import datetime
from decimal import Decimal

from cairn.domain.goal.events import Changes
from cairn.domain.measure import Kpi, Measure
from cairn.domain.policy import FlexibleSpace
from cairn.domain.refusal import Refusal
from cairn.domain.scoring import EXACT
from cairn.domain.sheet.events import (
    FlexibleSpaceUsed,
    GoalPlaced,
    GoalRemoved,
    GoalWeighted,
    Placement,
    SheetEvent,
)
from cairn.domain.sheet.state import Sheet

WHOLE = Decimal(100)


def place(sheet: Sheet, placement: Placement, by: str, at: datetime) -> list[SheetEvent]:
    """A further goal finds its place, or is refused when the weights would pass 100."""
    if placement.goal in sheet.placements:
        return []
    if sheet.weight + placement.weight > WHOLE:
        raise Refusal("sheet.over", field="weight", sum=sheet.weight, weight=placement.weight)
    return [GoalPlaced(sheet=sheet.id, placement=placement, by=by, at=at)]


def reweigh(sheet: Sheet, weights: dict[str, Decimal], by: str, at: datetime) -> list[SheetEvent]:
    """The goals named get new weights; the sum may not pass 100."""
    unknown = [goal for goal in weights if goal not in sheet.placements]
    if unknown:
        raise Refusal("sheet.unknown-goal", field="counterweights", goal=unknown[0], sheet=sheet.id)
    after = sum((weights.get(goal, placed.weight) for goal, placed in sheet.placements.items()), Decimal(0))
    if after > WHOLE:
        raise Refusal("sheet.over-after", field="weight", sum=after)
    return [
        GoalWeighted(sheet=sheet.id, goal=goal, before=sheet.weight_of(goal), after=weight, by=by, at=at)
        for goal, weight in weights.items()
        if weight != sheet.weight_of(goal)
    ]


def remove(sheet: Sheet, goal: str, by: str, at: datetime) -> list[SheetEvent]:
    """The goal's place is free again."""
    return [GoalRemoved(sheet=sheet.id, goal=goal, by=by, at=at)] if goal in sheet.placements else []


def check_complete(sheet: Sheet) -> None:
    """Refuses a sheet that cannot take effect: weights not 100, or a person's dimension missing."""
    if sheet.weight != WHOLE:
        raise Refusal("sheet.not-whole", field="weight", sum=sheet.weight, sheet=sheet.id)
    if sheet.kind != "person":
        return
    for dimension in ("duties", "capability"):
        if not any(placed.dimension == dimension and placed.weight > 0 for placed in sheet.placements.values()):
            raise Refusal(f"sheet.no-{dimension}", field="dimension", sheet=sheet.id)


def check_whole_after(sheet: Sheet, weights: dict[str, Decimal]) -> None:
    """Refuses an adjustment after which the weights would no longer sum to 100."""
    after = sum((weights.get(goal, placed.weight) for goal, placed in sheet.placements.items()), Decimal(0))
    if after != WHOLE:
        raise Refusal("sheet.not-whole-after", field="counterweights", sum=after)


def draw(sheet: Sheet, goal: str, measure: Measure, changes: Changes, space: FlexibleSpace, periods: int) -> Decimal:
    """The flexible space an adjustment uses, in points of 100 (see `FlexibleSpace`).

    Moved weight counts once, not on both sides. A changed target counts the goal's weight times the relative change,
    a single period's target only that period's share (`periods`: how many of its kind the cycle has).
    """
    used = Decimal(0)
    weight = sheet.weight_of(goal)
    if "weight" in space.draws:
        used += _moved(sheet, goal, changes)
    if "metric" in space.draws and changes.measure is not None:
        used += space.metric_change
    if "target" in space.draws and changes.measure is None and isinstance(measure, Kpi):
        used += _stretched(weight, measure, changes, periods)
    return used


def _moved(sheet: Sheet, goal: str, changes: Changes) -> Decimal:
    new = {**changes.counterweights, **({goal: changes.weight} if changes.weight is not None else {})}
    rises = [weight - sheet.weight_of(name) for name, weight in new.items() if weight > sheet.weight_of(name)]
    falls = [sheet.weight_of(name) - weight for name, weight in new.items() if weight < sheet.weight_of(name)]
    return max(sum(rises, Decimal(0)), sum(falls, Decimal(0)))


def _stretched(weight: Decimal, kpi: Kpi, changes: Changes, periods: int) -> Decimal:
    used = Decimal(0)
    if changes.target is not None and kpi.target:
        used += EXACT.divide(weight * abs(changes.target - kpi.target), abs(kpi.target))
    for period, target in changes.targets.items():
        before = kpi.targets.get(period, kpi.target)
        if before:
            used += EXACT.divide(weight * abs(target - before), abs(before) * periods)
    return min(weight, used).quantize(Decimal("0.01"))


def use(sheet: Sheet, goal: str, adjustment: str, amount: Decimal, by: str, at: datetime) -> list[SheetEvent]:
    """Takes an adjustment's draw from the space that is left, or refuses with both figures."""
    if amount > sheet.space_left:
        raise Refusal("sheet.space", field="changes", needs=amount, left=sheet.space_left, space=sheet.space)
    if amount == 0:
        return []
    left = sheet.space_left - amount
    used = FlexibleSpaceUsed(sheet=sheet.id, goal=goal, adjustment=adjustment, used=amount, left=left, by=by, at=at)
    return [used]
