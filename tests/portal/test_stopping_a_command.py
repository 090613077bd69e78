"""Ctrl-C while commands are under way: one sentence about what is done and what may be done, never a traceback."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from cairn.settings import Settings
from cairn.temporal import connect
from cairn_portal.servers.temporal_ready import make_usable
from tests.portal.conftest import Cairn, environment
from tests.workflows.company import eventually

ROOT = Path(__file__).parents[2]
NAMESPACE = "cli-stopped"


@workflow.defn(name="Goal")
class SilentGoal:
    """A goal whose command is taken and never answered."""

    @workflow.run
    async def run(self, start: Any) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def submit(self, message: Any) -> None:
        await workflow.wait_condition(lambda: False)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def silent(settings: Settings, temporal_server: str) -> AsyncIterator[tuple[Settings, Client]]:
    """Settings with a namespace in which a worker takes every command and answers none."""
    await make_usable(await Client.connect(temporal_server), NAMESPACE)
    own = settings.model_copy(update={"namespace": NAMESPACE, "task_queue": "silent"})
    client = await connect(own)
    runner = UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue="silent", workflows=[SilentGoal], workflow_runner=runner):
        yield own, client


async def submitting(settings: Settings, *goals: str, **more: str) -> asyncio.subprocess.Process:
    env = {**os.environ, **environment(settings), **more}
    command = [sys.executable, "-m", "cairn_portal.cli", "goal", "submit", *goals, "--by", "E1"]
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=env, stdout=pipe, stderr=pipe, preexec_fn=hear_ctrl_c
    )


def hear_ctrl_c() -> None:
    """Whoever runs tests in a shell's background has Ctrl-C ignored, and so would every program they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def stopped(process: asyncio.subprocess.Process, client: Client, goals: tuple[str, ...]) -> str:
    """What a process says that gets Ctrl-C once its commands have been taken."""

    async def taken() -> bool:
        found = [each.id async for each in client.list_workflows("ExecutionStatus = 'Running'")]
        return set(goals) <= set(found)

    await eventually(taken)
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert process.returncode == 130, err.decode()
    assert "Traceback" not in (out + err).decode()
    return (out + err).decode()


async def test_a_command_that_is_stopped_says_that_it_may_still_be_done(
    cairn: Cairn, launched: str, silent: tuple[Settings, Client]
) -> None:
    settings, client = silent
    goal = f"goal-{launched}-E1-1"
    said = await stopped(await submitting(settings, goal, CAIRN_LANGUAGE="en"), client, (goal,))
    assert "stopped" in said and "may still be done" in said


async def test_of_many_commands_that_are_stopped_the_number_done_is_told(
    cairn: Cairn, launched: str, silent: tuple[Settings, Client]
) -> None:
    settings, client = silent
    goals = (f"goal-{launched}-E2-1", f"goal-{launched}-E2-2")
    said = await stopped(await submitting(settings, *goals), client, goals)
    assert "已停止" in said and "0 / 2" in said and "可能仍会完成" in said
