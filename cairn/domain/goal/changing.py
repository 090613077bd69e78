"""What may be measured and what an adjustment may change, what that draws from the flexible space, and its filing."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cairn.domain import targets as periods
from cairn.domain.exact import ONE, ZERO, exact, rounded
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import Changes
from cairn.domain.goal.state import Goal, same_metric
from cairn.domain.goal.weighing import check_capability
from cairn.domain.measure import Kpi, Measure
from cairn.domain.measure_checks import measure_problems
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Timeline
from cairn.domain.sheet import rules
from cairn.domain.targets import DoesNotFit, has_ended, target_in

WORKED_OUT = ("baselines", "bounds", "since", "whole_cycle")
"""Fields of a KPI that follow from how it was changed: nobody writes them."""


def check_measure(
    measure: Measure, goal: Goal, context: GoalContext, field: str = "measure", today: date | None = None
) -> None:
    """Refuses a measure that could never be scored rightly: a curve the policy lacks, a KPI that does not pass the
    checks (RULES M1). `today` says which periods have ended, None that none has."""
    curves = context.policy.curves
    if measure.curve is not None and measure.curve not in curves:
        raise Refusal("measure.curve", field=f"{field}.curve", curve=measure.curve, known=sorted(curves))
    if not isinstance(measure, Kpi) or context.schedule is None:
        return
    since = _since(goal, context)
    for problem in measure_problems(measure, curves[measure.curve], context.schedule, since, today):
        raise Refusal(problem.code, field=f"{field}.{problem.field}", **problem.facts)


def _since(goal: Goal, context: GoalContext) -> date:
    """The goal's first day; that of its sheet while it is only planned."""
    if goal.stage != "none" or context.schedule is None:
        return goal.since
    return max(context.schedule.starts, context.sheet.since)


def with_subject(measure: Measure, context: GoalContext) -> Measure:
    """The measure with its subject: a fed metric is the sheet holder's unless it names somebody else's."""
    if isinstance(measure, Kpi) and measure.metric is not None and measure.subject is None:
        return measure.model_copy(update={"subject": context.sheet.holder})
    return measure


def as_written(
    measure: Measure, goal: Goal, context: GoalContext, today: date | None = None, field: str = "measure"
) -> Measure:
    """A measure as somebody wrote it, with what follows from what stood before.

    A target is for the goal's own span (RULES T2). Threshold and stretch that are as before keep their place (M2), an
    unchanged metric keeps the targets of ended periods (T3, T6); another metric counts from `today` on.
    """
    measure, dates = with_subject(measure, context), context.schedule
    if not isinstance(measure, Kpi) or dates is None:
        return measure
    old = goal.measure
    if goal.stage != "none" and isinstance(old, Kpi) and same_metric(old, measure):
        return _fitted(lambda: _rewritten(measure, old, goal, dates, today), field)
    begins = today if today is not None and today > goal.since else None
    fresh = {"baselines": {}, "bounds": {}, "whole_cycle": False, "since": begins}
    ended = [key for key in measure.targets if (p := dates.period(key)) is not None and has_ended(p, today)]
    if ended:
        raise Refusal("adjustment.period-over", field=f"{field}.targets", period=ended[0])
    return measure.model_copy(update=fresh)


def _fitted(change: Callable[[], Kpi], field: str) -> Kpi:
    """The changed KPI, or the refusal that says what would fit."""
    try:
        return change()
    except DoesNotFit as wrong:
        side = "above" if wrong.positive else "below"
        raise Refusal("adjustment.nothing-left", field=field, fixed=wrong.fixed, side=side) from None


def _rewritten(new: Kpi, old: Kpi, goal: Goal, dates: Timeline, today: date | None) -> Kpi:
    """The same metric written anew: what is as before stays as it was, the rest is changed as if asked for alone."""
    kept = {name: getattr(old, name) for name in ("target", "targets", *WORKED_OUT)}
    if new.baseline != old.baseline:
        kept["baselines"] = {}
    placed = {
        f"{name}_beside": getattr(old, f"{name}_beside")
        for name in ("threshold", "stretch")
        if getattr(new, name) == getattr(old, name) and getattr(new, f"{name}_beside") is None
    }
    kpi = new.model_copy(update={**kept, **placed})
    if (new.lower, new.upper) != (old.lower, old.upper):
        kpi = periods.with_bounds(kpi, old, dates, goal.since, today)
    if new.targets and new.targets != old.targets:
        kpi = _with_targets(kpi, new.targets, goal, dates, today)
    elif new.target is not None and new.target != periods.whole_target(old, dates, goal.since):
        kpi = periods.with_target(kpi, new.target, dates, goal.since, today)
    else:
        return kpi
    return _named_anew(kpi, new, old, dates, goal)


