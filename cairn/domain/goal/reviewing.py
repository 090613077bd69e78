"""Acceptance, assessment and the ways a goal ends by hand."""

from datetime import date, timedelta
from decimal import Decimal

from cairn.domain.attachment import check_attachments
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.commands import (
    AcceptCriterion,
    AssessGoal,
    CancelGoal,
    ChangeManager,
    CloseGoal,
    PauseGoal,
    ResumeGoal,
    SupersedeGoal,
)
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.dates import first_morning
from cairn.domain.goal.events import (
    CriterionAccepted,
    GoalActivated,
    GoalAssessed,
    GoalCancelled,
    GoalClosed,
    GoalPaused,
    GoalResumed,
    GoalSuperseded,
    ManagerChanged,
)
from cairn.domain.goal.places import held_at
from cairn.domain.goal.replacing import last_day
from cairn.domain.goal.state import Goal
from cairn.domain.goal.status import period_kinds
from cairn.domain.measure import Capability, KeyTask, Kpi
from cairn.domain.people import check_new_manager
from cairn.domain.refusal import Refusal
from cairn.domain.rights import by_committee, on_committee
from cairn.domain.schedule import local_day
from cairn.domain.sheet import rules
from cairn.domain.streams import appraisal_of


def accept(command: AcceptCriterion, goal: Goal, context: GoalContext) -> list[Event]:
    if isinstance(goal.measure, Kpi):
        raise Refusal("accept.measured", field="goal")
    if command.criterion > len(goal.measure.listed):
        raise Refusal(
            "accept.unknown", field="criterion", number=command.criterion, of=len(goal.measure.listed)
        )
    if command.criterion in goal.accepted:
        return []
    check_attachments(command.files, context.policy.attachments)
    accepted = CriterionAccepted(
        goal=goal.id,
        criterion=command.criterion,
        evidence=command.evidence,
        files=command.files,
        by=command.by,
        at=command.at,
    )
    return [accepted]


def assess(command: AssessGoal, goal: Goal, context: GoalContext) -> list[Event]:
    if isinstance(goal.measure, Kpi):
        raise Refusal("assess.measured", field="goal")
    if goal.rated and command.period == "Y":
        raise Refusal("assess.rated", field="goal", appraisal=appraisal_of(context.sheet.id))
    schedule, kinds = context.schedule, period_kinds(goal, context)
    known = [period.key for period in schedule.periods if period.kind in kinds] if schedule else []
    if command.period not in known:
        raise Refusal("assess.period", field="period", period=command.period, known=known)
    check_rating(command.points, goal.measure, context)
    _check_ended(command, goal, context)
    _check_segment(command, goal, context)
    if goal.assessments.get(command.period, {}).get(command.by) == command.points:
        return []
    return [
        GoalAssessed(
            goal=goal.id,
            period=command.period,
            points=command.points,
            comment=command.comment,
            by=command.by,
            at=command.at,
        )
    ]


def check_rating(points: Decimal, measure: KeyTask | Capability, context: GoalContext) -> None:
    """A rating lies on the policy's scale and is one of those there are (RULES M5)."""
    scale = context.policy.scale
    if measure.possible and points not in measure.possible:
        raise Refusal("assess.possible", field="points", points=points, known=measure.possible)
    if points < scale.least or (scale.to is not None and points > scale.to):
        to = "∞" if scale.to is None else scale.to
        raise Refusal("assess.scale", field="points", points=points, least=scale.least, to=to)


def _check_ended(command: AssessGoal, goal: Goal, context: GoalContext) -> None:
    """Only what has ended is assessed (RULES L9): for the owner, a period ends with their last day at the latest."""
    period = context.schedule.period(command.period) if context.schedule else None
    today = local_day(command.at, context.policy.calendar)
    if period is None or today > period.ends:
        return
    owner = context.people.get(goal.owner)
    last = goal.last_day or (owner.left - timedelta(days=1) if owner and owner.left else None)
    if last is None or today < last or not period.holds(last):
        raise Refusal("assess.early", field="period", period=period.key, ends=period.ends)


def _check_segment(command: AssessGoal, goal: Goal, context: GoalContext) -> None:
    """A former manager assesses the segment in which they were the manager, and nothing after it (RULES Y2)."""
    held = held_at(goal, context, command.at)
    period = context.schedule.period(command.period) if context.schedule else None
    by = context.people.get(command.by)
    judges = by_committee(held) and by is not None and on_committee(by)
    if period is None or judges or command.by == held.manager or command.by not in held.former_managers:
        return
    following = zip(held.segments, held.segments[1:], strict=False)
    own = [(each.since, after.since) for each, after in following if each.manager == command.by]
    if not any(since <= period.ends and period.starts < until for since, until in own):
        since, until = own[-1]
        raise Refusal(
            "assess.segment", field="period", period=period.key, by=command.by, since=since,
            last=until - timedelta(days=1),
        )  # fmt: skip


