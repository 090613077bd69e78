"""Builds of the worker on a real server: which one begins what, how runs move on, what an incompatible one breaks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.service import RPCError

import worker
from activities import supervisor
from activities.inputs import STARTER
from activities.supervising import lost, open_streams, refresh_on
from cairn.ledger import Ledger, open_pool
from cairn.settings import Settings
from cairn.temporal import Builds, builds_of, connect, set_current
from cairn_portal import recovery
from cairn_portal.servers.temporal_ready import make_usable
from tests.workflows.changed import SlowerGoalWorkflow
from tests.workflows.company import Company, eventually
from workflows.cycle import CycleWorkflow
from workflows.feed import FeedWorkflow
from workflows.starter import StarterWorkflow

CHANGED = [SlowerGoalWorkflow, CycleWorkflow, FeedWorkflow, StarterWorkflow]
"""What an incompatible version of the worker runs."""


@pytest_asyncio.fixture(loop_scope="session")
async def own(settings: Settings, temporal_server: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings in a namespace of the test's own, whose builds nobody else deploys; nobody mends anything by himself."""
    monkeypatch.setattr(supervisor, "ROUND", 3600.0)
    namespace = f"builds-{uuid4().hex[:8]}"
    await make_usable(await Client.connect(temporal_server), namespace)
    return settings.model_copy(update={"namespace": namespace, "task_queue": f"queue-{uuid4().hex[:8]}"})


@asynccontextmanager
async def company_of(own: Settings) -> AsyncIterator[Company]:
    client = await connect(own)
    async with await open_pool(own.database or "", size=8) as pool:
        yield Company(own, client, pool, f"C{uuid4().hex[:8]}")


async def builds(company: Company) -> Builds:
    return await builds_of(company.client, company.settings.task_queue)


async def is_current(company: Company, build: str) -> None:
    """Made current as soon as the server knows the build's worker."""

    async def taken() -> bool:
        try:
            await set_current(company.client, build)
        except RPCError:  # it does not know that build yet, or was asked too often
            await asyncio.sleep(1)
            return False
        return await served_by(company) == build

    await eventually(taken)


async def served_by(company: Company) -> str | None:
    found = await builds_of(company.client, company.settings.task_queue, counted=False)
    return found.current if found.serves else None


async def build_of(company: Company, workflow: str) -> str:
    """The build on which a workflow's present run is."""
    found = await company.handle(workflow).describe()
    info = found.raw_description.workflow_execution_info.versioning_info
    return info.deployment_version.build_id


async def moves_to(company: Company, workflow: str, build: str) -> None:
    async def moved() -> bool:
        return await build_of(company, workflow) == build

    await eventually(moved)


async def losses(company: Company) -> dict[str, str]:
    found = await lost(
        company.client,
        company.settings.task_queue,
        company.ledger,
        company.cases,
        await open_streams(company.pool),
        await builds(company),
    )
    return {each.workflow: each.loss for each in found}


async def test_without_a_current_build_nobody_serves_and_it_is_said(own: Settings) -> None:
    """builds: "CAIRN_BUILD set, no current version": nobody serves anything."""
    async with worker.running(own.model_copy(update={"build": "b1"})), company_of(own) as company:

        async def listens() -> bool:
            found = await builds_of(company.client, company.settings.task_queue, counted=False)
            return found.listens

        await eventually(listens)
        found = await builds(company)
        assert (found.current, sorted(found.served), found.plain, found.serves) == (
            None,
            ["b1"],
            False,
            False,
        )
        await is_current(company, "b1")
        await company.launched()
        assert (await company.asks(company.goal(), "submit", "E1")).events == ("GoalSubmitted",)
        assert (await builds(company)).running["b1"] >= 4


async def test_runs_move_to_the_new_build_and_the_starter_too(own: Settings) -> None:
    """builds: "two builds; continue-as-new": stays pinned to the old one; the starter for ever."""
    async with AsyncExitStack() as old, company_of(own) as company:
        await old.enter_async_context(worker.running(own.model_copy(update={"build": "b1"})))
        await is_current(company, "b1")
        await company.launched()
        await company.approved(company.goal())
        everything = [company.goal(), company.goal(number=2), company.cycle_workflow]
        assert {await build_of(company, each) for each in [*everything, STARTER]} == {"b1"}
        async with worker.running(own.model_copy(update={"build": "b2"})):
            await is_current(company, "b2")
            assert {await build_of(company, each) for each in everything} == {"b1"}
            assert await refresh_on(company.client, "b1") == 4
            for each in [*everything, STARTER]:
                await moves_to(company, each, "b2")
            await old.aclose()  # nobody needs the old build any more
            assert (await builds(company)).running["b1"] == 0
            assert await losses(company) == {}
            assert (await company.status(company.goal())).stage == "approved"
            assert (await company.asks(company.goal(number=2), "submit", "E1")).events == ("GoalSubmitted",)


async def test_runs_of_a_build_that_is_gone_are_named_and_begun_anew_on_the_current_one(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """builds: old pinned runs are moved where nobody serves them."""
    monkeypatch.setattr("cairn.temporal.builds.ASKED_LATELY", timedelta(seconds=3))
    async with company_of(own) as company:
        async with worker.running(own.model_copy(update={"build": "b1"})):
            await is_current(company, "b1")
            await company.launched()
            await company.approved(company.goal())
        async with worker.running(own.model_copy(update={"build": "b2"})):
            await is_current(company, "b2")
            everything = [company.goal(), company.goal(number=2), company.cycle_workflow, STARTER]

            async def unserved() -> bool:
                await asyncio.sleep(0.5)
                return await losses(company) == dict.fromkeys(everything, "unserved")

            await eventually(unserved)
            assert dict((await builds(company)).unserved) == {"b1": 4}
            await recovery.recover(
                company.client,
                own.task_queue,
                company.ledger,
                company.cases,
                company.pool,
                await builds(company),
            )
            for each in everything:
                await moves_to(company, each, "b2")
            assert (await company.status(company.goal())).stage == "approved"


async def test_an_incompatible_change_without_a_build_is_named_and_recover_mends_it(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """builds: "incompatible change without a build": commands fail after 21 s; `recover` says ✓ and changes nothing."""
    async with company_of(own) as company:
        async with worker.running(own):
            await company.launched()
            await company.approved(company.goal())
        monkeypatch.setattr(worker, "WORKFLOWS", CHANGED)
        async with worker.running(own, cached=0):
            goal = company.goal()
            await company.handle(goal).signal("refresh")  # it is asked something, and its task fails

            async def named() -> bool:
                return (await losses(company)).get(goal) == "failing"

            await eventually(named)
            begun = await recovery.recover(
                company.client,
                own.task_queue,
                company.ledger,
                company.cases,
                company.pool,
                await builds(company),
            )
            assert {each.workflow for each in begun} == {goal}

            async def mended() -> bool:
                return not await losses(company)

            await eventually(mended)
            ledger = Ledger(company.pool)
            assert [row.type for row in await ledger.read_stream(goal)][-1] == "GoalApproved"
            async with asyncio.timeout(60):
                await company.handle(goal).query("status", rpc_timeout=timedelta(seconds=30))
