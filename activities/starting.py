"""Beginning workflows from the log: one for every goal and cycle, however often it is told to."""

import asyncio
from collections.abc import Sequence

from temporalio import activity
from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.inputs import REFRESH, STARTER, BeginWorkflowsInput, CaseStart, CycleStart, GoalStart, Value
from cairn.application.cases import KINDS
from cairn.application.cycles import Cycles
from cairn.application.repository import fold_sheet, goal_context
from cairn.application.stored_events import known_versions, readable, to_event
from cairn.domain.cycle.events import PolicyAmended
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.events import GoalDrafted, GoalRated
from cairn.domain.goal.state import Goal, evolve
from cairn.domain.goal.status import status
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import cycle_of, kind_of
from cairn.ledger import Ledger, PositionMoved, StoredEvent, Subscription

CYCLE = SearchAttributeKey.for_keyword("CairnCycle")
DEPARTMENT = SearchAttributeKey.for_keyword("CairnDepartment")
NAME = STARTER
"""Of its subscription: the starter is one, in workflows and in the log."""
CASES = {kind.opened_by.__name__: kind for kind in KINDS.values()}
TYPES = ("CycleLaunched", "GoalDrafted", "GoalRated", "PolicyAmended", *CASES)
PAGE = 500
AT_ONCE = 48
SHEETS = 10
"""Sheets whose goals are told at once that the dates have changed."""
POLL = 0.2
TRANSIENT = (RPCError,)
"""Temporal is away, or busy. Where it refuses a workflow for what it is, that is another error (see `_begin`)."""


class Starting:
    """Follows the sealed log and begins what is not begun yet."""

    def __init__(self, ledger: Ledger, cycles: Cycles, client: Client, task_queue: str) -> None:
        self.ledger, self.cycles, self.client, self.task_queue = ledger, cycles, client, task_queue
        self._cycles: dict[str, Cycle] = {}

    @activity.defn(name="begin_workflows")
    async def begin(self, input: BeginWorkflowsInput) -> int:
        """Begins the workflows of what is new in the log, and of what is parked and was asked for again.

        How far it is stands in its subscription. A starter that has never been anywhere (`after` 0) begins with the
        first event: where Temporal's data was lost, that is how everything is begun once more. Returns a position that
        is not 0.
        """
        self._cycles.clear()  # another worker may have led since
        following = self.ledger.subscribe(NAME, TYPES)
        await self._go_on_from(following, input.after)
        until = asyncio.get_running_loop().time() + input.seconds
        while asyncio.get_running_loop().time() < until and not activity.is_worker_shutdown():
            activity.heartbeat(following.reached)
            try:
                await following.do_what_is_asked(lambda row: self._take(following, row), TRANSIENT)
                if not await self._page(following):
                    await asyncio.sleep(POLL)
            except PositionMoved:  # by a starter on another worker, whose time is not over yet
                await following.position()
        return max(await following.position(), 1)

    async def _go_on_from(self, following: Subscription, after: int) -> None:
        """From its position, or from the beginning where this starter, or the log that was restored, is another one."""
        tried_before = bool(activity.info().heartbeat_details)
        if (after == 0 and not tried_before) or await self.ledger.sealed_position() < after:
            await following.rewind()
        else:
            await following.position()
        await following.ask_for_known(known_versions())

    async def _page(self, following: Subscription) -> bool:
        page = await following.next(PAGE)
        if not page.events:
            return False
        versions = await self.ledger.versions([row.stream for row in page.events])

        async def take(row: StoredEvent) -> None:
            await self._take(following, row, fresh=versions[row.stream] == 1)

        await following.take(page, take, at_once=AT_ONCE, transient=TRANSIENT)
        return True

    async def _take(self, following: Subscription, row: StoredEvent, fresh: bool = False) -> None:
        activity.heartbeat(following.reached)
        event = to_event(row)
        if isinstance(event, GoalDrafted):
            await self._begin_goal(event, fresh)
        elif isinstance(event, GoalRated):  # nobody told its workflow, which waits for raters
            await refresh(self.client, event.goal)
        elif isinstance(event, PolicyAmended):
            await self._tell(row.stream.removeprefix("cycle-"), following.reached)
        elif row.type in CASES:
            await self._begin_case(row.stream, again=row.version > 1)
        else:
            await begin_cycle(self.client, self.task_queue, row.stream.removeprefix("cycle-"))

    async def _begin_goal(self, drafted: GoalDrafted, fresh: bool) -> None:
        """A fresh goal's workflow is told where it stands; any other (Temporal was lost, say) asks the log."""
        cycle = await self._cycle(drafted.cycle)
        start = GoalStart(goal=drafted.goal, clock_offset=cycle.clock_offset)
        if fresh:
            terms = await self.cycles.policies.terms(cycle)
            goal = evolve(Goal(id=drafted.goal), drafted)
            context = goal_context(cycle, terms, Sheet(id=drafted.sheet))
            start = start.model_copy(update={"status": status(goal, context, drafted.at)})
        await begin_goal(self.client, self.task_queue, start, drafted)

    async def _begin_case(self, name: str, again: bool) -> None:
        """A case that is opened again (`again`): its workflow runs, and is told; or it has ended, and is begun."""
        cycle = await self._cycle(cycle_of(name))
        start = CaseStart(case=name, clock_offset=cycle.clock_offset)
        if again:
            await open_again(self.client, self.task_queue, start)
        else:
            await begin_case(self.client, self.task_queue, start)

    async def _tell(self, cycle: str, after: int) -> None:
        """Has each goal and case of a cycle ask the log for its dates: the policy changed in mid-cycle (RULES L11)."""
        self._cycles.pop(cycle, None)
        sheets = await self.cycles.sheets(cycle)
        for start in range(0, len(sheets), SHEETS):
            # A sheet that cannot be read is named everywhere, and keeps no other from being told.
            found, _ = readable(await self.ledger.read_streams(sheets[start : start + SHEETS]), fold_sheet)
            goals = [goal for sheet in found.values() for goal in sheet.weighings]
            await asyncio.gather(*(refresh(self.client, goal) for goal in goals))
            activity.heartbeat(after)
        async for page in self.ledger.pages_of(list(CASES), upto=after, limit=PAGE):
            cases = [row.stream for row in page if cycle_of(row.stream) == cycle]
            await asyncio.gather(*(refresh(self.client, case) for case in cases))
            activity.heartbeat(after)

    async def _cycle(self, name: str) -> Cycle:
        """What a cycle goes by, read once until its policy changes."""
        if name not in self._cycles:
            self._cycles[name] = await self.cycles.load(name)
        return self._cycles[name]


