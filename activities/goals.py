"""Activities of one goal: record a command, a deadline or a refused signal. One append each."""

import asyncpg
from temporalio import activity

from activities.inputs import GoalDeadlineInput, GoalOutcome, RecordGoalInput, Refused, RefusedSignalInput
from cairn.application.goals import Goals, deadline, read_command
from cairn.domain.event import SYSTEM
from cairn.domain.goal.commands import RecordRefusedSignal
from cairn.domain.goal.phases import phase_row
from cairn.domain.measure import Kpi
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
    async def record(self, ask: RecordGoalInput) -> GoalOutcome:
        """Decides and appends a command; a refusal comes back as a value."""
        try:
            command = read_command(ask.name, ask.goal, ask.by, ask.at, ask.fields, ask.command_id)
            answer = await self.goals.handle(command, ask.command_id, causation=ask.run)
        except Refusal as refusal:
            return GoalOutcome(refused=Refused.of(refusal))
        return GoalOutcome(status=answer.status, events=answer.events, replayed=answer.replayed)

    @activity.defn(name="on_goal_deadline")
    async def reach(self, ask: GoalDeadlineInput) -> GoalOutcome:
        """Does what is due; a period's score comes with the readings as the log stands now."""
        command, command_id = deadline(ask.goal, ask.due.phase, ask.due.at, ask.due.period, ask.at)
        evidence = await self._evidence(ask) if phase_row(ask.due.phase).scores else Evidence()
        answer = await self.goals.handle(command, command_id, evidence=evidence, causation=ask.run)
        return GoalOutcome(status=answer.status, events=answer.events, replayed=answer.replayed)

    async def _evidence(self, ask: GoalDeadlineInput) -> Evidence:
        goal, context = await self.goals.load(ask.goal)
        schedule = context.schedule
        period = schedule.period(ask.due.period or "Y") if schedule else None
        kpi = goal.measure
        if period is None or not isinstance(kpi, Kpi) or kpi.metric is None or kpi.subject is None:
            return Evidence()
        sealed = await self.goals.ledger.wait_types_sealed(["ReadingsRecorded"], PATIENCE)
        await catch_up.wait_for(self.pool, "reading", sealed, PATIENCE)
        return await reading.evidence(self.pool, kpi.metric, kpi.subject, period.starts, period.ends)

    @activity.defn(name="goal_status")
    async def status(self, goal: str) -> GoalOutcome:
        """Where the goal stands in the log; the refusal when it is not there."""
        try:
            return GoalOutcome(status=await self.goals.status(goal))
        except Refusal as refusal:
            return GoalOutcome(refused=Refused.of(refusal))

    @activity.defn(name="record_refused_signal")
    async def refused_signal(self, ask: RefusedSignalInput) -> GoalOutcome:
        """Records what a signal asked for and why it was refused."""
        command = RecordRefusedSignal(
            goal=ask.stream,
            name=ask.name,
            code=ask.refused.code,
            sentence=ask.refused.text("zh"),
            by=ask.by or SYSTEM,
            at=ask.at,
        )
        answer = await self.goals.handle(command, f"refused:{ask.command_id}")
        return GoalOutcome(status=answer.status, events=answer.events)
