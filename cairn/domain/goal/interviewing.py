"""The goal interview between manager and employee, on record before a goal is approved where the policy asks for it."""

from cairn.domain.event import Event
from cairn.domain.goal.commands import RecordInterview
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import GoalInterviewHeld
from cairn.domain.goal.places import held_at
from cairn.domain.goal.state import Goal
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day


def interview(command: RecordInterview, goal: Goal, context: GoalContext) -> list[Event]:
    """Refuses an interview of a day to come, without the goal's owner or anybody to talk to, or that agreed nothing.
    `context.people` holds at least those who are said to have taken part."""
    today, owner = local_day(command.at, context.policy.calendar), held_at(goal, context, command.at).owner
    on = command.on or today
    if on > today:
        raise Refusal("interview.future", field="on", on=on)
    if not command.agreed.strip():
        raise Refusal("interview.empty", field="agreed")
    took_part = tuple(dict.fromkeys(command.participants or filter(None, (owner, command.by))))
    unknown = [each for each in took_part if each not in context.people]
    if unknown:
        raise Refusal("interview.unknown", field="participants", unknown=unknown)
    if owner not in took_part or len(took_part) < 2:
        raise Refusal("interview.alone", field="participants", owner=owner)
    held = GoalInterviewHeld(
        goal=goal.id,
        on=on,
        participants=took_part,
        agreed=command.agreed.strip(),
        by=command.by,
        at=command.at,
    )
    same = goal.interviews and goal.interviews[-1].model_copy(update={"by": held.by, "at": held.at}) == held
    return [] if same else [held]


def check_interviewed(goal: Goal, context: GoalContext) -> None:
    """Refuses the approval of a person's goal without an interview on record, where the policy asks for one."""
    if context.policy.goal_interview == "required" and goal.tier == "individual" and not goal.interviews:
        raise Refusal("goal.no-interview", field="goal", goal=goal.id, title=goal.title)
