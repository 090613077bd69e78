"""One cycle's year: launch, goal setting, execution, review, scores, results, close."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy, SearchAttributeKey
from temporalio.exceptions import FailureError

from workflows.deadline import FOREVER, clock, passed
from workflows.messages import Message, failed, invalid, read_message, readable, refuse

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from activities.inputs import (
        CycleOutcome,
        CycleStart,
        LaunchInput,
        RecordCycleInput,
        Refused,
        RefusedSignalInput,
    )
    from cairn.domain.cycle.status import CycleDeadline, CycleStatus

CYCLE = SearchAttributeKey.for_keyword("CairnCycle")
LONG = timedelta(hours=6)
BEAT = timedelta(seconds=30)
"""A worker that was killed is missed after this long, and another one goes on."""
SHORT = timedelta(seconds=60)
DAILY = timedelta(days=1)
RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
LARGEST_OFFSET = timedelta(days=36_500).total_seconds()
SYSTEM = "system"


@workflow.defn(name="Cycle")
class CycleWorkflow:
    """Holds only the cycle's standing; sheets and scores are made by activities that may run again."""

    @workflow.init
    def __init__(self, start: CycleStart) -> None:
        self.cycle, self.clock_offset = start.cycle, start.clock_offset
        self.at: CycleStatus | None = start.status
        self.lock = asyncio.Lock()

    @workflow.run
    async def run(self, start: CycleStart) -> str:
        while not (self.at and self.at.over):
            await self.launched()
            if self.at is None:
                break
            await self.wait_for_deadline(self.at)
            await self.continue_as_new_if_due()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.at.stage if self.at else "none"

    async def launched(self) -> None:
        """Waits for HR's launch; a cycle that is never launched ends after a day, with every handler drained."""
        if self.at is not None:
            return
        with contextlib.suppress(FailureError):
            self.update_status(await self.do("cycle_status", self.cycle))
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(lambda: self.at is not None, timeout=DAILY)
        await workflow.wait_condition(lambda: self.at is not None or workflow.all_handlers_finished())

    async def wait_for_deadline(self, at: CycleStatus) -> None:
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

    async def on_deadline(self, due: CycleDeadline) -> None:
        """Does what is due. What could not be done yet (goals still open) is tried again a day later."""
        async with self.lock:
            try:
                self.update_status(await self.work(due))
            except FailureError as error:
                workflow.logger.error("%s of %s could not be done: %s", due.phase, self.cycle, error.cause)
        at = self.at
        if at and at.next_deadline == due:
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(lambda: self.at is not at, timeout=DAILY)

    async def work(self, due: CycleDeadline) -> CycleOutcome:
        now = self.now()
        match due.phase:
            case "launch":
                return await self.long("launch_sheets", self.cycle, now)
            case "stage":
                fields: dict[str, object] = {"stage": due.stage, "due": due.at.isoformat()}
                ask = self.ask("stage", SYSTEM, f"stage:{due.stage}", fields)
                return await self.do("on_cycle_stage", ask)
            case "period":
                return await self.long("score_period", self.cycle, due.period, due.at, now)
            case "results":
                return await self.long("issue_results", self.cycle, now)
            case "close":
                return await self.long("close_cycle", self.ask("close", SYSTEM, "close", {}))

    async def continue_as_new_if_due(self) -> None:
        if _is_continue_as_new_due():
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(
                CycleStart(cycle=self.cycle, clock_offset=self.clock_offset, status=self.at)
            )

    @workflow.update(dynamic=True)
    async def on_update(self, name: str, args: Sequence[RawValue]) -> CycleOutcome:
        """launch or close, with the answer or the refusal."""
        info = workflow.current_update_info()
        outcome = await self.record(
            name, read_message(name, args, info.id if info else str(workflow.uuid4()))
        )
        if outcome.refused:
            refuse(outcome.refused)
        return outcome

    @workflow.signal(dynamic=True)
    async def on_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """The same by signal; a refusal of a launched cycle is recorded."""
        message = read_message(name, args, str(workflow.uuid4()))
        outcome = await self.record(name, message)
        if outcome.refused and self.at:
            refused = RefusedSignalInput(
                stream=f"cycle-{self.cycle}", name=readable(name), by=message.by, at=self.now(),
                command_id=message.command_id, refused=outcome.refused,
            )  # fmt: skip
            with contextlib.suppress(FailureError):
                self.update_status(await self.do("record_refused_cycle_signal", refused))

    @workflow.query(name="status")
    def status(self) -> CycleStatus | None:
        return self.at

    @workflow.query(name="due")
    def due(self) -> CycleDeadline | None:
        return self.at.next_deadline if self.at else None

    async def record(self, name: str, message: Message) -> CycleOutcome:
        if message.wrong:
            return CycleOutcome(refused=message.wrong)
        if name not in ("launch", "close"):
            facts = {"name": readable(name), "known": "launch, close"}
            return CycleOutcome(refused=Refused(code="command.unknown", field="name", facts=facts))
        async with self.lock:
            try:
                outcome = await (self.launch(message) if name == "launch" else self.close(message))
            except FailureError as error:
                return CycleOutcome(refused=failed(name, error))
            self.update_status(outcome)
            return outcome

    async def launch(self, message: Message) -> CycleOutcome:
        clock_offset = message.fields.get("clock_offset", 0.0)
        if not isinstance(clock_offset, int | float) or not abs(clock_offset) <= LARGEST_OFFSET:
            return CycleOutcome(
                refused=invalid("launch", "clock_offset", "it is no number of seconds of this century")
            )
        if self.at is None:
            self.clock_offset = float(clock_offset)
        body = {
            **message.fields,
            "clock_offset": self.clock_offset,
            "cycle": self.cycle,
            "by": message.by,
            "at": self.now(),
        }
        try:
            ask = LaunchInput.model_validate(body)
        except ValidationError as wrong:
            first = wrong.errors(include_url=False)[0]
            return CycleOutcome(refused=invalid("launch", ".".join(map(str, first["loc"])), first["msg"]))
        return await self.do("launch_cycle", ask)

    async def close(self, message: Message) -> CycleOutcome:
        return await self.long(
            "close_cycle", self.ask("close", message.by, message.command_id, message.fields)
        )

    def ask(self, name: str, by: str, command_id: str, fields: dict[str, object]) -> RecordCycleInput:
        return RecordCycleInput(
            cycle=self.cycle, name=name, by=by, at=self.now(), command_id=command_id, fields=fields
        )

    def update_status(self, outcome: CycleOutcome) -> None:
        if outcome.status is None or outcome.status == self.at:
            return
        labelled = self.at is not None
        self.at, self.clock_offset = outcome.status, outcome.status.clock_offset
        if not labelled:
            workflow.upsert_search_attributes([CYCLE.value_set(self.cycle)])

    async def do(self, name: str, ask: object) -> CycleOutcome:
        outcome: CycleOutcome = await workflow.execute_local_activity(
            name, ask, result_type=CycleOutcome, start_to_close_timeout=SHORT, retry_policy=FOREVER
        )
        return outcome

    async def long(self, name: str, *args: object) -> CycleOutcome:
        outcome: CycleOutcome = await workflow.execute_activity(
            name, args=list(args), result_type=CycleOutcome, start_to_close_timeout=LONG, heartbeat_timeout=BEAT,
            retry_policy=RETRY,
        )  # fmt: skip
        return outcome

    def now(self) -> datetime:
        return clock(self.clock_offset)


def _is_continue_as_new_due() -> bool:
    info = workflow.info()
    return info.is_continue_as_new_suggested() or info.is_target_worker_deployment_version_changed()
