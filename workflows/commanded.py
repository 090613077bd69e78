"""The base of every workflow that takes commands: a status, one command at a time, deadlines as durable timers.

A subclass says what is its own: which activities read its status, record its commands and do what is due, which
search attributes it has, and what it begins again with. Its `__init__` (decorated with `workflow.init`) and `run`
(with `workflow.run`) must stand in the subclass itself; the handlers and queries here are inherited.
"""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from temporalio import workflow
from temporalio.common import RawValue, SearchAttributeKey, SearchAttributeUpdate
from temporalio.exceptions import ApplicationError, FailureError

from workflows.deadline import cycle_time, has_passed
from workflows.messages import Message, not_recorded, read_message, refuse, writable_name

with workflow.unsafe.imports_passed_through():
    from activities.inputs import Outcome, RecordSignalRefusedInput, Value

CYCLE = SearchAttributeKey.for_keyword("CairnCycle")
DEPARTMENT = SearchAttributeKey.for_keyword("CairnDepartment")


class Deadline(Protocol):
    """One deadline as an absolute time on the cycle's clock; `phase` says what is due."""

    @property
    def phase(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def acts_at(self) -> datetime:
        """When it is done, or tried again where it could not be."""


D = TypeVar("D", bound=Deadline, covariant=True)


class Status(Protocol[D]):
    """Where a stream of the log stands: `stage` is "none" while it has no events, `over` ends the workflow."""

    @property
    def stage(self) -> str: ...
    @property
    def over(self) -> bool: ...
    @property
    def clock_offset(self) -> float: ...
    @property
    def next_deadline(self) -> D | None: ...


S = TypeVar("S", bound=Status[Any])
Due = TypeVar("Due", bound=Deadline)


class CommandedWorkflow(ABC, Generic[S, Due]):
    """Holds only a status that each activity returns. The log decides; a refusal is an answer, never a failure."""

    refresh_after: ClassVar[Sequence[timedelta]]
    """How long to wait each time before the log is asked again for a stream that is not there yet."""
    retry_deadline_after: ClassVar[timedelta]
    """How long until a deadline that could not be done is tried again."""

    def __init__(self, stream: str, clock_offset: float, status: S | None) -> None:
        self.stream, self.clock_offset, self.status = stream, clock_offset, status
        self.lock = asyncio.Lock()
        self.has_search_attributes = status is not None

    # What a subclass says.

    @abstractmethod
    async def read_status(self) -> "Outcome[S]":
        """Where the stream stands in the log."""

    @abstractmethod
    async def record_command(self, name: str, message: Message) -> "Outcome[S]":
        """Appends a command's events, or says why not."""

    @abstractmethod
    async def do_what_is_due(self, deadline: Due) -> "Outcome[S]":
        """Appends a deadline's events."""

    @abstractmethod
    async def record_refused_signal(self, signal: RecordSignalRefusedInput) -> "Outcome[S]":
        """Appends a signal's refusal."""

    @abstractmethod
    def search_attributes(self, status: S) -> list[SearchAttributeUpdate[Any]]:
        """What the workflow is found by: never people, as search attributes are not encrypted."""

    @abstractmethod
    def next_start(self) -> Value:
        """What the workflow's next run begins with."""

    # Commands.

    @workflow.update(dynamic=True)
    async def on_update(self, name: str, args: Sequence[RawValue]) -> Any:
        """Any command by name. Answers with the outcome, or fails with the refusal."""
        info = workflow.current_update_info()
        message = read_message(name, args, info.id if info else str(workflow.uuid4()))
        outcome = await self.record(name, message)
        if outcome.refused:
            refuse(outcome.refused)
        return outcome

    @workflow.signal(dynamic=True)
    async def on_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """The same commands by signal: nobody waits, so a refusal is recorded."""
        message = read_message(name, args, str(workflow.uuid4()))
        outcome = await self.record(name, message)
        if outcome.refused is None:
            return
        await self.refresh()
        if not self.exists:  # what is not in the log has no stream to record it in
            return
        signal = RecordSignalRefusedInput(
            stream=self.stream, name=writable_name(name), by=message.by, at=self.now(),
            command_id=message.command_id, refused=outcome.refused,
        )  # fmt: skip
        with contextlib.suppress(FailureError):
            self.update_status(await self.record_refused_signal(signal))

    @workflow.signal(name="refresh")
    async def on_refresh(self) -> None:
        """Asks the log again where the stream stands: its cycle's dates have changed, say."""
        async with self.lock:
            with contextlib.suppress(FailureError):
                self.update_status(await self.read_status())

    async def record(self, name: str, message: Message) -> "Outcome[S]":
        """One command at a time: recorded by one append, then the new status is kept."""
        if message.refused:
            return Outcome(refused=message.refused)
        async with self.lock:
            await self.refresh()
            try:
                outcome = await self.record_command(name, message)
            except FailureError as error:
                return Outcome(refused=not_recorded(name, error))
            self.update_status(outcome)
            return outcome

    # Status.

    @workflow.query(name="status")
    def query_status(self) -> S | None:
        return self.status

    @workflow.query(name="next_deadline")
    def query_next_deadline(self) -> Any:
        return self.status.next_deadline if self.status else None

    @property
    def exists(self) -> bool:
        """Whether the stream is in the log, as far as is known."""
        return self.status is not None and self.status.stage != "none"

    async def refresh(self) -> None:
        """Asks the log for the status while the stream is not known to be there."""
        if not self.exists:
            with contextlib.suppress(FailureError):
                self.update_status(await self.read_status())

    def update_status(self, outcome: "Outcome[S]") -> None:
        """Keeps the status of an outcome. Where a command began the workflow, it gets the search attributes that
        the starter would have given it, once."""
        if outcome.status is None or outcome.status == self.status:
            return
        self.status, self.clock_offset = outcome.status, outcome.status.clock_offset
        if self.exists and not self.has_search_attributes:
            workflow.upsert_search_attributes(self.search_attributes(self.status))
            self.has_search_attributes = True

    async def wait_until_exists(self) -> None:
        """Waits for the stream: a command may have come a moment before it.

        The workflow of a stream that never was fails, so its name stays free: the starter begins another one there.
        """
        for wait in self.refresh_after:
            async with self.lock:
                await self.refresh()
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(lambda: self.exists, timeout=wait)
        if not self.exists:
            await workflow.wait_condition(workflow.all_handlers_finished)
            await self.refresh()
        if not self.exists:
            raise ApplicationError(f"{self.stream} is not in the log", type="NotInLog", non_retryable=True)

    # Deadlines.

    async def keep_deadlines(self, until: Callable[[S], bool] = lambda status: False) -> None:
        """Does what is due, one deadline after the other, until the status is so or the stream is over."""
        while self.status and not self.status.over and not until(self.status):
            await self.wait_for_deadline(self.status)
            await self.continue_as_new_if_due()

    async def wait_for_deadline(self, status: S) -> None:
        """Waits for the status's next deadline and does what is due; returns early when the status changes."""
        deadline: Due | None = status.next_deadline
        due_at = deadline.acts_at if deadline else None
        if not await has_passed(
            due_at, self.clock_offset, lambda: self.status is not status or _is_continue_as_new_due()
        ):
            return
        if deadline is None:
            return
        await self.on_deadline(deadline)
        tried = self.status
        if tried and tried.next_deadline == deadline:
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self.status is not tried, timeout=self.retry_deadline_after
                )

    async def on_deadline(self, deadline: Due) -> None:
        """Does what is due. What cannot be done keeps nobody from giving commands; it is tried again later."""
        async with self.lock:
            try:
                self.update_status(await self.do_what_is_due(deadline))
            except FailureError as error:
                cause = error.cause or error
                workflow.logger.error("%s of %s could not be done: %s", deadline.phase, self.stream, cause)

    # Runs.

    async def continue_as_new_if_due(self) -> None:
        """Starts afresh, with handlers drained, when history is long or a new build of the worker is out."""
        if _is_continue_as_new_due():
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(self.next_start())

    async def finish(self) -> str:
        """Lets every handler end; returns the last stage."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.status.stage if self.status else "none"

    def now(self) -> datetime:
        """The cycle's time."""
        return cycle_time(self.clock_offset)


def _is_continue_as_new_due() -> bool:
    info = workflow.info()
    return info.is_continue_as_new_suggested() or info.is_target_worker_deployment_version_changed()
