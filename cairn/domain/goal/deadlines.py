"""What a deadline does when its durable timer fires: remind, escalate, expire, activate, score, close."""

from typing import assert_never

from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal import following
from cairn.domain.goal.commands import KeepDeadline
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import (
    AdjustmentExpired,
    DeadlineMissed,
    GoalActivated,
    GoalCancelled,
    GoalClosed,
    ReminderSent,
    ReviewOpened,
    ScoreCause,
)
from cairn.domain.goal.places import held_at
from cairn.domain.goal.scoring import score
from cairn.domain.goal.state import Goal
from cairn.domain.goal.status import awaited, deadlines_of
from cairn.domain.rights import HR, by_committee
from cairn.domain.sheet import rules


def on_deadline(command: KeepDeadline, goal: Goal, context: GoalContext) -> list[Event]:
    """The events of a deadline, or none where it no longer applies (somebody acted first) or is not due yet."""
    ahead = deadlines_of(goal, context)
    due = any(
        (one.phase, one.period, one.at) == (command.phase, command.period, command.due) for one in ahead
    )
    if not due or command.at < command.due:
        return []
    held = held_at(goal, context, command.at)
    match command.phase:
        case "drafts_remind" | "approvals_remind" | "adjustment_remind":
            return [_remind(command, held, context)]
        case "drafts_due" | "approvals_due":
            return [_missed(command, held, context)]
        case "execution_starts":
            return [GoalActivated(goal=goal.id, by=SYSTEM, at=command.at)]
        case "adjustment_expires":
            return _expire(command, goal)
        case "pauses":
            return following.pause(command, goal)
        case "resumes":
            return following.resume(command, goal, context)
        case "period_scored" | "scored_again" | "part_scored" | "scores_due":
            late = goal.late.get(command.period or "Y")
            cause: ScoreCause = late.cause if late else "part" if command.phase == "part_scored" else "due"
            return [score(goal, command.period or "Y", context, command.at, cause)]
        case "lapses":
            return _lapse(command, goal, context)
        case "review_opens":
            return [*_expire(command, goal), ReviewOpened(goal=goal.id, by=SYSTEM, at=command.at)]
        case "closes":
            return [GoalClosed(goal=goal.id, by=SYSTEM, at=command.at)]
        case _:
            assert_never(command.phase)


def _remind(command: KeepDeadline, goal: Goal, context: GoalContext) -> ReminderSent:
    waits = awaited(goal, context.acting)
    return ReminderSent(
        goal=goal.id, phase=command.phase, due=command.due, to=waits, by=SYSTEM, at=command.at
    )


def _missed(command: KeepDeadline, goal: Goal, context: GoalContext) -> DeadlineMissed:
    """A late draft is told to the manager, a late approval to the manager's manager, else to HR."""
    approver = None if by_committee(goal) else context.people.get(goal.manager or "")
    above = approver.manager if approver else None
    up = goal.manager if command.phase == "drafts_due" else above
    up = context.acting.get(up, up) if up else None
    return DeadlineMissed(
        goal=goal.id,
        phase=command.phase,
        due=command.due,
        awaited=awaited(goal, context.acting),
        to=(up or HR,),
        by=SYSTEM,
        at=command.at,
    )


def _expire(command: KeepDeadline, goal: Goal) -> list[Event]:
    if goal.pending is None:
        return []
    return [AdjustmentExpired(goal=goal.id, adjustment=goal.pending.adjustment, by=SYSTEM, at=command.at)]


def _lapse(command: KeepDeadline, goal: Goal, context: GoalContext) -> list[Event]:
    """What was never approved when the review opens ends, and says so (RULES L5)."""
    lapsed = GoalCancelled(
        goal=goal.id,
        cause="never_approved",
        by=SYSTEM,
        at=command.at,
    )
    return [lapsed, *rules.remove(context.sheet, goal.id, SYSTEM, command.at)]
