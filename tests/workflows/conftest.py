"""Workflows are tested on a real Temporal server and a real Postgres: each test has a database and a task queue."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.service import RPCError

import worker
from cairn.ledger import migrate, open_pool
from cairn.settings import Settings
from cairn.temporal import connect
from cairn_portal.servers.temporal_ready import make_usable
from projections.engine.sql import MIGRATIONS
from tests.databases import Databases, databases
from tests.workflows.company import Company
from workflows.starter import NAME

__all__ = ["databases"]
NAMESPACE = "workflow-tests"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template(databases: Databases) -> AsyncIterator[str]:
    """The name of a database with the ledger and the empty read models, to be copied."""
    dsn = await databases.migrated()
    await migrate(dsn, folders=[MIGRATIONS])
    yield urlsplit(dsn).path[1:]
    await databases.drop(dsn)


@asynccontextmanager
async def copy_of(template: str, databases: Databases) -> AsyncIterator[str]:
    """The address of a copy for as long as the context lasts."""
    database = await databases.copy(template)
    yield database
    await databases.drop(database)


@pytest_asyncio.fixture(loop_scope="session")
async def own_database(databases: Databases, template: str) -> AsyncIterator[str]:
    """The address of the test's own copy."""
    async with copy_of(template, databases) as database:
        yield database


@pytest.fixture(scope="session")
def namespace(template: str) -> str:
    """A namespace belongs to one ledger, and copies of one database are one."""
    return f"{NAMESPACE}-{template}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def client(temporal_server: str, namespace: str) -> Client:
    """A client of the run's Temporal server, in a namespace of these tests."""
    await make_usable(await Client.connect(temporal_server), namespace)
    return await connect(Settings(temporal_address=temporal_server, namespace=namespace))


def settings_at(database: str, temporal_server: str, home: Path, namespace: str) -> Settings:
    """The settings of a worker on a task queue of its own."""
    return Settings(
        home=home, database=database, temporal_address=temporal_server, namespace=namespace,
        task_queue=f"test-{uuid4().hex[:8]}",
    )  # fmt: skip


@pytest.fixture
def settings(own_database: str, temporal_server: str, tmp_path: Path, namespace: str) -> Settings:
    """The settings of a worker of the test's own."""
    return settings_at(own_database, temporal_server, tmp_path, namespace)


@asynccontextmanager
async def company_at(settings: Settings, client: Client, cached: int) -> AsyncIterator[Company]:
    """A company with a worker; at the end nothing of it is left running on the shared server."""
    pool = await open_pool(settings.database or "", size=8)
    cycle = f"C{uuid4().hex[:8]}"
    try:
        async with worker.running(settings, cached=cached):
            yield Company(settings, client, pool, cycle)
    finally:
        await end_all(client, settings.task_queue)  # a worker would begin them again
        await pool.close()


async def end_all(client: Client, task_queue: str) -> None:
    """Terminates what a test leaves running; the starter has one name for the whole namespace."""
    query = f"TaskQueue = '{task_queue}' AND ExecutionStatus = 'Running'"
    names = {NAME, *[found.id async for found in client.list_workflows(query)]}

    async def end(name: str) -> None:
        with contextlib.suppress(RPCError):
            await client.get_workflow_handle(name).terminate()

    await asyncio.gather(*map(end, names))


@pytest_asyncio.fixture(loop_scope="session")
async def company(settings: Settings, client: Client) -> AsyncIterator[Company]:
    """A company with one worker."""
    async with company_at(settings, client, cached=2000) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session", params=[2000, 0], ids=["cached", "replayed"])
async def any_company(
    request: pytest.FixtureRequest, settings: Settings, client: Client
) -> AsyncIterator[Company]:
    """A company whose worker keeps its workflows in memory, and one that replays them for every task."""
    async with company_at(settings, client, cached=request.param) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(
    databases: Databases,
    template: str,
    client: Client,
    temporal_server: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Company]:
    """One company, not launched yet, for all tests of a file; it cannot be mixed with `company` in one file."""
    async with copy_of(template, databases) as database:
        home = tmp_path_factory.mktemp("shared")
        own = settings_at(database, temporal_server, home, client.namespace)
        async with company_at(own, client, cached=2000) as made:
            yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_company(shared: Company) -> Company:
    """The file's company, launched for forty people: `next_goal` gives a goal that nobody has touched."""
    await shared.launched(employees=40)
    return shared


@pytest_asyncio.fixture(loop_scope="session")
async def unlaunched(shared: Company) -> Company:
    """Another cycle of the file's company, not launched yet."""
    return shared.another_cycle()
