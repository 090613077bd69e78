"""Beginning workflows again from the log, after Temporal's data was lost, and telling what the log itself lost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

import asyncpg
from temporalio.client import Client, WorkflowExecution
from temporalio.service import RPCError, RPCStatusCode

from activities.inputs import STARTER, BeginWorkflowsInput
from activities.schedules import TemporalSchedules
from activities.starting import begin_starter
from activities.supervising import ANSWER, COMMANDED, begin_again, lost, open_streams
from cairn.application.cases import Cases
from cairn.application.feeds import scheduled
from cairn.application.repository import record_alone
from cairn.domain.event import SYSTEM
from cairn.domain.operating import BegunAgain, WorkflowsBegunAgain
from cairn.ledger import Ledger
from cairn.temporal import Builds

AT_ONCE = 48
PAGE = 500
OnProgress = Callable[[int], None]


class Ahead(NamedTuple):
    """A goal or cycle of whose stream a workflow knows more than the log has: `known` is the version it was told when
    something was recorded and `stage` the stage that led to, `recorded` the stream's version now."""

    stream: str
    stage: str
    known: int
    recorded: int


async def running_goals(client: Client) -> int:
    """How many goals' workflows run."""
    return (await client.count_workflows("WorkflowType = 'Goal' and ExecutionStatus = 'Running'")).count


async def recover(
    client: Client, task_queue: str, ledger: Ledger, cases: Cases, pool: asyncpg.Pool, builds: Builds
) -> list[BegunAgain]:
    """Begins again whatever an open stream lacks, however often it was begun before: what ended, fails, is served by
    nobody, or knows more than the log has, since an older log was restored. Schedules too. Each workflow then asks the
    log where it stands. Returns what was begun again.

    The starter begins anew at the log's first position: it finds what no read model shows yet."""
    schedules = TemporalSchedules(client, task_queue)
    found = await open_streams(pool)
    ahead = await ahead_of_the_log(client, ledger)
    await end_unknown(client, [each.stream for each in ahead if not each.recorded])
    losses = {each.workflow: each for each in await lost(client, task_queue, ledger, cases, found, builds)}
    for each in ahead:
        if each.stream in found.streams:
            losses[each.stream] = BegunAgain(workflow=each.stream, loss="ahead")
    starter = losses.pop(STARTER, None)
    missing = await schedules.missing(await scheduled(ledger))
    begun = [
        *([starter] if starter else []),
        *losses.values(),
        *(BegunAgain(workflow=each.name, loss="missing") for each in missing),
    ]
    if begun:
        event = WorkflowsBegunAgain(workflows=tuple(begun), by=SYSTEM, at=datetime.now(UTC))
        await record_alone(ledger, event, str(uuid4()))
    await begin_starter(client, task_queue, BeginWorkflowsInput(), anew=True)
    await begin_again(client, task_queue, ledger, found, list(losses.values()))
    for schedule in missing:
        await schedules.put(schedule)
    return begun


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
            status = await client.get_workflow_handle(execution.id, run_id=execution.run_id).query(
                "status", rpc_timeout=ANSWER
            )
        except RPCError:
            return None
    return status if isinstance(status, dict) else None
