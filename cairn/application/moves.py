"""Moving people with everything that is under way for them: a manager change, somebody leaving."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from cairn.application.people import People
from cairn.domain.launch.plan import LaunchPlan

Ready = Callable[[str], Awaitable[None]]


class RefusedCommand(Protocol):
    """Why a goal refused its command."""

    @property
    def code(self) -> str: ...

    @property
    def facts(self) -> Mapping[str, Any]: ...


class GoalAnswer(Protocol):
    """What a goal answered: a refusal, or None when the command was done."""

    @property
    def refused(self) -> RefusedCommand | None: ...


class GoalCommands(Protocol):
    """The way to give goals commands: each runs through the goal's workflow, once for each command id."""

    async def goal(
        self,
        goal: str,
        name: str,
        by: str,
        fields: dict[str, Any] | None = None,
        command_id: str | None = None,
    ) -> GoalAnswer: ...


async def _at_once(goal: str) -> None:
    """Every goal takes commands at once; only a rehearsal has to move a goal's clock first."""


class Moves:
    """Changes the roster and then every open goal of the person, goal by goal, so that no draft or task is lost.

    `goals_of` names a person's goals; `ready` is awaited for each goal before its command."""

    def __init__(
        self,
        people: People,
        commands: GoalCommands,
        goals_of: Callable[[str], Sequence[str]],
        ready: Ready = _at_once,
    ) -> None:
        self.people, self.commands, self.goals_of, self.ready = people, commands, goals_of, ready

    async def change_manager(
        self, person: str, manager: str, effective: date, reason: str, by: str, at: datetime, command: str
    ) -> list[RefusedCommand]:
        """The person reports to another manager from a day on. Returns the refusals of single goals."""
        await self.people.change_manager(person, manager, effective, reason, by, at, command)
        fields = {"manager": manager, "effective": effective.isoformat(), "reason": reason}
        return await self._each(person, "change_manager", by, fields, command)

    async def leave(
        self, person: str, effective: date, reason: str, by: str, at: datetime, command: str
    ) -> list[RefusedCommand]:
        """The person leaves: open goals are cancelled with the reason, scored ones stay as they are."""
        await self.people.leave(person, effective, reason, by, at, command)
        return await self._each(person, "cancel", by, {"reason": reason}, command)

    async def _each(
        self, person: str, name: str, by: str, fields: dict[str, str], command: str
    ) -> list[RefusedCommand]:
        async def one(goal: str) -> RefusedCommand | None:
            await self.ready(goal)
            return (await self.commands.goal(goal, name, by, dict(fields), f"{command}:{goal}")).refused

        answers = await asyncio.gather(*(one(goal) for goal in self.goals_of(person)))
        return [refused for refused in answers if refused is not None and refused.code != "goal.stage"]


def goals_by_owner(plan: LaunchPlan) -> dict[str, list[str]]:
    """Owner → the goals of their own sheet in a launch plan. A department's stay with its place (RULES L2)."""
    owned: dict[str, list[str]] = {}
    for sheet in plan.sheets:
        if sheet.kind == "department":
            continue
        owned.setdefault(sheet.owner, []).extend(goal.goal for goal in sheet.goals)
    return owned