async def begin_starter(
    client: Client, task_queue: str, follow: BeginWorkflowsInput, *, anew: bool = False
) -> None:
    """Begins the starter, of which there is one in a namespace, whoever asks for it; or replaces it (anew)."""
    conflict = WorkflowIDConflictPolicy.TERMINATE_EXISTING if anew else WorkflowIDConflictPolicy.USE_EXISTING
    await client.start_workflow(
        "Starter", follow, id=STARTER, task_queue=task_queue, id_conflict_policy=conflict
    )


async def refresh(client: Client, workflow: str) -> None:
    """Has a goal's, cycle's or case's workflow look into the log again; one that does not run does so when begun."""
    try:
        await client.get_workflow_handle(workflow).signal(REFRESH)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise


async def begin_goal(
    client: Client, task_queue: str, start: GoalStart, drafted: GoalDrafted, *, anew: bool = False
) -> None:
    """Begins a goal's workflow under the stream's name; one that is or was there is left alone, or replaced (anew)."""
    pairs: Sequence[SearchAttributePair[str]] = [
        SearchAttributePair(CYCLE, drafted.cycle),
        SearchAttributePair(DEPARTMENT, drafted.department or "-"),
    ]
    await _begin(client, task_queue, "Goal", drafted.goal, start, pairs, anew)


async def begin_case(client: Client, task_queue: str, start: CaseStart, *, anew: bool = False) -> None:
    """Begins a case's workflow under the stream's name, likewise."""
    pairs = [SearchAttributePair(CYCLE, cycle_of(start.case))]
    await _begin(client, task_queue, kind_of(start.case).capitalize(), start.case, start, pairs, anew)


async def open_again(client: Client, task_queue: str, start: CaseStart) -> None:
    """Begins the workflow of a case anew where it has ended, and has one that runs ask the log where it stands."""
    await client.start_workflow(
        kind_of(start.case).capitalize(),
        start,
        id=start.case,
        task_queue=task_queue,
        search_attributes=TypedSearchAttributes([SearchAttributePair(CYCLE, cycle_of(start.case))]),
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        start_signal=REFRESH,
    )


async def begin_cycle(client: Client, task_queue: str, cycle: str, *, anew: bool = False) -> None:
    """Begins a cycle's workflow under the stream's name, likewise."""
    pairs = [SearchAttributePair(CYCLE, cycle)]
    await _begin(client, task_queue, "Cycle", f"cycle-{cycle}", CycleStart(cycle=cycle), pairs, anew)


async def _begin(
    client: Client, task_queue: str, workflow: str, name: str, start: Value,
    pairs: Sequence[SearchAttributePair[str]], anew: bool,
) -> None:  # fmt: skip
    conflict, reuse = WorkflowIDConflictPolicy.USE_EXISTING, WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
    if anew:
        conflict, reuse = WorkflowIDConflictPolicy.TERMINATE_EXISTING, WorkflowIDReusePolicy.ALLOW_DUPLICATE
    try:
        await client.start_workflow(
            workflow,
            start,
            id=name,
            task_queue=task_queue,
            search_attributes=TypedSearchAttributes(list(pairs)),
            id_conflict_policy=conflict,
            id_reuse_policy=reuse,
        )
    except WorkflowAlreadyStartedError:  # it ran to its end before: the log has a closed goal
        return
    except RPCError as error:
        if error.status == RPCStatusCode.INVALID_ARGUMENT:  # its name is too long, say: it will never do
            raise ValueError(f"Temporal refuses a workflow for {name[:40]}: {error.message}") from error
        raise
