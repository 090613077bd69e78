"""Counts the workflows of a type that have begun to run in this process: after its first task each one waits."""

import asyncio
from collections import Counter
from time import perf_counter
from typing import Any

from temporalio import client, worker, workflow

BEGUN: Counter[str] = Counter()


class _Counted(worker.WorkflowInboundInterceptor):
    async def execute_workflow(self, input: worker.ExecuteWorkflowInput) -> Any:
        BEGUN[workflow.info().workflow_type] += 1
        return await super().execute_workflow(input)


class Counting(client.Interceptor, worker.Interceptor):
    """Given to a client, it is used by every worker of that client."""

    def workflow_interceptor_class(
        self, input: worker.WorkflowInterceptorClassInput
    ) -> type[worker.WorkflowInboundInterceptor]:
        return _Counted


async def until_begun(kind: str, number: int, patience: float = 600.0) -> None:
    """Waits until so many workflows of this type have begun since this process started."""
    until = perf_counter() + patience
    while BEGUN[kind] < number:
        if perf_counter() > until:
            raise TimeoutError(f"only {BEGUN[kind]} of {number} workflows {kind} began within {patience:.0f} s")
        await asyncio.sleep(0.01)
