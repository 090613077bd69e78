"""Whom a row is about: ids, a department, the company, or everybody of a job family or a department."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cairn.documents.cells import quoted
from cairn.documents.ids import normalised
from cairn.documents.mistakes import Mistake, mistake
from cairn.documents.words import hint, nearest
from cairn.domain.people import Roster, known_holders
from cairn.domain.policy import Policy
from cairn.goal_tables.reading import WrittenGoal
from cairn.targets.checking import unknown_holders

FAMILY = ("family:", "岗位序列:", "序列:")
DEPARTMENT = ("department:", "部门:")
COMPANY = ("company", "公司")


class Meant(NamedTuple):
    """A row and one holder it is about; `named` says that the row names them, and no group they belong to."""

    row: WrittenGoal
    holder: str
    named: bool


def holders_meant(
    rows: Sequence[WrittenGoal], roster: Roster, policy: Policy, sheets: Mapping[str, str]
) -> tuple[list[Meant], list[Mistake]]:
    """Every row with each of its holders who has a sheet, and what is wrong with the others."""
    known, names = known_holders(roster), {person.name: person.id for person in roster.people}
    found: list[Meant] = []
    mistakes: list[Mistake] = []
    unknown = []
    for row in rows:
        place = row.record.place("holder")
        for written in map(normalised, row.holders):
            group = _group(written, roster, policy)
            if isinstance(group, Mistake):
                mistakes.append(group.at(place))
            elif group is not None:
                there = [who for who in group if who in sheets]
                found += [Meant(row, who, False) for who in there]
                if not there:
                    mistakes.append(mistake("goal_row:nobody", written=quoted(written)).at(place))
            elif (holder := "company" if written in COMPANY else written) in sheets:
                found.append(Meant(row, holder, True))
            elif holder in known:
                mistakes.append(mistake("goal_row:no-sheet", holder=holder).at(place))
            elif holder in names:
                mistakes.append(mistake("goal_row:name", written=quoted(holder), id=names[holder]).at(place))
            else:
                unknown.append((holder, place))
    return found, [*mistakes, *unknown_holders(unknown, known)]


def _group(written: str, roster: Roster, policy: Policy) -> list[str] | Mistake | None:
    """Everybody of a family (`family:sales`) or a department (`department:D1`); None where it is no group."""
    folded = written.casefold()
    for prefix in FAMILY:
        if folded.startswith(prefix):
            return _of_family(written[len(prefix) :].strip(), roster, policy)
    for prefix in DEPARTMENT:
        if folded.startswith(prefix):
            return _of_department(written[len(prefix) :].strip(), roster)
    return None


def _of_family(name: str, roster: Roster, policy: Policy) -> list[str] | Mistake:
    known = {key: {key, family.name.zh, family.name.en} for key, family in policy.families.items()}
    key = next(_meaning(name, known), None)
    if key is None:
        near = hint(nearest(name, known))
        return mistake("goal_row:family", written=quoted(name), known=tuple(known), **near)
    return [person.id for person in roster.people if person.family in known[key]]


def _of_department(name: str, roster: Roster) -> list[str] | Mistake:
    known = {each.id: {each.id, each.name} for each in roster.departments}
    id = next(_meaning(name, known), None)
    if id is None:
        near = hint(nearest(name, known))
        return mistake("goal_row:department", written=quoted(name), **near)
    return [person.id for person in roster.people if person.department == id]


def _meaning(name: str, known: Mapping[str, set[str]]) -> Iterator[str]:
    return (key for key, names in known.items() if name in names)
