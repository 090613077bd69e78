"""Rows of the workflows: launching a cycle and giving commands, beside bare workflows on the same Temporal server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from time import perf_counter
from uuid import uuid4

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

import worker
from bench import company
from bench.bare import BareWorkflow, nothing
from bench.counting import BEGUN, Counting, until_begun
from bench.figure import Bar, Figure, against
from bench.rounds import in_turns
from bench.stand import Stand, connected
from cairn.domain.cycle.commands import LaunchCycle
from cairn.handle.adopting import adopt_policy
from cairn.handle.cycles import Cycles
from cairn.handle.people import import_roster
from cairn.ledger import Ledger, Sealer, open_pool
from cairn.settings import Settings
from cairn_portal.commands import Desk
from projections.catch_up import Follower
from workflows.registration import sandbox

AT_ONCE = 48
BARE_QUEUE = "bench-bare"


class Firm:
    """A company whose worker runs in this process, with the bare workflows' worker beside it."""

    def __init__(self, client: Client, ledger: Ledger, settings: Settings, policy: str, employees: int) -> None:
        self.client, self.cycles, self.policy, self.employees = client, Cycles(ledger), policy, employees
        self.desk = Desk(client, settings.task_queue, patience=timedelta(seconds=120))
        self._cycles, self._bare = count(1), count(1)
        self.cycle = ""

    async def fields(self, cycle: str) -> dict[str, object]:
        """What HR sends to launch what the preview shows."""
        starts, ends = company.COMING
        plan, _ = await self.cycles.preview(cycle, "Year", starts, ends, self.policy)
        return {
            "title": "Year", "starts": starts.isoformat(), "ends": ends.isoformat(), "policy": self.policy,
            "seen": plan.digest, "clock_shift": 0.0,
        }  # fmt: skip

    async def launch(self) -> float:
        """Goals a second from HR's command until the last goal's workflow waits."""
        self.cycle = f"Y{next(self._cycles)}"
        fields = await self.fields(self.cycle)
        goals, before = 2 * self.employees, BEGUN["Goal"]
        began = perf_counter()
        outcome = await self.desk.cycle(self.cycle, "launch", company.HR, fields)
        if outcome.refused:
            raise RuntimeError(outcome.refused.text("en"))
        await until_begun("Goal", before + goals)
        return goals / (perf_counter() - began)

    async def bare(self) -> float:
        """As many bare workflows, begun by a client that does nothing else, until the last one waits."""
        goals, before = 2 * self.employees, BEGUN["BenchBare"]
        gate = asyncio.Semaphore(AT_ONCE)
        began = perf_counter()

        async def start() -> None:
            async with gate:
                await self.client.start_workflow(BareWorkflow.run, id=f"bare-{next(self._bare)}", task_queue=BARE_QUEUE)

        await asyncio.gather(*(start() for _ in range(goals)))
        await until_begun("BenchBare", before + goals)
        return goals / (perf_counter() - began)

    async def submit(self, number: int) -> float:
        """Milliseconds until a goal of the last cycle is submitted and its owner has the answer."""
        began = perf_counter()
        outcome = await self.desk.goal(f"goal-{self.cycle}-E{number}-1", "submit", f"E{number}")
        took = 1000 * (perf_counter() - began)
        if outcome.refused:
            raise RuntimeError(outcome.refused.text("en"))
        return took

    async def ask(self, number: int) -> float:
        """Milliseconds of an update of a bare workflow."""
        handle = self.client.get_workflow_handle(f"bare-{number}")
        began = perf_counter()
        await handle.execute_update(BareWorkflow.ask, id=str(uuid4()), rpc_timeout=timedelta(seconds=30))
        return 1000 * (perf_counter() - began)


