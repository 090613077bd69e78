"""Commands on the goals of one sheet, given one after another in thought: nothing is recorded."""

from collections.abc import Sequence
from typing import cast

from cairn.application import access
from cairn.application.goals import Goals
from cairn.application.repository import fold_sheet
from cairn.domain.event import Event
from cairn.domain.goal.commands import AnyGoalCommand
from cairn.domain.goal.decide import decide
from cairn.domain.goal.events import AnyGoalEvent
from cairn.domain.goal.state import Goal
from cairn.domain.goal.state import evolve as evolve_goal
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.events import AnySheetEvent
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet


class SheetForeseen:
    """A sheet with its goals as they would be. `version` is that of the sheet in the log."""

    def __init__(self, goals: Goals, sheet: Sheet) -> None:
        self._goals, self.sheet, self.version = goals, sheet, sheet.version
        self._known: dict[str, Goal] = {}

    @classmethod
    async def of(cls, goals: Goals, sheet: str) -> "SheetForeseen":
        """The sheet as the log stands now."""
        return cls(goals, fold_sheet(sheet, await goals.ledger.read_stream(sheet)))

    async def goal(self, name: str) -> Goal:
        """A goal of the sheet as it would be."""
        return self._known[name] if name in self._known else (await self._goals.load(name))[0]

    async def give(self, commands: Sequence[AnyGoalCommand]) -> list[list[Event]]:
        """The events of each command. All are taken over, or none where one is refused: then Refusal is raised."""
        goals, sheet = dict(self._known), self.sheet
        found = []
        for command in commands:
            goal, context = await self._goals.around(command)
            goal = goals.get(goal.id, goal)
            context = context.model_copy(update={"sheet": sheet, "others": {**context.others, **goals}})
            access.require(command, goal, context)
            events = decide(command, goal, context)
            for event in events:
                if event.stream == sheet.id:
                    sheet = evolve_sheet(sheet, cast(AnySheetEvent, event))
                else:
                    goal = evolve_goal(goal, cast(AnyGoalEvent, event))
            goals[goal.id] = goal
            found.append(events)
        self._known, self.sheet = goals, sheet
        return found

    async def would_change(self, commands: Sequence[AnyGoalCommand]) -> bool:
        """Whether commands that only a draft takes would change the goal, were it one."""
        for command in commands:
            goal, context = await self._goals.around(command)
            try:
                if decide(command, goal.model_copy(update={"stage": "draft"}), context):
                    return True
            except Refusal:
                return True
        return False
