"""Servers and workers as processes of their own, to be killed: each file of tests has a data folder for itself."""

import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest_asyncio
from temporalio.client import Client

from cairn.ledger import open_pool
from cairn.settings import Settings
from cairn.temporal import connect
from cairn_portal.servers import Addresses, Process, down, start_all, start_worker
from cairn_portal.servers.process import running
from tests.workflows.company import Company, eventually


@dataclass
class Site:
    """A whole installation in a folder of its own."""

    settings: Settings
    addresses: Addresses
    pool: "asyncpg.Pool[asyncpg.Record]"
    client: Client

    def company(self) -> Company:
        """A company with a cycle that nobody has launched yet."""
        return Company(self.settings, self.client, self.pool, f"C{uuid4().hex[:8]}")

    def works(self) -> Process:
        """The worker, started if none runs."""
        return start_worker(self.settings, self.addresses)

    async def kill(self, name: str) -> None:
        """Ends a process at once, without a word of warning."""
        found = running(self.settings.home, name)
        assert found is not None, f"{name} does not run"
        os.kill(found.pid, signal.SIGKILL)

        async def gone() -> bool:
            return not found.alive()

        await eventually(gone)

    async def restart_servers(self) -> None:
        """Starts what was killed, on the ports it had."""
        assert await start_all(self.settings_of_servers(), durable=False) == self.addresses

    def settings_of_servers(self) -> Settings:
        gone = ("database", "sealer_database", "folding_database", "temporal_address")
        return self.settings.model_copy(update=dict.fromkeys(gone))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site() -> AsyncIterator[Site]:
    """Postgres, Temporal and one worker, all of them processes."""
    home = Path(tempfile.mkdtemp(prefix="cairn-test-"))
    own = Settings(home=home, database=None, temporal_address=None, task_queue="cairn")
    try:
        addresses = await start_all(own, durable=False)
        settings = addresses.applied_to(own)
        pool = await open_pool(addresses.database_dsn, size=8)
        made = Site(settings, addresses, pool, await connect(settings))
        made.works()
        yield made
        await pool.close()
    finally:
        down(own)
        shutil.rmtree(home, ignore_errors=True)
