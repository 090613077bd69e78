"""Commands on cases of every kind: read case, cycle and people, ask the right, decide, append, answer the status."""

import asyncio
import contextlib
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from cairn.application import access
from cairn.application.fields import read_fields
from cairn.application.goals import TRIES
from cairn.application.policies import Policies
from cairn.application.repository import (
    first_answer,
    fold_cycle,
    fold_goal,
    overtaken,
    to_appends,
)
from cairn.application.seats import SeatHolders
from cairn.application.stored_events import UnreadableEvent, folded
from cairn.domain.case.commands import CaseAction, CaseCommand, KeepCaseDeadline
from cairn.domain.case.context import CaseContext
from cairn.domain.case.kind import CaseKind, decide, require_exists, status
from cairn.domain.case.state import Case
from cairn.domain.case.status import CaseDeadline, CaseStatus
from cairn.domain.coaching.kind import KIND as COACHING
from cairn.domain.event import SYSTEM, Event
from cairn.domain.feedback.kind import KIND as FEEDBACK
from cairn.domain.identity import SYSTEM_KEYS, Identity, identify
from cairn.domain.invalid import invalid_command
from cairn.domain.promise.kind import KIND as PROMISE
from cairn.domain.refusal import Refusal
from cairn.domain.request.kind import KIND as REQUEST
from cairn.domain.review.kind import KIND as REVIEW
from cairn.domain.streams import cycle_of, kind_of
from cairn.ledger import AppendConflict, Ledger, StoredEvent

KINDS: Mapping[str, CaseKind[Any]] = {
    kind.name: kind for kind in (FEEDBACK, COACHING, REQUEST, PROMISE, REVIEW)
}
"""Every kind of case, by its name."""


class CaseAnswer(BaseModel):
    """What a command did: the events it appended (by name) and where the case stands now."""

    model_config = ConfigDict(frozen=True)

    events: tuple[str, ...] = ()
    replayed: bool = False
    status: CaseStatus


