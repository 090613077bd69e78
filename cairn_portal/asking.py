"""Commands of people who are signed in, on their way to workflows, and how far their answer can be read."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from temporalio.client import Client

from activities.inputs import CaseOutcome, CycleOutcome, GoalOutcome, Refused
from cairn.application.cases import kind_named
from cairn.application.drafts import DraftStep
from cairn.application.moves import RefusedMove
from cairn.application.operation import Operation
from cairn.application.people import RosterChanges, RosterImport
from cairn.application.policies import Adoption
from cairn.application.targets import Proposal, Withdrawal
from cairn.domain.case.status import CaseStatus
from cairn.domain.cycle.events import TargetRow
from cairn.domain.cycle.proposing import Place
from cairn.domain.cycle.status import CycleStatus
from cairn.domain.goal.status import GoalStatus
from cairn.domain.identity import digest
from cairn.domain.launch.consequences import Consequences
from cairn.domain.people import Person
from cairn.domain.refusal import Refusal
from cairn.domain.registry import KINDS
from cairn.ledger import AwayFromHome
from cairn.roster.reading import RosterRead
from cairn.settings import Settings
from cairn.temporal import connect, require_namespace
from cairn_portal.gateway import CommandGateway
from cairn_portal.reading.goals import unknown_goal
from cairn_portal.reading.knowing import case_refusal, may_know_goal, unknown_case
from cairn_portal.reading.records import Records
from projections.engine.catch_up import wait_for
from projections.models import goal as goals_model

PATIENCE = timedelta(seconds=20)
"""How long a page or a program waits for a worker to answer."""
AT_ONCE = 8
"""Sheets whose goals are asked for together."""
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


class RosterForeseen(NamedTuple):
    """What an import of a roster would change, what would follow in cycles under way, and a digest of it."""

    changes: RosterChanges
    follows: tuple[Consequences, ...]
    seen: str


class RosterDone(NamedTuple):
    """What an import recorded, and which goals and cycles did not follow."""

    recorded: RosterImport
    refused: tuple[RefusedMove, ...]


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
        return await self._with_sheet(goal, await self._done(goal, outcome))

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
        """Gives a cycle a command; raises Refusal, and of one that is not there without asking its workflow."""
        if name != "launch" and not await self.records.ledger.version_of(f"cycle-{cycle}"):
            raise Refusal("cycle.unknown", field="cycle", cycle=cycle)
        outcome = await (await self._gateway()).cycle(cycle, name, by, dict(fields), key or str(uuid4()))
        return await self._done(f"cycle-{cycle}", outcome)

    async def drafts(self, steps: Sequence[DraftStep], by: str) -> dict[str, Refusal]:
        """Gives what was foreseen of many goals and waits until it can be read; answers why goals refused. The goals of
        a sheet come one after another: what makes room first. Asked again, nothing is done twice."""
        gateway, gate = await self._gateway(), asyncio.Semaphore(AT_ONCE)
        refused: dict[str, Refusal] = {}
        last: dict[str, GoalOutcome] = {}
        sheets: dict[str, list[DraftStep]] = {}
        for step in steps:
            sheets.setdefault(step.sheet, []).append(step)

        async def give(step: DraftStep) -> None:
            for number, command in enumerate(step.commands):
                key = f"{step.goal}:{step.key}:{number}"
                outcome = await gateway.goal(step.goal, command.name, by, command.fields, key)
                if outcome.refused is not None:
                    refused[step.goal] = _said(outcome.refused)
                    return
                last[step.goal] = outcome

        async def of_sheet(of: Sequence[DraftStep]) -> None:
            async with gate:
                for step in of:
                    await give(step)

        await asyncio.gather(*map(of_sheet, sheets.values()))
        for outcome in list(last.values())[-1:]:
            if outcome.status is not None:
                position = await self._sealed(outcome.status.goal, outcome.status.version)
                if position is not None:
                    await self.readable(position, "goal")
        return refused

    async def adopt(self, text: str, source: str, by: str) -> Adoption:
        """Adopts a policy's text and waits until it can be chosen. Raises PolicyInvalid, Refusal, AwayFromHome."""
        await self._require_home()
        done = await self.records.application.policies.adopt(text, source, by, datetime.now(UTC))
        await self._sealed(done.stream, done.version)
        return done

    async def view_as(self, by: Person, whom: Person, reason: str) -> None:
        """Records that somebody begins to look at a person's pages. Raises Refusal, AwayFromHome."""
        await self._require_home()
        await self.records.application.viewings.begin(by, whom, reason, datetime.now(UTC))

    async def propose_targets(self, cycle: str, rows: Sequence[TargetRow], source: str, by: str) -> Proposal:
        """Proposes targets for a cycle that is not launched yet, and waits until they can be read. Raises Refusal,
        AwayFromHome."""
        await self._require_home()
        targets = self.records.application.targets
        done = await targets.propose(cycle, rows, source, by, datetime.now(UTC))
        if done.version:
            await self._sealed(done.stream, done.version)
        return done

    async def withdraw_targets(self, cycle: str, places: Sequence[Place], by: str) -> Withdrawal:
        """Withdraws proposed targets, all of them or none, and waits until that can be read. Raises Refusal,
        AwayFromHome."""
        await self._require_home()
        done = await self.records.application.targets.withdraw(cycle, places, by, datetime.now(UTC))
        if done.version:
            await self._sealed(done.stream, done.version)
        return done

    async def foresee_roster(self, read: RosterRead, by: str, last_day: date | None = None) -> RosterForeseen:
        """What an import of a roster would record, and what would follow; nothing is recorded. Who is not in it leaves
        with `last_day`, without one they stay."""
        now, today = await self.records.present()
        changes = await self.records.application.people.differences(read.roster, by, now, last_day)
        follows = await self.records.moves().preview_events(changes.events, today)
        return RosterForeseen(changes, tuple(follows), _seen(read, changes))

    async def import_roster(
        self, read: RosterRead, by: str, seen: str, last_day: date | None = None
    ) -> RosterDone:
        """Imports a roster whose foreseen changes were seen, and does what follows. Raises Refusal, also where others
        changed the people since."""
        await self._require_home()
        foreseen = await self.foresee_roster(read, by, last_day)
        if foreseen.seen != seen:
            raise Refusal("roster.seen", field="seen")
        now, today = await self.records.present()
        recorded = await self.records.application.people.import_roster(read.roster, by, now, last_day)
        if recorded.last:
            position = await self._sealed(*recorded.last)
            if position is not None:
                await self.readable(position, "person")
        refused: Sequence[RefusedMove] = ()
        if foreseen.follows:
            _, refused = await self.records.moves().follow_up(
                foreseen.changes.events, today, by, f"roster:{now.isoformat()}", await self._gateway()
            )
            for stream in sorted({f"cycle-{each.cycle}" for each in foreseen.follows}):
                version = await self.records.ledger.version_of(stream)
                position = await self._sealed(stream, version)
                if position is not None:
                    await self.readable(position, "goal", "inbox")
        return RosterDone(recorded, tuple(refused))

    async def _sealed(self, stream: str, version: int) -> int | None:
        """The position at which a stream's version can be read, None where it was not sealed in time."""
        try:
            return await self.records.ledger.wait_sealed(stream, version, SEEN_WITHIN)
        except TimeoutError:
            return None

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
            position = await self._sealed(stream, outcome.status.version)
        events = () if isinstance(outcome, CycleOutcome) else outcome.events
        replayed = False if isinstance(outcome, CycleOutcome) else outcome.replayed
        return Done(events, outcome.status, replayed, position)

    async def _with_sheet(self, goal: str, done: Done) -> Done:
        """The same with a position that holds what the command recorded in the goal's sheet, where weights stand."""
        row = None
        if done.position is not None and any("sheet" in KINDS[each] for each in done.events):
            row = await goals_model.goal(self.records.pool, goal)
        if done.position is None or row is None:
            return done
        sealed = await self._sealed(row.sheet, await self.records.ledger.version_of(row.sheet))
        return done._replace(position=None if sealed is None else max(done.position, sealed))

    async def _gateway(self) -> CommandGateway:
        """Raises AwayFromHome where the ledger takes nothing in, NamespaceTaken where Temporal's namespace is another
        ledger's."""
        operation = await self._require_home()
        if self._client is None:
            client = await connect(self.settings)
            await require_namespace(client, await operation.ledger_id())
            self._client = client
        return CommandGateway(self._client, self.settings.task_queue, PATIENCE)

    async def _require_home(self) -> Operation:
        """Raises AwayFromHome where the ledger takes nothing in."""
        operation = self.records.application.operation
        if not (await operation.home()).takes_appends:
            raise AwayFromHome
        return operation


def _seen(read: RosterRead, changes: RosterChanges) -> str:
    """A digest of what an import would do: whoever agrees to it agrees to this."""
    recorded = [f"{type(each).__name__} {each.model_dump_json(exclude={'at'})}" for each in changes.events]
    return digest(*recorded, *(each.model_dump_json() for each in read.roster.departments))


def _said(refused: Refused) -> Refusal:
    """A refusal that came back as a value."""
    return Refusal(refused.code, field=refused.field, **refused.facts)
