"""Goal setting: draft, revise, SMART check, decomposition, submission, return and approval."""

from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal import committee
from cairn.domain.goal.beginning import check_parent, drafted, planned_goal
from cairn.domain.goal.changing import as_written, check_measure
from cairn.domain.goal.commands import (
    AlignGoal,
    ApproveGoal,
    CheckSmart,
    DecomposeGoal,
    DraftGoal,
    ReturnGoal,
    ReviseGoal,
    SubmitGoal,
)
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.dates import first_morning
from cairn.domain.goal.events import (
    GoalActivated,
    GoalAligned,
    GoalApproved,
    GoalDecomposed,
    GoalReturned,
    GoalRevised,
    GoalSubmitted,
    SmartChecked,
)
from cairn.domain.goal.interviewing import check_interviewed
from cairn.domain.goal.places import held_at
from cairn.domain.goal.smart import check_parts, check_said, check_smart_goal
from cairn.domain.goal.state import Goal
from cairn.domain.goal.weighing import check_capability
from cairn.domain.measure import Kpi, Measure
from cairn.domain.refusal import Refusal
from cairn.domain.rights import by_committee
from cairn.domain.sheet import rules
from cairn.domain.sheet.events import Placement
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import cycle_of, kind_of


def draft(command: DraftGoal, goal: Goal, context: GoalContext) -> list[Event]:
    sheet, measure = context.sheet, as_written(command.measure, Goal(id=goal.id), context)
    if goal.stage != "none":
        if _is_the_same(command, goal, sheet, measure):
            return []
        raise Refusal("goal.exists", field="goal", goal=goal.id)
    planned = planned_goal(goal, context)
    if not context.open_for_goals:
        raise Refusal("cycle.too-late", field="goal")
    check_measure(measure, planned, context)
    if command.parent is not None:
        check_parent(command.parent, planned)
    _check_not_in_force(command, context)
    _check_carried(command)
    placement = Placement(goal=command.goal, dimension=command.dimension, weight=command.weight)
    placed = rules.place(sheet, placement, command.by, command.at)
    placements = {**sheet.placements, placement.goal: placement}
    check_capability(sheet, sheet.model_copy(update={"placements": placements}), context, "weight")
    planned = planned.model_copy(
        update={
            "id": command.goal,
            "key": command.key,
            "dimension": command.dimension,
            "title": command.title,
        }
    )
    event = drafted(planned, measure, command.parent, context, command.by, command.at)
    came = {"origin": command.origin, "carried_from": command.carried_from}
    return [event.model_copy(update=came), *placed]


def _check_not_in_force(command: DraftGoal, context: GoalContext) -> None:
    """Once all goals of a sheet are approved and execution has begun, another one comes by joint confirmation
    (RULES L3)."""
    dates, sheet = context.schedule, context.sheet
    if dates is None or command.at < dates.execution_starts or sheet.weight < rules.WHOLE:
        return
    known = [context.others[name] for name in sheet.placements if name in context.others]
    if len(known) == len(sheet.placements) and all(goal.approved_at for goal in known):
        raise Refusal("sheet.in-force", field="goal", sheet=sheet.id)


def _check_carried(command: DraftGoal | ReviseGoal) -> None:
    """Refuses an origin that is no goal of another cycle."""
    former = command.carried_from
    if former is not None and (kind_of(former) != "goal" or cycle_of(former) in ("", cycle_of(command.goal))):
        raise Refusal("goal.carried-from", field="carried_from", goal=former)


def _is_the_same(command: DraftGoal, goal: Goal, sheet: Sheet, measure: Measure) -> bool:
    asked = (command.key, command.title, command.dimension, measure, command.weight)
    return (goal.key, goal.title, goal.dimension, goal.measure, sheet.weight_of(goal.id)) == asked


def revise(command: ReviseGoal, goal: Goal, context: GoalContext) -> list[Event]:
    _check_carried(command)
    title, measure = command.title or goal.title, goal.measure
    asked = command.measure if command.target is None else _with_target(command, goal)
    if asked is not None:
        measure = as_written(asked, goal, context)
        check_measure(measure, goal, context)
    events: list[Event] = []
    if (title, measure) != (goal.title, goal.measure):
        came = {"origin": command.origin, "carried_from": command.carried_from}
        events.append(
            GoalRevised(goal=goal.id, title=title, measure=measure, by=command.by, at=command.at, **came)
        )
    if command.weight is not None:
        weights = {goal.id: command.weight}
        events += rules.reweigh(context.sheet, weights, command.by, command.at)
        check_capability(context.sheet, rules.weighed(context.sheet, weights), context, "weight")
    return events


