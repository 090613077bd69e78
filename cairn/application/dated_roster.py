"""Everybody and every department as the log has them: histories by business day, and the roster of a day."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, cast

from cairn.application.repository import to_events
from cairn.domain.people import AnyPersonEvent, Department, DepartmentNamed, Roster
from cairn.domain.person_history import PersonHistory, evolve_person
from cairn.ledger import Ledger, StoredEvent

PEOPLE_TYPES = (
    "PersonJoined", "PersonChanged", "PersonLeft", "LeavingWithdrawn", "PersonAway", "PersonReturned", "DelegateNamed",
    "DepartmentNamed",
)  # fmt: skip
PAGE = 5000


class DatedRoster(NamedTuple):
    """Histories by person's id, departments by id as they were last named."""

    histories: dict[str, PersonHistory]
    departments: dict[str, Department]

    def on(self, day: date) -> Roster:
        """Everybody as of a day: who has left or will join later is among them, with their days (RULES L1)."""
        people = tuple(history.on(day) for history in self.histories.values())
        return Roster(people=people, departments=tuple(self.departments.values()))


async def dated_roster_at(ledger: Ledger, position: int) -> DatedRoster:
    """The histories that the log holds up to a sealed position."""
    found = DatedRoster({}, {})
    after = 0
    while True:
        rows = await ledger.read_sealed(after=after, upto=position, limit=PAGE, types=PEOPLE_TYPES)
        _fold(found, rows)
        if len(rows) < PAGE:
            return found
        after = rows[-1].position or position


async def roster_at(ledger: Ledger, position: int, day: date) -> Roster:
    """Everybody as of a day, by what the log held at a sealed position."""
    return (await dated_roster_at(ledger, position)).on(day)


def _fold(found: DatedRoster, rows: Iterable[StoredEvent]) -> None:
    for event in to_events(rows):
        if isinstance(event, DepartmentNamed):
            found.departments[event.department.id] = event.department
            continue
        person = cast(AnyPersonEvent, event)
        history = evolve_person(found.histories.get(person.person), person)
        if history is not None:
            found.histories[person.person] = history
