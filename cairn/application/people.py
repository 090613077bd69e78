"""The roster in the log: importing it as dated events, and what HR says of single people through the year."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from cairn.application import access
from cairn.application.dated_roster import DatedRoster, dated_roster_at, roster_at
from cairn.application.repository import first_answer, fold_person, to_appends
from cairn.application.stored_events import to_events
from cairn.domain.calendar import ONE_DAY
from cairn.domain.event import Event
from cairn.domain.identity import Identity, by_system, digest
from cairn.domain.moves import AnyPersonCommand, decide_move, first_day_of
from cairn.domain.people import (
    Department,
    DepartmentNamed,
    Person,
    PersonChanged,
    PersonEvent,
    PersonJoined,
    PersonLeft,
    Roster,
    changed_fields,
)
from cairn.domain.person_history import PersonHistory, people_on
from cairn.domain.refusal import Refusal
from cairn.domain.roster_import import NAMED, merged, staying_hr, unfit
from cairn.ledger import AppendConflict, Ledger, StoredEvent
from cairn.roster.known import Known

BATCH = 500
"""People and departments in one append of an import."""


class RosterImport(NamedTuple):
    """What an import recorded: the number of events, and the last one's stream and version (None without events)."""

    changes: int
    last: tuple[str, int] | None

    @property
    def same(self) -> bool:
        """Whether the log had exactly this roster already."""
        return self.changes == 0


class RosterChanges(NamedTuple):
    """How a roster differs from the log, by person's id: `gone` are here by the log and not in the roster, `moved` have
    another department, family or manager, `changed` anything else. `events` are what an import would record."""

    joined: tuple[str, ...]
    left: tuple[str, ...]
    moved: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    events: tuple[PersonEvent, ...]
    second: tuple[tuple[str, str], ...] = ()


