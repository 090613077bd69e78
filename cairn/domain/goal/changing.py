"""What may be measured, and a measure as an adjustment or a revision leaves it."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from cairn.domain import targets as periods
from cairn.domain.exact import exact
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import Changes
from cairn.domain.goal.state import Goal, same_metric
from cairn.domain.measure import Kpi, Measure
from cairn.domain.measure_checks import measure_problems
from cairn.domain.policy import SubordinatesOnGoal
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Timeline
from cairn.domain.targets import DoesNotFit, has_ended, target_in

WORKED_OUT = ("baselines", "bounds", "since", "whole_cycle")
"""Fields of a KPI that follow from how it was changed: nobody writes them."""


def check_measure(
    measure: Measure, goal: Goal, context: GoalContext, field: str = "measure", today: date | None = None
) -> None:
    """Refuses a measure that could never be scored rightly: a curve the policy lacks, a KPI that does not pass the
    checks (RULES M1), subordinates of whom has none (M6). `today` says which periods have ended, None that none has."""
    curves = context.policy.curves
    if measure.curve is not None and measure.curve not in curves:
        raise Refusal("measure.curve", field=f"{field}.curve", curve=measure.curve, known=sorted(curves))
    if not isinstance(measure, Kpi) or context.schedule is None:
        return
    if isinstance(measure.computed, SubordinatesOnGoal) and context.sheet.kind != "person":
        raise Refusal("measure.computed-nobody", field=f"{field}.computed")
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


def check_targets(changes: Changes, goal: Goal, context: GoalContext) -> None:
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
