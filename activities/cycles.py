"""Activities of one cycle: launch, sheets in batches, period scores, results, close. Long ones heartbeat."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.inputs import (
    CycleDeadlineInput,
    CycleOutcome,
    CycleStatusInput,
    RecordCycleInput,
    RecordSignalRefusedInput,
    Refused,
    refusal_key,
)
from cairn.application.cycles import Cycles
from cairn.application.evaluation import Evaluation, NotScoredYet
from cairn.application.fields import read_fields
from cairn.domain.cycle.commands import (
    AbandonCycle,
    CloseCycle,
    FinishLaunch,
    FinishPeriod,
    FinishResults,
    LaunchCycle,
    ReachStage,
    RecordRefusedCycleSignal,
)
from cairn.domain.event import SYSTEM
from cairn.domain.identity import SYSTEM_KEYS
from cairn.domain.invalid import invalid_command
from cairn.domain.refusal import Refusal

CENTURY = 36_500 * 24 * 3600
"""Seconds that a cycle's clock may run beside Temporal's."""


class LaunchFields(BaseModel):
    """What HR says of a launch: `seen` is the digest of the preview that was looked at, `clock_offset` the seconds
    that the cycle's clock runs beside Temporal's (a rehearsal's)."""

    model_config = ConfigDict(frozen=True)

    title: str
    starts: date
    ends: date
    policy: str
    seen: str
    language: Literal["zh", "en"] = "zh"
    clock_offset: float = Field(default=0.0, ge=-CENTURY, le=CENTURY, allow_inf_nan=False)


async def beat(done: int, total: int) -> None:
    """Tells Temporal how far a long activity is."""
    activity.heartbeat(done, total)


class CycleActivities:
    """What a cycle's workflow has done for it; every activity may run again."""

    def __init__(self, cycles: Cycles, evaluation: Evaluation) -> None:
        self.cycles, self.evaluation = cycles, evaluation

    @activity.defn(name="launch_cycle")
    async def launch(self, input: RecordCycleInput) -> CycleOutcome:
        """Records the launch of the plan HR saw, or says why not."""
        try:
            fields = launch_fields(input)
            command = LaunchCycle(
                cycle=input.cycle,
                seen=fields.seen,
                clock_offset=fields.clock_offset,
                by=input.by,
                at=input.at,
            )
            status = await self.cycles.launch(
                command, fields.title, fields.starts, fields.ends, fields.policy, fields.language,
                key=input.command_id,
            )  # fmt: skip
        except Refusal as refusal:
            return CycleOutcome(refused=Refused.of(refusal))
        return CycleOutcome(status=status)

    @activity.defn(name="launch_sheets")
    async def launch_sheets(self, input: CycleDeadlineInput) -> CycleOutcome:
        """Brings every sheet of the plan into the log and says that the launch is finished."""
        failures = await self.cycles.launch_sheets(input.cycle, beat)
        done = FinishLaunch(cycle=input.cycle, failures=tuple(failures), by=SYSTEM, at=input.at)
        return CycleOutcome(status=await self.cycles.handle(done, f"{SYSTEM_KEYS}launch-finished"))

    @activity.defn(name="reach_cycle_stage")
    async def reach_stage(self, input: CycleDeadlineInput) -> CycleOutcome:
        """Records that the date of a stage has come."""
        due = input.deadline
        reached = {"cycle": input.cycle, "stage": due.stage, "due": due.at, "by": SYSTEM, "at": input.at}
        command = ReachStage.model_validate(reached)
        return CycleOutcome(status=await self.cycles.handle(command, f"{SYSTEM_KEYS}stage:{due.stage}"))

    @activity.defn(name="score_period")
    async def score_period(self, input: CycleDeadlineInput) -> CycleOutcome:
        """Every sheet's score of a period; raises, to be tried again, while goals are behind."""
        cycle, period = input.cycle, input.deadline.period or "Y"
        sheets = await self._scored(input, period)
        done = FinishPeriod(
            cycle=cycle, period=period, sheets=sheets, due=input.deadline.at, by=SYSTEM, at=input.at
        )
        return CycleOutcome(status=await self.cycles.handle(done, f"{SYSTEM_KEYS}period:{period}"))

    @activity.defn(name="issue_results")
    async def issue_results(self, input: CycleDeadlineInput) -> CycleOutcome:
        """The year's score and result of every sheet; raises, to be tried again, while goals are behind."""
        await self._scored(input, "Y")
        sheets = await self.evaluation.issue_results(input.cycle, input.at, beat)
        done = FinishResults(cycle=input.cycle, sheets=sheets, by=SYSTEM, at=input.at)
        return CycleOutcome(status=await self.cycles.handle(done, f"{SYSTEM_KEYS}results"))

    async def _scored(self, input: CycleDeadlineInput, period: str) -> int:
        try:
            return await self.evaluation.score_period(input.cycle, period, input.at, beat)
        except NotScoredYet as behind:  # nothing is wrong: the goals' own timers come first
            raise ApplicationError(str(behind), category=ApplicationErrorCategory.BENIGN) from behind

    @activity.defn(name="close_cycle")
    async def close(self, input: RecordCycleInput) -> CycleOutcome:
        """Closes the cycle when every goal is over, else says how many are not."""
        waiting, goals = await self.evaluation.open_goals(input.cycle)
        try:
            command = CloseCycle(
                cycle=input.cycle, open_goals=tuple(waiting), goals=goals, by=input.by, at=input.at
            )
            return CycleOutcome(status=await self.cycles.handle(command, input.command_id))
        except Refusal as refusal:
            return CycleOutcome(refused=Refused.of(refusal))

    @activity.defn(name="abandon_cycle")
    async def abandon(self, input: RecordCycleInput) -> CycleOutcome:
        """Gives the cycle up and ends its open goals; run again it goes on where it was."""
        waiting, goals = await self.evaluation.open_goals(input.cycle)
        try:
            found = {"open_goals": len(waiting), "goals": goals, "by": input.by, "at": input.at}
            command = AbandonCycle.model_validate(
                {"cycle": input.cycle, **read_fields(AbandonCycle, input.name, input.fields), **found}
            )
            status = await self.cycles.handle(command, input.command_id)
            await self.evaluation.abandon(input.cycle, input.by, command.reason, input.at, beat)
            return CycleOutcome(status=status)
        except Refusal as refusal:
            return CycleOutcome(refused=Refused.of(refusal))
        except ValidationError as wrong:
            return CycleOutcome(refused=Refused.of(invalid_command(input.name, wrong)))

    @activity.defn(name="cycle_status")
    async def status(self, input: CycleStatusInput) -> CycleOutcome:
        """Where the cycle stands in the log; the refusal when it is not there."""
        try:
            return CycleOutcome(status=await self.cycles.status(input.cycle))
        except Refusal as refusal:
            return CycleOutcome(refused=Refused.of(refusal))

    @activity.defn(name="record_refused_cycle_signal")
    async def record_refused_signal(self, input: RecordSignalRefusedInput) -> CycleOutcome:
        """Records what a signal asked for and why it was refused."""
        command = RecordRefusedCycleSignal(
            cycle=input.stream.removeprefix("cycle-"), name=input.name, code=input.refused.code,
            field=input.refused.field, facts=input.refused.facts, by=input.by or SYSTEM, at=input.at,
        )  # fmt: skip
        return CycleOutcome(status=await self.cycles.handle(command, refusal_key(input)))


def launch_fields(input: RecordCycleInput) -> LaunchFields:
    """The fields of a launch as they arrived; refuses wrong ones, the first by name."""
    try:
        return LaunchFields.model_validate(read_fields(LaunchFields, input.name, input.fields))
    except ValidationError as wrong:
        raise invalid_command(input.name, wrong) from None
