"""Commands on their way to workflows: by update, begun with the workflow if need be, with an answer or a refusal."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
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

from activities.inputs import (
    CaseOutcome,
    CaseStart,
    CycleOutcome,
    CycleStart,
    GoalOutcome,
    GoalStart,
    Refused,
)
from cairn.domain.identity import check_key
from cairn.domain.refusal import Refusal
from cairn.domain.streams import kind_of
from cairn.i18n import message
from cairn.temporal import builds_of, keyed_digest

PATIENCE = timedelta(seconds=30)
PROBLEMS = "TemporalReportedProblems"
"""The search attribute that Temporal gives a workflow whose tasks fail again and again."""
Answer = TypeVar("Answer", GoalOutcome, CycleOutcome, CaseOutcome)


LOOK = timedelta(seconds=3)
"""How long Temporal may take to say how a workflow stands that does not answer."""


NOT_ANSWERED = message("No worker answered in time. It may still be done: look again before you repeat it.")
"""What people are told of it."""


class NoAnswer(Exception):
    """No worker answered in time. The command may still be done: asking again with the same id is safe.

    `failing` says that the workflow's tasks fail again and again, `unserved` names the build it stays on where no
    worker serves that."""

    def __init__(
        self, stream: str, reason: str, *, failing: bool = False, unserved: str | None = None
    ) -> None:
        super().__init__(f"{stream}: {reason}")
        self.stream, self.failing, self.unserved = stream, failing, unserved


class CommandGateway:
    """Takes commands for goals, cycles and cases.

    `patience` is how long nobody may answer anything: one deadline for all commands that are on their way, which every
    answer moves on. With `gives_up` there is none after it has passed: what was not sent by then never is.
    """

    def __init__(
        self, client: Client, task_queue: str, patience: timedelta | None = None, *, gives_up: bool = False
    ) -> None:
        self.client, self.task_queue, self.patience = client, task_queue, patience or PATIENCE
        self.gives_up = gives_up
        self._asked = 0
        self._silent_since = 0.0

    async def goal(
        self, goal: str, name: str, by: str, fields: dict[str, Any] | None = None, command_id: str | None = None,
        clock_offset: float = 0.0, at_version: int | None = None,
    ) -> GoalOutcome:  # fmt: skip
        """Gives a goal a command. The outcome names the events, or holds the refusal. With `at_version`, the version
        that was looked at, it is refused where others have changed the goal since."""
        start = GoalStart(goal=goal, clock_offset=clock_offset)
        return await self._update(
            "Goal", goal, start, GoalOutcome, name, by, fields or {}, command_id, at_version
        )

    async def case(
        self, case: str, name: str, by: str, fields: dict[str, Any] | None = None, command_id: str | None = None,
        clock_offset: float = 0.0, at_version: int | None = None,
    ) -> CaseOutcome:  # fmt: skip
        """Gives a case a command, or begins it by one. The outcome names the events, or holds the refusal.
        `at_version` as of a goal."""
        start = CaseStart(case=case, clock_offset=clock_offset)
        workflow = kind_of(case).capitalize()
        return await self._update(
            workflow, case, start, CaseOutcome, name, by, fields or {}, command_id, at_version
        )

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
        fields: dict[str, Any], command_id: str | None, at_version: int | None = None,
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
        message: dict[str, Any] = {"by": by, "command_id": command_id, "fields": fields}
        if at_version is not None:
            message["at_version"] = at_version
        # Temporal answers an update id that it knows with the first answer, whatever it comes with.
        update = keyed_digest(self.client, command_id, name, json.dumps(message, sort_keys=True, default=str))

        async def asked() -> Answer:
            try:
                answer: Answer = await self.client.execute_update_with_start_workflow(
                    name, message, start_workflow_operation=begin, id=update, result_type=result,
                    rpc_timeout=self.patience,
                )  # fmt: skip
                return answer
            finally:
                _look_at_start(begin)

        try:
            return await self._within_patience(stream, asked)
        except TimeoutError as nobody:
            raise await self._unanswered(stream, str(nobody)) from nobody
        except WorkflowUpdateFailedError as failed:
            return result(refused=_refusal(failed))
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as lost:
            if isinstance(lost.__cause__, asyncio.CancelledError):  # we were stopped: nobody failed to answer
                raise asyncio.CancelledError from lost
            raise await self._unanswered(stream, str(lost)) from lost

    async def _unanswered(self, stream: str, reason: str) -> NoAnswer:
        """What may be known of a workflow that does not answer: that a worker takes its tasks and fails, or that no
        worker serves its build."""
        try:
            async with asyncio.timeout(LOOK.total_seconds()):
                found = await self.client.get_workflow_handle(stream).describe()
                builds = await builds_of(self.client, self.task_queue, counted=False)
        except (RPCError, TimeoutError):
            return NoAnswer(stream, reason)
        info = found.raw_description.workflow_execution_info
        build = info.versioning_info.deployment_version.build_id
        return NoAnswer(
            stream,
            reason,
            failing=PROBLEMS in info.search_attributes.indexed_fields,
            unserved=build if build and build not in builds.served else None,
        )

    async def _within_patience(self, stream: str, asked: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer; TimeoutError once nobody has answered anything for so long. Temporal's own timeout is of one of
        the calls that it takes, and ends none of the waiting."""
        now = asyncio.get_running_loop().time
        if not self._asked and not (self.gives_up and self._silent_since):
            self._silent_since = now()
        self._asked += 1
        answer: asyncio.Future[Answer] | None = None
        try:
            while (left := self._silent_since + self.patience.total_seconds() - now()) > 0:
                answer = answer or asyncio.ensure_future(asked())
                done, _ = await asyncio.wait([answer], timeout=left)
                if done:
                    self._silent_since = now() if self._asked > 1 else 0.0
                    return answer.result()
            raise TimeoutError(f"{self.patience.total_seconds():.0f} s")
        finally:
            self._asked -= 1
            if answer is not None:
                answer.cancel()


def _look_at_start(begin: WithStartWorkflowOperation[Any, Any]) -> None:
    """Takes note of how the start went: asyncio tells of an error that nobody ever looked at, at any later moment."""
    handle = begin.workflow_handle()
    with contextlib.suppress(StopIteration, Exception, asyncio.CancelledError):
        handle.send(None)  # not awaited: a start that was given up has no outcome
    handle.close()


def _refusal(failed: WorkflowUpdateFailedError) -> Refused:
    cause = failed.cause
    if isinstance(cause, ApplicationError) and cause.type == "Refusal" and cause.details:
        return Refused.model_validate(cause.details[0])
    raise failed
