"""Everybody and every department as the log has them: histories by business day, and the roster of a day."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple, cast

from cairn.application.stored_events import UnreadableEvent, folded, known_versions, to_event
from cairn.domain.people import AnyPersonEvent, Department, DepartmentNamed, Roster
from cairn.domain.person_history import PersonHistory, evolve_person
from cairn.ledger import Ledger, StoredEvent

PEOPLE_TYPES = (
    "PersonJoined", "PersonChanged", "PersonLeft", "LeavingWithdrawn", "PersonAway", "PersonReturned", "DelegateNamed",
    "DepartmentNamed",
)  # fmt: skip
KINDS = ("person", "department")
NONE: Mapping[str, UnreadableEvent] = MappingProxyType({})


class DatedRoster(NamedTuple):
    """Histories by person's id, departments by id as they were last named.

    `unreadable` are streams with an event that cannot be read: of such a person or department only what came before it
    is known here, so nothing new is begun with it.
    """

    histories: dict[str, PersonHistory]
    departments: dict[str, Department]
    unreadable: Mapping[str, UnreadableEvent] = NONE

    def on(self, day: date) -> Roster:
        """Everybody as of a day: who has left or will join later is among them, with their days (RULES L1)."""
        people = tuple(history.on(day) for history in self.histories.values())
        return Roster(people=people, departments=tuple(self.departments.values()))

    @property
    def unreadable_people(self) -> dict[str, UnreadableEvent]:
        """By person's id."""
        streams = self.unreadable.items()
        return {name.removeprefix("person-"): why for name, why in streams if name.startswith("person-")}


async def dated_roster_at(ledger: Ledger, position: int) -> DatedRoster:
    """The histories that the log holds up to a sealed position. Events of other things are not read."""
    pages = ledger.pages_of(PEOPLE_TYPES, upto=position)
    unreadable, first = await asyncio.gather(_newer(ledger, position), _first(pages))
    found = DatedRoster({}, {}, unreadable)
    _fold(found, first, unreadable)
    async for page in pages:
        _fold(found, page, unreadable)
    return found


async def _first(pages: AsyncIterator[list[StoredEvent]]) -> list[StoredEvent]:
    return await anext(pages, [])


async def _newer(ledger: Ledger, position: int) -> dict[str, UnreadableEvent]:
    """What a newer program wrote of people and departments, by stream."""
    found: dict[str, UnreadableEvent] = {}
    async for each in ledger.newer(known_versions(), upto=position, kinds=KINDS):
        found.setdefault(each.stream, UnreadableEvent.of_newer(each))
    return found


async def roster_at(ledger: Ledger, position: int, day: date) -> Roster:
    """Everybody as of a day, by what the log held at a sealed position."""
    return (await dated_roster_at(ledger, position)).on(day)


def _fold(found: DatedRoster, rows: Iterable[StoredEvent], unreadable: dict[str, UnreadableEvent]) -> None:
    """Takes in a page; a stream ends before its first event that cannot be read."""
    for row in rows:
        ends = unreadable.get(row.stream)
        if ends is not None and row.version >= ends.version:
            continue
        try:
            _take_in(found, row)
        except UnreadableEvent as error:
            unreadable[row.stream] = error


def _take_in(found: DatedRoster, row: StoredEvent) -> None:
    if row.type == "DepartmentNamed":
        event = to_event(row)
        assert isinstance(event, DepartmentNamed)
        found.departments[event.department.id] = event.department
        return
    person = row.stream.removeprefix("person-")
    history = folded(
        found.histories.get(person),
        [row],
        lambda known, event: evolve_person(known, cast(AnyPersonEvent, event)),
    )
    if history is not None:
        found.histories[person] = history