class Cases:
    """The write path of cases. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, policies: Policies, seats: SeatHolders) -> None:
        self.ledger, self.policies, self.seats = ledger, policies, seats

    async def handle(
        self, command: CaseCommand, key: str, *, run: str | None = None, at_version: int | None = None
    ) -> CaseAnswer:
        """Decides a command against the log as it stands and appends its events once, however often it is called.

        Who loses a race reads again and decides again. Raises Refusal where the rules say no, and where the case has
        another command under this `key` (RULES C1). `run` is the workflow's run that asks. Whoever looked at the case
        `at_version` is told what happened since instead.
        """
        identity = identify(command, command.case, key)
        for attempt in range(TRIES):
            try:
                return await self._try(command, identity, run, at_version)
            except AppendConflict:
                await asyncio.sleep(random.uniform(0, 0.005 * 2**attempt))
        raise Refusal("command.stale", stream=command.case)

    async def _try(
        self, command: CaseCommand, identity: Identity, run: str | None, at_version: int | None
    ) -> CaseAnswer:
        kind = kind_named(command.case)
        case, context, rows = await self._read(kind, command.case, command, command.at)
        if earlier := first_answer(identity, rows, context.calendar.timezone):
            recorded = tuple(row.type for row in earlier)
            return CaseAnswer(events=recorded, replayed=True, status=status(kind, case, context))
        access.require_for_case(kind, command, case, context)
        late = overtaken(case.id, rows, at_version)
        try:
            events = decide(kind, command, case, context)
        except Refusal as refusal:
            raise late or refusal from None
        if events and late:
            raise late
        if events:
            await self.ledger.append(to_appends(events, {case.id: case.version}, identity, run))
            case = evolved(kind, case, events)
        return CaseAnswer(events=tuple(event.type for event in events), status=status(kind, case, context))

    async def foresee(self, command: CaseCommand) -> list[Event]:
        """The events a command would lead to as the log stands now; nothing is recorded."""
        kind = kind_named(command.case)
        case, context, _ = await self._read(kind, command.case, command, command.at)
        access.require_for_case(kind, command, case, context)
        return decide(kind, command, case, context)

    async def load(self, name: str, at: datetime | None = None) -> tuple[Case, CaseContext]:
        """A case and what is around it, as the log stands now. Refuses one that is not there."""
        kind = kind_named(name)
        case, context, _ = await self._read(kind, name, None, at)
        require_exists(kind, case)
        return case, context

    async def states(self, names: Iterable[str]) -> dict[str, Case]:
        """Several cases as the log has them, by name; what is not there or cannot be read is left out."""
        cases: dict[str, Case] = {}
        for name, rows in (await self.ledger.read_streams(list(dict.fromkeys(names)))).items():
            with contextlib.suppress(UnreadableEvent):
                cases[name] = _folded(kind_named(name), name, rows)
        return {name: case for name, case in cases.items() if case.version}

    async def status(
        self, name: str, at: datetime | None = None, later: Iterable[CaseDeadline] = ()
    ) -> CaseStatus:
        """Where a case stands in the log now; `at` is the present by its cycle, `later` what is tried again."""
        case, context = await self.load(name, at)
        return status(kind_named(name), case, context, later)

    async def _read(
        self, kind: CaseKind[Any], name: str, command: CaseCommand | None, at: datetime | None
    ) -> tuple[Case, CaseContext, list[StoredEvent]]:
        cycle_id = cycle_of(name)
        streams = await self.ledger.read_streams([name, f"cycle-{cycle_id}"])
        cycle = fold_cycle(cycle_id, streams[f"cycle-{cycle_id}"])
        if cycle.version == 0:
            raise Refusal("cycle.unknown", field="case", cycle=cycle_id)
        rows = streams[name]
        case = _folded(kind, name, rows)
        goals = list(kind.goals_of(case, command))
        found = await self.ledger.read_streams(goals) if goals else {}
        roster = await self.seats.roster()
        terms = await self.policies.terms(cycle)
        context = CaseContext(
            policy=terms.policy,
            schedule=terms.schedule,
            at=at or datetime.now(UTC) + timedelta(seconds=cycle.clock_offset),
            histories=roster.histories,
            departments=roster.departments,
            goals={goal: fold_goal(goal, found[goal]) for goal in goals},
            clock_offset=cycle.clock_offset,
        )
        return case, context, rows


def kind_named(name: str) -> CaseKind[Any]:
    """The kind of a case by its stream's name. Refuses a name that is no case's."""
    kind = KINDS.get(kind_of(name))
    if kind is None or len([part for part in name.split("-", 3) if part]) < 4:
        raise Refusal("case.name", field="case", case=name, known=sorted(KINDS))
    return kind


def evolved(kind: CaseKind[Any], case: Case, events: Sequence[Event]) -> Case:
    """The case after more of its events; events of other streams are left out."""
    for event in events:
        if event.stream == case.id:
            case = kind.evolve(case, event)
    return case


def _folded(kind: CaseKind[Any], name: str, rows: Iterable[StoredEvent]) -> Case:
    case: Case = folded(kind.new(name), rows, kind.evolve)
    return case


def read_case_command(name: str, case: str, by: str, at: datetime, fields: dict[str, Any]) -> CaseAction:
    """A command by the name people use, with its fields as they arrived. Refuses unknown names and wrong fields, each
    with its name and what is wrong."""
    commands = kind_named(case).commands
    if name not in commands:
        raise Refusal("command.unknown", field="name", name=name, known=sorted(commands))
    read = read_fields(commands[name], name, fields)
    try:
        return commands[name].model_validate({**read, "case": case, "by": by, "at": at})
    except ValidationError as wrong:
        raise invalid_command(name, wrong) from None


def case_deadline(case: str, phase: str, due: datetime, at: datetime) -> tuple[KeepCaseDeadline, str]:
    """The command of a deadline and its key: `(phase, due)` names it, so a timer that fires twice acts once."""
    command = KeepCaseDeadline(case=case, phase=phase, due=due, by=SYSTEM, at=at)
    return command, f"{SYSTEM_KEYS}{phase}:{due.astimezone(UTC).isoformat()}"
