"""Beginning workflows again from the log, after Temporal's data was lost, and telling what the log itself lost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.inputs import BeginWorkflowsInput, GoalStart
from activities.starting import begin_cycle, begin_goal
from cairn.application.stored_events import UnreadableEvent, to_event
from cairn.domain.goal.events import GoalDrafted
from cairn.domain.streams import cycle_of
from cairn.ledger import Ledger, StoredEvent
from workflows.starter import NAME, StarterWorkflow

AT_ONCE = 48
PAGE = 500
COMMANDED = "WorkflowType in ('Goal', 'Cycle')"
RUNNING = WorkflowExecutionStatus.RUNNING
OnProgress = Callable[[int], None]


class Ahead(NamedTuple):
    """A goal or cycle of whose stream a workflow knows more than the log has: `known` is the version it was told when
    something was recorded and `stage` the stage that led to, `recorded` the stream's version now."""

    stream: str
    stage: str
    known: int
    recorded: int


async def restart_starter(client: Client, task_queue: str) -> None:
    """Begins the starter again at the log's first position: it begins every workflow that does not run, and each
    then asks the log where it stands."""
    await client.start_workflow(
        StarterWorkflow.run,
        BeginWorkflowsInput(),
        id=NAME,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
    )


async def running_goals(client: Client) -> int:
    """How many goals' workflows run."""
    return (await client.count_workflows("WorkflowType = 'Goal' and ExecutionStatus = 'Running'")).count


async def not_running(client: Client, goals: Iterable[str]) -> list[str]:
    """Those of these goals, and of their cycles, whose workflow ended: the starter leaves these alone."""
    wanted = {*goals}
    wanted |= {f"cycle-{cycle_of(goal)}" for goal in wanted}
    async for found in client.list_workflows(f"{COMMANDED} and ExecutionStatus = 'Running'"):
        wanted.discard(found.id)
    return sorted([stream for stream in wanted if await _has_ended(client, stream)])


async def _has_ended(client: Client, stream: str) -> bool:
    """Whether there is a workflow of this name and its last run is over."""
    try:
        return (await client.get_workflow_handle(stream).describe()).status != RUNNING
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        return False


async def begin_anew(client: Client, task_queue: str, ledger: Ledger, streams: Collection[str]) -> None:
    """Begins the workflows of these streams in place of those there are: each asks the log where it stands."""
    for stream in streams:
        if stream.startswith("cycle-"):
            await begin_cycle(client, task_queue, stream.removeprefix("cycle-"), anew=True)
            continue
        drafted = _drafted(await ledger.read_stream(stream, upto=1))
        if drafted is not None:
            await begin_goal(client, task_queue, GoalStart(goal=stream), drafted, anew=True)


def _drafted(first: Sequence[StoredEvent]) -> GoalDrafted | None:
    """How a goal began; None where that cannot be read: its stream is parked, and `cairn status` names it."""
    try:
        event = to_event(first[0])
    except UnreadableEvent:
        return None
    return event if isinstance(event, GoalDrafted) else None


async def end_unknown(client: Client, streams: Iterable[str]) -> None:
    """Ends the workflows of streams that are not in the log at all."""
    for stream in streams:
        try:
            await client.get_workflow_handle(stream).terminate("its stream is not in the log")
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:  # it has ended already
                raise


async def ahead_of_the_log(
    client: Client, ledger: Ledger, on_progress: OnProgress | None = None
) -> list[Ahead]:
    """Every goal and cycle of which a workflow knows more than the log has: what the log has lost since.

    A workflow is told the version of its stream by each append that it asks for. It forgets a loss when something is
    recorded again, so this is asked before people go on. Needs a worker, which answers for the workflows.
    """
    found: list[Ahead] = []
    slots, seen = asyncio.Semaphore(AT_ONCE), 0
    async for page in _pages(client):
        told = await asyncio.gather(*(_told(client, each, slots) for each in page))
        statuses = {each.id: status for each, status in zip(page, told, strict=True) if status}
        versions = await ledger.versions(list(statuses))
        found += [
            Ahead(stream, status["stage"], status["version"], versions[stream])
            for stream, status in statuses.items()
            if status["version"] > versions[stream]
        ]
        seen += len(page)
        if on_progress:
            on_progress(seen)
    return sorted(found)


async def _pages(client: Client) -> AsyncIterator[list[WorkflowExecution]]:
    """Every workflow of a goal or cycle, the last run of each."""
    page: dict[str, WorkflowExecution] = {}
    seen: set[str] = set()
    async for each in client.list_workflows(f"{COMMANDED} and ExecutionStatus != 'ContinuedAsNew'"):
        if each.id in seen:  # lists begin with the latest
            continue
        seen.add(each.id)
        page[each.id] = each
        if len(page) == PAGE:
            yield list(page.values())
            page = {}
    yield list(page.values())


async def _told(
    client: Client, execution: WorkflowExecution, slots: asyncio.Semaphore
) -> dict[str, Any] | None:
    """The status that a workflow was told last; None where it knows none, or nobody can answer for it."""
    async with slots:
        try:
            status = await client.get_workflow_handle(execution.id, run_id=execution.run_id).query("status")
        except RPCError:
            return None
    return status if isinstance(status, dict) else None
