"""What an import of a roster is refused for, by what is known already: its check and the import itself ask the same."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from cairn.domain.people import Person, Roster
from cairn.domain.refusal import Refusal

NAMED = 5
"""So many of those who may are named in a refusal."""
NONE: Mapping[str, Refusal] = MappingProxyType({})


class Unfit(NamedTuple):
    """Why a roster is not imported, and in which field of whose row that stands; of nobody's where it is about all."""

    person: str
    field: str
    refusal: Refusal


def unfit(
    known: Roster,
    coming: Roster,
    by: str,
    day: date,
    leaving: Collection[str] = (),
    unreadable: Mapping[str, Refusal] = NONE,
) -> Iterator[Unfit]:
    """All that an import of `coming` by somebody is refused for. `known` is everybody as of that day, `leaving` are
    those of them who leave since they are not in it, `unreadable` are the streams of people and departments with an
    event that cannot be read."""
    if not known.people and not any("hr" in each.roles and each.here_on(day) for each in coming.people):
        yield Unfit("", "roles", Refusal("roster.no-hr", field="roles"))
    before = known.by_id()
    for each in coming.people:
        if is_to_oneself(before.get(each.id), each.manager, by):
            yield Unfit(each.id, "manager", Refusal("move.to-oneself", field="manager", manager=by))
        if refusal := unreadable.get(f"person-{each.id}"):
            yield Unfit(each.id, "id", refusal)
    for department in coming.departments:
        if refusal := unreadable.get(f"department-{department.id}"):
            member = next((each.id for each in coming.people if each.department == department.id), "")
            yield Unfit(member, "department", refusal)
    yield from _last_hr(known, coming, leaving)


def is_to_oneself(before: Person | None, manager: str | None, by: str) -> bool:
    """Whether somebody would make themselves the manager of a person who is known (RULES L1)."""
    return before is not None and manager == by != before.manager


def _last_hr(known: Roster, coming: Roster, leaving: Collection[str]) -> Iterator[Unfit]:
    """Nobody would be HR any more: told where the first one stops being it."""
    staying = staying_hr(known.people)
    after = [each for each in _after(known, coming) if each.id not in leaving]
    if not staying or staying_hr(after):
        return
    before = set(staying)
    ending = next((each for each in coming.people if each.id in before), None)
    field = "left" if ending is not None and ending.left is not None else "roles"
    refusal = Refusal("roster.last-hr", field=field, who=", ".join(staying[:NAMED]))
    yield Unfit(ending.id if ending else "", field, refusal)


def staying_hr(people: Iterable[Person]) -> list[str]:
    """Everybody who is HR and of whom no day of leaving is known."""
    return [person.id for person in people if person.here and "hr" in person.roles]


def _after(known: Roster, coming: Roster) -> list[Person]:
    """Everybody as an import leaves them."""
    before = known.by_id()
    stated = {each.id: merged(before.get(each.id), each, coming.unstated) for each in coming.people}
    return list({**before, **stated}.values())


def merged(before: Person | None, now: Person, unstated: Collection[str]) -> Person:
    """The person as stated, with what the source says nothing of as it was."""
    kept = {name: getattr(before, name) for name in unstated} if before else {}
    return now.model_copy(update=kept)
