"""A goal as somebody may act on it: what they may do, and what it would come to before it is asked for."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import uuid4

from cairn.application.goals import read_command
from cairn.application.offers import Offer, offered_on_goal
from cairn.domain.goal.adjustment import values_before
from cairn.domain.goal.commands import ResumeGoal
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import AdjustmentRequested, Changes
from cairn.domain.goal.state import Goal
from cairn_portal.reading.records import Records


class GoalDesk(NamedTuple):
    """A goal with what is around it on somebody's day, and what they may do with it."""

    goal: Goal
    context: GoalContext
    at: datetime
    offers: list[Offer]


class AdjustmentForeseen(NamedTuple):
    """What an adjustment would change, from what stands now, and the flexible space it would leave, in points."""

    before: Changes
    after: Changes
    draws: Decimal
    left: Decimal
    space: Decimal


async def desk_of(records: Records, who: str, name: str) -> GoalDesk:
    """What somebody may do with a goal, or with one that is not there yet: how to draft it."""
    at = await records.now_of(name)
    goal, context = await records.application.goals.around(ResumeGoal(goal=name, by=who, at=at))
    return GoalDesk(goal, context, at, offered_on_goal(goal, context, who, at))


async def foresee_goal(
    records: Records, who: str, name: str, command: str, fields: Mapping[str, Any], at_version: int | None
) -> None:
    """Refuses what a command would be refused for as the log stands now; nothing is recorded."""
    asked = read_command(command, name, who, await records.now_of(name), dict(fields), str(uuid4()))
    await records.require_as_seen(name, at_version, asked.overtaken_by)
    await records.application.goals.foresee(asked)


async def foresee_adjustment(
    records: Records, who: str, name: str, fields: Mapping[str, Any]
) -> AdjustmentForeseen:
    """What an adjustment would come to, confirmed by both. Nothing is recorded. Refuses what would be refused."""
    at = await records.now_of(name)
    command = read_command("adjust", name, who, at, dict(fields), str(uuid4()))
    events = await records.application.goals.foresee(command)
    asked = next(event for event in events if isinstance(event, AdjustmentRequested))
    goal, context = await records.application.goals.around(command)
    sheet = context.sheet
    before = values_before(asked.changes, goal, sheet, context.schedule)
    return AdjustmentForeseen(before, asked.changes, asked.draws, sheet.space_left - asked.draws, sheet.space)
