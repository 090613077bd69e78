"""One cycle's year: launch, goal setting, execution, review, scores, results, close."""

from datetime import timedelta
from typing import Any, assert_never

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

from workflows.appending import append, work
from workflows.commanded import CYCLE, CommandedWorkflow
from workflows.messages import Message, unknown_command

with workflow.unsafe.imports_passed_through():
    from activities.inputs import (
        CycleDeadlineInput,
        CycleOutcome,
        CycleStart,
        CycleStatusInput,
        RecordCycleInput,
        RecordSignalRefusedInput,
    )
    from cairn.domain.cycle.commands import CYCLE_COMMANDS
    from cairn.domain.cycle.status import CycleDeadline, CycleStatus
    from cairn.domain.event import SYSTEM
    from cairn.domain.identity import SYSTEM_KEYS

LAUNCH = timedelta(seconds=60)
"""How long one try of a launch may take: it plans the whole cycle."""
TRIES = 8
"""So often something for a whole cycle is tried at once, within two minutes; then it makes way for what comes next."""
LARGEST_OFFSET = timedelta(days=36_500).total_seconds()


@workflow.defn(name="Cycle")
class CycleWorkflow(CommandedWorkflow[CycleStatus, CycleDeadline]):
    """Launches and closes a cycle; sheets and scores are made by activities that may run again."""

    refresh_after = (timedelta(days=1),)
    retry_deadline_after = timedelta(hours=1)

    @workflow.init
    def __init__(self, start: CycleStart) -> None:
        super().__init__(f"cycle-{start.cycle}", start.clock_offset, start.status)
        self.cycle = start.cycle

    @workflow.run
    async def run(self, start: CycleStart) -> str:
        await self.wait_until_exists()
        await self.keep_deadlines()
        return await self.finish()

    async def read_status(self) -> CycleOutcome:
        asked = CycleStatusInput(cycle=self.cycle, postponed=tuple(self.postponed.values()))
        return await append("cycle_status", asked, CycleOutcome)

    async def record_command(self, name: str, message: Message) -> CycleOutcome:
        match name:
            case "launch":
                self.set_clock(message.fields.get("clock_offset"))
                return await append("launch_cycle", self.command(name, message), CycleOutcome, LAUNCH)
            case "add_sheets":
                return await append("add_sheets", self.command(name, message), CycleOutcome, LAUNCH)
            case "amend" | "vote" | "enact":
                return await work("amend_policy", self.command(name, message), CycleOutcome)
            case "close":
                return await work("close_cycle", self.command(name, message), CycleOutcome, TRIES)
            case "abandon":
                return await work("abandon_cycle", self.command(name, message), CycleOutcome, TRIES)
            case _:
                return CycleOutcome(refused=unknown_command(name, tuple(CYCLE_COMMANDS)))

    def set_clock(self, clock_offset: object) -> None:
        """A launch's own clock, in seconds beside Temporal's, already holds for its events."""
        if self.exists or not isinstance(clock_offset, int | float):
            return
        if abs(clock_offset) <= LARGEST_OFFSET:  # never true of "not a number"; the launch says what is wrong
            self.clock_offset = float(clock_offset)

    def command(self, name: str, message: Message) -> RecordCycleInput:
        return RecordCycleInput(
            cycle=self.cycle, name=name, by=message.by, at=self.now(), command_id=message.command_id,
            fields=message.fields,
        )  # fmt: skip

    async def do_what_is_due(self, deadline: CycleDeadline) -> CycleOutcome:
        due = CycleDeadlineInput(cycle=self.cycle, deadline=deadline, at=self.now())
        match deadline.phase:
            case "launch":
                return await work("launch_sheets", due, CycleOutcome)
            case "stage":
                return await append("reach_cycle_stage", due, CycleOutcome)
            case "period":
                return await work("score_period", due, CycleOutcome, TRIES)
            case "reviews":
                return await work("open_reviews", due, CycleOutcome, TRIES)
            case "appraisals":
                return await work("open_appraisals", due, CycleOutcome, TRIES)
            case "results":
                return await work("issue_results", due, CycleOutcome, TRIES)
            case "show":
                return await work("show_results", due, CycleOutcome, TRIES)
            case "close":
                closing = Message(by=SYSTEM, command_id=f"{SYSTEM_KEYS}close")
                return await work("close_cycle", self.command("close", closing), CycleOutcome, TRIES)
            case _:
                assert_never(deadline.phase)

    def runs_apart(self, deadline: CycleDeadline) -> bool:
        """Scores of all sheets take minutes, and wait for what goals have not brought yet."""
        return deadline.phase in ("period", "results", "show")

    async def record_refused_signal(self, signal: RecordSignalRefusedInput) -> CycleOutcome:
        return await append("record_refused_cycle_signal", signal, CycleOutcome)

    def search_attributes(self, status: CycleStatus) -> list[SearchAttributeUpdate[Any]]:
        return [CYCLE.value_set(status.cycle)]

    def next_start(self) -> CycleStart:
        return CycleStart(cycle=self.cycle, clock_offset=self.clock_offset, status=self.status)
