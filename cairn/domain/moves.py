"""What HR says of people through the year, and what follows for a person (RULES L1, L7): commands become events.

`today` is the local day on which something is said, every other day may lie ahead. Asking twice gives nothing.
"""

from collections.abc import Mapping
from datetime import date
from typing import assert_never

from cairn.domain.calendar import ONE_DAY
from cairn.domain.event import Command
from cairn.domain.people import (
    DelegateNamed,
    LeavingWithdrawn,
    Person,
    PersonAway,
    PersonChanged,
    PersonEvent,
    PersonJoined,
    PersonLeft,
    PersonReturned,
    changed_fields,
    check_new_manager,
)
from cairn.domain.person_history import PersonHistory
from cairn.domain.refusal import Refusal


class PersonCommand(Command):
    """Anything HR says of one person, by their id."""

    person: str
    reason: str = ""


class Join(PersonCommand):
    """Somebody joins on `details.hired`, or comes back on that day after having left."""

    details: Person


class Leave(PersonCommand):
    """Somebody leaves: `last_day` is the last one they are here. None: they stay after all."""

    last_day: date | None


class Move(PersonCommand):
    """From a day on somebody has another department, title, family or manager; None leaves a thing as it is."""

    effective: date
    department: str | None = None
    title: str | None = None
    family: str | None = None
    manager: str | None = None


class GoAway(PersonCommand):
    """Somebody is on long leave from `first` to `last`, both inside; without `last` until they return."""

    first: date
    last: date | None = None


class Return(PersonCommand):
    """Somebody is back from long leave on the day `effective`."""

    effective: date


class Delegate(PersonCommand):
    """From `first` to `last` somebody's tasks are `to`'s; None: their own again."""

    to: str | None
    first: date
    last: date | None = None


AnyPersonCommand = Join | Leave | Move | GoAway | Return | Delegate


def first_day_of(command: AnyPersonCommand) -> date | None:
    """The first day on which a command changes something; None where a day of leaving is taken back."""
    match command:
        case Join():
            return command.details.hired
        case Leave():
            return None if command.last_day is None else command.last_day + ONE_DAY
        case Move() | Return():
            return command.effective
        case GoAway() | Delegate():
            return command.first
        case _:
            assert_never(command)


def decide_move(
    command: AnyPersonCommand, history: PersonHistory | None, people: Mapping[str, Person], today: date
) -> list[PersonEvent]:
    """The events of a command. `people` is everybody as of the command's first day, by id."""
    if isinstance(command, Join):
        return _join(command, history, people)
    if history is None:
        raise Refusal("person.unknown", field="person", by=command.person)
    match command:
        case Leave():
            return _leave(command, history, today)
        case Move():
            return _move(command, history, people)
        case GoAway():
            return _go_away(command, history)
        case Return():
            return _return(command, history)
        case Delegate():
            return _delegate(command, history, people)
        case _:
            assert_never(command)


def _join(command: Join, history: PersonHistory | None, people: Mapping[str, Person]) -> list[PersonEvent]:
    details = command.details
    if history is not None and (history.last_day is None or history.last_day >= details.hired):
        if history.on(details.hired) == details:
            return []
        raise Refusal("person.known", field="person", person=command.person)
    if details.manager is not None:
        _check_manager(command, details.manager, details.hired, people)
    return [PersonJoined(person=command.person, details=details, by=command.by, at=command.at)]


def _check_manager(
    command: PersonCommand, manager: str, effective: date, people: Mapping[str, Person]
) -> None:
    if manager == command.person:
        raise Refusal("goal.own-manager", field="manager")
    check_new_manager(command.person, manager, effective, command.by, people)


def _leave(command: Leave, history: PersonHistory, today: date) -> list[PersonEvent]:
    if command.last_day == history.last_day:
        return []
    come = history.last_day
    if come is not None and come < today and (command.last_day is None or command.last_day > come):
        raise Refusal("person.last-day-come", field="last_day", person=command.person, on=come)
    who = {"person": command.person, "reason": command.reason, "by": command.by, "at": command.at}
    if command.last_day is None:
        return [LeavingWithdrawn.model_validate(who)]
    if command.last_day < history.stays[-1].first:
        first = history.stays[-1].first
        raise Refusal("person.last-day-early", field="last_day", person=command.person, hired=first)
    return [PersonLeft.model_validate({**who, "effective": command.last_day + ONE_DAY})]


def _move(command: Move, history: PersonHistory, people: Mapping[str, Person]) -> list[PersonEvent]:
    _require_here(history, command.effective)
    before = history.on(command.effective)
    said = {name: getattr(command, name) for name in ("department", "title", "family", "manager")}
    details = before.model_copy(update={name: each for name, each in said.items() if each is not None})
    if details == before:
        return []
    if details.manager is not None and details.manager != before.manager:
        _check_manager(command, details.manager, command.effective, people)
    return [
        PersonChanged(
            person=command.person, details=details, effective=command.effective, reason=command.reason,
            changed=changed_fields(before, details), by=command.by, at=command.at,
        )
    ]  # fmt: skip


def _require_here(history: PersonHistory, day: date) -> None:
    if not history.is_here(day):
        raise Refusal("person.not-here", field="effective", person=history.id, on=day)


def _go_away(command: GoAway, history: PersonHistory) -> list[PersonEvent]:
    _require_here(history, command.first)
    _check_order(command.first, command.last)
    for each in history.absences:
        if (each.first, each.last) == (command.first, command.last):
            return []
        apart = (each.last is not None and each.last < command.first) or (
            command.last is not None and command.last < each.first
        )
        if each.first != command.first and not apart:
            raise Refusal("person.away-already", field="first", person=history.id, on=each.first)
    return [
        PersonAway(
            person=command.person, first=command.first, last=command.last, reason=command.reason, by=command.by,
            at=command.at,
        )
    ]  # fmt: skip


def _check_order(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise Refusal("person.days-order", field="last", first=first, last=last)


def _return(command: Return, history: PersonHistory) -> list[PersonEvent]:
    before = command.effective - ONE_DAY
    if any(each.last == before for each in history.absences):
        return []
    if not any(each.holds(before) or each.first >= command.effective for each in history.absences):
        raise Refusal("person.not-away", field="effective", person=history.id, on=command.effective)
    return [
        PersonReturned(
            person=command.person, effective=command.effective, reason=command.reason, by=command.by, at=command.at
        )
    ]  # fmt: skip


def _delegate(command: Delegate, history: PersonHistory, people: Mapping[str, Person]) -> list[PersonEvent]:
    _check_order(command.first, command.last)
    if command.to == command.person:
        raise Refusal("person.own-delegate", field="to", person=command.person)
    if command.to is not None:
        delegate = people.get(command.to)
        if delegate is None or not delegate.here_on(command.first) or command.first < delegate.hired:
            raise Refusal("person.delegate-away", field="to", delegate=command.to, on=command.first)
    said = history.delegations[-1] if history.delegations else None
    same = said and (said.delegate, said.days.first, said.days.last) == (
        command.to,
        command.first,
        command.last,
    )
    if same or (said is None and command.to is None):
        return []
    return [
        DelegateNamed(
            person=command.person, delegate=command.to, first=command.first, last=command.last, reason=command.reason,
            by=command.by, at=command.at,
        )
    ]  # fmt: skip
