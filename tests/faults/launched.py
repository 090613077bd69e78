"""A small company's cycle straight on the log: the use cases as workers call them, without any workflow."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg

from cairn.application.cycles import Cycles
from cairn.application.evaluation import Evaluation
from cairn.application.goals import Answer, Goals, deadline, read_command
from cairn.application.people import People
from cairn.domain.cycle.commands import FinishLaunch, LaunchCycle
from cairn.domain.event import SYSTEM
from cairn.domain.schedule import Schedule
from cairn.ledger import Ledger, Sealer
from tests.workflows.company import ENDS, HR, POLICY, STARTS, morning, roster

CYCLE = "2026"
JANUARY = morning(STARTS)


async def silently(done: int, of: int) -> None:
    """Nobody watches."""


class LaunchedCycle:
    """The cycle 2026 of HR, managers M1 and M2, and some employees with a KPI (goal 1) and a capability goal (2)."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self.pool = pool
        self.ledger = Ledger(pool)
        self.sealer = Sealer(pool)
        self.cycles = Cycles(self.ledger)
        self.goals = Goals(self.ledger, self.cycles.policies)
        self.people = People(self.ledger)
        self.evaluation = Evaluation(self.ledger, self.cycles)

    async def announced(self, employees: int = 2) -> None:
        """The launch is recorded; no sheet is in the log yet."""
        policy = (await self.cycles.policies.adopt(POLICY, "policy.yaml", HR, JANUARY)).reference
        await self.people.import_roster(roster(employees), HR, JANUARY)
        await self.sealer.seal_once()
        plan, _ = await self.cycles.preview(CYCLE, "2026", STARTS, ENDS, policy)
        command = LaunchCycle(cycle=CYCLE, seen=plan.digest, by=HR, at=JANUARY)
        await self.cycles.launch(command, "2026", STARTS, ENDS, policy)

    async def launched(self, employees: int = 2) -> None:
        await self.announced(employees)
        assert await self.cycles.launch_sheets(CYCLE, silently) == []
        done = FinishLaunch(cycle=CYCLE, by=SYSTEM, at=JANUARY)
        await self.cycles.handle(done, "system:launch-finished")

    def goal(self, owner: str = "E1", number: int = 1) -> str:
        return f"goal-{CYCLE}-{owner}-{number}"

    async def does(
        self, goal: str, name: str, by: str, key: str, at: datetime = JANUARY, **fields: Any
    ) -> Answer:
        """A person's command, as a worker records it."""
        command = read_command(name, goal, by, at + timedelta(hours=1), fields, key)
        return await self.goals.handle(command, key)

    async def is_due(self, goal: str, phase: str, due: datetime, period: str | None = None) -> Answer:
        """A deadline of the goal, as its timer records it."""
        command, key = deadline(goal, phase, due, period, due)
        return await self.goals.handle(command, key)

    async def runs(self, goal: str) -> None:
        """Submitted, approved and active from the first of February."""
        owner = goal.split("-")[2]
        for number in (1, 2):
            each = self.goal(owner, number)
            await self.does(each, "submit", owner, f"submit-{each}")
            await self.does(each, "approve", "M1", f"approve-{each}")
            await self.is_due(each, "execution_starts", (await self.schedule()).execution_starts)

    async def schedule(self) -> Schedule:
        found = (await self.cycles.load(CYCLE)).schedule
        assert found is not None
        return found

    async def story(self, stream: str) -> list[str]:
        """The events of a stream by name, in order."""
        return [row.type for row in await self.ledger.read_stream(stream)]
