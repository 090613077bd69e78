"""Commands on goals: read goal, sheet, cycle and people in one round trip, decide, append, answer the standing."""

import asyncio
import random
from datetime import datetime
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from cairn.domain.event import SYSTEM
from cairn.domain.goal.around import Around
from cairn.domain.goal.commands import NAMES, AnyGoalCommand, ReachDeadline
from cairn.domain.goal.decide import decide
from cairn.domain.goal.standing import Standing, standing
from cairn.domain.goal.state import Goal
from cairn.domain.goal.state import evolve as evolve_goal
from cairn.domain.invalid import invalid_command
from cairn.domain.names import cycle_of, holder_of, sheet_of
from cairn.domain.people import DepartmentNamed, Person
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.state import evolve as evolve_sheet
from cairn.handle.log import Policies, fold_cycle, fold_goal, fold_person, fold_sheet, new_rows
from cairn.ledger import Ledger, StoredEvent, WrongExpectedVersion

TRIES = 12
NO_EVIDENCE = Evidence()


class Answer(BaseModel):
    """What a command did: the events it appended (by name) and where the goal stands now."""

    model_config = ConfigDict(frozen=True)

    events: tuple[str, ...] = ()
    replayed: bool = False
    standing: Standing


class Goals:
    """The write path of goals. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, policies: Policies | None = None) -> None:
        self.ledger = ledger
        self.policies = policies or Policies(ledger)

    async def handle(
        self,
        command: AnyGoalCommand,
        command_id: str,
        *,
        evidence: Evidence = NO_EVIDENCE,
        causation: str | None = None,
    ) -> Answer:
        """Decides a command against the log as it stands and appends its events once, however often it is called.

        Who loses a race reads again and decides again. Raises Refusal where the rules say no.
        """
        for attempt in range(TRIES):
            try:
                return await self._try(command, command_id, evidence, causation)
            except WrongExpectedVersion:
                await asyncio.sleep(random.uniform(0, 0.005 * 2**attempt))
        raise Refusal("command.stale", stream=command.goal)

    async def _try(
        self, command: AnyGoalCommand, command_id: str, evidence: Evidence, causation: str | None
    ) -> Answer:
        goal, around, rows = await self._read(command.goal, command.by, evidence)
        if isinstance(command, ReachDeadline) and command.phase == "approvals_due":
            around = around.model_copy(update={"people": {**around.people, **await self._line_of(goal)}})
        earlier = tuple(row.type for row in rows if row.correlation == command_id)
        if earlier:
            return Answer(events=earlier, replayed=True, standing=standing(goal, around))
        events = decide(command, goal, around)
        if events:
            versions = {goal.id: goal.version, around.sheet.id: around.sheet.version}
            await self.ledger.append(new_rows(events, versions, command_id, causation))
            goal, around = self._after(goal, around, events)
        return Answer(events=tuple(event.type for event in events), standing=standing(goal, around))

    def _after(self, goal: Goal, around: Around, events: Any) -> tuple[Goal, Around]:
        sheet = around.sheet
        for event in events:
            if event.stream == goal.id:
                goal = evolve_goal(goal, event)
            else:
                sheet = evolve_sheet(sheet, event)
        return goal, around.model_copy(update={"sheet": sheet})

    async def standing(self, goal: str) -> Standing:
        """Where a goal stands in the log now."""
        return standing(*await self.load(goal))

    async def load(self, goal: str) -> tuple[Goal, Around]:
        """A goal and what is around it, as the log stands now."""
        found, around, _ = await self._read(goal, SYSTEM, NO_EVIDENCE)
        return found, around

    async def _read(self, name: str, by: str, evidence: Evidence) -> tuple[Goal, Around, list[StoredEvent]]:
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
        around = Around(
            policy=await self.policies.version(cycle.policy),
            cycle=cycle,
            sheet=fold_sheet(sheet, streams[sheet]),
            people=_people({person: streams[person] for person in persons}),
            evidence=evidence,
            head=head_of(streams[department]),
        )
        return goal, around, [*streams[name], *streams[sheet]]

    async def _line_of(self, goal: Goal) -> dict[str, Person]:
        names = [f"person-{name}" for name in (goal.owner, goal.manager) if name]
        return _people(await self.ledger.read_streams(names))


def head_of(rows: list[StoredEvent]) -> str | None:
    """A department's head, None where it has none or is no department."""
    return DepartmentNamed.model_validate_json(rows[-1].data).department.head if rows else None


def _people(streams: dict[str, list[StoredEvent]]) -> dict[str, Person]:
    folded = (fold_person(rows) for rows in streams.values())
    return {person.id: person for person in folded if person is not None}


def read_command(
    name: str, goal: str, by: str, at: datetime, fields: dict[str, Any], command_id: str
) -> AnyGoalCommand:
    """A command by the name people use, with its fields as they arrived. Refuses unknown names and wrong fields,
    each with its name and what is wrong."""
    if name not in NAMES:
        raise Refusal("command.unknown", field="name", name=name, known=sorted(NAMES))
    if name == "adjust":
        fields = {"adjustment": command_id, **fields}
    try:
        return cast(AnyGoalCommand, NAMES[name].model_validate({**fields, "goal": goal, "by": by, "at": at}))
    except ValidationError as wrong:
        raise invalid_command(name, wrong) from None


def deadline(
    goal: str, phase: str, due: datetime, period: str | None, at: datetime
) -> tuple[ReachDeadline, str]:
    """The command of a deadline and its id: `(phase, due)` names it, so a timer that fires twice acts once."""
    command = ReachDeadline.model_validate(
        {"goal": goal, "phase": phase, "due": due, "period": period, "by": SYSTEM, "at": at}
    )
    return command, f"{phase}:{period or ''}:{due.isoformat()}"
