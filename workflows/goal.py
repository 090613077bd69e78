"""One goal's life, from draft to close: waits for people and for dates, and records what they do."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RawValue, SearchAttributeKey
from temporalio.exceptions import ApplicationError, FailureError

from workflows.deadline import AGAIN, FOREVER, clock, passed
from workflows.messages import Message, failed, read_message, readable, refuse

with workflow.unsafe.imports_passed_through():
    from activities.inputs import (
        GoalDeadlineInput,
        GoalOutcome,
        GoalStart,
        RecordGoalInput,
        RefusedSignalInput,
    )
    from cairn.domain.goal.stages import Stage, stage_row
    from cairn.domain.goal.status import Deadline, GoalStatus

CYCLE = SearchAttributeKey.for_keyword("CairnCycle")
DEPARTMENT = SearchAttributeKey.for_keyword("CairnDepartment")
ONE_APPEND = timedelta(seconds=20)
REFRESHES = (timedelta(seconds=5), timedelta(minutes=1))
"""How long a command that came before its goal waits until the log is asked again."""


@workflow.defn(name="Goal")
class GoalWorkflow:
    """Holds only the goal's standing. The log decides; a refusal is an answer, never a failure."""

    @workflow.init
    def __init__(self, start: GoalStart) -> None:
        self.goal, self.clock_offset = start.goal, start.clock_offset
        self.at: GoalStatus | None = start.status
        self.labelled = start.status is not None
        self.lock = asyncio.Lock()

    @workflow.run
    async def run(self, start: GoalStart) -> str:
        await self.wait_until_exists()
        await self.until("approved")
        await self.until("active")
        await self.until("in_review")
        await self.until("scored")
        await self.until("closed")
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.at.stage if self.at else "none"

    @property
    def here(self) -> bool:
        return self.at is not None and self.at.stage != "none"

    async def wait_until_exists(self) -> None:
        """Learns from the log where the goal stands; a command may have come a moment before the goal.

        A workflow of a goal that never was fails, and so its name stays free: the starter begins another one there.
        """
        for wait in REFRESHES:
            async with self.lock:
                await self.refresh()
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(lambda: self.here, timeout=wait)
        if not self.here:
            await workflow.wait_condition(workflow.all_handlers_finished)
            await self.refresh()
        if not self.here:
            raise ApplicationError(
                f"there is no goal {self.goal} in the log", type="NoGoal", non_retryable=True
            )

    async def refresh(self) -> None:
        if not self.here:
            with contextlib.suppress(FailureError):
                self.update_status(await local("goal_status", self.goal))

    async def until(self, stage: Stage) -> None:
        """Keeps every deadline until the goal has come this far or is over."""
        while self.at and not self.at.over and stage_row(self.at.stage).order < stage_row(stage).order:
            await self.wait_for_deadline(self.at)
            await self.continue_as_new_if_due()

    async def wait_for_deadline(self, at: GoalStatus) -> None:
        due = at.next_deadline
        if (
            await passed(
                due.at if due else None,
                self.clock_offset,
                lambda: self.at is not at or _is_continue_as_new_due(),
            )
            and due
        ):
            await self.on_deadline(due)
            if self.at and self.at.next_deadline == due:
                with contextlib.suppress(TimeoutError):
                    await workflow.wait_condition(lambda: self.at is not at, timeout=AGAIN)

    async def on_deadline(self, due: Deadline) -> None:
        """Does what is due. What can never be done keeps nobody from giving commands; it is tried again later."""
        async with self.lock:
            ask = GoalDeadlineInput(goal=self.goal, due=due, at=self.now(), run=workflow.info().run_id)
            try:
                self.update_status(await local("on_goal_deadline", ask))
            except FailureError as error:
                workflow.logger.error("%s of %s could not be done: %s", due.phase, self.goal, error.cause)

    async def continue_as_new_if_due(self) -> None:
        """Starts afresh, with handlers drained, when history is long or a new build of the worker is out."""
        if _is_continue_as_new_due():
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(
                GoalStart(goal=self.goal, clock_offset=self.clock_offset, status=self.at)
            )

    @workflow.update(dynamic=True)
    async def on_update(self, name: str, args: Sequence[RawValue]) -> GoalOutcome:
        """Any command of a goal by name: submit, approve, return, adjust, confirm … The answer, or the refusal."""
        info = workflow.current_update_info()
        outcome = await self.record(
            name, read_message(name, args, info.id if info else str(workflow.uuid4()))
        )
        if outcome.refused:
            refuse(outcome.refused)
        return outcome

    @workflow.signal(dynamic=True)
    async def on_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """The same commands by signal: nobody waits, so a refusal is recorded."""
        message = read_message(name, args, str(workflow.uuid4()))
        outcome = await self.record(name, message)
        if outcome.refused:
            refused = RefusedSignalInput(
                stream=self.goal, name=readable(name), by=message.by, at=self.now(), command_id=message.command_id,
                refused=outcome.refused,
            )  # fmt: skip
            with contextlib.suppress(FailureError):  # a goal that is not there has no log to record it in
                self.update_status(await local("record_refused_signal", refused))

    @workflow.query(name="status")
    def status(self) -> GoalStatus | None:
        return self.at

    @workflow.query(name="awaited")
    def awaited(self) -> list[str]:
        return list(self.at.awaited) if self.at else []

    @workflow.query(name="due")
    def due(self) -> Deadline | None:
        return self.at.next_deadline if self.at else None

    async def record(self, name: str, message: Message) -> GoalOutcome:
        """One command at a time: recorded by one append, then the new standing is learnt."""
        if message.wrong:
            return GoalOutcome(refused=message.wrong)
        async with self.lock:
            await self.refresh()
            ask = RecordGoalInput(
                goal=self.goal, name=readable(name), by=message.by, at=self.now(), command_id=message.command_id,
                fields=message.fields, run=workflow.info().run_id,
            )  # fmt: skip
            try:
                outcome = await local("record_goal", ask)
            except FailureError as error:
                return GoalOutcome(refused=failed(name, error))
            self.update_status(outcome)
            return outcome

    def update_status(self, outcome: GoalOutcome) -> None:
        if outcome.status is None or outcome.status == self.at:
            return
        self.at, self.clock_offset = outcome.status, outcome.status.clock_offset
        self.label(self.at)

    def label(self, at: GoalStatus) -> None:
        """Where a command began the workflow, it gets what the starter would have given it, once. Stage and awaited
        people change and are people's: the read models know them."""
        if self.here and not self.labelled:
            department = DEPARTMENT.value_set(at.department or "-")
            workflow.upsert_search_attributes([CYCLE.value_set(at.cycle), department])
            self.labelled = True

    def now(self) -> datetime:
        return clock(self.clock_offset)


def _is_continue_as_new_due() -> bool:
    info = workflow.info()
    return info.is_continue_as_new_suggested() or info.is_target_worker_deployment_version_changed()


async def local(name: str, ask: object) -> GoalOutcome:
    """One append in a local activity: a third of the time and half the history of a regular one."""
    outcome: GoalOutcome = await workflow.execute_local_activity(
        name, ask, result_type=GoalOutcome, start_to_close_timeout=ONE_APPEND, retry_policy=FOREVER
    )
    return outcome
