"""What may be measured and what an adjustment may change, what that draws from the flexible space, and its filing."""

from decimal import ROUND_HALF_UP, Decimal

from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import Changes
from cairn.domain.goal.state import Goal, changed_measure, same_metric
from cairn.domain.goal.status import period_kinds
from cairn.domain.measure import Kpi, Measure, target_in
from cairn.domain.policy import PeriodKind
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import MONTHS
from cairn.domain.scoring import EXACT
from cairn.domain.sheet import rules


def check_measure(measure: Measure, goal: Goal, context: GoalContext, field: str = "measure") -> None:
    """Refuses a KPI that could never be scored: a curve the policy lacks, targets of periods it is not scored in."""
    if not isinstance(measure, Kpi):
        return
    if measure.curve not in context.policy.curves:
        known = sorted(context.policy.curves)
        raise Refusal("measure.curve", field=f"{field}.curve", curve=measure.curve, known=known)
    _check_periods(
        measure.targets, measure.model_copy(update={"targets": {}}), goal, context, f"{field}.targets"
    )


def with_subject(measure: Measure, context: GoalContext) -> Measure:
    """The measure with its subject: a fed metric is the sheet holder's unless it names somebody else's."""
    if isinstance(measure, Kpi) and measure.metric is not None and measure.subject is None:
        return measure.model_copy(update={"subject": context.sheet.holder})
    return measure


def check_changes(changes: Changes, goal: Goal, context: GoalContext) -> None:
    """Refuses changes that change nothing, cannot be, or would move a score that is issued."""
    if changes.empty:
        raise Refusal("adjustment.empty", field="changes")
    if changes.measure is not None:
        check_measure(changes.measure, goal, context, "changes.measure")
    _check_targets(changes, goal, context)
    closed = [key for key in changes.targets if key in goal.scores]
    if closed:
        raise Refusal("adjustment.scored", field="changes.targets", period=closed[0])
    if new_weights(goal, changes):
        rules.check_whole_after(context.sheet, new_weights(goal, changes))
    asked = complete_changes(changes, goal, context)
    if values_before(asked, goal, context) == asked:
        raise Refusal("adjustment.empty", field="changes")


def _check_targets(changes: Changes, goal: Goal, context: GoalContext) -> None:
    measure = changes.measure or goal.measure
    if changes.target is None and not changes.targets:
        return
    if not isinstance(measure, Kpi) or measure.direction == "range":
        raise Refusal("adjustment.no-target", field="changes.target")
    if changes.target is not None and measure.targets:
        raise Refusal("adjustment.by-period", field="changes.target", known=tuple(measure.targets))
    _check_periods(changes.targets, measure, goal, context, "changes.targets")


def _check_periods(
    targets: dict[str, Decimal], kpi: Kpi, goal: Goal, context: GoalContext, field: str
) -> None:
    """Targets of periods are all of one kind: of several, a year would count them twice; of a kind longer than the
    shortest that is scored, the shorter ones would have none."""
    schedule = context.schedule
    if not targets or schedule is None:
        return
    found = {key: schedule.period(key) for key in targets}
    unknown = [key for key, period in found.items() if period is None]
    if unknown:
        raise Refusal("adjustment.period", field=field, period=unknown[0])
    kinds = {key: period.kind for key, period in found.items() if period is not None}
    fit = _kinds_for(kpi, next(iter(kinds.values())), goal, context)
    wrong = [key for key, kind in kinds.items() if kind not in fit]
    if wrong:
        known = [period.key for period in schedule.periods if period.kind in fit]
        raise Refusal("adjustment.kind", field=field, period=wrong[0], known=known)


def _kinds_for(kpi: Kpi, asked: PeriodKind, goal: Goal, context: GoalContext) -> set[PeriodKind]:
    schedule = context.schedule
    present = {period.kind for period in schedule.periods if period.key in kpi.targets} if schedule else set()
    if present:
        return present
    longest = min((MONTHS[kind] for kind in period_kinds(goal, context)), default=12)
    longest = min(longest, MONTHS["half_year"])
    return (
        {asked}
        if MONTHS[asked] <= longest
        else {kind for kind, months in MONTHS.items() if months == longest}
    )


