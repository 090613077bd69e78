"""The supervisor: one of a ledger's workers looks every few seconds whether all that should run does."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
from temporalio.client import Client
from temporalio.service import RPCError

from activities.schedules import TemporalSchedules
from activities.starting import refresh
from activities.supervising import Open, begin_again, ended_lately, losses_of, lost, open_streams
from cairn.application.cases import Cases
from cairn.application.feeds import scheduled
from cairn.application.repository import record_alone
from cairn.application.stored_events import to_events
from cairn.domain.event import SYSTEM
from cairn.domain.operating import SUPERVISION, BegunAgain, FeedScheduled, WorkflowsBegunAgain
from cairn.ledger import Connection, Ledger
from cairn.temporal import builds_of
from projections.engine.following import keep_lead, lead

NAME = "supervision"
ROUND = 15.0
"""Seconds between two looks."""
MOST_A_ROUND = 2_000
MOST_A_DAY = 5
"""So often one workflow is begun again within a day; then it is an operator's."""
REMEMBERED = 200
"""Events of the supervision's own stream that are read back, for what was begun again lately."""
SINCE_BEFORE = timedelta(minutes=10)

log = logging.getLogger(__name__)


class Supervisor:
    """`pool` reads the read models; `folding` is the address of the login that keeps them, whose session says who
    leads."""

    def __init__(
        self, ledger: Ledger, cases: Cases, pool: asyncpg.Pool, folding: str, client: Client, task_queue: str
    ) -> None:
        self.ledger, self.cases, self.pool, self.folding = ledger, cases, pool, folding
        self.client, self.task_queue = client, task_queue
        self.schedules = TemporalSchedules(client, task_queue)
        self.unsure: set[BegunAgain] = set()

    async def run(self) -> None:
        """Looks and begins again until cancelled, whatever happens to servers meanwhile."""
        await lead(self.folding, NAME, self._lead, ROUND, (RPCError, RuntimeError))

    async def _lead(self, connection: Connection) -> None:
        looked = datetime.now(UTC) - SINCE_BEFORE
        while True:
            now = datetime.now(UTC)
            await self.look(looked)
            looked = now
            await asyncio.sleep(ROUND)
            await keep_lead(connection)

    async def look(self, since: datetime) -> Sequence[BegunAgain]:
        """One round: what is lost is begun again, what was reset learns where it stands. Returns what was begun again.

        What may mend by itself (a worker that starts, a task that is tried again) is left until the next round, and
        what knows more than the log has to an operator, who has to ask it first."""
        builds = await builds_of(self.client, self.task_queue)
        if not builds.serves:
            return []
        found = await open_streams(self.pool)
        losses = await lost(self.client, self.task_queue, self.ledger, self.cases, found, builds)
        sure = [each for each in losses if each.loss not in ("unserved", "failing", "ahead")]
        sure += [each for each in losses if each.loss == "unserved" and each in self.unsure]
        self.unsure = {each for each in losses if each.loss == "unserved"}
        schedules = await self.schedules.missing(await scheduled(self.ledger))
        sure += [BegunAgain(workflow=each.name, loss="missing") for each in schedules]
        begun = within_bounds(sure, await begun_lately(self.ledger))[:MOST_A_ROUND]
        if begun:
            await self._begin(begun, schedules, found)
        await self._refresh(since, {each.workflow for each in losses})
        return begun

    async def _begin(
        self, begun: Sequence[BegunAgain], schedules: Sequence[FeedScheduled], found: Open
    ) -> None:
        """The record comes first: whoever is begun again was lost, also where the worker is lost after it."""
        event = WorkflowsBegunAgain(workflows=tuple(begun), by=SYSTEM, at=datetime.now(UTC))
        await record_alone(self.ledger, event, str(uuid4()))
        for each in begun:
            log.warning("%s was %s and is begun again", each.workflow, each.loss)
        names = {each.name for each in schedules}
        workflows = [each for each in begun if each.workflow not in names]
        await begin_again(self.client, self.task_queue, self.ledger, found, workflows)
        wanted = {each.workflow for each in begun}
        for schedule in schedules:
            if schedule.name in wanted:
                await self._plan(schedule)

    async def _plan(self, schedule: FeedScheduled) -> None:
        """A schedule as the log has it. Whoever ends or changes one records it first: what was made here meanwhile
        follows."""
        planned: FeedScheduled | None = schedule
        while planned is not None:
            await self.schedules.put(planned)
            now = {each.name: each for each in await scheduled(self.ledger)}.get(schedule.name)
            if now == planned:
                return
            planned = now
        await self.schedules.remove_named(schedule.name)

    async def _refresh(self, since: datetime, lost: set[str]) -> None:
        """A workflow that was reset knows what it knew then."""
        for name in await ended_lately(self.client, since) - lost:
            if not await losses_of(self.client, [name]):
                await refresh(self.client, name)


async def begun_lately(ledger: Ledger) -> Sequence[WorkflowsBegunAgain]:
    """What was begun again within a day."""
    version = await ledger.version_of(SUPERVISION)
    rows = await ledger.read_stream(SUPERVISION, after=max(version - REMEMBERED, 0))
    since = datetime.now(UTC) - timedelta(days=1)
    return [each for each in to_events(rows) if isinstance(each, WorkflowsBegunAgain) and each.at > since]


def within_bounds(losses: Sequence[BegunAgain], earlier: Sequence[WorkflowsBegunAgain]) -> list[BegunAgain]:
    """Those of these that have not been begun again too often within a day."""
    times: dict[str, int] = defaultdict(int)
    for event in earlier:
        for each in event.workflows:
            times[each.workflow] += 1
    return [each for each in losses if times[each.workflow] < MOST_A_DAY]
