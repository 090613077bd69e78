"""Activities of one case of any kind: record a command, a deadline or a refused signal. One append each."""

from temporalio import activity

from activities.inputs import (
    CaseDeadlineInput,
    CaseOutcome,
    CaseStatusInput,
    RecordCaseInput,
    RecordSignalRefusedInput,
    Refused,
    refusal_key,
)
from cairn.application.cases import CaseAnswer, Cases, case_deadline, read_case_command
from cairn.domain.case.commands import RecordRefusedCaseSignal
from cairn.domain.event import SYSTEM
from cairn.domain.refusal import Refusal


class CaseActivities:
    """What a case's workflow asks."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases

    @activity.defn(name="record_case")
    async def record(self, input: RecordCaseInput) -> CaseOutcome:
        """Decides and appends a command; a refusal comes back as a value."""
        try:
            command = read_case_command(input.name, input.case, input.by, input.at, input.fields)
            answer = await self.cases.handle(
                command, input.command_id, run=input.run, at_version=input.at_version
            )
        except Refusal as refusal:
            return CaseOutcome(refused=Refused.of(refusal))
        return _outcome(answer)

    @activity.defn(name="on_case_deadline")
    async def on_deadline(self, input: CaseDeadlineInput) -> CaseOutcome:
        """Does what is due."""
        command, key = case_deadline(input.case, input.deadline.phase, input.deadline.at, input.at)
        return _outcome(await self.cases.handle(command, key, run=input.run))

    @activity.defn(name="case_status")
    async def status(self, input: CaseStatusInput) -> CaseOutcome:
        """Where the case stands in the log; the refusal when it is not there."""
        try:
            return CaseOutcome(status=await self.cases.status(input.case, input.at, input.postponed))
        except Refusal as refusal:
            return CaseOutcome(refused=Refused.of(refusal))

    @activity.defn(name="record_refused_case_signal")
    async def record_refused_signal(self, input: RecordSignalRefusedInput) -> CaseOutcome:
        """Records what a signal asked for and why it was refused."""
        command = RecordRefusedCaseSignal(
            case=input.stream, name=input.name, code=input.refused.code, field=input.refused.field,
            facts=input.refused.facts, by=input.by or SYSTEM, at=input.at,
        )  # fmt: skip
        return _outcome(await self.cases.handle(command, refusal_key(input)))


def _outcome(answer: CaseAnswer) -> CaseOutcome:
    return CaseOutcome(status=answer.status, events=answer.events, replayed=answer.replayed)
