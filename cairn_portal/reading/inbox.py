"""All that waits for somebody: tasks on goals, and turns in cases, each with the present of its cycle."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from cairn.domain.cycle.stages import cycle_stage_row
from cairn.domain.cycle.state import Cycle
from cairn.domain.people import Person, places_of
from cairn_portal.reading.records import Records
from projections.models import case as case_model
from projections.models import dashboard as dashboards
from projections.models import inbox as inboxes


class Inbox(NamedTuple):
    """What waits for a person, most urgent first; `cycles` are those it is of, `nows` their presents, by id."""

    tasks: list[inboxes.Task]
    turns: list[case_model.Turn]
    cycles: Mapping[str, Cycle]
    nows: Mapping[str, datetime]

    @property
    def waiting(self) -> list[inboxes.Task | case_model.Turn]:
        """What is due first comes first, whatever it is; what has no date comes last."""
        return sorted([*self.tasks, *self.turns], key=_urgency)


def _urgency(each: inboxes.Task | case_model.Turn) -> tuple[bool, datetime]:
    return each.until is None, each.until or each.since


AFTER_THE_END = frozenset({"handover"})
"""Kinds of cases that go on when their cycle is over: what was earned in it is paid after that."""


async def inbox_of(records: Records, person: Person, cycle: str | None = None) -> Inbox:
    """What waits for somebody and for the places they hold, in one cycle or in all."""
    trusting = await records.trusting()
    tasks = await inboxes.inbox(records.pool, person.id, person.roles, cycle=cycle, trusting=trusting)
    turns = await _turns(records, person, cycle)
    names = {*(task.cycle for task in tasks), *(turn.cycle for turn in turns)}
    cycles = {name: await records.cycle(name) for name in names}
    return Inbox(
        tasks, turns, cycles, {name: await records.clock.now(found) for name, found in cycles.items()}
    )


async def inbox_on_goal(records: Records, person: Person, goal: str, cycle: Cycle) -> Inbox:
    """What of that is about one goal."""
    trusting = await records.trusting()
    tasks = await inboxes.tasks_on_goal(records.pool, goal, person.id, person.roles, trusting=trusting)
    return Inbox(tasks, [], {cycle.id: cycle}, {cycle.id: await records.clock.now(cycle)})


async def _turns(records: Records, person: Person, cycle: str | None) -> list[case_model.Turn]:
    """The open cases of each cycle that wait for a person or a place of theirs, at that cycle's present."""
    wanted = [person.id, *places_of(person.roles)]
    found: list[case_model.Turn] = []
    for row in await dashboards.cycles(records.pool):
        if cycle is not None and row.cycle != cycle:
            continue
        over, now = cycle_stage_row(row.stage).over, await records.clock.now(await records.cycle(row.cycle))
        turns = await case_model.turns(records.pool, now, cycle=row.cycle, of=wanted)
        found += [each for each in turns if not over or each.kind in AFTER_THE_END]
    return found