class People:
    """Who works here, as dated facts. One instance serves a whole process."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    async def dated(self) -> DatedRoster:
        """Everybody by business day, as the sealed log has them now."""
        return await dated_roster_at(self.ledger, await self.ledger.sealed_position())

    async def roster(self, day: date | None = None) -> Roster:
        """Everybody as of a day, by default today, as the sealed log has them now."""
        return (await self.dated()).on(day or datetime.now(UTC).date())

    async def hr(self, at: datetime) -> list[str]:
        """Everybody with the role HR who is here on that day."""
        return _hr_on((await self.roster(at.date())).people, at)

    async def known(self, by: str, at: datetime) -> Known:
        """What a roster that somebody hands in then is checked against."""
        dated = await self.dated()
        return Known(dated.on(at.date()), by, dated.unreadable)

    async def differences(
        self, roster: Roster, by: str, at: datetime, last_day: date | None = None
    ) -> RosterChanges:
        """How a roster differs from the log; nothing is recorded. Who is gone leaves with `last_day`, without one they
        stay as they are. Refuses what an import would."""
        dated, day = await self.dated(), at.date()
        gone = _gone(roster, dated, day)
        _check_import(dated, roster, gone if last_day else (), by, at)
        found: list[PersonEvent] = []
        for person in roster.people:
            found += _difference(_on(dated.histories.get(person.id), at), person, roster.unstated, by, at)
        found += _leaving(gone, last_day, by, at)
        changes = [event for event in found if isinstance(event, PersonChanged)]
        moved = {
            each.person for each in changes if _moves(dated.histories[each.person].on(day), each.details)
        }
        return RosterChanges(
            joined=tuple(each.person for each in found if isinstance(each, PersonJoined)),
            left=tuple(each.person for each in found if isinstance(each, PersonLeft)),
            moved=tuple(sorted(moved)),
            changed=tuple(each.person for each in changes if each.person not in moved),
            gone=tuple(gone),
            events=tuple(found),
            second=tuple(_second(roster.departments, dated.on(day).departments)),
        )

    async def import_roster(
        self, roster: Roster, by: str, at: datetime, last_day: date | None = None
    ) -> RosterImport:
        """Records what differs from the log: who joined, changed or left, and departments. People who are not in
        `roster` leave with `last_day`, without one they stay as they are, and so do its `unstated` fields; importing it
        again records nothing.

        Only HR may: of the roster in the log, or, while there is none, of the one that is imported. Refuses a roster
        after which nobody would be HR, or with which whoever imports it would leave."""
        dated = await self.dated()
        gone = _gone(roster, dated, at.date()) if last_day else []
        _check_import(dated, roster, gone, by, at)
        streams = [f"person-{person.id}" for person in roster.people]
        streams += [f"department-{department.id}" for department in roster.departments]
        changes, last = 0, None
        for start in range(0, len(streams), BATCH):
            recorded = await self._import(roster, set(streams[start : start + BATCH]), by, at)
            changes += recorded.changes
            last = recorded.last or last
        leaving = _leaving(gone, last_day, by, at)
        if leaving:
            rows = await self.ledger.read_streams([event.stream for event in leaving])
            await self._append(leaving, rows, by_system("roster", f"roster:{at.isoformat()}"))
            last = leaving[-1].stream, len(rows[leaving[-1].stream]) + 1
        return RosterImport(changes + len(leaving), last)

    async def name_first_hr(self, person: Person, at: datetime) -> RosterImport:
        """Records the first person of all, who is HR and imports everybody else. Refused once anybody is known: from
        then on it is HR who says who else is."""
        known = (await self.dated()).histories
        if known:
            hr = _hr_on((await self.roster(at.date())).people, at)
            raise Refusal("roster.begun", field="person", people=len(known), who=", ".join(hr[:NAMED]))
        first = person.model_copy(update={"roles": ("hr",)})
        return await self.import_roster(Roster(people=(first,), departments=()), person.id, at)

    async def _import(self, roster: Roster, streams: set[str], by: str, at: datetime) -> RosterImport:
        known = await self.ledger.read_streams(sorted(streams))
        events: list[Event] = []
        for department in roster.departments:
            rows = known.get(f"department-{department.id}")
            if rows is not None and (_department(rows) != department):
                events.append(DepartmentNamed(department=department, by=by, at=at))
        for person in roster.people:
            rows = known.get(f"person-{person.id}")
            if rows is not None:
                before = _on(fold_person(rows), at)
                events += _difference(before, person, roster.unstated, by, at)
        if not events:
            return RosterImport(0, None)
        await self._append(events, known, by_system("roster", f"roster:{at.isoformat()}"))
        last = events[-1].stream
        return RosterImport(
            len(events), (last, len(known[last]) + sum(each.stream == last for each in events))
        )

    async def decided(self, command: AnyPersonCommand, today: date, roster: DatedRoster) -> list[PersonEvent]:
        """The events of a command by that roster; nothing is recorded. Refused where the rules say no, and where the
        company would have no HR any more. Who may is asked when it is recorded."""
        history = roster.histories.get(command.person)
        return self._decided(command, today, roster, history)

    def _decided(
        self, command: AnyPersonCommand, today: date, roster: DatedRoster, history: PersonHistory | None
    ) -> list[PersonEvent]:
        day = first_day_of(command) or today
        events = decide_move(command, history, people_on(roster.histories, day), today)
        if any(isinstance(event, PersonLeft) for event in events):
            everybody = roster.on(day).people
            _keep_hr(everybody, [each for each in everybody if each.id != command.person])
        return events

    async def record(self, command: AnyPersonCommand, today: date, key: str) -> int:
        """Records what HR says of a person, once; returns the number of events. Refused to anybody but HR, and where
        the person has another command under this `key` (RULES C1)."""
        roster = await self.dated()
        if instead := await hr_instead_of(self.ledger, command.by, command.at):
            raise Refusal("person.not-hr", field="by", by=command.by, who=instead)
        stream = f"person-{command.person}"
        rows = await self.ledger.read_stream(stream)
        asked = command.model_dump_json(exclude={"at"}, exclude_defaults=True)
        identity = Identity(stream, key, type(command).__name__, digest(type(command).__name__, asked))
        if first_answer(identity, rows):
            return 0
        events = self._decided(command, today, roster, fold_person(rows))
        if events:
            await self._append(events, {stream: rows}, identity)
        return len(events)

    async def _append(
        self, events: Sequence[Event], known: dict[str, list[StoredEvent]], command: Identity
    ) -> None:
        versions = {stream: len(rows) for stream, rows in known.items()}
        try:
            await self.ledger.append(to_appends(events, versions, command))
        except AppendConflict as lost:
            raise Refusal("command.stale", stream=", ".join(lost.streams)) from None


async def hr_instead_of(ledger: Ledger, by: str, at: datetime) -> str | None:
    """None when somebody may act as HR by the sealed log, else the ids of some who may (see `access`)."""
    known = (await roster_at(ledger, await ledger.sealed_position(), at.date())).people
    able = access.hr_instead_of(by, known, at.date())
    return ", ".join(able) if able else None


def _second(coming: Sequence[Department], known: Sequence[Department]) -> Iterator[tuple[str, str]]:
    """New departments whose id or name is the id or name of a known one: the same, written otherwise."""
    called = {text: each.id for each in known for text in (each.name, each.id)}
    ids = {each.id for each in known}
    for new in (each for each in coming if each.id not in ids):
        same = next((called[text] for text in (new.id, new.name) if text in called), None)
        if same is not None:
            yield new.id, same


def _on(history: PersonHistory | None, at: datetime) -> Person | None:
    return history.on(at.date()) if history else None


def _hr_on(people: Iterable[Person], at: datetime) -> list[str]:
    return [person.id for person in people if "hr" in person.roles and person.here_on(at.date())]


def _check_import(
    dated: DatedRoster, coming: Roster, leaving: Collection[str], by: str, at: datetime
) -> None:
    """Refuses an import for anything at all, before any of it is recorded. `leaving` are those who leave since they are
    not in it."""
    known = dated.on(at.date())
    if instead := access.hr_instead_of(by, known.people, at.date(), coming.people):
        raise Refusal("roster.not-hr", field="by", by=by, who=", ".join(instead))
    if by in leaving:
        raise Refusal("roster.without-oneself", field="last_day", by=by)
    for each in unfit(known, coming, by, at.date(), leaving, dated.unreadable):
        raise each.refusal


def _keep_hr(before: Iterable[Person], after: Iterable[Person]) -> None:
    """Refuses a change after which nobody would be HR: then nobody could import, adopt or launch any more."""
    staying = staying_hr(before)
    if staying and not staying_hr(after):
        raise Refusal("roster.last-hr", field="roles", who=", ".join(staying[:NAMED]))


def _department(rows: Sequence[StoredEvent]) -> Department | None:
    named = [event for event in to_events(rows[-1:]) if isinstance(event, DepartmentNamed)]
    return named[0].department if named else None


def _gone(roster: Roster, dated: DatedRoster, day: date) -> list[str]:
    """Whoever is here by the log and not in the roster."""
    stated = roster.by_id()
    return sorted(id for id, each in dated.histories.items() if id not in stated and each.is_here(day))


def _leaving(people: Iterable[str], last_day: date | None, by: str, at: datetime) -> list[PersonEvent]:
    if last_day is None:
        return []
    gone = last_day + ONE_DAY
    return [PersonLeft(person=person, effective=gone, by=by, at=at) for person in people]


def _moves(before: Person, now: Person) -> bool:
    return (before.department, before.family, before.manager) != (now.department, now.family, now.manager)


def _difference(
    before: Person | None, stated: Person, unstated: Collection[str], by: str, at: datetime
) -> list[PersonEvent]:
    """What happened to one person: joined, changed, left, or changed and left. A roster without a day of leaving does
    not take back one that is known: that is said of the person (see `Leave`)."""
    if before is None or not before.department:  # the first HR person, of whom there is but a name
        return [PersonJoined(person=stated.id, details=stated, by=by, at=at)]
    now = merged(before, stated, unstated)
    if now.left is None and before.left is not None:
        now = now.model_copy(update={"left": before.left})
    leaves = now.left != before.left
    details = now.model_copy(update={"left": before.left})
    events: list[PersonEvent] = []
    if details != before:
        fields = changed_fields(before, details)
        changed = {"person": now.id, "details": details, "effective": at.date(), "changed": fields}
        events.append(PersonChanged.model_validate({**changed, "by": by, "at": at}))
    if leaves and now.left is not None:
        events.append(PersonLeft(person=now.id, effective=now.left, by=by, at=at))
    return events
