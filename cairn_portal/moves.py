"""Moving people with everything that is under way for them: a manager change, somebody leaving."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime

from activities.inputs import Refused
from cairn.application import people
from cairn.domain.launch.plan import LaunchPlan
from cairn.ledger import Ledger
from cairn_portal.gateway import CommandGateway

Ready = Callable[[str], Awaitable[None]]


async def _anyhow(goal: str) -> None:
    """Without a rehearsal's clock every goal is ready."""


class Moves:
    """Changes the roster and then every open goal of the person, goal by goal, so that no draft or task is lost."""

    def __init__(
        self,
        ledger: Ledger,
        gateway: CommandGateway,
        goals_of: Callable[[str], Sequence[str]],
        ready: Ready = _anyhow,
    ):
        self.ledger, self.gateway, self.goals_of, self.ready = ledger, gateway, goals_of, ready

    async def change_manager(
        self, person: str, manager: str, effective: date, reason: str, by: str, at: datetime, command: str
    ) -> list[Refused]:
        """The person reports to another manager from a day on. Returns the refusals of single goals."""
        await people.change_manager(self.ledger, person, manager, effective, reason, by, at, command)
        fields = {"manager": manager, "effective": effective.isoformat(), "reason": reason}
        return await self._each(person, "change_manager", by, fields, command)

    async def leave(
        self, person: str, effective: date, reason: str, by: str, at: datetime, command: str
    ) -> list[Refused]:
        """The person leaves: open goals are cancelled with the reason, scored ones stay as they are."""
        await people.leave(self.ledger, person, effective, reason, by, at, command)
        return await self._each(person, "cancel", by, {"reason": reason}, command)

    async def _each(
        self, person: str, name: str, by: str, fields: dict[str, str], command: str
    ) -> list[Refused]:
        async def one(goal: str) -> Refused | None:
            await self.ready(goal)
            outcome = await self.gateway.goal(goal, name, by, dict(fields), f"{command}:{goal}")
            return outcome.refused

        answers = await asyncio.gather(*(one(goal) for goal in self.goals_of(person)))
        return [refused for refused in answers if refused is not None and refused.code != "goal.stage"]


def goals_by_owner(plan: LaunchPlan) -> dict[str, list[str]]:
    """Owner → the goals of their sheets in a launch plan."""
    owned: dict[str, list[str]] = {}
    for sheet in plan.sheets:
        owned.setdefault(sheet.owner, []).extend(goal.goal for goal in sheet.goals)
    return owned
