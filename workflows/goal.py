"""One goal's life, from draft to close: waits for people and for dates, and records what they do."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

from workflows.appending import append, score
from workflows.commanded import APART, CYCLE, DEPARTMENT, CommandedWorkflow
from workflows.messages import Message, writable_name

with workflow.unsafe.imports_passed_through():
    from activities.inputs import (
        GoalDeadlineInput,
        GoalOutcome,
        GoalStart,
        GoalStatusInput,
        RecordGoalInput,
        RecordSignalRefusedInput,
    )
    from cairn.domain.goal.stages import Stage, phase_row, stage_row
    from cairn.domain.goal.status import Deadline, GoalStatus


@workflow.defn(name="Goal")
class GoalWorkflow(CommandedWorkflow[GoalStatus, Deadline]):
    """Any command of a goal by name: submit, approve, return, adjust, confirm …"""

    refresh_after = (timedelta(seconds=5), timedelta(minutes=1))
    retry_deadline_after = timedelta(minutes=10)

    @workflow.init
    def __init__(self, start: GoalStart) -> None:
        super().__init__(start.goal, start.clock_offset, start.status)

    @workflow.run
    async def run(self, start: GoalStart) -> str:
        await self.wait_until_exists()
        await self.keep_deadlines_until("approved")  # drafted, submitted, returned
        await self.keep_deadlines_until("active")  # on the first day of execution
        await self.keep_deadlines_until("in_review")  # checked in on, adjusted, scored by period
        await self.keep_deadlines_until("scored")  # assessed
        await self.keep_deadlines_until("closed")  # open to corrections
        return await self.finish()

    async def keep_deadlines_until(self, stage: Stage) -> None:
        """Reminds, escalates, scores … until the goal has come this far or is over."""
        await self.keep_deadlines(until=lambda status: has_come_to(status.stage, stage))

    async def read_status(self) -> GoalOutcome:
        asked = GoalStatusInput(goal=self.stream, at=self.now(), postponed=tuple(self.postponed.values()))
        return await append("goal_status", asked, GoalOutcome)

    async def record_command(self, name: str, message: Message) -> GoalOutcome:
        command = RecordGoalInput(
            goal=self.stream, name=writable_name(name), by=message.by, at=self.now(), command_id=message.command_id,
            fields=message.fields, run=workflow.info().run_id, at_version=message.at_version,
        )  # fmt: skip
        return await append("record_goal", command, GoalOutcome)

    async def do_what_is_due(self, deadline: Deadline) -> GoalOutcome:
        run = workflow.info().run_id
        due = GoalDeadlineInput(goal=self.stream, deadline=deadline, at=self.now(), run=run)
        if self.runs_apart(deadline) and workflow.patched(APART):
            return await score("on_goal_deadline", due, GoalOutcome)
        return await append("on_goal_deadline", due, GoalOutcome)

    def runs_apart(self, deadline: Deadline) -> bool:
        """A score waits for the log to be sealed, and for read models."""
        return phase_row(deadline.phase).scores

    async def record_refused_signal(self, signal: RecordSignalRefusedInput) -> GoalOutcome:
        return await append("record_refused_goal_signal", signal, GoalOutcome)

    def search_attributes(self, status: GoalStatus) -> list[SearchAttributeUpdate[Any]]:
        return [CYCLE.value_set(status.cycle), DEPARTMENT.value_set(status.department or "-")]

    def next_start(self) -> GoalStart:
        return GoalStart(goal=self.stream, clock_offset=self.clock_offset, status=self.status)

    @workflow.query(name="awaited")
    def query_awaited(self) -> Sequence[str]:
        return list(self.status.awaited) if self.status else []


def has_come_to(stage: Stage, other: Stage) -> bool:
    """Whether a goal in `stage` is as far as `other`, or further."""
    return stage_row(stage).order >= stage_row(other).order
