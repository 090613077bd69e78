"""A small company whose cycle runs on real servers: what a test says about it, and what it may ask of it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
import pytest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from activities.inputs import CaseOutcome, CycleOutcome, GoalOutcome
from cairn.application.appraisals import Appraisals
from cairn.application.cases import Cases
from cairn.application.cycles import Cycles
from cairn.application.people import People
from cairn.application.policies import Policies
from cairn.application.seats import SeatHolders
from cairn.application.stored_events import to_events
from cairn.domain.calendar import opening
from cairn.domain.cycle.status import CycleStatus
from cairn.domain.goal.status import GoalStatus
from cairn.domain.launch.plan import LaunchPlan
from cairn.domain.people import Department, Person, Roster
from cairn.domain.policy import WorkingCalendar
from cairn.ledger import Ledger, StoredEvent
from cairn.privacy import PrivateLedger, require_wrapping_keys
from cairn.privacy.rater_boxes import RaterBoxes
from cairn.settings import Settings
from cairn_portal.gateway import CommandGateway
from cairn_portal.rehearsal.clock import RehearsalClock

STARTS, ENDS = date(2026, 1, 1), date(2026, 12, 31)
HR, BOSS, MANAGER, OTHER_MANAGER = "HR1", "BOSS", "M1", "M2"
NOTHING: Any = object()
"""In place of a message: none at all."""
PATIENCE = 60.0
Answer = TypeVar("Answer")

POLICY = """
name: small
title: {zh: 小公司, en: A small company}
families:
  sales:
    name: {zh: 销售, en: Sales}
    periods: {quarter: 40, year: 60}
    template:
      - {key: revenue, kind: kpi, title: {zh: 收入, en: Revenue}, weight: 60, target: 1200, unit: CNY}
      - key: learn
        kind: capability
        dimension: capability
        title: {zh: 学习, en: Learn}
        weight: 40
        outcomes: [one team proposal]
  management:
    name: {zh: 管理, en: Management}
    periods: {year: 70}
    subordinates: 30
    template:
      - {key: team, kind: kpi, title: {zh: 团队, en: Team}, weight: 60, target: 10, unit: people}
      - key: lead
        kind: capability
        dimension: capability
        title: {zh: 领导力, en: Leadership}
        weight: 40
        outcomes: [a successor named]
curves:
  standard: {kind: linear}
grades:
  - {grade: A, points: 90, coefficient: 1.2}
  - {grade: B, points: 0, coefficient: 1}
