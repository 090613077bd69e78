"""Quarterly adjustment: asked for, confirmed by manager and HR in either order, filed with the space that is left."""

from datetime import date, datetime, timedelta

from cairn.domain.calendar import add_working_days, opening
from cairn.domain.event import Event
from cairn.domain.goal import committee
from cairn.domain.goal.adjustment import check_changes, done, space_drawn, values_before
from cairn.domain.goal.changing import complete_changes, with_subject
from cairn.domain.goal.commands import (
    AnyGoalAction,
    ConfirmAdjustment,
    DeclineAdjustment,
    RequestAdjustment,
    WithdrawAdjustment,
)
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.diagnosing import require_diagnosis
from cairn.domain.goal.events import (
    AdjustmentConfirmed,
    AdjustmentDeclined,
    AdjustmentRequested,
    AdjustmentWithdrawn,
    Changes,
    GoalAdjusted,
)
from cairn.domain.goal.places import held_at
from cairn.domain.goal.state import Goal, PendingAdjustment
from cairn.domain.refusal import Refusal
from cairn.domain.rights import by_committee
from cairn.domain.schedule import Span, local_day
from cairn.domain.sheet import rules


def is_repeated(command: AnyGoalAction, goal: Goal) -> bool:
    """Whether an adjustment was asked for, or took effect, before: asking again does nothing.

    Refuses the confirmation of one that ended otherwise.
    """
    match command:
        case RequestAdjustment():
            return command.adjustment in goal.adjustments or _is_pending(goal, command.adjustment)
        case ConfirmAdjustment() if command.adjustment in goal.adjustments:
            how = goal.adjustments[command.adjustment]
            if how != "adjusted":
                raise _ended(how)
            return True
        case _:
            return False


def request(command: RequestAdjustment, goal: Goal, context: GoalContext) -> list[Event]:
    _check_window(command.at, context)
    require_diagnosis(command.diagnosis, goal)
    changes = _with_subject_of_sheet(command.changes, context)
    today = local_day(command.at, context.policy.calendar)
    check_changes(changes, goal, context, today)
    draws = space_drawn(changes, goal, context, today)
    if draws > context.sheet.space_left:
        left, space = context.sheet.space_left, context.sheet.space
        raise Refusal("sheet.space", field="changes", needs=draws, left=left, space=space)
    asked = AdjustmentRequested(
        goal=goal.id,
        adjustment=command.adjustment,
        changes=changes,
        reason=command.reason,
        draws=draws,
        expires_at=_expiry(command.at, context),
        policy=context.policy.version,
        diagnosis=command.diagnosis,
        by=command.by,
        at=command.at,
    )
    return [asked]


def _with_subject_of_sheet(changes: Changes, context: GoalContext) -> Changes:
    if changes.measure is None:
        return changes
    return changes.model_copy(update={"measure": with_subject(changes.measure, context)})


def _is_pending(goal: Goal, adjustment: str) -> bool:
    return goal.pending is not None and goal.pending.adjustment == adjustment


def _expiry(at: datetime, context: GoalContext) -> datetime:
    days = context.policy.calendar
    return opening(add_working_days(local_day(at, days), context.policy.adjusting.expires_after, days), days)


def _quarter_of(day: date, context: GoalContext) -> tuple[Span | None, Span | None]:
    quarters = context.schedule.of_kind("quarter") if context.schedule else []
    now = next((quarter for quarter in quarters if quarter.holds(day)), None)
    following = next((quarter for quarter in quarters if quarter.starts > day), None)
    return now, following


def _check_window(at: datetime, context: GoalContext) -> None:
    window = context.policy.adjusting.window_days
    if window is None:
        return
    day = local_day(at, context.policy.calendar)
    quarter, following = _quarter_of(day, context)
    if quarter and day < quarter.starts + timedelta(days=window):
        return
    if following is None:
        raise Refusal("adjustment.window-over", field="at", days=window)
    raise Refusal("adjustment.window", field="at", days=window, next=following.starts)


