"""What an adjustment asks for as a whole: whether it may be, what it draws, what it is filed with, what it leads to."""

from datetime import date, datetime
from decimal import Decimal

from cairn.domain.event import Event
from cairn.domain.exact import ZERO, exact
from cairn.domain.goal import replacing
from cairn.domain.goal.changing import check_measure, check_targets, new_measure
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.drawing import in_points, measure_draw, weight_moved
from cairn.domain.goal.events import Changes
from cairn.domain.goal.state import Goal
from cairn.domain.goal.weighing import check_capability
from cairn.domain.measure import Kpi
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule
from cairn.domain.sheet import rules
from cairn.domain.sheet.state import Sheet
from cairn.domain.targets import target_in


def check_changes(changes: Changes, goal: Goal, context: GoalContext, today: date) -> None:
    """Refuses changes that change nothing, cannot be, would leave the sheet without weights of 100 or a dimension, or
    would move the target of a period that has ended on the day they count from."""
    if changes.empty:
        raise Refusal("adjustment.empty", field="changes")
    check_targets(changes, goal, context)
    replacing.check_ends(changes, goal, context, today)
    after = replacing.places_after(goal, changes, context)
    if after != context.sheet.placements:
        rules.check_whole_after(context.sheet, after, context.dimensions)
        changed = context.sheet.model_copy(update={"placements": dict(after)})
        check_capability(context.sheet, changed, context, "changes.counterweights")
    new = new_measure(changes, goal, context, today)
    if new != goal.measure:
        check_measure(new, goal, context, "changes.measure" if changes.measure else "changes", today)
    same_title = changes.title in (None, goal.title)
    if new == goal.measure and same_title and after == context.sheet.placements:
        raise Refusal("adjustment.empty", field="changes")


def space_drawn(changes: Changes, goal: Goal, context: GoalContext, today: date) -> Decimal:
    """The flexible space an adjustment uses, in points of 100 (RULES L4, see `FlexibleSpace`).

    Moved weight counts once, not on both sides. A goal that takes another's place is a new metric there.
    """
    space, sheet, dates = context.policy.flexible_space, context.sheet, context.schedule
    after = replacing.places_after(goal, changes, context)
    moved = weight_moved(sheet.placements, after, replacing.instead(goal, changes))
    weights = moved if "weight" in space.draws else ZERO
    new = new_measure(changes, goal, context, today)
    numbers, least = ZERO, changes.replaced_by is not None
    if new != goal.measure and dates is not None:
        titles = (goal.title, changes.title or goal.title)
        weight = exact(sheet.weight_of(goal.id))
        numbers, least = measure_draw(
            goal.measure, new, weight, titles, dates, goal.since, today, space.draws
        )
    least = least and "metric" in space.draws
    return in_points(weights, max(numbers, exact(space.metric_change) if least else ZERO))


def values_before(changes: Changes, goal: Goal, sheet: Sheet, dates: Schedule | None) -> Changes:
    """What stands where the changes go: for whoever decides about them, and for the filing."""
    measure = goal.measure
    kpi = measure if isinstance(measure, Kpi) else Kpi()
    named = [period for period in dates.periods if period.key in changes.targets] if dates else []
    stood = {p.key: target_in(kpi, p, dates, goal.since) for p in named} if dates else {}
    weighed = changes.weight is not None or changes.ends
    return Changes(
        title=goal.title if changes.title is not None or changes.ends else None,
        target=kpi.target if changes.target is not None else None,
        targets={key: target for key, target in stood.items() if target is not None},
        measure=measure if changes.measure is not None or changes.ends else None,
        weight=sheet.weight_of(goal.id) if weighed else None,
        counterweights={other: sheet.weight_of(other) for other in changes.counterweights},
    )


def done(
    changes: Changes, goal: Goal, context: GoalContext, reason: str, asked_by: str, by: str, at: datetime,
    today: date,
) -> list[Event]:  # fmt: skip
    """What the second confirmation does to the sheet's goals and weights, besides the filing."""
    weights = replacing.new_weights(goal, changes)
    return [
        *replacing.ended(goal, changes, context, reason, by, at, today),
        *replacing.added(goal, changes, context, asked_by, by, at, today),
        *rules.weighted(context.sheet, weights, by, at),
    ]
