"""One person as somebody else may see them: goals, cases, what may be begun about them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cairn.application import access
from cairn.domain.cycle.state import Cycle
from cairn.domain.people import Person
from cairn.domain.refusal import Refusal
from cairn_portal.reading.case_beginnings import begun_about
from cairn_portal.reading.cases import cases_about
from cairn_portal.reading.current import cycle_or_current
from cairn_portal.reading.goals import OwnGoals, own_goals
from cairn_portal.reading.records import Records
from projections.models.case import CaseRow


class PersonRead(NamedTuple):
    """A person in a cycle, None where there is none: of their goals and cases those that the reader may read; `begins`
    are the kinds of cases that the reader may begin about them, `leads` says that they have people whom the reader may
    look at."""

    person: Person
    cycle: Cycle | None
    own: OwnGoals | None
    cases: Sequence[CaseRow]
    begins: Sequence[str]
    leads: bool


async def read_person(
    records: Records, reader: Person, who: str, cycle: str | None, kinds: Iterable[str]
) -> PersonRead:
    """Somebody of the roster; `kinds` are those that people begin. Refuses, in the words for somebody nobody knows,
    whoever has left and of whom the reader may see nothing.

    The cycle is the one that runs for everybody, not the person's: in which ones they take part is not told.
    """
    people = await records.everybody()
    person, found = people.get(who), await cycle_or_current(records, cycle)
    if person is None:
        raise _unknown(who)
    own = await own_goals(records, reader.id, person, found) if found else None
    cases = await cases_about(records, reader, found, who) if found else []
    leads = any(each.manager == who for each in people.values()) and _knows_team(reader, who, people)
    _, today = await records.present()
    if not person.here_on(today):
        if not (cases or leads or (own and own.goals)):
            raise _unknown(who)
        return PersonRead(person, found, own, cases, (), leads)
    running = await cycle_or_current(records, None)
    begins = await begun_about(records, reader, running, who, kinds) if running else ()
    return PersonRead(person, found, own, cases, begins, leads)


def _unknown(who: str) -> Refusal:
    return Refusal("person.unknown", field="person", by=who)


def _knows_team(reader: Person, manager: str, people: dict[str, Person]) -> bool:
    try:
        access.require_knows_team(reader, manager, people)
    except Refusal:
        return False
    return True
