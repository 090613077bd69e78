"""Notes which workflows have begun to run in this process: after its first task each one waits."""

import asyncio
from collections.abc import Collection
from time import perf_counter
from typing import Any

from temporalio import client, worker, workflow

BEGUN: set[str] = set()
"""Ids of workflows. One that is replayed, or whose first task was tried again, is here once all the same."""


class _Noted(worker.WorkflowInboundInterceptor):
    async def execute_workflow(self, input: worker.ExecuteWorkflowInput) -> Any:
        BEGUN.add(workflow.info().workflow_id)
        return await super().execute_workflow(input)


class Noting(client.Interceptor, worker.Interceptor):
    """Given to a client, it is used by every worker of that client."""

    def workflow_interceptor_class(
        self, input: worker.WorkflowInterceptorClassInput
    ) -> type[worker.WorkflowInboundInterceptor]:
        return _Noted


async def until_begun(names: Collection[str], patience: float | None = None) -> None:
    """Waits until all these workflows have begun. Raises TimeoutError with the names of some that have not after
    `patience` seconds: by default a minute, and a second for every five."""
    patience = 60 + len(names) / 5 if patience is None else patience
    until, missing = perf_counter() + patience, set(names)
    while missing := missing - BEGUN:
        if perf_counter() > until:
            some = ", ".join(sorted(missing)[:3])
            raise TimeoutError(
                f"{len(missing)} of {len(names)} workflows did not begin within {patience:.0f} s, such as {some}: "
                "does the worker run, does the sealer seal, does Temporal answer?"
            )
        await asyncio.sleep(0.01)
