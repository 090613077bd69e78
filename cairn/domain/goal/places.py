"""Who holds a goal's places on a day: its manager's by segments, a department's by the department's own head."""

from datetime import datetime

from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.state import Goal
from cairn.domain.schedule import local_day


def held_at(goal: Goal, context: GoalContext, at: datetime) -> Goal:
    """The goal with its places as they are held at a moment (RULES L1, L2).

    A department's goals are its head's, whoever that is, and nobody's (an empty id) while it has none. Where all of HR
    are parties to the goal, an executive confirms for HR (L3).
    """
    held = goal.held_on(local_day(at, context.policy.calendar))
    if held.tier == "department" and context.head is not None and context.head != held.owner:
        held = held.model_copy(update={"owner": context.head})
    seats = context.seats
    if seats is not None and seats.executives and seats.hr <= {held.owner, held.manager}:
        held = held.model_copy(update={"no_other_hr": True})
    return held
