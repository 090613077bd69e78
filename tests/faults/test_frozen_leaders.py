"""A worker that leads is frozen, also in the middle of a transaction, cut off or killed: another one goes on."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import pytest_asyncio
from temporalio.service import RPCError, RPCStatusCode

from cairn.application.operation import Operation
from cairn.ledger import Ledger, horizon
from cairn_portal.servers import postgres, start_worker
from cairn_portal.servers.process import Process
from tests.faults.conftest import Site
from tests.ledger.disturbing import batch
from tests.workflows.company import eventually
from workflows.starter import NAME

GOES_ON_WITHIN = 10.0  # seconds, what operators are promised
POLLS_END_WITHIN = 180.0
"""Seconds: a frozen worker's polls stay with Temporal until its connection is found dead, and each of them may
first take a task into the ice: ten of its heartbeats at the most."""


@dataclass
class Workers:
    """Three workers of one installation, and a look at the database that sees everything."""

    site: Site
    processes: list[Process]
    database: "asyncpg.Pool[asyncpg.Record]"

    async def leader(self) -> Process:
        """The worker that seals."""
        return self.of(await eventually(self._sealer))

    async def _sealer(self) -> str:
        return (await horizon(self.database)).sealer or ""

    def of(self, session: str) -> Process:
        """The worker that a session of the database belongs to, by its name "cairn-… host:process"."""
        pid = int(session.rpartition(":")[2])
        return next(each for each in self.processes if each.pid == pid)

    async def sealing_goes_on(self) -> None:
        """Something recorded now is sealed within the time promised."""
        ledger, stream = Ledger(self.database), f"feed-{uuid4().hex[:8]}"
        await ledger.append([batch(stream, 0, "now", 1)])
        await ledger.wait_sealed(stream, 1, GOES_ON_WITHIN)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def workers(site: Site) -> AsyncIterator[Workers]:
    """The installation's worker and two more, all of them at work."""
    processes = [
        start_worker(site.settings, site.addresses, name) for name in ("worker", "worker-2", "worker-3")
    ]
    async with await asyncpg.create_pool(
        postgres.address(site.settings.home), min_size=1, max_size=4
    ) as pool:
        made = Workers(site, processes, pool)

        async def all_work() -> bool:
            names = await pool.fetch("select application_name from pg_stat_activity")
            pids = {row[0].rpartition(":")[2] for row in names if row[0].startswith("cairn-folding")}
            return pids >= {str(each.pid) for each in processes}

        await eventually(all_work)
        yield made


@asynccontextmanager
async def frozen(process: Process) -> AsyncIterator[None]:
    """The process stands still for as long as the context lasts."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


async def test_sealing_goes_on_when_the_leader_is_frozen_and_the_status_names_the_new_one(
    workers: Workers,
) -> None:
    leader = await workers.leader()
    async with frozen(leader):
        await workers.sealing_goes_on()
        log = await Operation(workers.database).log()
        assert log.horizon.sealer is not None
        assert workers.of(log.horizon.sealer) != leader
    await workers.sealing_goes_on()
    assert all(each.alive() for each in workers.processes)


async def test_sealing_goes_on_when_a_worker_is_frozen_in_the_middle_of_a_fold(workers: Workers) -> None:
    """It holds a transaction id, and nothing above that can be sealed: only the server can end it."""
    ledger = Ledger(workers.database)
    blocker = await asyncpg.connect(postgres.address(workers.site.settings.home))
    held = blocker.transaction()
    await held.start()
    try:
        # A lock that writes nothing holds nothing back by itself.
        await blocker.execute("lock table read.reading in share row exclusive mode")
        await ledger.append([batch(f"feed-{uuid4().hex[:8]}", 0, "folded", 1)])
        worker = workers.of(await eventually(lambda: folding_in_the_middle(workers.database)))
        async with frozen(worker):
            await held.rollback()
            await workers.sealing_goes_on()
    finally:
        await blocker.close()
    await workers.sealing_goes_on()


async def folding_in_the_middle(database: Any) -> str:
    """The session of a worker that has begun to fold and waits for a table; empty for none."""
    found: str | None = await database.fetchval(
        "select application_name from pg_stat_activity where application_name like 'cairn-folding%'"
        " and backend_xid is not null and wait_event_type = 'Lock' limit 1"
    )
    return found or ""


async def test_sealing_goes_on_when_the_leader_is_killed(workers: Workers) -> None:
    leader = await workers.leader()
    await workers.site.kill(leader.name)
    await workers.sealing_goes_on()
    workers.processes.remove(leader)
    workers.processes.append(start_worker(workers.site.settings, workers.site.addresses, leader.name))


async def test_a_launch_begins_its_goals_when_the_worker_with_the_starter_is_frozen(workers: Workers) -> None:
    company = workers.site.company()

    async def at_work() -> list[Process]:
        try:
            starter = await company.client.get_workflow_handle(NAME).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return []  # the workers come first, the starter a moment later
        pending = starter.raw_description.pending_activities
        pids = [
            int(each.last_worker_identity.partition("@")[0]) for each in pending if each.last_worker_identity
        ]
        return [each for each in workers.processes if each.pid in pids]

    async with frozen((await eventually(at_work))[0]):
        await company.launched(employees=3, patience=POLLS_END_WITHIN)
