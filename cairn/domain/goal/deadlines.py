"""What a deadline does when its durable timer fires: remind, escalate, expire, activate, score, close."""

from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.authority import by_committee
from cairn.domain.goal.commands import ReachDeadline
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import (
    AdjustmentExpired,
    DeadlineMissed,
    GoalActivated,
    GoalCancelled,
    GoalClosed,
    ReminderSent,
    ReviewOpened,
)
from cairn.domain.goal.scoring import score
from cairn.domain.goal.state import Goal
from cairn.domain.goal.status import awaited, deadlines_of
from cairn.domain.sheet import rules


def reach(command: ReachDeadline, goal: Goal, context: GoalContext) -> list[Event]:
    """The events of a deadline, or none where it no longer applies (somebody acted first) or is not due yet."""
    mine = [
        due
        for due in deadlines_of(goal, context)
        if (due.phase, due.period) == (command.phase, command.period)
    ]
    if not any(due.at == command.due for due in mine) or command.at < command.due:
        return []
    match command.phase:
        case "drafts_remind" | "approvals_remind" | "adjustment_remind":
            return [_remind(command, goal)]
        case "drafts_due" | "approvals_due":
            return [_missed(command, goal, context)]
        case "execution_starts":
            return [GoalActivated(goal=goal.id, by=SYSTEM, at=command.at)]
        case "adjustment_expires":
            return _expire(command, goal)
        case "period_scored" | "scores_due":
            return [score(goal, command.period or "Y", context, command.at)]
        case "review_opens":
            return _open_review(command, goal, context)
        case "closes":
            return [GoalClosed(goal=goal.id, by=SYSTEM, at=command.at)]


def _remind(command: ReachDeadline, goal: Goal) -> ReminderSent:
    waits = awaited(goal)
    return ReminderSent(
        goal=goal.id, phase=command.phase, due=command.due, to=waits, by=SYSTEM, at=command.at
    )


def _missed(command: ReachDeadline, goal: Goal, context: GoalContext) -> DeadlineMissed:
    """A late draft is told to the manager, a late approval to the manager's manager, else to HR."""
    approver = None if by_committee(goal) else context.people.get(goal.manager or "")
    above = approver.manager if approver else None
    up = goal.manager if command.phase == "drafts_due" else above
    return DeadlineMissed(
        goal=goal.id,
        phase=command.phase,
        due=command.due,
        awaited=awaited(goal),
        to=(up or "role:hr",),
        by=SYSTEM,
        at=command.at,
    )


def _expire(command: ReachDeadline, goal: Goal) -> list[Event]:
    if goal.pending is None:
        return []
    return [AdjustmentExpired(goal=goal.id, adjustment=goal.pending.adjustment, by=SYSTEM, at=command.at)]


def _open_review(command: ReachDeadline, goal: Goal, context: GoalContext) -> list[Event]:
    """The year is over: what runs is reviewed, what never took effect is cancelled and says so."""
    if goal.stage in ("active", "adjusting"):
        return [*_expire(command, goal), ReviewOpened(goal=goal.id, by=SYSTEM, at=command.at)]
    lapsed = GoalCancelled(
        goal=goal.id,
        cause="never_approved",
        by=SYSTEM,
        at=command.at,
    )
    return [lapsed, *rules.remove(context.sheet, goal.id, SYSTEM, command.at)]
