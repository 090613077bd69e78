"""The roster in the log: importing it as dated events, reading it back as of a position."""

from collections.abc import Sequence
from datetime import date, datetime

from cairn.application.repository import fold_person, to_appends, to_events
from cairn.domain.event import Event
from cairn.domain.people import (
    Department,
    DepartmentNamed,
    Person,
    PersonChanged,
    PersonJoined,
    PersonLeft,
    Roster,
)
from cairn.domain.refusal import Refusal
from cairn.ledger import Ledger

PEOPLE_TYPES = ("PersonJoined", "PersonChanged", "PersonLeft", "DepartmentNamed")
PAGE = 5000


async def roster_at(ledger: Ledger, position: int) -> Roster:
    """Everybody as the log stood at a sealed position."""
    people: dict[str, Person] = {}
    departments: dict[str, Department] = {}
    after = 0
    while True:
        rows = await ledger.read_sealed(after=after, upto=position, limit=PAGE, types=PEOPLE_TYPES)
        for event in to_events(rows):
            _apply(event, people, departments)
        if len(rows) < PAGE:
            return Roster(people=tuple(people.values()), departments=tuple(departments.values()))
        after = rows[-1].position or position


def _apply(event: Event, people: dict[str, Person], departments: dict[str, Department]) -> None:
    match event:
        case PersonJoined() | PersonChanged():
            people[event.person] = event.details
        case PersonLeft() if event.person in people:
            people[event.person] = people[event.person].model_copy(update={"left": event.effective})
        case DepartmentNamed():
            departments[event.department.id] = event.department
        case _:
            pass


async def import_roster(ledger: Ledger, roster: Roster, by: str, at: datetime, batch: int = 500) -> int:
    """Records what differs from the log: who joined, changed or left, and departments. Returns the number of events;
    importing the same roster again records nothing."""
    streams = [f"person-{person.id}" for person in roster.people]
    streams += [f"department-{department.id}" for department in roster.departments]
    recorded = 0
    for start in range(0, len(streams), batch):
        part = streams[start : start + batch]
        recorded += await _import_batch(ledger, roster, set(part), by, at)
    return recorded


async def _import_batch(ledger: Ledger, roster: Roster, streams: set[str], by: str, at: datetime) -> int:
    known = await ledger.read_streams(sorted(streams))
    events: list[Event] = []
    for department in roster.departments:
        rows = known.get(f"department-{department.id}")
        if rows is not None and (not rows or _department(rows[-1].data) != department):
            events.append(DepartmentNamed(department=department, by=by, at=at))
    for person in roster.people:
        rows = known.get(f"person-{person.id}")
        if rows is not None:
            events += _difference(fold_person(rows), person, by, at)
    versions = {stream: len(rows) for stream, rows in known.items()}
    if events:
        digest = f"roster:{at.isoformat()}"
        await ledger.append(to_appends(events, versions, digest))
    return len(events)


def _department(data: str) -> Department:
    return DepartmentNamed.model_validate_json(data).department


def _difference(before: Person | None, now: Person, by: str, at: datetime) -> Sequence[Event]:
    if before is None:
        return [PersonJoined(person=now.id, details=now, by=by, at=at)]
    if before == now:
        return []
    if now.left and not before.left:
        return [PersonLeft(person=now.id, effective=now.left, by=by, at=at)]
    return [PersonChanged(person=now.id, details=now, effective=at.date(), by=by, at=at)]


async def change_manager(
    ledger: Ledger,
    person: str,
    manager: str | None,
    effective: date,
    reason: str,
    by: str,
    at: datetime,
    command: str,
) -> None:
    """Gives somebody another manager in the roster, from a day on."""
    rows = await ledger.read_stream(f"person-{person}")
    known = fold_person(rows)
    if known is None:
        raise Refusal("person.unknown", field="person", by=person)
    if known.manager == manager or any(row.correlation == command for row in rows):
        return
    details = known.model_copy(update={"manager": manager})
    changed = PersonChanged(person=person, details=details, effective=effective, reason=reason, by=by, at=at)
    await ledger.append(to_appends([changed], {changed.stream: len(rows)}, command))


async def leave(
    ledger: Ledger, person: str, effective: date, reason: str, by: str, at: datetime, command: str
) -> None:
    """Records that somebody left; what becomes of their goals is decided goal by goal."""
    rows = await ledger.read_stream(f"person-{person}")
    known = fold_person(rows)
    if known is None:
        raise Refusal("person.unknown", field="person", by=person)
    if not known.here:
        return
    left = PersonLeft(person=person, effective=effective, reason=reason, by=by, at=at)
    await ledger.append(to_appends([left], {left.stream: len(rows)}, command))
