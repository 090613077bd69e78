"""The base of every workflow that takes commands: a status, one command at a time, deadlines as durable timers.

A subclass says what is its own: which activities read its status, record its commands and do what is due, which
search attributes it has, and what it begins again with. Its `__init__` (decorated with `workflow.init`) and `run`
(with `workflow.run`) must stand in the subclass itself; the handlers and queries here are inherited.
"""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from temporalio import workflow
from temporalio.common import RawValue, SearchAttributeKey, SearchAttributeUpdate
from temporalio.exceptions import ApplicationError, FailureError

from workflows.deadline import cycle_time, has_passed
from workflows.fresh_starts import is_fresh_start_due, start_afresh
from workflows.messages import Message, not_recorded, read_message, refuse, writable_name

with workflow.unsafe.imports_passed_through():
    from activities.inputs import REFRESH, Outcome, RecordSignalRefusedInput, Value

APART = "scores-apart"
POSTPONED = "postponed-deadlines"
"""Patches: runs that began before them go on as they did."""
LATEST_AGAIN = timedelta(days=1)
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

    @property
    def again_at(self) -> datetime | None:
        """When it is tried again; None where it was not tried."""

    def postponed(self, again_at: datetime) -> Self:
        """The same, to be tried again then."""


D = TypeVar("D", bound=Deadline, covariant=True)


class Status(Protocol[D]):
    """Where a stream of the log stands: `stage` is "none" while it has no events, `over` ends the workflow."""

    @property
    def stage(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def over(self) -> bool: ...
    @property
    def clock_offset(self) -> float: ...
    @property
    def next_deadline(self) -> D | None: ...
    def model_copy(self, *, update: Mapping[str, Any]) -> Self: ...


S = TypeVar("S", bound=Status[Any])
Due = TypeVar("Due", bound=Deadline)


class CommandedWorkflow(ABC, Generic[S, Due]):
    """Holds only a status that each activity returns. The log decides; a refusal is an answer, never a failure."""

    refresh_after: ClassVar[Sequence[timedelta]]
    """How long to wait each time before the log is asked again for a stream that is not there yet."""
    retry_deadline_after: ClassVar[timedelta]
    """How long until a deadline that could not be done is tried again; each time twice as long, up to a day."""

    def __init__(self, stream: str, clock_offset: float, status: S | None) -> None:
        self.stream, self.clock_offset, self.status = stream, clock_offset, status
        self.lock = asyncio.Lock()
        self.postponed: dict[str, Due] = {}
        """What could not be done, by `_name`: each with when it is tried again."""
        self.tries: dict[str, int] = {}
        self.has_search_attributes = status is not None

    # What a subclass says.

    @abstractmethod
    async def read_status(self) -> "Outcome[S]":
        """Where the stream stands in the log, with what is `postponed` at its later time."""

    @abstractmethod
    async def record_command(self, name: str, message: Message) -> "Outcome[S]":
        """Appends a command's events, or says why not."""

    @abstractmethod
    async def do_what_is_due(self, deadline: Due) -> "Outcome[S]":
        """Appends a deadline's events."""

    def runs_apart(self, deadline: Due) -> bool:
        """Whether a deadline is done beside people's commands and not in turn with them, since it may take long."""
        return False

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

    @workflow.signal(name=REFRESH)
    async def on_refresh(self) -> None:
        """Asks the log where it stands: after a reset of the workflow, say, where its cycle's dates have changed, and
        where a new build is out."""
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

    def update_status(self, outcome: "Outcome[S]", *, not_before: int = 0) -> None:
        """Keeps the status of an outcome, unless it is of an earlier version. Where a command began the workflow, it
        gets the search attributes that the starter would have given it, once."""
        if outcome.status is None or outcome.status == self.status or outcome.status.version < not_before:
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
        if deadline is not None and self.is_put_off(deadline):  # a command's answer does not know that
            await self.look_again(deadline)
            return
        if not await has_passed(
            due_at, self.clock_offset, lambda: self.status is not status or is_fresh_start_due()
        ):
            return
        if deadline is None:
            return
        await self.on_deadline(deadline)
        tried = self.status
        if tried is None or tried.next_deadline != deadline:
            return
        if workflow.patched(POSTPONED):
            await self.put_off(deadline)
            return
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(lambda: self.status is not tried, timeout=self.retry_deadline_after)

    async def on_deadline(self, deadline: Due) -> None:
        """Does what is due. What cannot be done keeps nobody from giving commands, nor anything else from being done:
        it is tried again later."""
        if self.runs_apart(deadline) and workflow.patched(APART):
            await self.try_deadline(deadline, apart=True)
            return
        async with self.lock:
            await self.try_deadline(deadline, apart=False)

    async def try_deadline(self, deadline: Due, *, apart: bool) -> None:
        """Tries once. Beside commands, what one of them learnt meanwhile is newer than what this came to."""
        try:
            outcome = await self.do_what_is_due(deadline)
        except FailureError as error:
            cause = error.cause or error
            workflow.logger.error("%s of %s could not be done: %s", deadline.phase, self.stream, cause)
            return
        self.update_status(outcome, not_before=self.known_version if apart else 0)

    @property
    def known_version(self) -> int:
        return self.status.version if self.status else 0

    # What could not be done.

    def is_put_off(self, deadline: Due) -> bool:
        """Whether a deadline is to be tried again later, and the status does not say so."""
        later = self.postponed.get(_name(deadline))
        return later is not None and later.acts_at > self.now() and deadline.acts_at < later.acts_at

    async def put_off(self, deadline: Due) -> None:
        """Has a deadline tried again later, the longer the more often it was tried; whatever else is due goes on."""
        name = _name(deadline)
        self.tries[name] = self.tries.get(name, 0) + 1
        pause = min(self.retry_deadline_after * 2 ** min(self.tries[name] - 1, 16), LATEST_AGAIN)
        self.postponed[name] = deadline.postponed(self.now() + pause)
        await self.look_again(deadline)

    async def look_again(self, deadline: Due) -> None:
        """Learns what is due next beside what was put off. Where even that cannot be read, the same is tried later."""
        before, version = self.status, self.known_version
        with contextlib.suppress(FailureError):
            self.update_status(await self.read_status(), not_before=version)
        if self.status is before and before is not None:
            later = self.postponed[_name(deadline)]
            self.status = before.model_copy(update={"next_deadline": later})

    # Runs.

    async def continue_as_new_if_due(self) -> None:
        """Starts afresh, with handlers drained, when history is long or a new build of the worker is out."""
        if is_fresh_start_due():
            await workflow.wait_condition(workflow.all_handlers_finished)
            start_afresh(self.next_start())

    async def finish(self) -> str:
        """Lets every handler end; returns the last stage."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.status.stage if self.status else "none"

    def now(self) -> datetime:
        """The cycle's time."""
        return cycle_time(self.clock_offset)


def _name(deadline: Deadline) -> str:
    """What tells a deadline from others of its stream, whenever it is tried."""
    return f"{deadline.phase}@{deadline.at.isoformat()}"
