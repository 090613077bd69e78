"""Cases: one workflow each, for as long as somebody is waited for or something is due in it."""

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeUpdate
from temporalio.exceptions import FailureError

from workflows.appending import append, append_all
from workflows.commanded import CYCLE, CommandedWorkflow
from workflows.messages import Message, writable_name

with workflow.unsafe.imports_passed_through():
    from activities.inputs import (
        CaseDeadlineInput,
        CaseOutcome,
        CaseStart,
        CaseStatusInput,
        RecordCaseInput,
        RecordSignalRefusedInput,
        SendMessageInput,
        UnsentInput,
        UnsentMessages,
    )
    from cairn.domain.case.status import CaseDeadline, CaseStatus


SENDINGS = 5
"""So often a message is sent in a row, before it is recorded why it was not taken and all waits longer."""


class CaseWorkflow(CommandedWorkflow[CaseStatus, CaseDeadline]):
    """Any command of a case by name; what the kinds share. A kind's workflow adds its name, `__init__` and `run`."""

    refresh_after = (timedelta(seconds=5), timedelta(minutes=1))
    retry_deadline_after = timedelta(minutes=10)

    async def keep_case(self) -> str:
        """Takes commands and keeps deadlines until nothing is due and nobody is waited for."""
        await self.wait_until_exists()
        await self.keep_deadlines()
        return await self.finish()

    async def read_status(self) -> CaseOutcome:
        asked = CaseStatusInput(case=self.stream, at=self.now(), postponed=tuple(self.postponed.values()))
        return await append("case_status", asked, CaseOutcome)

    async def record_command(self, name: str, message: Message) -> CaseOutcome:
        command = RecordCaseInput(
            case=self.stream, name=writable_name(name), by=message.by, at=self.now(), command_id=message.command_id,
            fields=message.fields, run=workflow.info().run_id, at_version=message.at_version,
        )  # fmt: skip
        return await self.record_input(command)

    async def record_input(self, command: RecordCaseInput) -> CaseOutcome:
        return await append("record_case", command, CaseOutcome)

    async def do_what_is_due(self, deadline: CaseDeadline) -> CaseOutcome:
        run = workflow.info().run_id
        due = CaseDeadlineInput(case=self.stream, deadline=deadline, at=self.now(), run=run)
        return await append("on_case_deadline", due, CaseOutcome)

    async def record_refused_signal(self, signal: RecordSignalRefusedInput) -> CaseOutcome:
        return await append("record_refused_case_signal", signal, CaseOutcome)

    def search_attributes(self, status: CaseStatus) -> list[SearchAttributeUpdate[Any]]:
        return [CYCLE.value_set(status.cycle)]

    def next_start(self) -> CaseStart:
        return CaseStart(case=self.stream, clock_offset=self.clock_offset, status=self.status)


@workflow.defn(name="Request")
class RequestWorkflow(CaseWorkflow):
    """One request to another department, from the asking until what was promised is there."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start.case, start.clock_offset, start.status)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.keep_case()


@workflow.defn(name="Promise")
class PromiseWorkflow(CaseWorkflow):
    """One promise, until it is kept or released."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start.case, start.clock_offset, start.status)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.keep_case()


@workflow.defn(name="Feedback")
class FeedbackWorkflow(CaseWorkflow):
    """One observation, from the moment it was seen until what was agreed is done."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start.case, start.clock_offset, start.status)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.keep_case()


@workflow.defn(name="Coaching")
class CoachingWorkflow(CaseWorkflow):
    """One coaching plan, from the asking for the person's answer until its outcome is on record."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start.case, start.clock_offset, start.status)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.keep_case()


@workflow.defn(name="Result")
class ResultWorkflow(CaseWorkflow):
    """One result, from the day it was shown until its last window is over."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start.case, start.clock_offset, start.status)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.keep_case()


@workflow.defn(name="Calibration")
class CalibrationWorkflow(CaseWorkflow):
    """One calibration of a unit, until it is finished or called off."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start.case, start.clock_offset, start.status)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.keep_case()


@workflow.defn(name="Review")
class ReviewWorkflow(CaseWorkflow):
    """One stage review, from the end of its period until both sides have handed in."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start.case, start.clock_offset, start.status)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.keep_case()


@workflow.defn(name="Appraisal")
class AppraisalWorkflow(CaseWorkflow):
    """One appraisal, from its opening until what came late was taken in. It hears nothing of unnamed raters."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start.case, start.clock_offset, start.status)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.keep_case()


@workflow.defn(name="Handover")
class HandoverWorkflow(CaseWorkflow):
    """The hand-over of one cycle, while payroll lacks a message or a lowering waits for its decision."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start.case, start.clock_offset, start.status)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.keep_case()

    async def record_input(self, command: RecordCaseInput) -> CaseOutcome:
        """A hand-over looks at every sheet of the cycle: that is no work for a local activity."""
        if command.name == "make":
            return await append_all("record_case", command, CaseOutcome)
        return await super().record_input(command)

    def runs_apart(self, deadline: CaseDeadline) -> bool:
        """Sending waits for a receiver; nobody's command waits for that."""
        return deadline.phase == "send"

    async def do_what_is_due(self, deadline: CaseDeadline) -> CaseOutcome:
        if deadline.phase != "send":
            return await super().do_what_is_due(deadline)
        unsent = await append("unsent_messages", UnsentInput(case=self.stream), UnsentMessages)
        tries = SENDINGS
        for number in unsent.numbers:
            if not await self.send(number, tries):
                tries = 1  # of a receiver that is away the others are asked once
        return await self.read_status()

    async def send(self, number: int, tries: int) -> bool:
        """Sends one message; whether payroll has it. What cannot be sent now keeps no other from going: it is tried
        again later."""
        try:
            await workflow.execute_activity(
                "send_message",
                SendMessageInput(case=self.stream, message=number, tries=tries),
                start_to_close_timeout=timedelta(seconds=40),
                retry_policy=RetryPolicy(
                    initial_interval=timedelta(seconds=1),
                    backoff_coefficient=2.0,
                    maximum_attempts=tries,
                ),
            )
        except FailureError as error:
            workflow.logger.warning(
                "message %s of %s was not sent: %s", number, self.stream, error.cause or error
            )
            return False
        return True
