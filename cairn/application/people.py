"""The roster in the log: importing it as dated events, moving people in it, reading it back as of a position."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from cairn.application import access
from cairn.application.repository import first_answer, fold_person, to_appends, to_events
from cairn.domain.event import Event
from cairn.domain.identity import Identity, by_system, digest
from cairn.domain.people import (
    Department,
    DepartmentNamed,
    Person,
    PersonChanged,
    PersonJoined,
    PersonLeft,
    Roster,
    check_new_manager,
)
from cairn.domain.refusal import Refusal
from cairn.ledger import AppendConflict, Ledger, StoredEvent

PEOPLE_TYPES = ("PersonJoined", "PersonChanged", "PersonLeft", "DepartmentNamed")
PAGE = 5000
BATCH = 500
"""People and departments in one append of an import."""
NAMED = 5
"""So many of those who may are named in a refusal."""


class RosterImport(NamedTuple):
    """What an import recorded: the number of events, and the last one's stream and version (None without events)."""

    changes: int
    last: tuple[str, int] | None

    @property
    def same(self) -> bool:
        """Whether the log had exactly this roster already."""
        return self.changes == 0


class People:
    """Who works here, as dated facts. One instance serves a whole process."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    async def roster(self) -> Roster:
        """Everybody as the sealed log has them now."""
        return await roster_at(self.ledger, await self.ledger.sealed_position())

    async def hr(self, at: datetime) -> list[str]:
        """Everybody with the role HR who is here on that day."""
        return _hr_on((await self.roster()).people, at)

    async def import_roster(self, roster: Roster, by: str, at: datetime) -> RosterImport:
        """Records what differs from the log: who joined, changed or left, and departments. People who are not in
        `roster` stay as they are, and so do its `unstated` fields; importing it again records nothing.

        Only HR may: of the roster in the log, or, while there is none, of the one that is imported. Refuses a roster
        after which nobody would be HR."""
        known = await self.roster()
        if instead := await hr_instead_of(self.ledger, by, at, coming=roster):
            raise Refusal("roster.not-hr", field="by", by=by, who=instead)
        _keep_hr(known.people, _after(known, roster))
        streams = [f"person-{person.id}" for person in roster.people]
        streams += [f"department-{department.id}" for department in roster.departments]
        changes, last = 0, None
        for start in range(0, len(streams), BATCH):
            recorded = await self._import(roster, set(streams[start : start + BATCH]), by, at)
            changes += recorded.changes
            last = recorded.last or last
        return RosterImport(changes, last)

    async def _import(self, roster: Roster, streams: set[str], by: str, at: datetime) -> RosterImport:
        known = await self.ledger.read_streams(sorted(streams))
        events: list[Event] = []
        for department in roster.departments:
            rows = known.get(f"department-{department.id}")
            if rows is not None and (not rows or _department(rows[-1].data) != department):
                events.append(DepartmentNamed(department=department, by=by, at=at))
        for person in roster.people:
            rows = known.get(f"person-{person.id}")
            if rows is not None:
                events += _difference(fold_person(rows), person, roster.unstated, by, at)
        if not events:
            return RosterImport(0, None)
        await self._append(events, known, by_system("roster", f"roster:{at.isoformat()}"))
        last = events[-1].stream
        return RosterImport(
            len(events), (last, len(known[last]) + sum(each.stream == last for each in events))
        )

    async def change_manager(
        self, person: str, manager: str, effective: date, reason: str, by: str, at: datetime, command: str
    ) -> None:
        """Gives somebody another manager in the roster, from a day on; again it changes nothing."""
        known, rows = await self._read(person)
        identity = _moving(person, command, "change_manager", by, manager, effective.isoformat(), reason)
        if first_answer(identity, rows) or known.manager == manager:
            return
        if person == manager:
            raise Refusal("goal.own-manager", field="manager")
        check_new_manager(person, manager, effective, by, (await self.roster()).by_id())
        details = known.model_copy(update={"manager": manager})
        changed = PersonChanged(
            person=person, details=details, effective=effective, reason=reason, by=by, at=at
        )
        await self._append([changed], {changed.stream: rows}, identity)

    async def leave(
        self, person: str, effective: date, reason: str, by: str, at: datetime, command: str
    ) -> None:
        """Records that somebody left; what becomes of their goals is decided goal by goal. Refuses the last HR."""
        known, rows = await self._read(person)
        identity = _moving(person, command, "leave", by, effective.isoformat(), reason)
        if first_answer(identity, rows) or not known.here:
            return
        if "hr" in known.roles:
            everybody = (await self.roster()).people
            _keep_hr(everybody, [each for each in everybody if each.id != person])
        left = PersonLeft(person=person, effective=effective, reason=reason, by=by, at=at)
        await self._append([left], {left.stream: rows}, identity)

    async def _read(self, person: str) -> tuple[Person, list[StoredEvent]]:
        rows = await self.ledger.read_stream(f"person-{person}")
        known = fold_person(rows)
        if known is None:
            raise Refusal("person.unknown", field="person", by=person)
        return known, rows

    async def _append(
        self, events: Sequence[Event], known: dict[str, list[StoredEvent]], command: Identity
    ) -> None:
        versions = {stream: len(rows) for stream, rows in known.items()}
        try:
            await self.ledger.append(to_appends(events, versions, command))
        except AppendConflict as lost:
            raise Refusal("command.stale", stream=", ".join(lost.streams)) from None


async def hr_instead_of(ledger: Ledger, by: str, at: datetime, *, coming: Roster | None = None) -> str | None:
    """None when somebody may act as HR by the sealed log, else the ids of some who may (see `access`).

    Refuses a first roster in which nobody has the role."""
    known = (await roster_at(ledger, await ledger.sealed_position())).people
    if not known and coming is not None and not _hr_on(coming.people, at):
        raise Refusal("roster.no-hr", field="roles")
    able = access.hr_instead_of(by, known, at.date(), coming.people if coming else None)
    return ", ".join(able) if able else None


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


def _moving(person: str, key: str, name: str, by: str, *content: str) -> Identity:
    return Identity(f"person-{person}", key, name, digest(name, by, *content))


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


def _hr_on(people: Iterable[Person], at: datetime) -> list[str]:
    return [person.id for person in people if "hr" in person.roles and person.here_on(at.date())]


def _keep_hr(before: Iterable[Person], after: Iterable[Person]) -> None:
    """Refuses a change after which nobody would be HR: then nobody could import, adopt or launch any more."""
    staying = _staying_hr(before)
    if staying and not _staying_hr(after):
        raise Refusal("roster.last-hr", field="roles", who=", ".join(staying[:NAMED]))


def _staying_hr(people: Iterable[Person]) -> list[str]:
    return [person.id for person in people if person.here and "hr" in person.roles]


def _after(known: Roster, coming: Roster) -> list[Person]:
    """Everybody as an import leaves them."""
    before = known.by_id()
    merged = {person.id: _merged(before.get(person.id), person, coming.unstated) for person in coming.people}
    return list({**before, **merged}.values())


def _merged(before: Person | None, now: Person, unstated: Collection[str]) -> Person:
    """The person as stated, with what the source says nothing of as it was."""
    kept = {name: getattr(before, name) for name in unstated} if before else {}
    return now.model_copy(update=kept)


def _department(data: str) -> Department:
    return DepartmentNamed.model_validate_json(data).department


def _difference(
    before: Person | None, stated: Person, unstated: Collection[str], by: str, at: datetime
) -> list[Event]:
    """What happened to one person: joined, changed, left, or changed and left."""
    if before is None:
        return [PersonJoined(person=stated.id, details=stated, by=by, at=at)]
    now = _merged(before, stated, unstated)
    leaves = now.left is not None and before.left is None
    details = now.model_copy(update={"left": None}) if leaves else now
    events: list[Event] = []
    if details != before:
        day = at.date()
        events.append(PersonChanged(person=now.id, details=details, effective=day, by=by, at=at))
    if leaves and now.left is not None:
        events.append(PersonLeft(person=now.id, effective=now.left, by=by, at=at))
    return events
