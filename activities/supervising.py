"""Open streams and their workflows compared, steadily and cheaply: what is not there or does not run is begun again."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import asyncpg
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from activities.inputs import STARTER, BeginWorkflowsInput, CaseStart, GoalStart
from activities.starting import begin_case, begin_cycle, begin_goal, begin_starter, refresh
from cairn.application.cases import Cases
from cairn.application.stored_events import to_event
from cairn.domain.case.status import CaseStatus
from cairn.domain.cycle.events import CycleAbandoned, CycleClosed
from cairn.domain.goal.events import GoalCancelled, GoalClosed, GoalDrafted, GoalSuperseded
from cairn.domain.operating import BegunAgain, Loss
from cairn.domain.streams import CASES, cycle_of, kind_of
from cairn.ledger import Ledger
from cairn.temporal import Builds, on_build
from projections.models import case, dashboard, goal

AT_ONCE = 48
EVERYTHING_UP_TO = 10_000
"""Of so many open streams each is looked for by name; of more only when their number and the workflows' differ."""
YOUNG = timedelta(seconds=60)
"""What was recorded so lately is still being begun."""
ANSWER = timedelta(seconds=10)
"""How long one workflow may take to say what it was told."""
_TYPES = ", ".join(f"'{each}'" for each in ("Goal", "Cycle", *sorted(kind.capitalize() for kind in CASES)))
COMMANDED = f"WorkflowType in ({_TYPES})"
OURS = f"WorkflowType in ({_TYPES}, 'Starter')"
FAILING = (
    "ExecutionStatus = 'Running' and TemporalReportedProblems in "
    "('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')"
)
LOSSES: Mapping[WorkflowExecutionStatus, Loss] = {
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.CANCELED: "cancelled",
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.TIMED_OUT: "timed_out",
    WorkflowExecutionStatus.COMPLETED: "ended",
}
LAST_EVENTS = {
    each.__name__ for each in (GoalClosed, GoalCancelled, GoalSuperseded, CycleClosed, CycleAbandoned)
}
REPLACED: Collection[Loss] = ("ended", "failing", "unserved", "ahead")
"""Here another one takes the place of the workflow there is, or was."""

log = logging.getLogger(__name__)


class Open(NamedTuple):
    """The open streams by the read models: goals, cycles and cases that have a workflow, and goals that were dropped
    from cycles that go on, whose last scores may be due."""

    goals: Sequence[str]
    cycles: Mapping[str, float]
    dropped: Collection[str]
    cases: Collection[str] = ()

    @property
    def streams(self) -> set[str]:
        return {*self.goals, *self.cases, *(f"cycle-{name}" for name in self.cycles)}


async def open_streams(pool: asyncpg.Pool) -> Open:
    """What is open now; of each cycle with the seconds that its clock runs beside Temporal's."""
    cycles = {each.cycle: each.clock_offset for each in await dashboard.cycles(pool) if not each.over}
    dropped = await goal.dropped_ids(pool, list(cycles))
    return Open(await goal.open_ids(pool), cycles, dropped, await case.open_names(pool))


async def lost(
    client: Client, task_queue: str, ledger: Ledger, cases: Cases, found: Open, builds: Builds
) -> list[BegunAgain]:
    """Every workflow that an open stream lacks, or that does not go on, with what is wrong."""
    wanted = found.streams | {STARTER}
    running = await client.count_workflows(f"{COMMANDED} and ExecutionStatus = 'Running'")
    if len(wanted) <= EVERYTHING_UP_TO or running.count != len(found.streams):
        wanted -= {each async for each in _ids(client, f"{COMMANDED} and ExecutionStatus = 'Running'")}
    else:
        wanted = {STARTER}
    if found.dropped:
        ended = "ExecutionStatus in ('Terminated', 'Failed', 'TimedOut', 'Canceled')"
        wanted |= {each async for each in _ids(client, f"WorkflowType = 'Goal' and {ended}")} & {
            *found.dropped
        }
    losses = await losses_of(client, wanted)
    young = await _young(ledger, [name for name, loss in losses.items() if loss == "missing"])
    dropped = {
        name for name, loss in losses.items() if name in found.dropped and loss in ("missing", "ended")
    }
    over = await _over(ledger, cases, [name for name, loss in losses.items() if loss == "ended"])
    losses = {name: loss for name, loss in losses.items() if name not in young | dropped | over}
    for name in await _ahead(client, ledger, [name for name, loss in losses.items() if loss == "ended"]):
        losses[name] = "ahead"
    known = found.streams | {STARTER}
    for name in [each async for each in _ids(client, FAILING)]:
        if name in known:
            losses.setdefault(name, "failing")
    elsewhere = f"{OURS} and ExecutionStatus = 'Running' and TaskQueue != '{task_queue}'"
    for query in (elsewhere, *map(on_build, builds.unserved)):
        for name in [each async for each in _ids(client, query)]:
            if name in known:
                losses.setdefault(name, "unserved")
    return [BegunAgain(workflow=name, loss=losses[name]) for name in sorted(losses)]


