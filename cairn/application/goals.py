"""Commands on goals: read goal, sheet, cycle and people in one round trip, decide, append, answer the standing."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from cairn.application import access
from cairn.application.fields import read_fields
from cairn.application.policies import Policies
from cairn.application.repository import (
    NO_EVIDENCE,
    first_answer,
    fold_cycle,
    fold_goal,
    fold_person,
    fold_sheet,
    goal_context,
    to_appends,
)
from cairn.application.seats import SeatHolders
from cairn.domain.event import SYSTEM
from cairn.domain.goal.commands import (
    COMMANDS,
    AnyGoalCommand,
    ApproveGoal,
    ChangeManager,
    ConfirmAdjustment,
    DeclineAdjustment,
    DraftGoal,
    KeepDeadline,
    RequestAdjustment,
    ReturnGoal,
    SupersedeGoal,
)
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.decide import decide
from cairn.domain.goal.places import held_at
from cairn.domain.goal.state import Goal
from cairn.domain.goal.state import evolve as evolve_goal
from cairn.domain.goal.status import GoalStatus, status
from cairn.domain.identity import SYSTEM_KEYS, Identity, identify
from cairn.domain.invalid import invalid_command
from cairn.domain.people import DepartmentNamed, Person
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.rights import by_committee
from cairn.domain.sheet.state import evolve as evolve_sheet
from cairn.domain.streams import cycle_of, holder_of, sheet_of
from cairn.ledger import AppendConflict, Ledger, StoredEvent

TRIES = 12


class Answer(BaseModel):
    """What a command did: the events it appended (by name) and where the goal stands now."""

    model_config = ConfigDict(frozen=True)

    events: tuple[str, ...] = ()
    replayed: bool = False
    status: GoalStatus


class Goals:
    """The write path of goals. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, policies: Policies | None = None) -> None:
        self.ledger = ledger
        self.policies = policies or Policies(ledger)
        self.seats = SeatHolders(ledger)

    async def handle(
        self,
        command: AnyGoalCommand,
        key: str,
        *,
        evidence: Evidence = NO_EVIDENCE,
        run: str | None = None,
    ) -> Answer:
        """Decides a command against the log as it stands and appends its events once, however often it is called.

        Who loses a race reads again and decides again. Raises Refusal where the rules say no, and where the goal has
        another command under this `key` (RULES C1). `run` is the workflow's run that asks.
        """
        identity = identify(command, command.goal, key)
        for attempt in range(TRIES):
            try:
                return await self._try(command, identity, evidence, run)
            except AppendConflict:
                await asyncio.sleep(random.uniform(0, 0.005 * 2**attempt))
        raise Refusal("command.stale", stream=command.goal)

    async def _try(
        self, command: AnyGoalCommand, identity: Identity, evidence: Evidence, run: str | None
    ) -> Answer:
        goal, context, rows = await self._around(command, evidence)
        earlier = tuple(row.type for row in first_answer(identity, rows, context.policy.calendar.timezone))
        if earlier:
            return Answer(events=earlier, replayed=True, status=status(goal, context, command.at))
        access.require(command, goal, context)
        events = decide(command, goal, context)
        if events:
            versions = {goal.id: goal.version, context.sheet.id: context.sheet.version}
            await self.ledger.append(to_appends(events, versions, identity, run))
            goal, context = self._after(goal, context, events)
        return Answer(events=tuple(event.type for event in events), status=status(goal, context, command.at))

    def _after(self, goal: Goal, context: GoalContext, events: Any) -> tuple[Goal, GoalContext]:
        sheet = context.sheet
        for event in events:
            if event.stream == goal.id:
                goal = evolve_goal(goal, event)
            elif event.stream == sheet.id:
                sheet = evolve_sheet(sheet, event)
        return goal, context.model_copy(update={"sheet": sheet})

    async def status(self, goal: str, at: datetime) -> GoalStatus:
        """Where a goal stands in the log now; `at` is the present by the goal's cycle."""
        found, context = await self.load(goal)
        if found.pending is not None:
            context = context.model_copy(update={"seats": await self.seats.on(at, context)})
        return status(found, context, at)

    async def load(self, goal: str) -> tuple[Goal, GoalContext]:
        """A goal and what is around it, as the log stands now."""
        found, context, _ = await self._read(goal, SYSTEM, NO_EVIDENCE)
        return found, context

    async def around(
        self, command: AnyGoalCommand, evidence: Evidence = NO_EVIDENCE
    ) -> tuple[Goal, GoalContext]:
        """The goal of a command and all that its decision looks at, as the log stands now."""
        goal, context, _ = await self._around(command, evidence)
        return goal, context

    async def _around(
        self, command: AnyGoalCommand, evidence: Evidence
    ) -> tuple[Goal, GoalContext, list[StoredEvent]]:
        goal, context, rows = await self._read(command.goal, command.by, evidence)
        if isinstance(command, KeepDeadline) and command.phase == "approvals_due":
            context = _with_people(context, await self._line_of(held_at(goal, context, command.at)))
        if isinstance(command, ChangeManager):
            context = _with_people(context, await self._line_above(command.manager))
        context = await self._with_seats(command, goal, context)
        return goal, await self._with_others(command, goal, context), rows

    async def _read(
        self, name: str, by: str, evidence: Evidence
    ) -> tuple[Goal, GoalContext, list[StoredEvent]]:
        sheet, cycle_id = sheet_of(name), cycle_of(name)
        cycle_stream = f"cycle-{cycle_id}"
        holder = holder_of(sheet)
        persons = {f"person-{who}" for who in (by, holder) if who != SYSTEM}
        department = f"department-{holder.removeprefix('department.')}"
        streams = await self.ledger.read_streams([name, sheet, cycle_stream, department, *sorted(persons)])
        cycle = fold_cycle(cycle_id, streams[cycle_stream])
        if cycle.version == 0:
            raise Refusal("cycle.unknown", field="goal", cycle=cycle_id)
        goal = fold_goal(name, streams[name])
        context = goal_context(
            cycle,
            await self.policies.version(cycle.policy),
            fold_sheet(sheet, streams[sheet]),
            people=_people({person: streams[person] for person in persons}),
            evidence=evidence,
            head=head_of(streams[department]),
        )
        return goal, context, [*streams[name], *streams[sheet]]

    async def _with_seats(self, command: AnyGoalCommand, goal: Goal, context: GoalContext) -> GoalContext:
        """With whoever holds the company's roles, where HR or the committee has a part in the decision."""
        asked = isinstance(command, RequestAdjustment | ConfirmAdjustment | DeclineAdjustment)
        voted = isinstance(command, ApproveGoal | ReturnGoal) and by_committee(
            held_at(goal, context, command.at)
        )
        if not (asked or voted or goal.pending is not None):
            return context
        return context.model_copy(update={"seats": await self.seats.on(command.at, context)})

    async def _with_others(self, command: AnyGoalCommand, goal: Goal, context: GoalContext) -> GoalContext:
        """With the other goals that a decision looks at: those of the sheet before another one is drafted there, the
        one in whose favour a goal ends, those that an adjustment would add."""
        match command:
            case DraftGoal():
                names = list(context.sheet.placements)
            case SupersedeGoal():
                names = [command.replacement]
            case RequestAdjustment():
                names = list(command.changes.added)
            case ConfirmAdjustment() | DeclineAdjustment() if goal.pending is not None:
                names = list(goal.pending.changes.added)
            case _:
                names = []
        if not names:
            return context
        streams = await self.ledger.read_streams(names)
        return context.model_copy(
            update={"others": {name: fold_goal(name, rows) for name, rows in streams.items()}}
        )

    async def _line_of(self, goal: Goal) -> dict[str, Person]:
        names = [f"person-{name}" for name in (goal.owner, goal.manager) if name]
        return _people(await self.ledger.read_streams(names))

    async def _line_above(self, name: str | None) -> dict[str, Person]:
        """Somebody and everybody above them in the reporting lines, by id."""
        found: dict[str, Person] = {}
        while name and name not in found:
            known = _people(await self.ledger.read_streams([f"person-{name}"]))
            found |= known
            name = known[name].manager if name in known else None
        return found