def _with_target(command: ReviseGoal, goal: Goal) -> Kpi:
    """The goal's own KPI with another target: everything else about it stays."""
    if not isinstance(goal.measure, Kpi) or goal.measure.direction == "range":
        raise Refusal("adjustment.no-target", field="target")
    unit = goal.measure.unit if command.unit is None else command.unit
    return goal.measure.model_copy(update={"target": command.target, "unit": unit})


def check_smart(command: CheckSmart, goal: Goal, context: GoalContext) -> list[Event]:
    check_said(command.check)
    if goal.smart == command.check and not goal.smart_stale:
        return []
    return [SmartChecked(goal=goal.id, check=command.check, by=command.by, at=command.at)]


def decompose(command: DecomposeGoal, goal: Goal, context: GoalContext) -> list[Event]:
    if goal.tier == "individual":
        raise Refusal("goal.not-decomposed", field="goal")
    if goal.parts == command.parts:
        return []
    check_parts(command.parts, goal, context)
    return [GoalDecomposed(goal=goal.id, parts=command.parts, by=command.by, at=command.at)]


def align(command: AlignGoal, goal: Goal, context: GoalContext) -> list[Event]:
    if (goal.parent, goal.parent_weight) == (command.parent, command.parent_weight):
        return []
    check_parent(command.parent, goal, context.others)
    return [
        GoalAligned(
            goal=goal.id,
            parent=command.parent,
            parent_weight=command.parent_weight,
            by=command.by,
            at=command.at,
        )
    ]


def submit(command: SubmitGoal, goal: Goal, context: GoalContext) -> list[Event]:
    _check_ready(goal, context)
    return [GoalSubmitted(goal=goal.id, by=command.by, at=command.at)]


def _check_ready(goal: Goal, context: GoalContext) -> None:
    if isinstance(goal.measure, Kpi) and not goal.measure.measurable:
        raise Refusal("goal.no-target", field="measure.target", title=goal.title)
    check_smart_goal(goal, context)
    rules.check_complete(context.sheet, context.dimensions)
    check_capability(None, context.sheet, context, "weight")


def return_goal(command: ReturnGoal, goal: Goal, context: GoalContext) -> list[Event]:
    if not by_committee(held_at(goal, context, command.at)):
        return [_returned(command, command.comment)]
    voting = committee.cast(command, goal, context, "against", command.comment)
    return [*voting.events, *_decided(voting, command, goal, context)]


def approve(command: ApproveGoal, goal: Goal, context: GoalContext) -> list[Event]:
    _check_ready(goal, context)
    check_interviewed(goal, context)
    if not by_committee(held_at(goal, context, command.at)):
        return _approved(command, goal, context, command.comment)
    voting = committee.cast(command, goal, context, "for", command.comment)
    return [*voting.events, *_decided(voting, command, goal, context)]


def _decided(
    voting: committee.Voting, command: ApproveGoal | ReturnGoal, goal: Goal, context: GoalContext
) -> list[Event]:
    """What the committee's decision, where there is one now, does with the goal."""
    match voting.outcome:
        case None:
            return []
        case "for":
            return _approved(command, goal, context, voting.comments)
        case "against":
            return [_returned(command, voting.comments)]


def _returned(command: ApproveGoal | ReturnGoal, comment: str) -> Event:
    return GoalReturned(goal=command.goal, comment=comment, by=command.by, at=command.at)


def _approved(
    command: ApproveGoal | ReturnGoal, goal: Goal, context: GoalContext, comment: str
) -> list[Event]:
    approved = GoalApproved(goal=command.goal, comment=comment, by=command.by, at=command.at)
    schedule = context.schedule
    if schedule and command.at >= first_morning(goal, schedule):
        return [approved, GoalActivated(goal=command.goal, by=SYSTEM, at=command.at)]
    return [approved]