deadlines: {execution_starts: 31}
check_ins: trusted
"""


def roster(employees: int, managers_family: str = "none") -> Roster:
    """HR, the boss, two managers and `employees` people of the first one; family `none` takes no part."""

    def person(name: str, manager: str | None, family: str, *roles: str) -> Person:
        facts = {
            "name": name,
            "department": "sales",
            "family": family,
            "hired": date(2020, 1, 1),
            "roles": roles,
        }
        return Person.model_validate({"id": name, "manager": manager, **facts})

    people = [
        person(BOSS, None, "none", "executive", "committee"),
        person(HR, BOSS, "none", "hr"),
        person(MANAGER, BOSS, managers_family),
        person(OTHER_MANAGER, BOSS, "none"),
        *(person(f"E{number}", MANAGER, "sales") for number in range(1, employees + 1)),
    ]
    return Roster(people=tuple(people), departments=(Department(id="sales", name="Sales"),))


def morning(day: date) -> datetime:
    """An hour after opening: what was due that morning has happened."""
    return opening(day, WorkingCalendar()) + timedelta(hours=1)


async def eventually(ask: Callable[[], Awaitable[Answer]], patience: float = PATIENCE) -> Answer:
    """The first true answer; fails with the last one after `patience` seconds."""
    until = asyncio.get_running_loop().time() + patience
    while True:
        answer = await ask()
        if answer:
            return answer
        assert asyncio.get_running_loop().time() < until, f"still {answer!r} after {patience} s"
        await asyncio.sleep(0.05)


class Company:
    """One company in a database of its own, its workflows on a task queue of their own."""

    def __init__(
        self, settings: Settings, client: Client, pool: "asyncpg.Pool[asyncpg.Record]", cycle: str
    ) -> None:
        self.settings, self.client, self.pool, self.cycle = settings, client, pool, cycle
        self.taken = 0
        self.policy = POLICY
        self.ledger: Ledger = PrivateLedger(pool, require_wrapping_keys(settings))
        self.cycles = Cycles(self.ledger)
        boxes = RaterBoxes(pool, pool, require_wrapping_keys(settings))
        self.cases = Cases(self.ledger, Policies(self.ledger), SeatHolders(self.ledger), boxes)
        self.appraisals = Appraisals(self.ledger, self.cycles, self.cases, boxes)
        self.gateway = CommandGateway(client, settings.task_queue)
        clock_offset = (morning(STARTS) - timedelta(hours=1) - datetime.now(UTC)).total_seconds()
        self.clock = RehearsalClock(client, clock_offset)

    @property
    def cycle_workflow(self) -> str:
        return f"cycle-{self.cycle}"

    def goal(self, owner: str = "E1", number: int = 1) -> str:
        """The first goal of a sheet is its KPI, the second its capability goal."""
        return f"goal-{self.cycle}-{owner}-{number}"

    def sheet(self, holder: str = "E1") -> str:
        return f"sheet-{self.cycle}-{holder}-1"

    async def next_goal(self) -> str:
        """The KPI of the next employee, whose goals nobody has touched yet."""
        self.taken += 1
        return self.goal(f"E{self.taken}")

    def another_cycle(self) -> "Company":
        return Company(self.settings, self.client, self.pool, f"C{uuid4().hex[:8]}")

    def handle(self, workflow: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(workflow)

    async def prepared(self, employees: int = 1, managers_family: str = "none") -> dict[str, Any]:
        """Policy and roster in the sealed log; the fields of a launch of what the preview shows."""
        at = morning(STARTS)
        policy = (await Policies(self.ledger).adopt(self.policy, "policy.yaml", HR, at)).reference
        people = roster(employees, managers_family)
        await People(self.ledger).import_roster(people, HR, at)
        await self.ledger.wait_sealed(f"person-{people.people[-1].id}", 1, PATIENCE)
        plan, _ = await self.cycles.preview(self.cycle, "2026", STARTS, ENDS, policy)
        return {
            "title": "2026", "starts": STARTS.isoformat(), "ends": ENDS.isoformat(), "policy": policy,
            "seen": plan.digest, "clock_offset": self.clock.clock_offset.total_seconds(),
        }  # fmt: skip

    async def launched(
        self, employees: int = 1, managers_family: str = "none", patience: float = PATIENCE
    ) -> None:
        """A launched cycle whose goals all have their workflows."""
        fields = await self.prepared(employees, managers_family)
        outcome = await self.gateway.cycle(self.cycle, "launch", HR, fields, f"launch-{self.cycle}")
        assert outcome.refused is None, outcome.refused
        await self.begun(patience)

    async def has_department(self, id: str, head: str) -> None:
        """A department comes into being after the launch."""
        people = roster(1)
        more = Roster(
            people=people.people, departments=(*people.departments, Department(id=id, name=id, head=head))
        )
        await People(self.ledger).import_roster(more, HR, morning(STARTS))

    async def plan(self) -> LaunchPlan:
        return await self.cycles.launched_plan(self.cycle)

    async def begun(self, patience: float = PATIENCE) -> None:
        """Waits until the launch is done and every goal of it has its workflow."""
        await self.has_happened(self.cycle_workflow, "LaunchFinished", patience=patience)
        goals = (await self.plan()).goals
        await eventually(lambda: self._run(goals), patience)

    async def _run(self, goals: int) -> bool:
        return await self.count("WorkflowType = 'Goal'") >= goals

    async def count(self, query: str) -> int:
        """How many of this cycle's workflows the server finds by search attributes."""
        return (await self.client.count_workflows(f"CairnCycle = '{self.cycle}' AND {query}")).count

    async def asks(
        self, goal: str, name: str, by: str, command: str | None = None, **fields: object
    ) -> GoalOutcome:
        """A command by update, begun with the workflow if need be; the outcome or the refusal."""
        return await self.gateway.goal(
            goal, name, by, fields, command, self.clock.clock_offset.total_seconds()
        )

    async def asks_case(
        self, case: str, name: str, by: str, command: str | None = None, **fields: object
    ) -> CaseOutcome:
        """A command for a case by update, which may begin it; the outcome or the refusal."""
        return await self.gateway.case(
            case, name, by, fields, command, self.clock.clock_offset.total_seconds()
        )

    async def asks_cycle(self, name: str, by: str, **fields: object) -> CycleOutcome:
        return await self.gateway.cycle(self.cycle, name, by, fields)

    async def signals(
        self, goal: str, name: str, by: str, command: str | None = None, **fields: object
    ) -> None:
        """The same command by signal: nobody gets an answer."""
        message = {"by": by, "fields": fields} | ({"command_id": command} if command else {})
        await self.handle(goal).signal(name, message)

    async def is_refused(self, workflow: str, name: str, message: Any) -> ApplicationError:
        """Sends an update just as it is, which must be refused in words."""
        args = [] if message is NOTHING else [message]
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await self.handle(workflow).execute_update(name, args=args, rpc_timeout=timedelta(seconds=15))
        cause = failed.value.cause
        assert isinstance(cause, ApplicationError)
        assert cause.type == "Refusal", cause
        return cause

    async def log(self, stream: str) -> list[StoredEvent]:
        return await self.ledger.read_stream(stream)

    async def story(self, stream: str) -> list[str]:
        """The events of a stream by name, in order."""
        return [event.type for event in await self.log(stream)]

    async def all(self, stream: str, kind: str) -> list[Any]:
        """The events of a kind, in order, as the domain reads them."""
        return to_events([event for event in await self.log(stream) if event.type == kind])

    async def last(self, stream: str, kind: str) -> Any:
        return (await self.all(stream, kind))[-1]

    async def has_happened(self, stream: str, kind: str, times: int = 1, patience: float = PATIENCE) -> None:
        async def found() -> bool:
            return (await self.story(stream)).count(kind) >= times

        await eventually(found, patience)

    async def status(self, goal: str) -> GoalStatus:
        """What the workflow itself knows, by query."""
        found = await self.handle(goal).query("status", result_type=GoalStatus)
        assert isinstance(found, GoalStatus)
        return found

    async def cycle_standing(self) -> CycleStatus:
        found = await self.handle(self.cycle_workflow).query("status", result_type=CycleStatus)
        assert isinstance(found, CycleStatus)
        return found

    async def goes_to(self, day: date, *workflows: str) -> None:
        """Moves workflows to a morning of the cycle's year, each through every deadline before it."""
        for workflow in workflows:
            await self.clock.advance(workflow, morning(day))

    async def approved(self, goal: str, by: str = MANAGER) -> None:
        """Submitted by its owner and approved by the manager."""
        owner = goal.split("-")[2]
        assert (await self.asks(goal, "submit", owner)).events == ("GoalSubmitted",)
        assert "GoalApproved" in (await self.asks(goal, "approve", by)).events

    async def active(self, goal: str) -> None:
        """Approved in January and running since the first of February."""
        await self.approved(goal)
        await self.goes_to(date(2026, 2, 2), goal)
        assert (await self.status(goal)).stage == "active"
