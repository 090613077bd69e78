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
from cairn.application.amendments import Amendments
from cairn.application.appraisals import Appraisals
from cairn.application.cycles import Cycles
from cairn.application.evaluation import Evaluation, Scored
from cairn.application.fields import read_fields
from cairn.application.results import Results
from cairn.application.reviews import Reviews
from cairn.domain.cycle.commands import (
    AMENDMENT_COMMANDS,
    AbandonCycle,
    AddSheets,
    CloseCycle,
    FinishAppraisals,
    FinishLaunch,
    FinishPeriod,
    FinishResults,
    FinishReviews,
    FinishShowing,
    LaunchCycle,
    ReachStage,
    RecordRefusedCycleSignal,
)
from cairn.domain.event import SYSTEM
from cairn.domain.identity import SYSTEM_KEYS
from cairn.domain.invalid import invalid_command
from cairn.domain.refusal import Refusal

TRIES = 6
"""So often scores are tried again at once, within a minute: timers of goals may be a little late."""
CENTURY = 36_500 * 24 * 3600
"""Seconds that a cycle's clock may run beside Temporal's."""


class LaunchFields(BaseModel):
    """What HR says of a launch: `seen` is the digest of the preview that was looked at, `shift` the day after which
    passed dates of goal setting come, `clock_offset` the seconds that the cycle's clock runs beside Temporal's (a
    rehearsal's)."""

    model_config = ConfigDict(frozen=True)

    title: str
    starts: date
    ends: date
    policy: str
    seen: str
    language: Literal["zh", "en"] = "zh"
    shift: date | None = None
    clock_offset: float = Field(default=0.0, ge=-CENTURY, le=CENTURY, allow_inf_nan=False)


def _not_yet(found: Scored, period: str, last: bool = False) -> ApplicationError:
    """Nothing is wrong: the goals' own timers, or people, come first."""
    return ApplicationError(
        f"{len(found.waiting)} goals have no score of {period} yet, {found.waiting[0]} among them",
        category=ApplicationErrorCategory.BENIGN,
        non_retryable=last,
    )


async def beat(done: int, total: int) -> None:
    """Tells Temporal how far a long activity is."""
    activity.heartbeat(done, total)


