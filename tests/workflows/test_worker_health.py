"""Whoever watches a worker is told whether it works, by what database and Temporal see of it, and why not."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from temporalio.client import Client

import worker
from cairn.ledger import application_name, open_pool
from cairn.settings import Settings
from cairn_portal.servers import worker_health
from cairn_portal.servers.ports import free_port
from projections.engine.catch_up import Follower
from projections.engine.sessions import SESSIONS

PATIENCE = 60.0  # seconds


async def said(settings: Settings) -> str | None:
    found = await worker_health.problem(settings)
    return found.text("en") if found else None


@contextmanager
def a_worker_of_its_own(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m worker`, which can be frozen and killed without anybody else."""
    own = {
        "CAIRN_DATABASE": settings.database or "", "CAIRN_TEMPORAL_ADDRESS": settings.temporal_address or "",
        "CAIRN_NAMESPACE": settings.namespace, "CAIRN_TASK_QUEUE": settings.task_queue,
        "CAIRN_HOME": str(settings.home),
    }  # fmt: skip
    running = subprocess.Popen(
        [sys.executable, "-m", "worker"], env={**os.environ, **own}, stderr=subprocess.PIPE
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


async def until_it_says(settings: Settings, wanted: str | None) -> None:
    """Waits until it is healthy (None), or until what it says begins so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await said(settings)
            if found == wanted or (wanted and (found or "").startswith(wanted)):
                return
            await asyncio.sleep(0.2)


async def test_a_worker_that_works_is_healthy(settings: Settings, client: Client) -> None:
    async with worker.running(settings):
        await until_it_says(settings, None)


async def test_without_a_worker_it_says_so_and_names_the_host(settings: Settings) -> None:
    assert await said(settings) == (
        f"No worker of this host ({socket.gethostname()}) is connected to the database."
    )


async def test_a_worker_that_asks_for_no_tasks_is_not_healthy(settings: Settings) -> None:
    async with await open_pool(
        settings.database or "", size=2, application=application_name(SESSIONS)
    ) as pool:
        following = asyncio.create_task(Follower(pool).run())
        await until_it_says(settings, f"No worker of this host ({socket.gethostname()}) asks Temporal")
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_a_frozen_worker_is_not_healthy_and_is_again_when_it_wakes(
    settings: Settings, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_health, "DATABASE_SILENCE", timedelta(seconds=2))
    with a_worker_of_its_own(settings) as running:
        await until_it_says(settings, None)
        running.send_signal(signal.SIGSTOP)
        await until_it_says(settings, "The worker has asked nothing of the database for")
        running.send_signal(signal.SIGCONT)
        await until_it_says(settings, None)


async def test_a_worker_told_to_stop_finishes_and_ends_well(settings: Settings, client: Client) -> None:
    with a_worker_of_its_own(settings) as running:
        await until_it_says(settings, None)
        running.terminate()
        _, log = await asyncio.to_thread(running.communicate, timeout=PATIENCE)
        assert running.returncode == 0
        assert [line.rpartition("cairn.worker ")[2] for line in log.decode().splitlines()][-1] == (
            "the worker has stopped"
        )


async def test_what_cannot_be_reached_is_named(settings: Settings, client: Client) -> None:
    away = f"127.0.0.1:{free_port()}"
    without_database = settings.model_copy(update={"database": f"postgresql://cairn:secret@{away}/cairn"})
    reason = await said(without_database) or ""
    assert reason.startswith("The database cannot be reached: ") and "secret" not in reason
    async with worker.running(settings):
        await until_it_says(settings, None)
        reason = await said(settings.model_copy(update={"temporal_address": away})) or ""
        assert reason.startswith("Temporal cannot be reached: ")


def test_as_a_program_it_ends_with_1_and_one_sentence(settings: Settings) -> None:
    own = {
        "CAIRN_DATABASE": settings.database or "",
        "CAIRN_LANGUAGE": "en",
        "CAIRN_HOME": str(settings.home),
    }
    command = [sys.executable, "-m", "cairn_portal.servers.worker_health"]
    ended = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("No worker of this host") and ended.stderr.count("\n") == 1


def test_a_look_every_few_seconds_loads_neither_the_application_nor_the_domain() -> None:
    """They are most of what it would cost a worker's host."""
    asked = "import sys, cairn_portal.servers.worker_health; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    heavy = ("cairn.application", "cairn.privacy", "cairn.domain.goal", "projections.models")
    assert [name for name in loaded.split() if name.startswith(heavy)] == []
