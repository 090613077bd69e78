"""Everything comes up, stays up without its starter, is found again, and goes down."""

import os
import signal
import subprocess
import sys
import time

import asyncpg
import psutil
import pytest
from temporalio.client import Client

from cairn.settings import Settings
from cairn_portal.servers import (
    Addresses,
    Check,
    ServerProblem,
    checks,
    down,
    postgres,
    process,
    start_all,
    start_process,
    status,
    stop_worker,
)
from cairn_portal.servers.temporal_ready import missing_search_attributes
from tests.servers.starting import CHECKOUT, START, environment_of, pids, started


async def test_a_start_brings_a_database_and_a_temporal_server_that_are_usable(shared: Settings) -> None:
    addresses = await started(shared)
    connection = await asyncpg.connect(addresses.database_dsn)
    assert await connection.fetchval("SHOW idle_in_transaction_session_timeout") == "5s"
    await connection.close()
    client = await Client.connect(addresses.temporal_address)
    assert await missing_search_attributes(client, "default") == []
    assert [found async for found in client.list_workflows("CairnDepartment = 'sales'")] == []


async def test_a_second_start_changes_nothing_and_is_fast(shared: Settings) -> None:
    first, running = await started(shared), pids(shared)
    began = time.monotonic()
    assert await started(shared) == first
    assert time.monotonic() - began < 2
    assert pids(shared) == running


async def test_the_doctor_finds_running_servers_healthy(shared: Settings) -> None:
    await started(shared)
    found = {str(check.name): check for check in await checks(shared)}
    assert isinstance(found["Postgres"], Check) and found["Postgres"].ok, found["Postgres"]
    assert found["Temporal"].ok, found["Temporal"]
    assert str(found["Temporal"].sentence).endswith("search attributes registered")
    assert str(found["Package cairn"].sentence) == str(CHECKOUT / "cairn" / "__init__.py")


async def test_a_killed_database_comes_back_with_its_data(shared: Settings) -> None:
    first = await started(shared)
    dsn = postgres.address(shared.home)
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server = process.running(shared.home, "postgres")
    assert server is not None
    os.kill(server.pid, signal.SIGKILL)
    assert await started(shared) == first
    connection = await asyncpg.connect(dsn)
    assert await connection.fetchval("SELECT answer FROM kept") == 42
    await connection.close()


async def test_a_killed_temporal_server_comes_back_with_its_workflows(shared: Settings) -> None:
    address = (await started(shared)).temporal_address
    client = await Client.connect(address)
    await client.start_workflow("Goal", id="goal-kept", task_queue="nobody-listens")
    server = process.running(shared.home, "temporal")
    assert server is not None
    os.kill(server.pid, signal.SIGKILL)
    assert (await started(shared)).temporal_address == address
    client = await Client.connect(address)
    assert (await client.get_workflow_handle("goal-kept").describe()).workflow_type == "Goal"


def test_servers_outlive_a_starter_that_is_killed(shared: Settings) -> None:
    down(shared)
    killed = f"{START}\nimport os\nos.kill(os.getpid(), 9)\n"
    starter = subprocess.run([sys.executable, "-c", killed], env=environment_of(shared))
    assert starter.returncode == -signal.SIGKILL
    assert {server.name for server in status(shared) if server.running} == {"postgres", "temporal"}


async def test_a_process_is_told_where_servers_are_and_stopped_by_name(fresh: Settings) -> None:
    command = ["sleep", "60"]
    addresses = Addresses("postgresql://there/cairn", "there:7233")
    worker = start_process(fresh, addresses, "worker-2", command)
    assert start_process(fresh, addresses, "worker-2", command) == worker
    told = psutil.Process(worker.pid).environ()
    assert told["CAIRN_DATABASE"] == "postgresql://there/cairn"
    assert told["CAIRN_TEMPORAL_ADDRESS"] == "there:7233"
    assert stop_worker(fresh) == ["worker-2"]
    assert not worker.alive()


async def test_down_stops_everything_and_a_second_down_has_nothing_to_stop(shared: Settings) -> None:
    await started(shared)
    assert down(shared) == ["temporal", "postgres"]
    assert down(shared) == []
    assert status(shared) == []


async def test_a_set_temporal_address_where_nobody_listens_is_refused(fresh: Settings) -> None:
    elsewhere = fresh.model_copy(
        update={"temporal_address": "127.0.0.1:9", "database": "postgresql://unused"}
    )
    with pytest.raises(ServerProblem, match=r"No Temporal server answers on 127\.0\.0\.1:9"):
        await start_all(elsewhere)