def _named_anew(kpi: Kpi, new: Kpi, old: Kpi, dates: Timeline, goal: Goal) -> Kpi:
    """A threshold or stretch that the change names lies beside the new target."""
    beside = exact(new.target) if new.target is not None else periods.whole_target(kpi, dates, goal.since)
    named = {
        f"{name}_beside": beside
        for name in ("threshold", "stretch")
        if getattr(new, name) is not None
        and getattr(new, name) != getattr(old, name)
        and getattr(new, f"{name}_beside") is None
    }
    return kpi.model_copy(update=named)


def _with_targets(
    kpi: Kpi, targets: dict[str, Fraction], goal: Goal, dates: Timeline, today: date | None
) -> Kpi:
    """The KPI with those targets of periods that are others than now."""
    stands = {
        key: target_in(kpi, period, dates, goal.since)
        for key in targets
        if (period := dates.period(key)) is not None
    }
    moved = {key: target for key, target in targets.items() if stands.get(key) != target}
    over = [key for key in moved if (p := dates.period(key)) is not None and has_ended(p, today)]
    if over:
        raise Refusal("adjustment.period-over", field="changes.targets", period=over[0])
    return periods.with_targets(kpi, moved, dates, goal.since, today) if moved else kpi


def check_changes(changes: Changes, goal: Goal, context: GoalContext, today: date) -> None:
    """Refuses changes that change nothing, cannot be, or would move the target of a period that has ended on the day
    they count from."""
    if changes.empty:
        raise Refusal("adjustment.empty", field="changes")
    _check_targets(changes, goal, context)
    if new_weights(goal, changes):
        rules.check_whole_after(context.sheet, new_weights(goal, changes))
        after = rules.weighed(context.sheet, new_weights(goal, changes))
        check_capability(context.sheet, after, context, "changes.counterweights")
    new = new_measure(changes, goal, context, today)
    if new != goal.measure:
        check_measure(new, goal, context, "changes.measure" if changes.measure else "changes", today)
    same_title = changes.title in (None, goal.title)
    weights = new_weights(goal, changes)
    same_weights = all(context.sheet.weight_of(other) == weight for other, weight in weights.items())
    if new == goal.measure and same_title and same_weights:
        raise Refusal("adjustment.empty", field="changes")


def _check_targets(changes: Changes, goal: Goal, context: GoalContext) -> None:
    measure = changes.measure or goal.measure
    if changes.target is None and not changes.targets:
        return
    if not isinstance(measure, Kpi) or measure.direction == "range":
        raise Refusal("adjustment.no-target", field="changes.target")
    dates = context.schedule
    if not changes.targets or dates is None:
        return
    found = {key: dates.period(key) for key in changes.targets}
    unknown = [key for key, period in found.items() if period is None]
    if unknown:
        raise Refusal("adjustment.period", field="changes.targets", period=unknown[0])
    kinds = {period.kind for period in found.values() if period is not None}
    if len(kinds) > 1 or kinds == {"year"} or changes.target is not None:
        known = [period.key for period in dates.periods if period.kind in ("month", "quarter", "half_year")]
        raise Refusal(
            "adjustment.kind", field="changes.targets", period=list(changes.targets)[-1], known=known
        )


def new_weights(goal: Goal, changes: Changes) -> dict[str, Decimal]:
    """The new weights an adjustment asks for, the goal's own among them."""
    own = {goal.id: changes.weight} if changes.weight is not None else {}
    return {**changes.counterweights, **own}


