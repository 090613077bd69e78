"""From the rows of a roster to the roster: every check of the whole, and nobody taken when one fails."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cairn.documents import ids, labels
from cairn.documents.cells import quoted
from cairn.documents.dates import Order
from cairn.documents.mistakes import DocumentInvalid, Mistake, Place, Remark, in_order, mistake, remark
from cairn.documents.tables import Records, twin_remarks
from cairn.documents.words import hint, nearest
from cairn.domain.people import Department, Person, Roster
from cairn.domain.policy import Policy
from cairn.domain.roster_import import unfit
from cairn.i18n import message, refusal_message
from cairn.roster.columns import PEOPLE
from cairn.roster.departments import DepartmentEntry, find_departments, read_departments
from cairn.roster.entries import Entry, read_entries
from cairn.roster.known import NOBODY, Known
from cairn.roster.reporting_lines import Names, find_circles, find_doubles, find_managers, report_circles


class RosterInvalid(DocumentInvalid):
    """A roster of which nothing is imported."""


@dataclass(frozen=True)
class RosterRead:
    """A roster as its tables state it, and what is worth telling about them: what was passed over or looks wrong."""

    roster: Roster
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Stated:
    """What the person who hands in the tables says about them.

    `encoding` is that of text files, `order` the order of day, month and year in dates; `match_zeros` agrees to
    match ids past leading zeros; `today` is the day it is handed in.
    """

    encoding: str | None = None
    order: Order | None = None
    match_zeros: bool = False
    today: date | None = None


NOTHING_STATED = Stated()


def assemble(
    people: Records,
    departments: Records | None,
    source: str,
    policy: Policy | None = None,
    stated: Stated = NOTHING_STATED,
    known: Known | None = None,
) -> RosterRead:
    """The roster that the records make. Raises RosterInvalid with all that is wrong in both tables, and all that an
    import into what is `known` would be refused for."""
    tables = [people, *([departments] if departments else [])]
    mistakes = [one for table in tables for one in table.mistakes]
    remarks = [one for table in tables for one in table.remarks]
    entries, found = read_entries(people.records, stated.order)
    listed, more = read_departments(departments.records if departments else ())
    before, today = known or NOBODY, stated.today or date.today()
    names = Names(entries, today, before)
    lost = _lost_zeros(entries, listed, names, stated)
    managers, wrong = find_managers(entries, names, today, before)
    above = names.above(managers)
    circles = list(report_circles(find_circles(above), names))
    called, misplaced = find_departments(listed, entries, {} if circles else above, names, before)
    families, strange = _families(entries, policy)
    mistakes += [*found, *more, *find_doubles(entries), *wrong, *circles, *misplaced, *strange]
    if isinstance(lost, Mistake):
        mistakes.append(lost)
    if not people.records and not mistakes:
        mistakes.append(mistake("roster:no-people").at(Place(people.source)))
    if mistakes:
        raise RosterInvalid(mistakes, source)
    remarks += [lost] if isinstance(lost, Remark) else []
    remarks += [*_look_alikes(people.source, entries, called), *twin_remarks(people.records)]
    everybody = tuple(_person(entry, called[entry.department].id, families, managers) for entry in entries)
    roster = Roster(
        people=everybody,
        departments=tuple({one.id: one for one in called.values()}.values()),
        unstated=frozenset(PEOPLE.names) - frozenset(PEOPLE.required) - frozenset(people.columns),
    )
    if known is not None and (refused := list(_refused(roster, known, today, entries, people))):
        raise RosterInvalid(refused, source)
    return RosterRead(roster, tuple(in_order(remarks)))


def _refused(
    roster: Roster, known: Known, day: date, entries: Sequence[Entry], table: Records
) -> Iterator[Mistake]:
    """What an import would be refused for, where it stands in the table."""
    rows = {entry.id: entry.record for entry in entries}
    for person, field, refusal in unfit(known.roster, roster, known.by, day, (), known.unreadable):
        column = table.columns.get(field, "")
        place = rows[person].place(field) if person in rows else Place(table.source, column=column)
        yield Mistake(refusal_message(refusal)).at(place)


def _lost_zeros(
    entries: Sequence[Entry], departments: Sequence[DepartmentEntry], names: Names, stated: Stated
) -> Mistake | Remark | None:
    """Told once for all managers and heads who differ from somebody's id in leading zeros alone; from here on they
    are taken for them, so that nothing else is told about them."""
    written = [(entry.manager, entry.record.place("manager")) for entry in entries]
    written += [(one.head, one.record.place("head")) for one in departments]
    lost = names.without_zeros(text for text, _ in written)
    if lost is None:
        return None
    names.lost = lost.matches
    first = next(place for text, place in written if text in lost.matches)
    if not stated.match_zeros:
        return Mistake(lost.message).at(first)
    text, meant = next(iter(lost.matches.items()))
    facts = {"number": str(len(lost.matches)), "written": quoted(text), "meant": quoted(meant)}
    return remark("roster:zeros-matched", **facts).at(first)


def _look_alikes(
    source: str, entries: Sequence[Entry], departments: Mapping[str, Department]
) -> Iterator[Remark]:
    """Ids and names of departments that people take for the same."""
    told = ids.look_alike_remarks(entry.id for entry in entries)
    told += labels.look_alike_remarks(one.name for one in departments.values())
    yield from (one.at(Place(source)) for one in told)


def _families(entries: Sequence[Entry], policy: Policy | None) -> tuple[dict[str, str], list[Mistake]]:
    """What each text means as a family, and everybody whose family the policy does not have."""
    found = {entry.family: entry.family for entry in entries}
    if policy is None:
        return found, []
    keys = {text: policy.family_key(text) for text in found}
    mistakes = [
        mistake("roster:family-unknown", **_family_facts(entry.family, policy)).at(
            entry.record.place("family")
        )
        for entry in entries
        if entry.family and keys[entry.family] is None
    ]
    return {text: key or text for text, key in keys.items()}, mistakes


def _family_facts(text: str, policy: Policy) -> dict[str, object]:
    names = {
        key: message("{key} ({name})", key=key, name=family.name) for key, family in policy.families.items()
    }
    alike = {
        **{family.name.zh: key for key, family in policy.families.items()},
        **{key: key for key in names},
    }
    near = alike.get(nearest(text, alike) or "")
    return {"written": quoted(text), "known": tuple(names.values()), **hint(near)}


def _person(
    entry: Entry, department: str, families: Mapping[str, str], managers: Mapping[str, str]
) -> Person:
    assert entry.hired is not None  # a row without the day of hiring has been refused above
    return Person(
        id=entry.id,
        name=entry.name,
        email=entry.email,
        department=department,
        title=entry.title,
        family=families[entry.family],
        manager=managers.get(entry.id),
        hired=entry.hired,
        left=entry.left,
        roles=entry.roles,
    )