@asynccontextmanager
async def firm(stand: Stand, dsn: str, employees: int) -> AsyncIterator[Firm]:
    """The company with policy and roster in the sealed log, and both workers running."""
    settings = stand.settings.model_copy(update={"database": dsn, "temporal_address": await stand.temporal()})
    client = await Client.connect(
        settings.temporal_address or "", data_converter=pydantic_data_converter, interceptors=[Counting()]
    )
    async with connected(dsn, 4) as pool, _company_worker(settings, client):
        ledger = Ledger(pool)
        policy = await _prepared(ledger, employees)
        bare = Worker(
            client, task_queue=BARE_QUEUE, workflows=[BareWorkflow], activities=[nothing], max_cached_workflows=2000,
            workflow_runner=sandbox(), max_concurrent_workflow_tasks=100,
        )  # fmt: skip
        async with bare:
            yield Firm(client, ledger, settings, policy, employees)


@asynccontextmanager
async def _company_worker(settings: Settings, client: Client) -> AsyncIterator[None]:
    """Everything a worker runs, with a client that counts."""
    pool = await open_pool(settings.database or "", size=24, application="cairn-worker")
    beside = [asyncio.create_task(work) for work in (Sealer(pool).run(), Follower(pool).run())]
    try:
        async with worker.build(client, settings, worker.activities(pool, client, settings)):
            await worker.begin_starter(client, settings)
            yield
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await asyncio.wait_for(pool.close(), 10)


async def _prepared(ledger: Ledger, employees: int) -> str:
    people = company.roster(employees)
    policy = await adopt_policy(ledger, company.POLICY, "policy.yaml", company.HR, company.AT)
    await import_roster(ledger, people, company.HR, company.AT)
    await ledger.wait_sealed(f"person-{people.people[-1].id}", 1, 60)
    return policy


async def measure(stand: Stand, *, employees: int, rounds: int, commands: int) -> list[Figure]:
    """Launches in turns with bare starts, then commands in turns with bare updates."""
    async with stand.database("bench_goals") as dsn, firm(stand, dsn, employees) as made:
        launches = await in_turns({"bare": made.bare, "ours": made.launch}, rounds)
        numbers = {name: count(1) for name in ("ours", "bare")}
        single = await in_turns(
            {"bare": lambda: made.ask(next(numbers["bare"])), "ours": lambda: made.submit(next(numbers["ours"]))},
            min(commands, employees - 1),
        )
    size = f"{2 * employees:,} goals"
    return [
        against(launches["ours"], launches["bare"], row="launch-waiting", what="launch, all workflows waiting",
                size=size, unit="goals/s", beside="start_workflow", bar=Bar(0.8)),
        against(single["ours"], single["bare"], row="command", what="command by update", size="one at a time",
                unit="ms", beside="bare update", bar=Bar(1.5, at_least=False)),
        await _first_command(stand, employees=max(employees, 2000)),
    ]  # fmt: skip


async def _first_command(stand: Stand, *, employees: int) -> Figure:
    """Goals a second into the log: from then on a command finds its goal, and begins its workflow if need be."""
    async with stand.database("bench_launch") as dsn, connected(dsn, 4) as pool:
        sealing = asyncio.create_task(Sealer(dsn).run())
        ledger = Ledger(pool)
        cycles, policy = Cycles(ledger), await _prepared(ledger, employees)
        starts, ends = company.COMING
        plan, _ = await cycles.preview("Y", "Year", starts, ends, policy)
        command = LaunchCycle(cycle="Y", seen=plan.digest, by=company.HR, at=company.AT)
        began = perf_counter()
        await cycles.launch(command, "Year", starts, ends, policy)
        await cycles.launch_sheets("Y", _unseen)
        rate = plan.goals / (perf_counter() - began)
        sealing.cancel()
        await asyncio.gather(sealing, return_exceptions=True)
    return Figure("launch-first-command", "launch, first command possible", f"{plan.goals:,} goals", "goals/s", rate,
                  bar=Bar(10_000, of="figure"), note="planning, deciding and appending, in one process")  # fmt: skip


async def _unseen(_done: int, _all: int) -> None:
    """Nobody watches this launch."""