def _with_people(context: GoalContext, more: dict[str, Person]) -> GoalContext:
    return context.model_copy(update={"people": {**context.people, **more}})


def head_of(rows: list[StoredEvent]) -> str | None:
    """A department's head, empty while it has none, None where there is no such department."""
    return (DepartmentNamed.model_validate_json(rows[-1].data).department.head or "") if rows else None


def _people(streams: dict[str, list[StoredEvent]]) -> dict[str, Person]:
    folded = (fold_person(rows) for rows in streams.values())
    return {person.id: person for person in folded if person is not None}


def read_command(
    name: str, goal: str, by: str, at: datetime, fields: dict[str, Any], command_id: str
) -> AnyGoalCommand:
    """A command by the name people use, with its fields as they arrived. Refuses unknown names and wrong fields,
    each with its name and what is wrong."""
    if name not in COMMANDS:
        raise Refusal("command.unknown", field="name", name=name, known=sorted(COMMANDS))
    if name == "adjust":
        fields = {"adjustment": command_id, **fields}
    read = read_fields(COMMANDS[name], name, fields)
    try:
        return cast(AnyGoalCommand, COMMANDS[name].model_validate({**read, "goal": goal, "by": by, "at": at}))
    except ValidationError as wrong:
        raise invalid_command(name, wrong) from None


def deadline(
    goal: str, phase: str, due: datetime, period: str | None, at: datetime
) -> tuple[KeepDeadline, str]:
    """The command of a deadline and its key: `(phase, due)` names it, so a timer that fires twice acts once, and no
    person's key is like it."""
    command = KeepDeadline.model_validate(
        {"goal": goal, "phase": phase, "due": due, "period": period, "by": SYSTEM, "at": at}
    )
    return command, f"{SYSTEM_KEYS}{phase}:{period or ''}:{due.astimezone(UTC).isoformat()}"