def confirm(command: ConfirmAdjustment, goal: Goal, context: GoalContext) -> list[Event]:
    pending = _the_pending(command.adjustment, goal)
    if command.at >= pending.expires_at:  # its own timer is only a little late
        raise _ended("expired")
    if command.role in pending.confirmed:
        return []
    if command.by in (*pending.confirmed.values(), *pending.voted) or _voted(command, goal):
        raise Refusal("adjustment.two-roles", field="role", by=command.by)
    if command.role == "manager" and by_committee(held_at(goal, context, command.at)):
        voting = committee.cast(command, goal, context, "for", "", pending.adjustment)
        return [*voting.events, *_decided(voting, command, goal, context, pending)]
    return _confirmed(command, goal, context, pending)


def _voted(command: ConfirmAdjustment, goal: Goal) -> bool:
    """Whether HR's confirmation comes from somebody who has voted on it with the committee."""
    return command.role == "hr" and command.by in goal.ballots


def _confirmed(
    command: ConfirmAdjustment | DeclineAdjustment, goal: Goal, context: GoalContext, pending: PendingAdjustment
) -> list[Event]:  # fmt: skip
    confirmed = AdjustmentConfirmed(
        goal=goal.id, adjustment=pending.adjustment, role=command.role, by=command.by, at=command.at
    )
    if not pending.confirmed:
        return [confirmed]
    return [confirmed, *_take_effect(pending, goal, context, command)]


def _decided(
    voting: committee.Voting, command: ConfirmAdjustment | DeclineAdjustment, goal: Goal, context: GoalContext,
    pending: PendingAdjustment,
) -> list[Event]:  # fmt: skip
    """What the committee's decision, where there is one now, does in the manager's place."""
    match voting.outcome:
        case None:
            return []
        case "for":
            return _confirmed(command, goal, context, pending)
        case "against":
            return [_declined(command, goal, pending, voting.comments)]


def _ended(how: str) -> Refusal:
    return Refusal("adjustment.ended", field="adjustment", how=how)


def _the_pending(adjustment: str | None, goal: Goal) -> PendingAdjustment:
    if goal.pending is None or adjustment not in (None, goal.pending.adjustment):
        raise Refusal("adjustment.unknown", field="adjustment", adjustment=adjustment)
    return goal.pending


def _take_effect(
    pending: PendingAdjustment, goal: Goal, context: GoalContext,
    command: ConfirmAdjustment | DeclineAdjustment,
) -> list[Event]:  # fmt: skip
    """The sheet may have moved, a period been scored since it was asked for: what counts is now."""
    sheet, by, at = context.sheet, command.by, command.at
    today = local_day(at, context.policy.calendar)
    check_changes(pending.changes, goal, context, today)
    changes = complete_changes(pending.changes, goal, context, today)
    draws = space_drawn(pending.changes, goal, context, today)
    filed = GoalAdjusted(
        goal=goal.id,
        adjustment=pending.adjustment,
        before=values_before(changes, goal, context.sheet, context.schedule),
        after=changes,
        reason=pending.reason,
        draws=draws,
        space_left=sheet.space_left - draws,
        diagnosis=pending.diagnosis,
        since=today,
        by=by,
        at=at,
    )
    used = rules.draw_space(sheet, goal.id, pending.adjustment, draws, by, at)
    rest = done(changes, goal, context, pending.reason, pending.requested_by, by, at, today)
    return [filed, *used, *rest]


def decline(command: DeclineAdjustment, goal: Goal, context: GoalContext) -> list[Event]:
    pending = _the_pending(command.adjustment, goal)
    if command.role == "manager" and by_committee(held_at(goal, context, command.at)):
        if command.by in pending.confirmed.values():
            raise Refusal("adjustment.two-roles", field="role", by=command.by)
        voting = committee.cast(command, goal, context, "against", command.reason, pending.adjustment)
        return [*voting.events, *_decided(voting, command, goal, context, pending)]
    return [_declined(command, goal, pending, command.reason)]


def _declined(
    command: ConfirmAdjustment | DeclineAdjustment, goal: Goal, pending: PendingAdjustment, reason: str
) -> Event:
    return AdjustmentDeclined(
        goal=goal.id,
        adjustment=pending.adjustment,
        role=command.role,
        reason=reason,
        by=command.by,
        at=command.at,
    )


def withdraw(command: WithdrawAdjustment, goal: Goal, context: GoalContext) -> list[Event]:
    pending = _the_pending(None, goal)
    return [AdjustmentWithdrawn(goal=goal.id, adjustment=pending.adjustment, by=command.by, at=command.at)]
