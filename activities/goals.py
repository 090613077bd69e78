"""Activities of one goal: record a command, a deadline or a refused signal. One append each."""

from datetime import UTC, datetime, timedelta

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
from cairn.application.computing import Sources, is_computed
from cairn.application.goals import Answer, Goals, deadline, read_command, with_evidence
from cairn.domain.event import SYSTEM
from cairn.domain.goal.commands import RecordRefusedSignal
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.evidence import lacking
from cairn.domain.goal.stages import phase_row
from cairn.domain.goal.state import Goal
from cairn.domain.goal.status import Deadline, deadlines_of, put_off, status, waiting
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Period
from projections.engine import catch_up
from projections.models import cascade, reading

PATIENCE = 4.0
"""Seconds a score waits for recorded readings to be sealed, and again for their read model. After them it is tried
again later: a score never leaves out a reading that was acknowledged before it (RULES D4)."""
BEHIND_AGAIN = timedelta(minutes=1)
"""After how long a score is tried again while the read model of readings is behind."""
SOONEST_AGAIN, LATEST_AGAIN = timedelta(minutes=10), timedelta(days=1)
"""A score that waits for its feed is tried again after a tenth of the time that it has waited, within these: soon where
the feed is an hour late, some 150 times in a quarter where it never comes."""


class GoalActivities:
    """`pool` is of the ledger's database, where the read models live too."""

    def __init__(self, goals: Goals, pool: asyncpg.Pool) -> None:
        self.goals, self.pool = goals, pool

    @activity.defn(name="record_goal")
    async def record(self, input: RecordGoalInput) -> GoalOutcome:
        """Decides and appends a command; a refusal comes back as a value."""
        try:
            command = read_command(input.name, input.goal, input.by, input.at, input.fields, input.command_id)
            answer = await self.goals.handle(
                command, input.command_id, run=input.run, at_version=input.at_version
            )
        except Refusal as refusal:
            return GoalOutcome(refused=Refused.of(refusal))
        return _outcome(answer)

    @activity.defn(name="on_goal_deadline")
    async def on_deadline(self, input: GoalDeadlineInput) -> GoalOutcome:
        """Does what is due; a period's score comes with the readings as the log stands now, or waits for them."""
        if not phase_row(input.deadline.phase).scores:
            return _outcome(await self._keep(input, input.deadline, Evidence()))
        return await self._score(input)

    async def _keep(self, input: GoalDeadlineInput, due: Deadline, evidence: Evidence) -> Answer:
        command, command_id = deadline(input.goal, due.phase, due.at, due.period, input.at)
        return await self.goals.handle(command, command_id, evidence=evidence, run=input.run)

    async def _score(self, input: GoalDeadlineInput) -> GoalOutcome:
        """Scores the period that is due. Where it has to wait, the others that are due are scored all the same; only
        the year comes after all of them, since it ends the goal. What waits is tried again later."""
        waits, events, behind = set[str](), list[str](), False
        for due in await self._due(input):
            if due.phase == "scores_due" and waits:
                waits.add(due.period or "Y")
                continue
            goal, context = await self.goals.load(input.goal)
            found = await self._evidence(goal, context, due)
            behind = behind or found is None
            if found is None or lacking(goal, due.period or "Y", with_evidence(context, found)):
                waits.add(due.period or "Y")
                continue
            answer = await self._keep(input, due, found)
            events += answer.events
            if not waits:
                return _outcome(answer)
        goal, context = await self.goals.load(input.goal)
        again_at = input.at + (BEHIND_AGAIN if behind else _pause(input))
        found_status = status(goal, context, input.at)
        ahead = deadlines_of(goal, context)
        return GoalOutcome(status=waiting(found_status, ahead, waits, again_at), events=tuple(events))

    async def _due(self, input: GoalDeadlineInput) -> list[Deadline]:
        """The period that is asked for, and after it the others whose scores are due."""
        goal, context = await self.goals.load(input.goal)
        others = [
            each
            for each in deadlines_of(goal, context)
            if phase_row(each.phase).scores and each.at <= input.at and each.period != input.deadline.period
        ]
        asked = input.deadline.model_copy(update={"again_at": None})
        if asked.phase == "scores_due":
            return [*others, asked]
        return [asked, *others]

    async def _evidence(self, goal: Goal, context: GoalContext, due: Deadline) -> Evidence | None:
        """What is known of a goal's metrics; None while recorded readings have not come to their read model."""
        period = context.schedule.period(due.period or "Y") if context.schedule else None
        if period is not None and is_computed(goal):
            return await self._counted(goal, context, period)
        if period is None or not reading.is_fed(goal, context.sheet):
            return Evidence()
        try:
            sealed = await self.goals.ledger.wait_types_sealed(
                ["ReadingsRecorded", "FeedCompleted"], PATIENCE
            )
            await catch_up.wait_for(self.pool, "reading", sealed, PATIENCE)
        except TimeoutError:
            return None
        return await reading.evidence_of(self.pool, goal, context.sheet, period)

    async def _counted(self, goal: Goal, context: GoalContext, period: Period) -> Evidence | None:
        """What a computed KPI counts; None while the read model does not say which goals serve it."""
        try:
            sealed = await self.goals.ledger.sealed_position()
            await catch_up.wait_for(self.pool, "goal", sealed, PATIENCE)
        except TimeoutError:
            return None
        aligned = await cascade.aligned(self.pool, goal.id)
        return await Sources(self.goals).evidence(goal, context, period, aligned)

    @activity.defn(name="goal_status")
    async def status(self, input: GoalStatusInput) -> GoalOutcome:
        """Where the goal stands in the log; the refusal when it is not there."""
        try:
            found = await self.goals.status(input.goal, input.at or datetime.now(UTC))
            if input.postponed:
                goal, context = await self.goals.load(input.goal)
                found = put_off(found, deadlines_of(goal, context), input.postponed)
            return GoalOutcome(status=found)
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


def _pause(input: GoalDeadlineInput) -> timedelta:
    """How long a score waits until it is tried again: the longer it has waited, the longer."""
    return min(max((input.at - input.deadline.at) / 10, SOONEST_AGAIN), LATEST_AGAIN)