def new_weights(goal: Goal, changes: Changes) -> dict[str, Decimal]:
    """The new weights an adjustment asks for, the goal's own among them."""
    own = {goal.id: changes.weight} if changes.weight is not None else {}
    return {**changes.counterweights, **own}


def complete_changes(changes: Changes, goal: Goal, context: GoalContext) -> Changes:
    """The changes as they take effect: where a year's target was shared out over its periods and single ones are now
    set, the others keep their share by name, else they would have none."""
    schedule, measure = context.schedule, changes.measure or goal.measure
    if not changes.targets or schedule is None or not isinstance(measure, Kpi) or measure.targets:
        return changes
    kind = next(period.kind for period in schedule.periods if period.key in changes.targets)
    kpi = measure if changes.target is None else measure.model_copy(update={"target": changes.target})
    shares = {period.key: target_in(kpi, period, schedule, goal.since) for period in schedule.of_kind(kind)}
    spread = {key: share for key, share in shares.items() if share is not None}
    return changes.model_copy(update={"targets": {**spread, **changes.targets}})


def values_before(changes: Changes, goal: Goal, context: GoalContext) -> Changes:
    """What stood where the changes go, for the filing."""
    measure, sheet, schedule = goal.measure, context.sheet, context.schedule
    kpi = measure if isinstance(measure, Kpi) else Kpi()
    periods = [period for period in schedule.periods if period.key in changes.targets] if schedule else []
    stood = {p.key: target_in(kpi, p, schedule, goal.since) for p in periods} if schedule else {}
    return Changes(
        title=goal.title if changes.title is not None else None,
        target=kpi.target if changes.target is not None else None,
        targets={key: target for key, target in stood.items() if target is not None},
        measure=measure if changes.measure is not None else None,
        weight=sheet.weight_of(goal.id) if changes.weight is not None else None,
        counterweights={other: sheet.weight_of(other) for other in changes.counterweights},
    )


def space_drawn(changes: Changes, goal: Goal, context: GoalContext) -> Decimal:
    """The flexible space an adjustment uses, in points of 100 (see `FlexibleSpace`).

    Moved weight counts once, not on both sides. A changed target counts the goal's weight times the relative change,
    a single period's target only that period's share. The same metric with another target is a changed target,
    however it is written.
    """
    space, used = context.policy.flexible_space, Decimal(0)
    if "weight" in space.draws:
        used += _moved(changes, goal, context)
    stretched = _stretched(changes, goal, context) if "target" in space.draws else Decimal(0)
    replaced = space.metric_change if "metric" in space.draws and changes.measure is not None else Decimal(0)
    return (used + max(stretched, replaced)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _moved(changes: Changes, goal: Goal, context: GoalContext) -> Decimal:
    moves = [weight - context.sheet.weight_of(name) for name, weight in new_weights(goal, changes).items()]
    rises = sum((move for move in moves if move > 0), Decimal(0))
    falls = sum((-move for move in moves if move < 0), Decimal(0))
    return max(rises, falls)


def _stretched(changes: Changes, goal: Goal, context: GoalContext) -> Decimal:
    old, schedule = goal.measure, context.schedule
    new = changed_measure(old, changes)
    if not isinstance(old, Kpi) or not isinstance(new, Kpi) or schedule is None or not same_metric(old, new):
        return Decimal(0)
    if changes.measure is None:
        used = _relative(old.target, changes.target)
        for period in [period for period in schedule.periods if period.key in changes.targets]:
            stood = target_in(old, period, schedule, goal.since)
            used += EXACT.divide(
                _relative(stood, changes.targets[period.key]), len(schedule.of_kind(period.kind))
            )
    else:
        used = _relative(*(target_in(kpi, schedule.year, schedule, goal.since) for kpi in (old, new)))
    weight = context.sheet.weight_of(goal.id)
    return min(weight, weight * used)


def _relative(old: Decimal | None, new: Decimal | None) -> Decimal:
    """How far a target moves, in targets. From none, or from zero, any change is a whole one."""
    if new is None or new == old:
        return Decimal(0)
    return EXACT.divide(abs(new - old), abs(old)) if old else Decimal(1)