class CycleActivities:
    """What a cycle's workflow has done for it; every activity may run again."""

    def __init__(
        self,
        cycles: Cycles,
        evaluation: Evaluation,
        amendments: Amendments,
        reviews: Reviews,
        appraisals: Appraisals,
        results: Results,
    ) -> None:
        self.cycles, self.evaluation, self.results = cycles, evaluation, results
        self.amendments, self.reviews, self.appraisals = amendments, reviews, appraisals

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
                key=input.command_id, shift=fields.shift,
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

    @activity.defn(name="add_sheets")
    async def add_sheets(self, input: RecordCycleInput) -> CycleOutcome:
        """Opens the missing sheets of the preview HR saw, or says why not."""
        try:
            fields = read_fields(AddSheets, input.name, input.fields)
            asked = {**fields, "cycle": input.cycle, "by": input.by, "at": input.at}
            status = await self.cycles.add_sheets(AddSheets.model_validate(asked), input.command_id)
        except ValidationError as wrong:
            return CycleOutcome(refused=Refused.of(invalid_command(input.name, wrong)))
        except Refusal as refusal:
            return CycleOutcome(refused=Refused.of(refusal))
        return CycleOutcome(status=status)

    @activity.defn(name="reach_cycle_stage")
    async def reach_stage(self, input: CycleDeadlineInput) -> CycleOutcome:
        """Records that the date of a stage has come."""
        due = input.deadline
        reached = {"cycle": input.cycle, "stage": due.stage, "due": due.at, "by": SYSTEM, "at": input.at}
        command = ReachStage.model_validate(reached)
        return CycleOutcome(status=await self.cycles.handle(command, f"{SYSTEM_KEYS}stage:{due.stage}"))

    @activity.defn(name="score_period")
    async def score_period(self, input: CycleDeadlineInput) -> CycleOutcome:
        """Every sheet's score of a period. While goals are behind it raises, to be tried again, a few times; then it
        goes on without their sheets, whose scores follow with the goals' own (RULES W2)."""
        cycle, period = input.cycle, input.deadline.period or "Y"
        found = await self.evaluation.score_period(cycle, period, input.at, beat)
        if found.waiting and activity.info().attempt < TRIES:
            raise _not_yet(found, period)
        done = FinishPeriod(
            cycle=cycle, period=period, sheets=found.sheets, due=input.deadline.at, by=SYSTEM, at=input.at
        )
        return CycleOutcome(status=await self.cycles.handle(done, f"{SYSTEM_KEYS}period:{period}"))

    @activity.defn(name="open_reviews")
    async def open_reviews(self, input: CycleDeadlineInput) -> CycleOutcome:
        """The reviews of a period that has ended, for everybody with a sheet in it; who has none is named."""
        cycle, period = input.cycle, input.deadline.period or ""
        found = await self.reviews.open_period(cycle, period, input.at, beat)
        done = FinishReviews(
            cycle=cycle, period=period, reviews=len(found.reviews), left_out=tuple(found.left_out),
            due=input.deadline.at, by=SYSTEM, at=input.at,
        )  # fmt: skip
        return CycleOutcome(status=await self.cycles.handle(done, f"{SYSTEM_KEYS}reviews:{period}"))

    @activity.defn(name="open_appraisals")
    async def open_appraisals(self, input: CycleDeadlineInput) -> CycleOutcome:
        """The appraisals of everybody whose family names who rates; who has none is named."""
        found = await self.appraisals.open_cycle(input.cycle, input.at, beat)
        done = FinishAppraisals(
            cycle=input.cycle, appraisals=found.appraisals, left_out=tuple(found.left_out), due=input.deadline.at,
            by=SYSTEM, at=input.at,
        )  # fmt: skip
        return CycleOutcome(status=await self.cycles.handle(done, f"{SYSTEM_KEYS}appraisals"))

    @activity.defn(name="issue_results")
    async def issue_results(self, input: CycleDeadlineInput) -> CycleOutcome:
        """The year's score and result of every sheet whose goals are all scored. While some are not it raises: to be
        tried again at once a few times, and after that by the workflow, day by day."""
        found = await self.evaluation.issue_results(input.cycle, input.at, beat)
        if found.waiting:
            raise _not_yet(found, "Y", last=activity.info().attempt >= TRIES)
        done = FinishResults(cycle=input.cycle, sheets=found.sheets, by=SYSTEM, at=input.at)
        return CycleOutcome(status=await self.cycles.handle(done, f"{SYSTEM_KEYS}results"))

    @activity.defn(name="show_results")
    async def show_results(self, input: CycleDeadlineInput) -> CycleOutcome:
        """Shows everybody their result. While a calibration is open it raises, to be tried again."""
        cycle = await self.cycles.load(input.cycle)
        if cycle.calibrations:
            raise ApplicationError(
                f"{len(cycle.calibrations)} calibrations are open, {cycle.calibrations[0]} among them",
                category=ApplicationErrorCategory.BENIGN,
                non_retryable=True,
            )
        found = await self.results.show_all(input.cycle, input.at, beat)
        done = FinishShowing(
            cycle=input.cycle, results=found.results, waiting=tuple(found.waiting), by=SYSTEM, at=input.at
        )
        return CycleOutcome(status=await self.cycles.handle(done, f"{SYSTEM_KEYS}shown"))

    @activity.defn(name="close_cycle")
    async def close(self, input: RecordCycleInput) -> CycleOutcome:
        """Closes the cycle when every goal is over and every result is done, else says how many are not."""
        waiting, goals = await self.evaluation.open_goals(input.cycle)
        results, unshown = await self.results.open_ones(input.cycle, input.at)
        try:
            found = {
                "open_goals": waiting, "goals": goals, "open_results": results, "unshown": unshown, "by": input.by,
                "at": input.at,
            }  # fmt: skip
            command = CloseCycle.model_validate(
                {"cycle": input.cycle, **read_fields(CloseCycle, input.name, input.fields), **found}
            )
            return CycleOutcome(status=await self.cycles.handle(command, input.command_id))
        except Refusal as refusal:
            return CycleOutcome(refused=Refused.of(refusal))
        except ValidationError as wrong:
            return CycleOutcome(refused=Refused.of(invalid_command(input.name, wrong)))

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

    @activity.defn(name="amend_policy")
    async def amend(self, input: RecordCycleInput) -> CycleOutcome:
        """Records what is asked of a change of the policy: its proposal, a vote, its taking effect."""
        kind = AMENDMENT_COMMANDS[input.name]
        try:
            fields = read_fields(kind, input.name, input.fields)
            command = kind.model_validate({**fields, "cycle": input.cycle, "by": input.by, "at": input.at})
            return CycleOutcome(status=await self.amendments.handle(command, input.command_id, beat))
        except ValidationError as wrong:
            return CycleOutcome(refused=Refused.of(invalid_command(input.name, wrong)))
        except Refusal as refusal:
            return CycleOutcome(refused=Refused.of(refusal))

    @activity.defn(name="cycle_status")
    async def status(self, input: CycleStatusInput) -> CycleOutcome:
        """Where the cycle stands in the log; the refusal when it is not there."""
        try:
            return CycleOutcome(status=await self.cycles.status(input.cycle, input.postponed))
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
