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
from cairn.domain.goal.evidence import lacking
from cairn.domain.goal.owing import is_rated
from cairn.domain.goal.places import held_at
from cairn.domain.goal.scoring import score
from cairn.domain.goal.state import Goal
from cairn.domain.goal.status import awaited, deadlines_of
from cairn.domain.rights import HR, approver_place, by_committee
from cairn.domain.sheet import rules

DELIVERY = ("delivery_remind", "delivery_due")
JUDGEMENT = ("judgement_remind", "judgement_due", "judgement_lapses")


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
        case (
            "drafts_remind"
            | "approvals_remind"
            | "adjustment_remind"
            | "delivery_remind"
            | "unapproved_remind"
            | "judgement_remind"
        ):
            return [_remind(command, held, context)]
        case (
            "drafts_due"
            | "approvals_due"
            | "delivery_due"
            | "unapproved"
            | "judgement_due"
            | "judgement_lapses"
        ):
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
            if lacking(goal, command.period or "Y", context) is not None:
                return []  # it waits for its evidence (RULES D4), and is tried again
            return [score(goal, command.period or "Y", context, command.at, _cause(command, goal))]
        case "lapses":
            return _lapse(command, goal, context)
        case "review_opens":
            rated = is_rated(goal, context, command.due)
            return [
                *_expire(command, goal),
                ReviewOpened(goal=goal.id, rated=rated, by=SYSTEM, at=command.at),
            ]
        case "closes":
            return [GoalClosed(goal=goal.id, by=SYSTEM, at=command.at)]
        case _:
            assert_never(command.phase)


def _cause(command: KeepDeadline, goal: Goal) -> ScoreCause:
    """Why a version is computed."""
    period = command.period or "Y"
    if period in goal.late:
        return goal.late[period].cause
    if command.phase == "part_scored":
        return "part"
    return "waived" if period in goal.waived else "due"


def _remind(command: KeepDeadline, goal: Goal, context: GoalContext) -> ReminderSent:
    waits = _asked(command, goal, context)
    return ReminderSent(
        goal=goal.id, phase=command.phase, due=command.due, to=waits, by=SYSTEM, at=command.at
    )


def _asked(command: KeepDeadline, goal: Goal, context: GoalContext) -> tuple[str, ...]:
    """Who has to act on a deadline: whoever the goal waits for, its owner where something is to be delivered."""
    if command.phase in JUDGEMENT:
        place = approver_place(goal)
        return (context.acting.get(place, place),)
    return (goal.owner or HR,) if command.phase in DELIVERY else awaited(goal, context.acting)


def _missed(command: KeepDeadline, goal: Goal, context: GoalContext) -> DeadlineMissed:
    """A late draft is told to the manager, a late approval to the manager's manager, else to HR; a delivery that is
    late, to whoever judges it. What is not approved though execution has begun is HR's to decide: to extend, or to go
    on without it (RULES L5)."""
    approver = None if by_committee(goal) else context.people.get(goal.manager or "")
    above = approver.manager if approver else None
    up = {"drafts_due": goal.manager, "approvals_due": above, "judgement_due": above}.get(command.phase)
    if command.phase == "delivery_due":
        up = approver_place(goal)
    up = context.acting.get(up, up) if up else None
    return DeadlineMissed(
        goal=goal.id,
        phase=command.phase,
        due=command.due,
        awaited=_asked(command, goal, context),
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
    return [lapsed, *rules.remove(context.sheet, goal.id, SYSTEM, command.at, "never_approved")]