async def losses_of(client: Client, workflows: Iterable[str]) -> dict[str, Loss]:
    """What is wrong with those of these workflows that do not run, asked one by one: lists are a moment behind."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def loss_of(name: str) -> tuple[str, Loss | None]:
        async with slots:
            try:
                status = (await client.get_workflow_handle(name).describe()).status
            except RPCError as error:
                if error.status != RPCStatusCode.NOT_FOUND:
                    raise
                return name, "missing"
            return name, LOSSES.get(status) if status else None

    told = await asyncio.gather(*map(loss_of, sorted(workflows)))
    return {name: loss for name, loss in told if loss is not None}


async def ended_lately(client: Client, since: datetime) -> set[str]:
    """The goals, cycles and cases of which a run was ended from outside since then. Where one runs all the same it was
    reset, or begun again: what it knows may be of an earlier day."""
    ended = f"ExecutionStatus = 'Terminated' and CloseTime > '{since.astimezone(UTC).isoformat()}'"
    return {each async for each in _ids(client, f"{COMMANDED} and {ended}")}


async def refresh_on(client: Client, build: str) -> int:
    """Has the workflows of a build look into the log, where they find that another one is current. Returns how many."""
    slots, names = (
        asyncio.Semaphore(AT_ONCE),
        [each async for each in _ids(client, f"{on_build(build)} and {OURS}")],
    )

    async def tell(name: str) -> None:
        async with slots:
            await refresh(client, name)

    await asyncio.gather(*map(tell, names))
    return len(names)


async def begin_again(
    client: Client, task_queue: str, ledger: Ledger, found: Open, losses: Sequence[BegunAgain]
) -> None:
    """Begins what was lost: each workflow asks the log where it stands."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def begin(each: BegunAgain) -> None:
        anew = each.loss in REPLACED
        async with slots:
            if each.workflow == STARTER:
                await begin_starter(client, task_queue, BeginWorkflowsInput(), anew=anew)
            elif each.workflow.startswith("cycle-"):
                await begin_cycle(client, task_queue, each.workflow.removeprefix("cycle-"), anew=anew)
            elif kind_of(each.workflow) in CASES:
                offset = found.cycles.get(cycle_of(each.workflow), 0.0)
                start_case = CaseStart(case=each.workflow, clock_offset=offset)
                await begin_case(client, task_queue, start_case, anew=anew)
            else:
                first = await ledger.read_stream(each.workflow, upto=1)
                drafted = to_event(first[0])
                if not isinstance(drafted, GoalDrafted):
                    raise TypeError(f"{each.workflow} begins with {first[0].type}")
                start = GoalStart(
                    goal=each.workflow, clock_offset=found.cycles.get(cycle_of(each.workflow), 0.0)
                )
                await begin_goal(client, task_queue, start, drafted, anew=anew)

    outcomes = await asyncio.gather(*map(begin, losses), return_exceptions=True)
    for each, outcome in zip(losses, outcomes, strict=True):
        if isinstance(outcome, Exception):  # one that cannot be begun keeps no other from it
            log.error("%s could not be begun again: %s", each.workflow, outcome)


async def _ids(client: Client, query: str) -> AsyncIterator[str]:
    async for each in client.list_workflows(query):
        yield each.id


async def _over(ledger: Ledger, cases: Cases, streams: Sequence[str]) -> set[str]:
    """Those of these streams that are over in the log: read models are a moment behind it."""
    of_cases = [stream for stream in streams if kind_of(stream) in CASES]
    standing = await asyncio.gather(*map(cases.status, of_cases), return_exceptions=True)
    over = {each.case for each in standing if isinstance(each, CaseStatus) and each.over}
    rows = await ledger.read_streams([stream for stream in streams if stream not in of_cases])
    return over | {stream for stream, found in rows.items() if any(row.type in LAST_EVENTS for row in found)}


async def _ahead(client: Client, ledger: Ledger, workflows: Sequence[str]) -> list[str]:
    """Those of these that ended knowing more than the log has: an older log was restored, or a failover lost something.
    Begun again they would know it no more, and nobody could be told."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def version_told(name: str) -> int:
        async with slots:
            try:
                status = await client.get_workflow_handle(name).query("status", rpc_timeout=ANSWER)
            except (RPCError, WorkflowQueryFailedError):
                return 0
        return int(status["version"]) if isinstance(status, dict) else 0

    told = await asyncio.gather(*map(version_told, workflows))
    recorded = await ledger.versions(list(workflows))
    return [name for name, version in zip(workflows, told, strict=True) if version > recorded[name]]


async def _young(ledger: Ledger, streams: Sequence[str]) -> set[str]:
    """Those of these streams that began a moment ago."""
    since = datetime.now(UTC) - YOUNG
    slots = asyncio.Semaphore(AT_ONCE)

    async def is_young(stream: str) -> bool:
        async with slots:
            first = await ledger.read_stream(stream, upto=1)
        return bool(first) and first[0].recorded_at > since

    told = await asyncio.gather(*map(is_young, streams))
    return {stream for stream, young in zip(streams, told, strict=True) if young}
