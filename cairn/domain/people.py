"""People as the roster states them on a day, what can happen to them, and whom somebody may come to report to."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from cairn.domain.event import Event, Fact
from cairn.domain.private_text import PrivateText
from cairn.domain.refusal import Refusal

Role = Literal["hr", "committee", "executive", "auditor"]
"""Roles a roster gives. Being somebody's manager or a department's head follows from the reporting lines."""


class Department(Fact):
    """A department; `head` is the person who sets its goals."""

    id: str
    name: str
    head: str | None = None
    parent: str | None = None


class Person(Fact):
    """One person as of some day. `family` is a job family of the policy; `manager` is a person's id."""

    id: str
    name: str
    email: str = ""
    department: str
    title: str = ""
    family: str
    manager: str | None = None
    hired: date
    left: date | None = None
    roles: tuple[Role, ...] = ()

    @property
    def here(self) -> bool:
        return self.left is None

    def here_on(self, day: date) -> bool:
        """Whether the person may still act on a day: `left` is the first day they are gone."""
        return self.left is None or day < self.left


def places_of(roles: Iterable[str]) -> list[str]:
    """The places somebody's roles give them, as they are written where somebody is waited for (`role:hr`); an executive
    acts for the committee."""
    held = {*roles, *(["committee"] if "executive" in roles else [])}
    return sorted(f"role:{name}" for name in held)


class Roster(Fact):
    """Everybody, checked: ids unique, managers known, no cycle in the reporting lines.

    `unstated` are fields of a person that the source has no column for: an import leaves them as they are known."""

    people: tuple[Person, ...]
    departments: tuple[Department, ...]
    unstated: frozenset[str] = frozenset()

    def by_id(self) -> dict[str, Person]:
        return {person.id: person for person in self.people}


def known_holders(roster: Roster) -> set[str]:
    """Who may have goals and readings: every person's id, `department.<id>` of every department, and `company`."""
    departments = (f"department.{each.id}" for each in roster.departments)
    return {"company", *departments, *(person.id for person in roster.people)}


class PersonEvent(Event):
    """Any event of a person, by their id."""

    person: str

    @property
    def stream(self) -> str:
        return f"person-{self.person}"


class PersonJoined(PersonEvent):
    """The person came into the roster (hired, or imported for the first time)."""

    details: Person


class PersonChanged(PersonEvent):
    """Department, title, family, manager or roles changed, as of `effective` (the business day). `changed` names the
    fields that did; events from before it was kept name none: whatever differs."""

    details: Person
    effective: date
    reason: PrivateText = ""
    changed: tuple[str, ...] = ()


class PersonLeft(PersonEvent):
    """The person left; `effective` is the first day they are gone."""

    effective: date
    reason: PrivateText = ""


class LeavingWithdrawn(PersonEvent):
    """The person stays after all: the day of leaving that was recorded does not come."""

    reason: PrivateText = ""


class PersonAway(PersonEvent):
    """The person is on long leave from `first` to `last`, both inside; without `last` the end is not known yet. The
    same leave with another end has the same `first`."""

    first: date
    last: date | None = None
    reason: PrivateText = ""


class PersonReturned(PersonEvent):
    """`effective` is the first day on which the person is back from a long leave; on the leave's first day or before it
    the leave does not take place."""

    effective: date
    reason: PrivateText = ""


class DelegateNamed(PersonEvent):
    """Whoever does the person's tasks from `first` to `last`, both inside (without `last`: until another is named);
    None: nobody does any more."""

    delegate: str | None
    first: date
    last: date | None = None
    reason: PrivateText = ""


class DepartmentNamed(Event):
    """A department came into being or changed its name, head or parent."""

    department: Department

    @property
    def stream(self) -> str:
        return f"department-{self.department.id}"


AnyPersonEvent = (
    PersonJoined | PersonChanged | PersonLeft | LeavingWithdrawn | PersonAway | PersonReturned | DelegateNamed
)


def changed_fields(before: Person, after: Person) -> tuple[str, ...]:
    """The fields in which somebody differs from before."""
    return tuple(name for name in Person.model_fields if getattr(before, name) != getattr(after, name))


def reports_to(person: str, above: str, people: Mapping[str, Person]) -> bool:
    """Whether somebody is below another in the reporting lines, at any depth."""
    seen: set[str] = set()
    while person in people and person not in seen:
        seen.add(person)
        person = people[person].manager or ""
        if person == above:
            return True
    return False


def check_new_manager(
    person: str, manager: str, effective: date, by: str, people: Mapping[str, Person]
) -> None:
    """Refuses a manager who is unknown, not there on that day, below the person, or whoever gives the command
    (RULES L1). `people` holds at least the new manager and everybody above them, by id."""
    new = people.get(manager)
    if new is None:
        raise Refusal("move.unknown-manager", field="manager", manager=manager)
    if not new.here_on(effective) or effective < new.hired:
        raise Refusal("move.manager-away", field="manager", manager=manager, effective=effective)
    if reports_to(manager, person, people):
        raise Refusal("move.circle", field="manager", manager=manager, person=person)
    if manager == by:
        raise Refusal("move.to-oneself", field="manager", manager=manager)
