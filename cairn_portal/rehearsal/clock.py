"""Temporal's own time skipping, workflow by workflow. It is experimental, so nothing else in Cairn touches it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from cairn.i18n import Message, message

SOON = timedelta(milliseconds=50)
INSTANT = timedelta(milliseconds=1)


class CannotSkipTime(Exception):
    """The server is too old or has time skipping switched off; the sentence says what to do."""

    def __init__(self, sentence: Message) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))


class RehearsalClock:
    """Moves single workflows forward. Business time is Temporal's time plus `clock_offset` seconds."""

    def __init__(self, client: Client, clock_offset: float) -> None:
        self._skipper = TimeSkipper(client)
        self._client = client
        self.clock_offset = timedelta(seconds=clock_offset)
        self._ahead: dict[str, timedelta] = {}

    def business(self, workflow: str) -> datetime:
        """A workflow's time in the cycle's year, as far as this clock moved it."""
        return datetime.now(UTC) + self._ahead.get(workflow, timedelta(0)) + self.clock_offset

    def forget(self, workflow: str) -> None:
        """A workflow that ended: one begun later under its name is at the clock's beginning again."""
        self._ahead.pop(workflow, None)

    async def refresh(self, workflow: str) -> None:
        """Learns from the server how far a workflow was moved by an earlier, interrupted rehearsal."""
        handle = self._client.get_workflow_handle(workflow)
        await self._stop(handle)
        now = await self._skipper.get_current_time(handle)
        self._ahead[workflow] = max(now - datetime.now(UTC), timedelta(0))

    async def _stop(self, handle: WorkflowHandle[Any, Any]) -> None:
        """Ends a move that nobody waits for any more, such as one whose rehearsal was killed while no worker answered:
        it would go on, further than was learnt, and the next move would begin where it ends. Only another one ends it.
        """
        info = await self._skipper.get_time_skipping_info(handle)
        if info is None or not info.effective_config.enabled:
            return
        try:
            await self._skipper.fast_forward(handle, INSTANT)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:  # else it has ended, and its clock stands still
                raise

    async def begun(self, workflow: str) -> None:
        """Waits until a workflow is there."""
        while True:
            try:
                await self._client.get_workflow_handle(workflow).describe()
                return
            except RPCError as error:
                if error.status != RPCStatusCode.NOT_FOUND:
                    raise
            await asyncio.sleep(0.1)

    async def advance(self, workflow: str, to: datetime) -> bool:
        """Moves a workflow to a business time and waits until every timer before it has fired and been dealt with.

        True when it got there; False when it ended first. A workflow that is there already is left alone.
        """
        left = to - self.business(workflow)
        if left <= SOON:
            return True
        try:
            arrived = await self._forward(workflow, left)
        except RPCError as error:
            if error.status == RPCStatusCode.UNIMPLEMENTED:
                raise CannotSkipTime(
                    message(
                        "This Temporal server does not skip time: it must be 1.32 or newer, with "
                        "frontend.WorkflowTimeSkippingEnabled switched on."
                    )
                ) from None
            if error.status == RPCStatusCode.NOT_FOUND:
                return False
            raise
        self._ahead[workflow] = self._ahead.get(workflow, timedelta(0)) + left
        return arrived

    async def _forward(self, workflow: str, left: timedelta) -> bool:
        """The server now and then loses sight of a forward while it is under way; asking for what is left is safe."""
        for attempt in range(5):
            try:
                return await self._skipper.fast_forward(self._client.get_workflow_handle(workflow), left)
            except RuntimeError:
                await asyncio.sleep(0.05 * 2**attempt)
                before = self._ahead.get(workflow, timedelta(0))
                await self.refresh(workflow)
                left -= self._ahead[workflow] - before
                self._ahead[workflow] = before
                if left <= SOON:
                    return True
        raise CannotSkipTime(
            message(
                "The clock of {workflow} could not be moved; its workflow may be stuck.", workflow=workflow
            )
        )
