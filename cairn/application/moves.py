"""Moving people with everything that is under way for them: the preview of what follows, and the doing of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol

from cairn.application.cycles import Cycles
from cairn.application.dated_roster import DatedRoster
from cairn.application.people import People
from cairn.application.repository import fold_goal
from cairn.domain.cycle.stages import cycle_stage_row
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.state import Goal
from cairn.domain.launch.consequences import (
    Consequences,
    GoalConsequence,
    SheetConsequence,
    TasksPass,
    reporting_to,
    sheet_consequences,
)
from cairn.domain.moves import AnyPersonCommand, Delegate, GoAway, Leave, first_day_of
from cairn.domain.people import PersonEvent, PersonLeft
from cairn.domain.person_history import PersonHistory, acting_for, evolve_person, people_on
from cairn.domain.policy import Policy
from cairn.domain.sheet.state import Sheet

SEALED_WITHIN = 30.0
"""Seconds until what was recorded has its place in the sealed log, from which sheets are planned."""
AT_ONCE = 16
Leaves = Sequence[tuple[str, date]]
"""Person → the first day they are gone."""
Ready = Callable[[str], Awaitable[None]]


class RefusedCommand(Protocol):
    """Why a goal or cycle refused its command."""

    @property
    def code(self) -> str: ...

    @property
    def facts(self) -> Mapping[str, Any]: ...


class Answer(Protocol):
    """What a goal or a cycle answered: a refusal, or None when the command was done."""

    @property
    def refused(self) -> RefusedCommand | None: ...


class Gateway(Protocol):
    """The way to give commands: each runs through the workflow of its goal or cycle, once for each command id."""

    async def goal(
        self,
        goal: str,
        name: str,
        by: str,
        fields: dict[str, Any] | None = None,
        command_id: str | None = None,
    ) -> Answer: ...

    async def cycle(
        self,
        cycle: str,
        name: str,
        by: str,
        fields: dict[str, Any] | None = None,
        command_id: str | None = None,
    ) -> Answer: ...


class RefusedMove(NamedTuple):
    """A goal or cycle that did not follow, and why."""

    stream: str
    refused: RefusedCommand


class Moves:
    """Says what follows from what HR says of people, in every cycle that is under way, and does it.

    `ready` is awaited for a goal's or cycle's stream before its command: a rehearsal has to move its clock first.
    """

    def __init__(self, people: People, cycles: Cycles) -> None:
        self.people, self.cycles, self.ledger = people, cycles, people.ledger

    async def preview(self, commands: Sequence[AnyPersonCommand], today: date) -> list[Consequences]:
        """What follows from these commands, cycle by cycle; nothing is recorded. Refused where a command is."""
        roster = await self.people.dated()
        for command in commands:
            roster = _after(roster, await self.people.decided(command, today, roster), command.person)
        return await self._follows(commands, roster, today, _leaves(commands))

    async def preview_events(self, events: Sequence[PersonEvent], today: date) -> list[Consequences]:
        """What follows from events that an import of a roster would record; nothing is recorded."""
        roster = await self.people.dated()
        for event in events:
            roster = _after(roster, [event], event.person)
        return await self._follows((), roster, today, *_of_events(events))

    async def follow_up(
        self, events: Sequence[PersonEvent], today: date, by: str, key: str, gateway: Gateway
    ) -> tuple[list[Consequences], list[RefusedMove]]:
        """Does what follows from events that an import recorded. Returns what followed, and who refused."""
        leaves, people = _of_events(events)
        for person in people:
            await self._is_sealed(person)
        follows = await self._follows((), await self.people.dated(), today, leaves, people)
        refused = [one for each in follows for one in await _Doing(gateway, None, by, "", key).all_of(each)]
        return follows, refused

    async def carry_out(
        self,
        commands: Sequence[AnyPersonCommand],
        today: date,
        key: str,
        gateway: Gateway,
        ready: Ready | None = None,
    ) -> tuple[list[Consequences], list[RefusedMove]]:
        """Records the commands, then does what follows: opens sheets, tells every goal. Returns what followed, and who
        refused. Given again with the same key it does what is left to do."""
        for number, command in enumerate(commands):
            await self.people.record(command, today, f"{key}:{number}" if number else key)
        for person in {command.person for command in commands}:
            await self._is_sealed(person)
        follows = await self._follows(commands, await self.people.dated(), today, _leaves(commands))
        refused: list[RefusedMove] = []
        if commands:
            by, reason = commands[0].by, commands[0].reason
            for each in follows:
                refused += await _Doing(gateway, ready, by, reason, key).all_of(each)
        return follows, refused

    async def _is_sealed(self, person: str) -> None:
        """Waits until what is recorded of a person is sealed: sheets are planned from there."""
        stream = f"person-{person}"
        rows = await self.ledger.read_stream(stream)
        if rows:
            await self.ledger.wait_sealed(stream, len(rows), SEALED_WITHIN)

    async def _follows(
        self, commands: Sequence[AnyPersonCommand], roster: DatedRoster, today: date, leaves: Leaves,
        people: Sequence[str] = (),
    ) -> list[Consequences]:  # fmt: skip
        """`people` are those of whom something else is known than by commands; `leaves` who is gone from which day.
        What follows for tasks and places is told once, with the cycle that began first."""
        of = sorted({*people, *(command.person for command in commands)})
        passes = [one for command in commands if (one := _passes(command, roster, today))]
        without, vacant = _left_alone(leaves, roster)
        alone = {"passes": tuple(passes), "without_manager": without, "vacant": vacant}
        cycles = sorted(await self.under_way(), key=_starts)
        found = [await self._in_cycle(cycle, of, roster, today) for cycle in cycles]
        whole = [each.model_copy(update=alone if n == 0 else {}) for n, each in enumerate(found)]
        return [each for each in whole if not each.nothing]

    async def under_way(self) -> list[Cycle]:
        """Every launched cycle that is not closed; two may overlap (RULES L8)."""
        sealed = await self.ledger.sealed_position()
        names = [
            row.stream.removeprefix("cycle-")
            async for page in self.ledger.pages_of(["CycleLaunched"], upto=sealed)
            for row in page
        ]
        cycles = [await self.cycles.load(name) for name in names]
        return [cycle for cycle in cycles if not cycle_stage_row(cycle.stage).over]

    async def _in_cycle(
        self, cycle: Cycle, people: Sequence[str], roster: DatedRoster, today: date
    ) -> Consequences:
        policy = await self.cycles.policies.version(cycle.policy)
        changed: list[SheetConsequence] = []
        for person, sheets in (await self.cycles.sheets_of(cycle.id, people)).items():
            changed += await self._of_sheets(cycle, policy, roster.histories[person], sheets, today)
        opens = cycle_stage_row(cycle.stage).takes_goals and people
        plan = (await self.cycles.missing(cycle.id, people, today, roster))[0] if opens else None
        new = plan.sheets if plan else ()
        digest = plan.digest if plan and new else None
        return Consequences(cycle=cycle.id, digest=digest, opens=new, sheets=tuple(changed))

    async def _of_sheets(
        self, cycle: Cycle, policy: Policy, history: PersonHistory, sheets: Sequence[Sheet], today: date
    ) -> list[SheetConsequence]:
        if cycle.schedule is None:
            return []
        rows = await self.ledger.read_streams([goal for sheet in sheets for goal in sheet.placements])
        goals: dict[str, Goal] = {name: fold_goal(name, of) for name, of in rows.items()}
        return sheet_consequences(history, sheets, goals, cycle.schedule, policy, today)


def _starts(cycle: Cycle) -> date:
    return cycle.schedule.starts if cycle.schedule else date.max


class _Doing:
    """Gives the commands of one change of people; each has an id made from the change's, so that nothing is done
    twice."""

    def __init__(self, gateway: Gateway, ready: Ready | None, by: str, reason: str, key: str) -> None:
        self.gateway, self.ready, self.by, self.reason, self.key = gateway, ready, by, reason, key
        self.gate = asyncio.Semaphore(AT_ONCE)

    async def all_of(self, follows: Consequences) -> list[RefusedMove]:
        goals = [goal for sheet in follows.sheets for goal in sheet.goals]
        refused = [each for of in await asyncio.gather(*map(self._goal, goals)) for each in of]
        if follows.opens:
            refused += await self._open(follows)
        return refused

    async def _open(self, follows: Consequences) -> list[RefusedMove]:
        stream = f"cycle-{follows.cycle}"
        await self._ready(stream)
        fields = {"seen": follows.digest, "people": sorted({sheet.holder for sheet in follows.opens})}
        answer = await self.gateway.cycle(
            follows.cycle, "add_sheets", self.by, fields, f"{self.key}:{follows.digest}"
        )
        return [RefusedMove(stream, answer.refused)] if answer.refused else []

    async def _goal(self, goal: GoalConsequence) -> list[RefusedMove]:
        async with self.gate:
            await self._ready(goal.goal)
            refused = [await self._follow(goal), await self._pass_on(goal)]
        return [RefusedMove(goal.goal, each) for each in refused if each is not None]

    async def _follow(self, goal: GoalConsequence) -> RefusedCommand | None:
        if not goal.follows:
            return None
        fields = {"reason": self.reason}
        return await self._give(goal.goal, "follow_holder", fields)

    async def _pass_on(self, goal: GoalConsequence) -> RefusedCommand | None:
        if goal.manager is None:
            return None
        fields = {
            "manager": goal.manager.manager, "effective": goal.manager.since.isoformat(), "reason": self.reason,
        }  # fmt: skip
        return await self._give(goal.goal, "change_manager", fields)

    async def _give(self, goal: str, name: str, fields: dict[str, Any]) -> RefusedCommand | None:
        answer = await self.gateway.goal(goal, name, self.by, fields, f"{self.key}:{name}:{goal}")
        return answer.refused

    async def _ready(self, stream: str) -> None:
        if self.ready is not None:
            await self.ready(stream)


def _after(roster: DatedRoster, events: Sequence[Any], person: str) -> DatedRoster:
    """The roster as those events leave it."""
    history = roster.histories.get(person)
    for event in events:
        history = evolve_person(history, event)
    known = roster.histories if history is None else {**roster.histories, person: history}
    return roster._replace(histories=known)


def _passes(command: AnyPersonCommand, roster: DatedRoster, today: date) -> TasksPass | None:
    """Whose tasks pass to whom while somebody is away or delegates, where they have any of others to do."""
    if not isinstance(command, GoAway | Delegate):
        return None
    day = max(command.first, today)
    people = people_on(roster.histories, day)
    heads = {each.head for each in roster.departments.values()}
    if command.person not in heads and not reporting_to(people, command.person, day):
        return None
    to = acting_for(command.person, day, roster.histories)
    return TasksPass(person=command.person, since=command.first, last=command.last, to=to)


def _leaves(commands: Sequence[AnyPersonCommand]) -> Leaves:
    return [
        (command.person, day)
        for command in commands
        if isinstance(command, Leave) and (day := first_day_of(command))
    ]


def _of_events(events: Sequence[PersonEvent]) -> tuple[Leaves, list[str]]:
    """Who is gone from which day, and everybody the events are of."""
    leaves = [(event.person, event.effective) for event in events if isinstance(event, PersonLeft)]
    return leaves, sorted({event.person for event in events})


def _left_alone(leaves: Leaves, roster: DatedRoster) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who has no manager any more once people have left, and which departments no head (RULES L1, L2)."""
    without: list[str] = []
    vacant: list[str] = []
    for person, day in leaves:
        without += reporting_to(people_on(roster.histories, day), person, day)
        vacant += [each.id for each in roster.departments.values() if each.head == person]
    return tuple(without), tuple(vacant)
