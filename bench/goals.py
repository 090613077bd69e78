"""Rows of the workflows: launching a cycle and giving commands, beside bare workflows on the same Temporal server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from statistics import median
from time import perf_counter
from uuid import uuid4

from temporalio.client import Client
from temporalio.worker import Worker

import worker
from bench import company
from bench.bare import BareWorkflow, nothing
from bench.counting import Noting, until_begun
from bench.figure import Bar, Figure, against
from bench.rounds import in_turns
from bench.stand import Stand, connected
from cairn import privacy
from cairn.application.cycles import Cycles
from cairn.application.people import People
from cairn.application.policies import Policies
from cairn.domain.cycle.commands import LaunchCycle
from cairn.ledger import Ledger, Sealer
from cairn.settings import Settings
from cairn.temporal import connect, make_key
from cairn_portal.gateway import CommandGateway
from workflows.registration import sandbox

AT_ONCE = 48
IN_A_TURN = 10
PAUSE = 0.05  # seconds before each of them
BARE_QUEUE = "bench-bare"


class Firm:
    """A company whose worker runs in this process, with the bare workflows' worker beside it."""

    def __init__(
        self, client: Client, ledger: Ledger, settings: Settings, policy: str, employees: int
    ) -> None:
        self.client, self.cycles, self.policy, self.employees = client, Cycles(ledger), policy, employees
        self.gateway = CommandGateway(client, settings.task_queue, patience=timedelta(seconds=120))
        self._cycles, self._bare = count(1), count(1)
        self.cycle, self.waiting = "", list[str]()

    async def fields(self, cycle: str) -> dict[str, object]:
        """What HR sends to launch what the preview shows."""
        starts, ends = company.COMING
        plan, _ = await self.cycles.preview(cycle, "Year", starts, ends, self.policy)
        return {
            "title": "Year", "starts": starts.isoformat(), "ends": ends.isoformat(), "policy": self.policy,
            "seen": plan.digest, "clock_offset": 0.0,
        }  # fmt: skip

    async def launch(self) -> float:
        """Goals a second from HR's command until the last goal's workflow waits."""
        self.cycle = f"Y{next(self._cycles)}"
        fields = await self.fields(self.cycle)
        goals = [f"goal-{self.cycle}-E{person}-{number}" for person in self._numbers() for number in (1, 2)]
        began = perf_counter()
        outcome = await self.gateway.cycle(self.cycle, "launch", company.HR, fields)
        if outcome.refused:
            raise RuntimeError(str(outcome.refused))
        await until_begun(goals)
        return len(goals) / (perf_counter() - began)

    def _numbers(self) -> range:
        return range(1, self.employees + 1)

    async def bare(self) -> float:
        """As many bare workflows, begun by a client that does nothing else, until the last one waits."""
        self.waiting = [f"bare-{next(self._bare)}" for _ in range(2 * self.employees)]
        gate = asyncio.Semaphore(AT_ONCE)
        began = perf_counter()

        async def start(name: str) -> None:
            async with gate:
                await self.client.start_workflow(BareWorkflow.run, id=name, task_queue=BARE_QUEUE)

        await asyncio.gather(*map(start, self.waiting))
        await until_begun(self.waiting)
        return len(self.waiting) / (perf_counter() - began)

    async def submit(self, number: int) -> float:
        """Milliseconds until a goal of the last cycle is submitted and its owner has the answer."""
        began = perf_counter()
        outcome = await self.gateway.goal(f"goal-{self.cycle}-E{number}-1", "submit", f"E{number}")
        took = 1000 * (perf_counter() - began)
        if outcome.refused:
            raise RuntimeError(str(outcome.refused))
        return took

    async def ask(self, number: int) -> float:
        """Milliseconds of an update of a bare workflow, one of the last that were begun."""
        handle = self.client.get_workflow_handle(self.waiting[number])
        began = perf_counter()
        await handle.execute_update(BareWorkflow.ask, id=str(uuid4()), rpc_timeout=timedelta(seconds=30))
        return 1000 * (perf_counter() - began)


