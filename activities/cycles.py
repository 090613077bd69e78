"""Activities of one cycle: launch, sheets in batches, period scores, results, close. Long ones heartbeat."""

from datetime import date, datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.asks import CycleAsk, CycleOutcome, LaunchAsk, Refused, RefusedSignal
from cairn.domain.cycle.commands import (
    CloseCycle,
    FinishLaunch,
    FinishPeriod,
    FinishResults,
    LaunchCycle,
    ReachStage,
    RecordRefusedCycleSignal,
)
from cairn.domain.event import SYSTEM
from cairn.domain.refusal import Refusal
from cairn.handle.cycles import Cycles
from cairn.handle.evaluate import Evaluation, NotScoredYet
from cairn.i18n import refusal_message


async def beat(done: int, total: int) -> None:
    """Tells Temporal how far a long activity is."""
    activity.heartbeat(done, total)


class CycleActivities:
    def __init__(self, cycles: Cycles, evaluation: Evaluation) -> None:
        self.cycles, self.evaluation = cycles, evaluation

    @activity.defn(name="launch_cycle")
    async def launch(self, ask: LaunchAsk) -> CycleOutcome:
        """Records the launch of the plan HR saw, or says why not."""
        try:
            command = LaunchCycle(
                cycle=ask.cycle, seen=ask.seen, clock_shift=ask.clock_shift, by=ask.by, at=ask.at
            )
            days = date.fromisoformat(ask.starts), date.fromisoformat(ask.ends)
            standing = await self.cycles.launch(command, ask.title, *days, ask.policy, ask.language)
        except Refusal as refusal:
            return CycleOutcome(refused=Refused.of(refusal))
        return CycleOutcome(standing=standing)

    @activity.defn(name="launch_sheets")
    async def launch_sheets(self, cycle: str, at: datetime) -> CycleOutcome:
        """Brings every sheet of the plan into the log and says that the launch is finished."""
        failures = await self.cycles.launch_sheets(cycle, beat)
        done = FinishLaunch(cycle=cycle, failures=tuple(failures), by=SYSTEM, at=at)
        return CycleOutcome(standing=await self.cycles.handle(done, "launch-finished"))

    @activity.defn(name="reach_cycle_stage")
    async def stage(self, ask: CycleAsk) -> CycleOutcome:
        command = ReachStage.model_validate({**ask.fields, "cycle": ask.cycle, "by": ask.by, "at": ask.at})
        return CycleOutcome(standing=await self.cycles.handle(command, ask.command_id))

    @activity.defn(name="score_period")
    async def score_period(self, cycle: str, period: str, due: datetime, at: datetime) -> CycleOutcome:
        """Every sheet's score of a period; raises, to be tried again, while goals are behind."""
        sheets = await self._scored(cycle, period, at)
        done = FinishPeriod(cycle=cycle, period=period, sheets=sheets, due=due, by=SYSTEM, at=at)
        return CycleOutcome(standing=await self.cycles.handle(done, f"period:{period}"))

    @activity.defn(name="issue_results")
    async def issue_results(self, cycle: str, at: datetime) -> CycleOutcome:
        """The year's score and result of every sheet."""
        await self._scored(cycle, "Y", at)
        sheets = await self.evaluation.issue_results(cycle, at, beat)
        done = FinishResults(cycle=cycle, sheets=sheets, by=SYSTEM, at=at)
        return CycleOutcome(standing=await self.cycles.handle(done, "results"))

    async def _scored(self, cycle: str, period: str, at: datetime) -> int:
        try:
            return await self.evaluation.score_period(cycle, period, at, beat)
        except NotScoredYet as behind:  # nothing is wrong: the goals' own timers come first
            raise ApplicationError(str(behind), category=ApplicationErrorCategory.BENIGN) from behind

    @activity.defn(name="close_cycle")
    async def close(self, ask: CycleAsk) -> CycleOutcome:
        """Closes the cycle when every goal is over, else says how many are not."""
        waiting, goals = await self.evaluation.open_goals(ask.cycle)
        try:
            command = CloseCycle(
                cycle=ask.cycle, open_goals=tuple(waiting[:20]), goals=goals, by=ask.by, at=ask.at
            )
            return CycleOutcome(standing=await self.cycles.handle(command, ask.command_id))
        except Refusal as refusal:
            return CycleOutcome(refused=Refused.of(refusal))

    @activity.defn(name="cycle_standing")
    async def standing(self, cycle: str) -> CycleOutcome:
        try:
            return CycleOutcome(standing=await self.cycles.standing(cycle))
        except Refusal as refusal:
            return CycleOutcome(refused=Refused.of(refusal))

    @activity.defn(name="record_refused_cycle_signal")
    async def refused_signal(self, ask: RefusedSignal) -> CycleOutcome:
        command = RecordRefusedCycleSignal(
            cycle=ask.stream.removeprefix("cycle-"),
            name=ask.name,
            code=ask.refused.code,
            sentence=refusal_message(ask.refused).text("zh"),
            by=ask.by or SYSTEM,
            at=ask.at,
        )
        return CycleOutcome(standing=await self.cycles.handle(command, f"refused:{ask.command_id}"))
