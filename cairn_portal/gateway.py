"""Commands on their way to workflows: by update, begun with the workflow if need be, with an answer or a refusal."""

import asyncio
import json
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities.inputs import CycleOutcome, CycleStart, GoalOutcome, GoalStart, Refused
from cairn.domain.identity import check_key
from cairn.domain.refusal import Refusal
from cairn.temporal import keyed_digest

PATIENCE = timedelta(seconds=30)
Answer = TypeVar("Answer", GoalOutcome, CycleOutcome)


class NoAnswer(Exception):
    """No worker answered in time. The command may still be done: asking again with the same id is safe."""


class CommandGateway:
    """Takes commands for goals and cycles. `patience` is how long an answer may take."""

    def __init__(self, client: Client, task_queue: str, patience: timedelta = PATIENCE) -> None:
        self.client, self.task_queue, self.patience = client, task_queue, patience

    async def goal(
        self, goal: str, name: str, by: str, fields: dict[str, Any] | None = None, command_id: str | None = None,
        clock_offset: float = 0.0,
    ) -> GoalOutcome:  # fmt: skip
        """Gives a goal a command. The outcome names the events, or holds the refusal."""
        start = GoalStart(goal=goal, clock_offset=clock_offset)
        return await self._update("Goal", goal, start, GoalOutcome, name, by, fields or {}, command_id)

    async def cycle(
        self,
        cycle: str,
        name: str,
        by: str,
        fields: dict[str, Any] | None = None,
        command_id: str | None = None,
    ) -> CycleOutcome:
        """Launches or closes a cycle. The outcome has where it stands, or holds the refusal."""
        start = CycleStart(cycle=cycle)
        return await self._update(
            "Cycle", f"cycle-{cycle}", start, CycleOutcome, name, by, fields or {}, command_id
        )

    async def _update(
        self, workflow: str, stream: str, start: object, result: type[Answer], name: str, by: str,
        fields: dict[str, Any], command_id: str | None,
    ) -> Answer:  # fmt: skip
        command_id = command_id or str(uuid4())
        try:
            check_key(command_id)
        except Refusal as refusal:
            return result(refused=Refused.of(refusal))
        begin: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            workflow,
            start,
            id=stream,
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        )
        message = {"by": by, "command_id": command_id, "fields": fields}
        # Temporal answers an update id that it knows with the first answer, whatever it comes with.
        update = keyed_digest(self.client, command_id, name, json.dumps(message, sort_keys=True, default=str))
        try:
            answer: Answer = await self.client.execute_update_with_start_workflow(
                name, message, start_workflow_operation=begin, id=update, result_type=result,
                rpc_timeout=self.patience,
            )  # fmt: skip
            return answer
        except WorkflowUpdateFailedError as failed:
            return result(refused=_refusal(failed))
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as lost:
            if isinstance(lost.__cause__, asyncio.CancelledError):  # we were stopped: nobody failed to answer
                raise asyncio.CancelledError from lost
            raise NoAnswer(f"{stream}: {lost}") from lost


def _refusal(failed: WorkflowUpdateFailedError) -> Refused:
    cause = failed.cause
    if isinstance(cause, ApplicationError) and cause.type == "Refusal" and cause.details:
        return Refused.model_validate(cause.details[0])
    raise failed
