"""Activities of a hand-over: which messages payroll lacks, and sending one of them."""

from datetime import UTC, datetime
from typing import cast

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.inputs import SendMessageInput, UnsentInput, UnsentMessages
from cairn.application.cases import Cases
from cairn.domain.event import SYSTEM
from cairn.domain.handover.commands import RecordDelivery
from cairn.domain.handover.state import Handover
from cairn.domain.identity import SYSTEM_KEYS
from cairn.payroll.sending import Answer, Webhook


class HandoverActivities:
    """What a hand-over's workflow asks. Without a webhook nothing can be sent, and that is recorded."""

    def __init__(self, cases: Cases, webhook: Webhook | None) -> None:
        self.cases, self.webhook = cases, webhook

    @activity.defn(name="unsent_messages")
    async def unsent(self, input: UnsentInput) -> UnsentMessages:
        """The numbers of the messages that are to be sent, in order."""
        handover = await self._load(input.case)
        return UnsentMessages(numbers=tuple(each.number for each in handover.unsent if each.way == "webhook"))

    @activity.defn(name="send_message")
    async def send(self, input: SendMessageInput) -> None:
        """Sends one message, unless payroll has it, and records that it was taken. Sent again after a crash between
        the two it has the same id. Raises what did not succeed, to be tried again; of the last try why is recorded."""
        handover = await self._load(input.case)
        message = handover.messages.get(input.message)
        if message is None or message.taken_at is not None:
            return
        answer = await self.webhook.send(handover.id, message) if self.webhook else Answer("unset")
        if answer.why is None:
            await self._record(handover, message.number, answer, f"taken:{message.number}")
            return
        last = activity.info().attempt >= input.tries or answer.why == "unset"
        if last:
            key = f"not-taken:{message.number}:{handover.version}"
            await self._record(handover, message.number, answer, key)
        raise ApplicationError(
            f"message {message.number}: {answer.why} {answer.status or ''}".strip(), non_retryable=last
        )

    async def _record(self, handover: Handover, message: int, answer: Answer, key: str) -> None:
        command = RecordDelivery(
            case=handover.id, message=message, taken=answer.why is None, why=answer.why, status=answer.status,
            by=SYSTEM, at=datetime.now(UTC),
        )  # fmt: skip
        await self.cases.handle(command, f"{SYSTEM_KEYS}{key}")

    async def _load(self, case: str) -> Handover:
        found, _ = await self.cases.load(case)
        return cast(Handover, found)
