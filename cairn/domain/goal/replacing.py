"""How an adjustment leaves the sheet: goals that end, goals that come, and the weights of all of them (RULES L3)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from cairn.domain.calendar import ONE_DAY
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.beginning import check_parent, drafted
from cairn.domain.goal.changing import as_written, check_measure
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.drawing import is_same_metric
from cairn.domain.goal.events import (
    Changes,
    GoalActivated,
    GoalApproved,
    GoalCancelled,
    GoalDecomposed,
    GoalSuperseded,
    NewGoal,
    SmartChecked,
)
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi, Measure
from cairn.domain.refusal import Refusal
from cairn.domain.sheet import rules
from cairn.domain.sheet.events import GoalPlaced, Placement
from cairn.domain.streams import sheet_of


def check_ends(changes: Changes, goal: Goal, context: GoalContext, today: date) -> None:
    """Refuses new goals that cannot be, and an end that contradicts what else is asked for."""
    if changes.cancel and changes.replaced_by is not None:
        raise Refusal("adjustment.two-ends", field="changes.cancel")
    others = (changes.title, changes.target, changes.measure, changes.weight)
    if changes.ends and (any(each is not None for each in others) or changes.targets):
        raise Refusal("adjustment.ends-alone", field="changes")
    if changes.replaced_by is not None and changes.replaced_by not in changes.added:
        raise Refusal(
            "adjustment.no-replacement", field="changes.replaced_by", replacement=changes.replaced_by
        )
    for name, new in changes.added.items():
        _check_new(name, new, goal, context, today)
    if changes.replaced_by is not None:
        _check_other_metric(changes.added[changes.replaced_by], goal, context)


def _check_new(name: str, new: NewGoal, goal: Goal, context: GoalContext, today: date) -> None:
    field = f"changes.added.{name}"
    if sheet_of(name) != goal.sheet:
        raise Refusal("adjustment.other-sheet", field=field, goal=name, sheet=goal.sheet)
    if name in context.sheet.placements or (name in context.others and context.others[name].version):
        raise Refusal("goal.exists", field=field, goal=name)
    planned = _planned(name, new, goal, today)
    check_measure(as_written(new.measure, planned, context), planned, context, f"{field}.measure")
    if isinstance(new.measure, Kpi) and not new.measure.measurable:
        raise Refusal("goal.no-target", field=f"{field}.measure.target", title=new.title)
    if goal.tier == "strategic" and new.smart is None:
        raise Refusal("goal.not-smart", field=f"{field}.smart", title=new.title)
    if goal.tier == "strategic" and not new.parts:
        raise Refusal("goal.no-parts", field=f"{field}.parts", title=new.title)
    if new.parent is not None:
        check_parent(new.parent, planned)


def _check_other_metric(new: NewGoal, goal: Goal, context: GoalContext) -> None:
    """Another target of the same metric is a changed target, and draws as one."""
    measure: Measure = as_written(new.measure, _planned("", new, goal, goal.since), context)
    if isinstance(measure, Kpi) and is_same_metric(goal.measure, measure, (goal.title, new.title)):
        raise Refusal("adjustment.same-metric", field="changes.replaced_by", title=goal.title)


def _planned(name: str, new: NewGoal, goal: Goal, since: date) -> Goal:
    """The new goal as it would begin, in its sheet and with its places."""
    return Goal(
        id=name,
        stage="draft",
        cycle=goal.cycle,
        sheet=goal.sheet,
        tier=goal.tier,
        owner=goal.owner,
        manager=goal.manager,
        department=goal.department,
        key=new.key,
        dimension=new.dimension,
        title=new.title,
        since=since,
    )


def new_weights(goal: Goal, changes: Changes) -> dict[str, Decimal]:
    """The new weights an adjustment asks for of goals that are there, the goal's own among them."""
    own = {goal.id: changes.weight} if changes.weight is not None else {}
    return {**changes.counterweights, **own}


def places_after(goal: Goal, changes: Changes, context: GoalContext) -> dict[str, Placement]:
    """The sheet's goals and their weights once the changes take effect. Refuses goals that are not in the sheet."""
    rules.check_known(context.sheet, new_weights(goal, changes))
    after = dict(context.sheet.placements)
    for name, weight in new_weights(goal, changes).items():
        after[name] = after[name].model_copy(update={"weight": weight})
    if changes.ends:
        after.pop(goal.id, None)
    for name, new in changes.added.items():
        after[name] = Placement(goal=name, dimension=new.dimension, weight=new.weight)
    return after


def instead(goal: Goal, changes: Changes) -> Mapping[str, str]:
    """The goal that is replaced and the one in its place."""
    return {goal.id: changes.replaced_by} if changes.replaced_by is not None else {}


def last_day(goal: Goal, today: date) -> date | None:
    """The last day on which a goal that ends today counts; None where it was never in force (RULES W1)."""
    return today - ONE_DAY if goal.running and today > goal.since else None


def ended(
    goal: Goal, changes: Changes, context: GoalContext, reason: str, by: str, at: datetime, today: date
) -> list[Event]:
    """What becomes of a goal that an adjustment ends; its weights are moved with all the others."""
    last = last_day(goal, today)
    if changes.cancel:
        gone: Event = GoalCancelled(goal=goal.id, reason=reason, last=last, by=by, at=at)
    elif changes.replaced_by is not None:
        gone = GoalSuperseded(
            goal=goal.id, replacement=changes.replaced_by, reason=reason, last=last, by=by, at=at
        )
    else:
        return []
    return [gone, *rules.remove(context.sheet, goal.id, by, at)]


def added(
    goal: Goal, changes: Changes, context: GoalContext, asked_by: str, by: str, at: datetime, today: date
) -> list[Event]:
    """The new goals, approved by the confirmations of the adjustment and in force from today."""
    events: list[Event] = []
    for name, new in changes.added.items():
        planned = _planned(name, new, goal, today)
        measure = as_written(new.measure, planned, context)
        events.append(drafted(planned, measure, new.parent, context, asked_by, at))
        if new.smart is not None:
            events.append(SmartChecked(goal=name, check=new.smart, by=asked_by, at=at))
        if new.parts:
            events.append(GoalDecomposed(goal=name, parts=new.parts, by=asked_by, at=at))
        placement = Placement(goal=name, dimension=new.dimension, weight=new.weight)
        events += [
            GoalApproved(goal=name, by=by, at=at),
            GoalActivated(goal=name, by=SYSTEM, at=at),
            GoalPlaced(sheet=context.sheet.id, placement=placement, by=by, at=at),
        ]
    return events
