"""Commands of people who are signed in, on their way to workflows, and how far their answer can be read."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from temporalio.client import Client

from activities.inputs import CaseOutcome, CycleOutcome, GoalOutcome, Refused
from cairn.application.cases import kind_named
from cairn.domain.case.status import CaseStatus
from cairn.domain.cycle.status import CycleStatus
from cairn.domain.goal.status import GoalStatus
from cairn.domain.refusal import Refusal
from cairn.ledger import AwayFromHome
from cairn.settings import Settings
from cairn.temporal import connect, require_namespace
from cairn_portal.gateway import CommandGateway
from cairn_portal.reading.goals import unknown_goal
from cairn_portal.reading.knowing import case_refusal, may_know_goal, unknown_case
from cairn_portal.reading.records import Records
from projections.engine.catch_up import wait_for

PATIENCE = timedelta(seconds=20)
"""How long a page or a program waits for a worker to answer."""
SEEN_WITHIN = 5.0
"""Seconds an answer waits until people can read what it wrote."""


class Done(NamedTuple):
    """What a command came to: the events it appended, by name, and where its stream stands now. `position` is the
    sealed position at which it can be read, None where it was not sealed in time; `replayed`: this is its first
    answer."""

    events: tuple[str, ...]
    status: GoalStatus | CaseStatus | CycleStatus | None
    replayed: bool
    position: int | None


class Commands:
    """The desk at which commands of people who are signed in are given, one for a whole process."""

    def __init__(self, settings: Settings, records: Records) -> None:
        self.settings, self.records = settings, records
        self._client: Client | None = None

    async def goal(
        self, goal: str, name: str, by: str, fields: Mapping[str, Any], key: str | None = None,
        at_version: int | None = None,
    ) -> Done:  # fmt: skip
        """Gives a goal a command; raises Refusal. Whoever may not read a goal is told that there is none, whatever
        else is wrong; no workflow is begun for a slip in its name."""
        if name != "draft" and not await self.records.ledger.version_of(goal):
            raise unknown_goal(goal)
        gateway = await self._gateway()
        outcome = await gateway.goal(goal, name, by, dict(fields), key or str(uuid4()), at_version=at_version)
        if outcome.refused is not None and not await may_know_goal(self.records, by, goal):
            raise unknown_goal(goal)
        return await self._done(goal, outcome)

    async def case(
        self, case: str, name: str, by: str, fields: Mapping[str, Any], key: str | None = None,
        at_version: int | None = None,
    ) -> Done:  # fmt: skip
        """Gives a case a command, or begins it by one; raises Refusal."""
        kind = kind_named(case)
        command = kind.commands.get(name)
        if (command is None or "none" not in command.row.stages) and not (
            await self.records.ledger.version_of(case)
        ):
            raise unknown_case(case)
        gateway = await self._gateway()
        outcome = await gateway.case(case, name, by, dict(fields), key or str(uuid4()), at_version=at_version)
        if outcome.refused is not None:
            raise await case_refusal(self.records, by, case, name, fields, _said(outcome.refused))
        return await self._done(case, outcome)

    async def cycle(
        self, cycle: str, name: str, by: str, fields: Mapping[str, Any], key: str | None = None
    ) -> Done:
        """Gives a cycle a command; raises Refusal."""
        outcome = await (await self._gateway()).cycle(cycle, name, by, dict(fields), key or str(uuid4()))
        return await self._done(f"cycle-{cycle}", outcome)

    async def readable(self, position: int, *models: str) -> bool:
        """Waits until read models have come to a position; False where they take longer than people wait."""
        try:
            for model in models:
                await wait_for(self.records.pool, model, position, SEEN_WITHIN)
        except TimeoutError:
            return False
        return True

    async def _done(self, stream: str, outcome: GoalOutcome | CaseOutcome | CycleOutcome) -> Done:
        if outcome.refused is not None:
            raise _said(outcome.refused)
        position = None
        if outcome.status is not None:
            try:
                position = await self.records.ledger.wait_sealed(stream, outcome.status.version, SEEN_WITHIN)
            except TimeoutError:
                position = None
        events = () if isinstance(outcome, CycleOutcome) else outcome.events
        replayed = False if isinstance(outcome, CycleOutcome) else outcome.replayed
        return Done(events, outcome.status, replayed, position)

    async def _gateway(self) -> CommandGateway:
        """Raises AwayFromHome where the ledger takes nothing in, NamespaceTaken where Temporal's namespace is another
        ledger's."""
        operation = self.records.application.operation
        if not (await operation.home()).takes_appends:
            raise AwayFromHome
        if self._client is None:
            client = await connect(self.settings)
            await require_namespace(client, await operation.ledger_id())
            self._client = client
        return CommandGateway(self._client, self.settings.task_queue, PATIENCE)


def _said(refused: Refused) -> Refusal:
    """A refusal that came back as a value."""
    return Refusal(refused.code, field=refused.field, **refused.facts)