@asynccontextmanager
async def firm(stand: Stand, dsn: str, employees: int) -> AsyncIterator[Firm]:
    """The company with policy and roster in the sealed log, and both workers running."""
    settings = stand.settings.model_copy(update={"database": dsn, "temporal_address": await stand.temporal()})
    make_key(settings.home, reads_plain=False)
    privacy.make_key(settings.home)
    client = await connect(settings, interceptors=[Noting()])
    async with connected(dsn, 4) as pool, worker.running(settings, client=client):
        ledger = Ledger(pool)
        policy = await _prepared(ledger, employees)
        bare = Worker(
            client, task_queue=BARE_QUEUE, workflows=[BareWorkflow], activities=[nothing], max_cached_workflows=2000,
            workflow_runner=sandbox(), max_concurrent_workflow_tasks=100,
        )  # fmt: skip
        async with bare:
            yield Firm(client, ledger, settings, policy, employees)


async def _prepared(ledger: Ledger, employees: int) -> str:
    people = company.roster(employees)
    policy = await Policies(ledger).adopt(company.POLICY, "policy.yaml", company.HR, company.AT)
    await People(ledger).import_roster(people, company.HR, company.AT)
    await ledger.wait_sealed(f"person-{people.people[-1].id}", 1, 60)
    return policy.reference


async def measure(stand: Stand, *, employees: int, rounds: int, commands: int) -> list[Figure]:
    """Launches in turns with bare starts, then commands in turns with bare updates."""
    async with stand.database("bench_goals") as dsn, firm(stand, dsn, employees) as made:
        launches = await in_turns({"bare": made.bare, "ours": made.launch}, rounds)
        turns = min(commands, employees) // IN_A_TURN - 1  # and one to warm up
        single = await in_turns({"bare": _alone(made.ask), "ours": _alone(made.submit)}, max(turns, 1))
    size = f"{2 * employees:,} goals"
    return [
        against(launches["ours"], launches["bare"], row="launch-waiting", what="launch, all workflows waiting",
                size=size, unit="goals/s", beside="start_workflow", bar=Bar(0.8)),
        against(single["ours"], single["bare"], row="command", what="command by update", size="one at a time",
                unit="ms", beside="bare update", bar=Bar(1.5, at_least=False)),
        await _first_command(stand, employees=max(employees, 2000)),
    ]  # fmt: skip


def _alone(command: Callable[[int], Awaitable[float]]) -> Callable[[], Awaitable[float]]:
    """The median of some commands, each given when nothing is left to do of the one before."""
    numbers = count(1)

    async def turn() -> float:
        took = []
        for _ in range(IN_A_TURN):
            await asyncio.sleep(PAUSE)
            took.append(await command(next(numbers)))
        return median(took)

    return turn


async def _first_command(stand: Stand, *, employees: int) -> Figure:
    """Goals a second into the log: from then on a command finds its goal, and begins its workflow if need be."""
    async with stand.database("bench_launch") as dsn, connected(dsn, 4) as pool:
        sealing = asyncio.create_task(Sealer(dsn).run())
        ledger = Ledger(pool)
        seen, policy = Cycles(ledger), await _prepared(ledger, employees)
        starts, ends = company.COMING
        plan, _ = await seen.preview("Y", "Year", starts, ends, policy)
        cycles = Cycles(
            ledger, seen.policies
        )  # as in a worker: it knows the policy, it has to plan for itself
        command = LaunchCycle(cycle="Y", seen=plan.digest, by=company.HR, at=company.AT)
        began = perf_counter()
        await cycles.launch(command, "Year", starts, ends, policy)
        await cycles.launch_sheets("Y", _unseen)
        rate = plan.goals / (perf_counter() - began)
        sealing.cancel()
        await asyncio.gather(sealing, return_exceptions=True)
    note = "planned, decided, appended and sealed by one process"
    return Figure("launch-first-command", "launch, first command possible", f"{plan.goals:,} goals", "goals/s", rate,
                  bar=Bar(10_000, of="figure"), note=note)  # fmt: skip


async def _unseen(_done: int, _all: int) -> None:
    """Nobody watches this launch."""