def change_manager(command: ChangeManager, goal: Goal, context: GoalContext) -> list[Event]:
    """Another manager from a day on; before it nothing changes (RULES L1). The last decision, even of a day still
    ahead, is what a further one is measured by."""
    last = goal.segments[-1]
    if command.manager == last.manager and (command.effective >= last.since or len(goal.segments) == 1):
        return []
    if command.manager == goal.owner:
        raise Refusal("goal.own-manager", field="manager")
    if command.manager is not None:
        check_new_manager(goal.owner, command.manager, command.effective, command.by, context.people)
    _check_effective(command.effective, goal)
    return [
        ManagerChanged(
            goal=goal.id,
            former=goal.manager,
            manager=command.manager,
            effective=command.effective,
            reason=command.reason,
            by=command.by,
            at=command.at,
        )
    ]


def _check_effective(effective: date, goal: Goal) -> None:
    if effective < goal.segments[-1].since:
        raise Refusal("move.too-early", field="effective", since=goal.segments[-1].since)


def pause(command: PauseGoal, goal: Goal) -> list[Event]:
    """The goal rests from now on: a stage in which nothing is due (long leave, RULES L7)."""
    return [GoalPaused(goal=goal.id, reason=command.reason, by=command.by, at=command.at)]


def resume(command: ResumeGoal, goal: Goal, context: GoalContext) -> list[Event]:
    """The goal goes on where the year is: active once execution has begun."""
    resumed = GoalResumed(goal=goal.id, by=command.by, at=command.at)
    if context.schedule and command.at >= first_morning(goal, context.schedule):
        return [resumed, GoalActivated(goal=goal.id, by=SYSTEM, at=command.at)]
    return [resumed]


def _check_may_end(command: CancelGoal | SupersedeGoal, goal: Goal, context: GoalContext) -> None:
    """Once a goal runs it changes by joint confirmation only (RULES L3). HR alone ends what was never approved, or
    belongs to somebody who has left; who judges a goal may take an approval back before it runs."""
    held = held_at(goal, context, command.at)
    owner = context.people.get(held.owner)
    today = local_day(command.at, context.policy.calendar)
    if goal.tier == "individual" and owner and not owner.here_on(today):
        return
    if goal.running:
        raise Refusal("goal.running", command=command.row.name, stage=goal.stage, owner=held.owner)
    judges = on_committee(context.people[command.by]) if by_committee(held) else command.by == held.manager
    if goal.stage == "approved" and not judges:
        raise Refusal("goal.approved", command=command.row.name, owner=held.owner)
    _check_dimensions(command, goal, context)


def _check_dimensions(command: CancelGoal | SupersedeGoal, goal: Goal, context: GoalContext) -> None:
    """Once execution has begun nobody takes a sheet's last goal of a dimension away without HR and the committee
    deciding so (RULES L5)."""
    dates, sheet = context.schedule, context.sheet
    if dates is None or command.at < dates.execution_starts or isinstance(command, SupersedeGoal):
        return
    left = {name: placed for name, placed in sheet.placements.items() if name != goal.id}
    lacking = rules.missing_dimensions(sheet, left, context.dimensions)
    had = rules.missing_dimensions(sheet, sheet.placements, context.dimensions)
    for dimension in lacking:
        if dimension not in had and left:
            raise Refusal("sheet.dimension-gone", field="goal", dimension=dimension, sheet=sheet.id)


def cancel(command: CancelGoal, goal: Goal, context: GoalContext) -> list[Event]:
    _check_may_end(command, goal, context)
    last = last_day(goal, local_day(command.at, context.policy.calendar))
    owner = context.people.get(goal.owner)
    if last is not None and owner is not None and owner.left is not None:
        last = min(last, owner.left - timedelta(days=1))
    gone = GoalCancelled(goal=goal.id, reason=command.reason, last=last, by=command.by, at=command.at)
    return [gone, *rules.remove(context.sheet, goal.id, command.by, command.at)]


def supersede(command: SupersedeGoal, goal: Goal, context: GoalContext) -> list[Event]:
    """Another goal of the same sheet takes this one's place; its weight becomes free for that goal."""
    _check_may_end(command, goal, context)
    if command.replacement == goal.id or command.replacement not in context.sheet.placements:
        raise Refusal("goal.no-replacement", field="replacement", replacement=command.replacement)
    other = context.others.get(command.replacement)
    if other is not None and other.approved_at is not None:  # its weight moves by joint confirmation only
        raise Refusal("goal.replacement-approved", field="replacement", replacement=command.replacement)
    gone = GoalSuperseded(
        goal=goal.id, replacement=command.replacement, reason=command.reason, by=command.by, at=command.at
    )
    weight = context.sheet.weight_of(goal.id) + context.sheet.weight_of(command.replacement)
    moved = rules.remove(context.sheet, goal.id, command.by, command.at)
    left = context.sheet.model_copy(
        update={"placements": {key: p for key, p in context.sheet.placements.items() if key != goal.id}}
    )
    return [gone, *moved, *rules.reweigh(left, {command.replacement: weight}, command.by, command.at)]


def close(command: CloseGoal, goal: Goal, context: GoalContext) -> list[Event]:
    return [GoalClosed(goal=goal.id, by=command.by, at=command.at)]
