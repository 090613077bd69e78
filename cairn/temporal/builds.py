"""Builds of the worker: which one is current, which ones anybody serves, and how many workflows stay on each."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from temporalio.api.enums.v1 import TaskQueueType, WorkerVersioningMode
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

DEPLOYMENT = "cairn"
ON_BUILD = "TemporalWorkerDeploymentVersion"
ASKED_TOO_OFTEN = 1.0
"""Seconds until Temporal answers again how a deployment stands."""
ASKED_LATELY = timedelta(seconds=90)
"""A worker asks for work anew every minute; the server lists it for five."""


class Builds(NamedTuple):
    """The builds of one task queue.

    `current` is the one that takes what begins anew, None without any; `served` are those whose workers ask for work,
    `plain` says that workers without a build do; `running` is how many workflows each build that was ever deployed has.
    """

    current: str | None
    served: frozenset[str]
    plain: bool
    running: Mapping[str, int]

    @property
    def listens(self) -> bool:
        """Whether any worker asks for work, of whichever build."""
        return self.plain or bool(self.served)

    @property
    def serves(self) -> bool:
        """Whether a worker would take what begins now."""
        return self.current in self.served if self.current else self.plain

    @property
    def unserved(self) -> Mapping[str, int]:
        """The builds nobody serves that have workflows, with how many."""
        return {name: count for name, count in self.running.items() if count and name not in self.served}


async def builds_of(client: Client, task_queue: str, *, counted: bool = True) -> Builds:
    """The builds of a task queue now. Only where workflows are `counted` is asked which builds were deployed before,
    which Temporal answers no more than a few times a second."""
    current, served, plain = await _served(client, task_queue)
    known = await _deployed(client) if counted else ()
    return Builds(current, served, plain, {name: await _running(client, name) for name in known})


async def set_current(client: Client, build: str) -> None:
    """What begins from now on begins on this build. Raises RPCError where no worker of it has ever asked for work."""
    await client.workflow_service.set_worker_deployment_current_version(
        SetWorkerDeploymentCurrentVersionRequest(
            namespace=client.namespace,
            deployment_name=DEPLOYMENT,
            build_id=build,
            ignore_missing_task_queues=True,
        )
    )


def on_build(build: str) -> str:
    """The query for the running workflows of a build."""
    return f"{ON_BUILD} = '{DEPLOYMENT}:{build}' and ExecutionStatus = 'Running'"


async def _running(client: Client, build: str) -> int:
    return (await client.count_workflows(on_build(build))).count


async def _served(client: Client, task_queue: str) -> tuple[str | None, frozenset[str], bool]:
    """(the current build, those whose workers have asked for work lately, whether workers without a build have)."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    found = await client.workflow_service.describe_task_queue(request)
    since = datetime.now(UTC) - ASKED_LATELY
    served, plain = set[str](), False
    for each in found.pollers:
        if each.last_access_time.ToDatetime(UTC) < since:
            continue
        options = each.deployment_options
        if options.worker_versioning_mode == WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED:
            served.add(options.build_id)
        else:
            plain = True
    current = found.versioning_info.current_deployment_version.build_id
    return current or None, frozenset(served), plain


async def _deployed(client: Client) -> tuple[str, ...]:
    """Every build that was deployed and is not forgotten yet."""
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=DEPLOYMENT)
    for last in (False, False, False, True):
        try:
            found = await client.workflow_service.describe_worker_deployment(request)
            break
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:  # no worker ever had a build
                return ()
            if last or error.status != RPCStatusCode.RESOURCE_EXHAUSTED:
                raise
        await asyncio.sleep(ASKED_TOO_OFTEN)
    return tuple(each.deployment_version.build_id for each in found.worker_deployment_info.version_summaries)
