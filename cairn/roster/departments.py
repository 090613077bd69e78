"""The departments of a roster: from their own table, or from what the people's rows say."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cairn.documents.cells import quoted
from cairn.documents.ids import normalised, read_id
from cairn.documents.labels import read_label
from cairn.documents.mistakes import Mistake, mistake
from cairn.documents.tables import Record
from cairn.documents.words import hint, nearest
from cairn.domain.people import Department
from cairn.roster.entries import Entry, read_cell
from cairn.roster.known import NOBODY, Known
from cairn.roster.reporting_lines import Named, Names, ambiguous_name, depths, find_circles


@dataclass(frozen=True)
class DepartmentEntry:
    """A department as its row states it. Without an id of its own it is called by its name."""

    record: Record
    id: str
    name: str
    head: str
    parent: str


class Ranks:
    """Who stands where in the reporting lines."""

    def __init__(self, managers: Mapping[str, str]) -> None:
        self.managers = managers
        self.level = depths(managers)
        self.below = Counter(managers.values())

    def highest(self, members: Sequence[Entry]) -> str | None:
        """The member with the fewest people above, then with the most below; None when two are alike."""
        here = [one.id for one in members if one.id and not one.left]
        ranked = sorted((self.level.get(one, 0), -self.below[one], one) for one in here)
        alike = len(ranked) > 1 and ranked[0][:2] == ranked[1][:2]
        return ranked[0][2] if ranked and not alike else None


def read_departments(table: Sequence[Record]) -> tuple[list[DepartmentEntry], list[Mistake]]:
    """The entries of a table of departments and every mistake of their cells."""
    mistakes: list[Mistake] = []
    entries = []
    for record in table:
        name = read_cell(record, "name", read_label, True, mistakes)
        id = read_cell(record, "id", read_id, False, mistakes)
        head = read_cell(record, "head", read_id, False, mistakes)
        parent = read_cell(record, "parent", read_label, False, mistakes)
        entries.append(DepartmentEntry(record, id or normalised(name), name or id, head, parent))
    return entries, mistakes


def find_departments(
    table: Sequence[DepartmentEntry],
    entries: Sequence[Entry],
    managers: Mapping[str, str],
    names: Names,
    known: Known = NOBODY,
) -> tuple[dict[str, Department], list[Mistake]]:
    """The departments by what people's rows call them (id or name), and every mistake about them.

    A head who is not named is the member who stands highest. Where there is no table, a department that is known stays
    as it is, and a new one's parent is the one its head's manager is in.
    """
    ranks = Ranks(managers)
    if not table:
        return _from_people(entries, ranks, known), []
    listed, mistakes = _listed(table)
    kept = {id: each for id, each in known.departments.items() if id not in listed}
    texts = [*(entry.department for entry in entries), *(one.parent for one in table)]
    ours = {one.name for one in listed.values()}
    called = {text: id for text, id in _called(kept, texts).items() if text not in ours} | _called(
        listed, texts
    )
    for entry in entries:
        if entry.department and entry.department not in called:
            told = _not_found(entry.department, listed, called)
            mistakes.append(told.at(entry.record.place("department")))
    members = _members(entries, {name: called.get(name, name) for name in (e.department for e in entries)})
    made, more = _made(listed, kept, called, members, ranks, names)
    there = {text: one for text, one in called.items() if one in listed or one in members}
    return {text: made[one] for text, one in there.items()}, mistakes + more


def _listed(table: Sequence[DepartmentEntry]) -> tuple[dict[str, DepartmentEntry], list[Mistake]]:
    """The departments by their id, which is the name where the table has no ids."""
    listed: dict[str, DepartmentEntry] = {}
    mistakes: list[Mistake] = []
    for one in table:
        if one.id in listed:
            facts = {"id": quoted(one.id), "first": str(listed[one.id].record.number)}
            mistakes.append(mistake("roster:department-twice", **facts).at(one.record.place("id")))
        elif one.id:
            listed[one.id] = one
    return listed, mistakes


def _called(listed: Mapping[str, DepartmentEntry | Department], texts: Iterable[str]) -> dict[str, str]:
    """What people may call the departments: the names that only one of them has, and their ids, in whatever form the
    `texts` of the tables write them."""
    number = Counter(one.name for one in listed.values())
    names = {one.name: one.id for one in listed.values() if number[one.name] == 1}
    forms = {text: id for text in texts if (id := normalised(text)) in listed and text not in names}
    return names | {id: id for id in listed} | forms


def _not_found(text: str, listed: Mapping[str, DepartmentEntry], called: Mapping[str, str]) -> Mistake:
    same = tuple(one.id for one in listed.values() if one.name == text)
    if same:
        facts = {"written": quoted(text), "number": str(len(same)), "ids": same}
        return mistake("roster:department-ambiguous", **facts)
    return mistake("roster:department-unknown", written=quoted(text), **hint(nearest(text, called)))


def _made(
    listed: Mapping[str, DepartmentEntry],
    kept: Mapping[str, Department],
    called: Mapping[str, str],
    members: Mapping[str, list[Entry]],
    ranks: Ranks,
    names: Names,
) -> tuple[dict[str, Department], list[Mistake]]:
    """The departments of the table, and those that are `kept` as they are known."""
    made: dict[str, Department] = dict(kept)
    parents = {id: each.parent for id, each in kept.items() if each.parent}
    mistakes: list[Mistake] = []
    for id, one in listed.items():
        head = names.find(one.head) if one.head else None
        if one.head and (told := _head_mistake(one, head, names)):
            mistakes.append(told.at(one.record.place("head")))
        if one.parent and one.parent not in called:
            facts = {"written": quoted(one.parent), **hint(nearest(one.parent, called))}
            mistakes.append(mistake("roster:parent-unknown", **facts).at(one.record.place("parent")))
        elif one.parent:
            parents[id] = called[one.parent]
        chosen = head.id if head else ranks.highest(members.get(id, []))
        made[id] = Department(id=id, name=one.name, head=chosen, parent=parents.get(id))
    for circle in find_circles(parents):
        first = next((id for id in circle if id in listed), None)
        if first is not None:
            start = circle.index(first)
            way = " → ".join([*circle[start:], *circle[:start], first])
            place = listed[first].record.place("parent")
            mistakes.append(mistake("roster:parent-circle", circle=way).at(place))
    return made, mistakes


def _head_mistake(one: DepartmentEntry, head: Named | None, names: Names) -> Mistake | None:
    written = quoted(one.head)
    if head is None and (same := names.namesakes(one.head)):
        return ambiguous_name(written, same)
    if head is None:
        near = hint(names.near(one.head))
        return mistake("roster:head-unknown", department=one.id, written=written, **near)
    if head.left:
        facts = {"department": one.id, "name": head.name, "left": head.left.isoformat()}
        return mistake("roster:head-left", **facts)
    return None


def _from_people(entries: Sequence[Entry], ranks: Ranks, known: Known) -> dict[str, Department]:
    ids = {entry.department: normalised(entry.department) for entry in entries}
    members = _members(entries, ids)
    at = {each.id: each.department for each in known.roster.people}
    at |= {entry.id: ids[entry.department] for entry in entries}
    found = known.departments
    for id, people in members.items():
        if id not in found:
            head = ranks.highest(people)
            above = at.get(ranks.managers.get(head or "", ""))
            parent = above if above and above != id else None
            found[id] = Department(id=id, name=people[0].department, head=head, parent=parent)
    return {text: found[id] for text, id in ids.items() if id in members}


def _members(entries: Sequence[Entry], called: Mapping[str, str]) -> dict[str, list[Entry]]:
    members: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.department:
            members.setdefault(called[entry.department], []).append(entry)
    return members
