"""The departments of a roster: from their own table, or from what the people's rows say."""

from collections import Counter
from collections.abc import Mapping, Sequence

from cairn.domain.invalid import nearest
from cairn.domain.people import Department
from cairn.policies.problems import RowProblem
from cairn.policies.sentences import hint
from cairn.roster.columns import Record
from cairn.roster.entries import Entry
from cairn.roster.reporting_lines import Names, depths, find_circles


class GoalStatus:
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


def find_departments(
    table: Sequence[Record], entries: Sequence[Entry], managers: Mapping[str, str], names: Names
) -> tuple[dict[str, Department], list[RowProblem]]:
    """The departments by what people's rows call them (id or name), and every problem of theirs.

    A head who is not named is the member who stands highest. Where there is no table, a department's parent
    is the one its head's manager is in.
    """
    status = GoalStatus(managers)
    if not table:
        return _from_people(entries, status), []
    listed, problems = _from_table(table)
    called = _called(listed)
    for entry in entries:
        if entry.department and entry.department not in called:
            problems.append(_not_found(entry, listed, called))
    members = _members(entries, {name: called.get(name, name) for name in (e.department for e in entries)})
    made, more = _made(listed, called, members, status, names)
    return {text: made[one] for text, one in called.items()}, problems + more


def _from_table(table: Sequence[Record]) -> tuple[dict[str, Record], list[RowProblem]]:
    """The rows by their id, which is the name where the table has no ids."""
    listed: dict[str, Record] = {}
    problems: list[RowProblem] = []
    for record in table:
        name = record.values.get("name", "")
        one = record.values.get("id") or name
        if not name and "name" not in record.faults:
            problems.append(record.problem("name", "cell_missing"))
        if one in listed:
            problems.append(record.problem("id", "department_twice", id=one, first=listed[one].row))
        elif one:
            listed[one] = record
    return listed, problems


def _called(listed: Mapping[str, Record]) -> dict[str, str]:
    """What people may call the departments: their ids, and the names that only one of them has."""
    names = [(record.values.get("name") or one, one) for one, record in listed.items()]
    number = Counter(name for name, _ in names)
    return {name: one for name, one in names if number[name] == 1} | {one: one for one in listed}


def _not_found(entry: Entry, listed: Mapping[str, Record], called: Mapping[str, str]) -> RowProblem:
    text = entry.department
    same = [one for one, record in listed.items() if record.values.get("name") == text]
    if same:
        facts = {"value": text, "number": len(same), "ids": ", ".join(same)}
        return entry.record.problem("department", "department_ambiguous", **facts)
    return entry.record.problem("department", "department_unknown", value=text, **hint(nearest(text, called)))


def _made(
    listed: Mapping[str, Record],
    called: Mapping[str, str],
    members: Mapping[str, list[Entry]],
    status: GoalStatus,
    names: Names,
) -> tuple[dict[str, Department], list[RowProblem]]:
    made: dict[str, Department] = {}
    parents: dict[str, str] = {}
    problems: list[RowProblem] = []
    for one, record in listed.items():
        text, above = record.values.get("head", ""), record.values.get("parent", "")
        head = names.find(text) if text else None
        if text and (problem := _head_problem(record, one, head, text, names)):
            problems.append(problem)
        if above and above not in called:
            near = hint(nearest(above, called))
            problems.append(record.problem("parent", "parent_unknown", value=above, **near))
        elif above:
            parents[one] = called[above]
        chosen = head.id if head else status.highest(members.get(one, []))
        made[one] = Department(
            id=one, name=record.values.get("name") or one, head=chosen, parent=parents.get(one)
        )
    for circle in find_circles(parents):
        way = " → ".join([*circle, circle[0]])
        problems.append(listed[circle[0]].problem("parent", "parent_circle", circle=way))
    return made, problems


def _head_problem(record: Record, one: str, head: Entry | None, text: str, names: Names) -> RowProblem | None:
    if head is None and (same := names.namesakes(text)):
        ids = ", ".join(entry.id for entry in same)
        return record.problem("head", "name_ambiguous", value=text, number=len(same), ids=ids)
    if head is None:
        return record.problem("head", "head_unknown", department=one, value=text, **hint(names.near(text)))
    if head.left:
        return record.problem("head", "head_left", department=one, name=head.name, left=head.left)
    return None


def _from_people(entries: Sequence[Entry], status: GoalStatus) -> dict[str, Department]:
    members = _members(entries, {entry.department: entry.department for entry in entries})
    heads = {name: status.highest(people) for name, people in members.items()}
    at = {entry.id: entry.department for entry in entries}
    found = {}
    for name, head in heads.items():
        above = at.get(status.managers.get(head or "", ""))
        parent = above if above != name else None
        found[name] = Department(id=name, name=name, head=head, parent=parent)
    return found


def _members(entries: Sequence[Entry], called: Mapping[str, str]) -> dict[str, list[Entry]]:
    members: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.department:
            members.setdefault(called[entry.department], []).append(entry)
    return members
