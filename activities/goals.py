"""Activities of one goal: record a command, a deadline or a refused signal. One append each."""

from datetime import UTC, datetime

import asyncpg
from temporalio import activity

from activities.inputs import (
    GoalDeadlineInput,
    GoalOutcome,
    GoalStatusInput,
    RecordGoalInput,
    RecordSignalRefusedInput,
    Refused,
    refusal_key,
)
from cairn.application.goals import Answer, Goals, deadline, read_command
from cairn.domain.event import SYSTEM
from cairn.domain.goal.commands import RecordRefusedSignal
from cairn.domain.goal.stages import phase_row
from cairn.domain.goal.status import Deadline
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from projections.engine import catch_up
from projections.models import reading

PATIENCE = 8.0
"""Seconds a score waits for recorded readings to be sealed, and again for their read model. After them the local
activity fails and is tried again: a score never leaves out a reading that was acknowledged before it."""


class GoalActivities:
    """`pool` is of the ledger's database, where the read models live too."""

    def __init__(self, goals: Goals, pool: asyncpg.Pool) -> None:
        self.goals, self.pool = goals, pool

    @activity.defn(name="record_goal")
    async def record(self, input: RecordGoalInput) -> GoalOutcome:
        """Decides and appends a command; a refusal comes back as a value."""
        try:
            command = read_command(input.name, input.goal, input.by, input.at, input.fields, input.command_id)
            answer = await self.goals.handle(command, input.command_id, run=input.run)
        except Refusal as refusal:
            return GoalOutcome(refused=Refused.of(refusal))
        return _outcome(answer)

    @activity.defn(name="on_goal_deadline")
    async def on_deadline(self, input: GoalDeadlineInput) -> GoalOutcome:
        """Does what is due; a period's score comes with the readings as the log stands now."""
        due = input.deadline
        command, command_id = deadline(input.goal, due.phase, due.at, due.period, input.at)
        evidence = await self._evidence(input.goal, due) if phase_row(due.phase).scores else Evidence()
        return _outcome(await self.goals.handle(command, command_id, evidence=evidence, run=input.run))

    async def _evidence(self, name: str, due: Deadline) -> Evidence:
        goal, context = await self.goals.load(name)
        schedule = context.schedule
        period = schedule.period(due.period or "Y") if schedule else None
        if period is None or not goal.fed:
            return Evidence()
        sealed = await self.goals.ledger.wait_types_sealed(["ReadingsRecorded"], PATIENCE)
        await catch_up.wait_for(self.pool, "reading", sealed, PATIENCE)
        return await reading.evidence(self.pool, goal.fed, period.starts, period.ends)

    @activity.defn(name="goal_status")
    async def status(self, input: GoalStatusInput) -> GoalOutcome:
        """Where the goal stands in the log; the refusal when it is not there."""
        try:
            return GoalOutcome(status=await self.goals.status(input.goal, input.at or datetime.now(UTC)))
        except Refusal as refusal:
            return GoalOutcome(refused=Refused.of(refusal))

    @activity.defn(name="record_refused_goal_signal")
    async def record_refused_signal(self, input: RecordSignalRefusedInput) -> GoalOutcome:
        """Records what a signal asked for and why it was refused."""
        command = RecordRefusedSignal(
            goal=input.stream, name=input.name, code=input.refused.code, field=input.refused.field,
            facts=input.refused.facts, by=input.by or SYSTEM, at=input.at,
        )  # fmt: skip
        return _outcome(await self.goals.handle(command, refusal_key(input)))


def _outcome(answer: Answer) -> GoalOutcome:
    return GoalOutcome(status=answer.status, events=answer.events, replayed=answer.replayed)