def new_measure(changes: Changes, goal: Goal, context: GoalContext, today: date) -> Measure:
    """The measure as it is from `today` on, once the changes take effect."""
    measure, dates = goal.measure, context.schedule
    if changes.measure is not None:
        measure = as_written(changes.measure, goal, context, today, "changes.measure")
    if not isinstance(measure, Kpi) or dates is None:
        return measure
    kpi = measure
    if changes.target is not None and changes.target != kpi.target:
        target = changes.target
        kpi = _fitted(
            lambda: periods.with_target(measure, target, dates, goal.since, today), "changes.target"
        )
    if changes.targets:
        kpi = _fitted(lambda: _with_targets(kpi, changes.targets, goal, dates, today), "changes.targets")
    return kpi


def complete_changes(changes: Changes, goal: Goal, context: GoalContext, today: date) -> Changes:
    """The changes as they are filed: with the whole measure where it changes."""
    new = new_measure(changes, goal, context, today)
    return changes if new == goal.measure else changes.model_copy(update={"measure": new})


def values_before(changes: Changes, goal: Goal, context: GoalContext) -> Changes:
    """What stood where the changes go, for the filing."""
    measure, sheet, dates = goal.measure, context.sheet, context.schedule
    kpi = measure if isinstance(measure, Kpi) else Kpi()
    named = [period for period in dates.periods if period.key in changes.targets] if dates else []
    stood = {p.key: target_in(kpi, p, dates, goal.since) for p in named} if dates else {}
    return Changes(
        title=goal.title if changes.title is not None else None,
        target=kpi.target if changes.target is not None else None,
        targets={key: target for key, target in stood.items() if target is not None},
        measure=measure if changes.measure is not None else None,
        weight=sheet.weight_of(goal.id) if changes.weight is not None else None,
        counterweights={other: sheet.weight_of(other) for other in changes.counterweights},
    )


def space_drawn(changes: Changes, goal: Goal, context: GoalContext, today: date) -> Decimal:
    """The flexible space an adjustment uses, in points of 100 (see `FlexibleSpace`).

    Moved weight counts once, not on both sides. A changed target counts the goal's weight times the relative change,
    a single period's target only that period's share. The same metric with another target is a changed target,
    however it is written.
    """
    space, used = context.policy.flexible_space, ZERO
    if "weight" in space.draws:
        used += _moved(changes, goal, context)
    stretched = _stretched(changes, goal, context, today) if "target" in space.draws else ZERO
    replaced = "metric" in space.draws and changes.measure is not None
    return rounded(used + max(stretched, exact(space.metric_change) if replaced else ZERO), 2)


def _moved(changes: Changes, goal: Goal, context: GoalContext) -> Fraction:
    moves = [
        exact(weight - context.sheet.weight_of(name)) for name, weight in new_weights(goal, changes).items()
    ]
    rises = sum((move for move in moves if move > 0), ZERO)
    falls = sum((-move for move in moves if move < 0), ZERO)
    return max(rises, falls)


def _stretched(changes: Changes, goal: Goal, context: GoalContext, today: date) -> Fraction:
    old, dates = goal.measure, context.schedule
    new = new_measure(changes, goal, context, today)
    if not isinstance(old, Kpi) or not isinstance(new, Kpi) or dates is None or not same_metric(old, new):
        return ZERO
    if changes.targets and changes.measure is None:
        used = ZERO
        for period in [period for period in dates.periods if period.key in changes.targets]:
            stood = target_in(old, period, dates, goal.since)
            used += _relative(stood, changes.targets[period.key]) / len(dates.of_kind(period.kind))
    else:
        used = _relative(*(_level(kpi, dates, goal.since) for kpi in (old, new)))
    weight = exact(context.sheet.weight_of(goal.id))
    return min(weight, weight * used)


def _level(kpi: Kpi, dates: Timeline, since: date) -> Fraction | None:
    """The target that a change is measured by: a sum's of the year, of anything else the one that counts last."""
    if kpi.adds_up:
        return target_in(kpi, dates.year, dates, since)
    return target_in(kpi, dates.of_kind("month")[-1], dates, since)


def _relative(old: Fraction | None, new: Fraction | None) -> Fraction:
    """How far a target moves, in targets. From none, or from zero, any change is a whole one."""
    if new is None or new == old:
        return ZERO
    return abs(new - old) / abs(old) if old else ONE
