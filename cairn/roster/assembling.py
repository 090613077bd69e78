"""From the rows of a roster to the roster: every check of the whole, and nobody taken when one fails."""

from collections.abc import Mapping, Sequence

from cairn.domain.invalid import nearest
from cairn.domain.people import Person, Roster
from cairn.domain.policy import Policy
from cairn.i18n import message
from cairn.policies.problems import RosterInvalid, RowProblem
from cairn.policies.sentences import hint, words
from cairn.roster.columns import PEOPLE, PEOPLE_REQUIRED, Record
from cairn.roster.departments import find_departments
from cairn.roster.entries import Entry, read_entry
from cairn.roster.reporting_lines import Names, find_managers, find_twins, tell_circles


def assemble(
    people: Sequence[Record],
    departments: Sequence[Record],
    problems: list[RowProblem],
    source: str,
    policy: Policy | None = None,
) -> Roster:
    """The roster that the records make; RosterInvalid with `problems` and all that is found further."""
    entries: list[Entry] = []
    for record in people:
        entry, found = read_entry(record)
        entries.append(entry)
        problems += found
    names = Names(entries)
    managers, unfit = find_managers(entries, names)
    circles = list(tell_circles(managers, names))
    problems += [*find_twins(entries), *unfit, *circles]
    called, found = find_departments(departments, entries, {} if circles else managers, names)
    problems += found
    families, found = _families(entries, policy)
    problems += found
    if not people and not problems:
        problems.append(RowProblem(0, "", words("no_people")))
    if problems:
        raise RosterInvalid(problems, source)
    chosen = {entry.id: called[entry.department].id for entry in entries}
    everybody = tuple(_person(entry, chosen[entry.id], families[entry.family], managers) for entry in entries)
    stated = {name for record in people for name in record.headers}
    return Roster(
        people=everybody,
        departments=tuple({one.id: one for one in called.values()}.values()),
        unstated=frozenset(PEOPLE) - frozenset(PEOPLE_REQUIRED) - stated,
    )


def check_roster(roster: Roster, policy: Policy) -> Roster:
    """The same roster with families as the policy's keys; RosterInvalid names everybody whose is unknown."""
    problems, people = [], []
    for person in roster.people:
        family = family_key(person.family, policy)
        if family is None:
            sentence = words("family_unknown", **_family_facts(person.family, policy))
            problems.append(RowProblem(0, "family", sentence, id=person.id))
        else:
            people.append(person.model_copy(update={"family": family}))
    if problems:
        raise RosterInvalid(problems)
    return roster.model_copy(update={"people": tuple(people)})


def family_key(text: str, policy: Policy) -> str | None:
    """The policy's key of a job family that a table calls by key or by name in either language."""
    wanted = text.casefold()
    for key, family in policy.families.items():
        if wanted in (key.casefold(), family.name.zh.casefold(), family.name.en.casefold()):
            return key
    return None


def _families(entries: Sequence[Entry], policy: Policy | None) -> tuple[dict[str, str], list[RowProblem]]:
    found = {entry.family: entry.family for entry in entries}
    if policy is None:
        return found, []
    keys = {text: family_key(text, policy) for text in found}
    problems = [
        entry.record.problem("family", "family_unknown", **_family_facts(entry.family, policy))
        for entry in entries
        if entry.family and keys[entry.family] is None
    ]
    return {text: key or text for text, key in keys.items()}, problems


def _family_facts(text: str, policy: Policy) -> dict[str, object]:
    names = {
        key: message("{key} ({name})", key=key, name=family.name) for key, family in policy.families.items()
    }
    alike = {
        **{family.name.zh: key for key, family in policy.families.items()},
        **{key: key for key in names},
    }
    return {"value": text, "known": tuple(names.values()), **hint(alike.get(nearest(text, alike) or ""))}


def _person(entry: Entry, department: str, family: str, managers: Mapping[str, str]) -> Person:
    assert entry.hired is not None  # a row without the day of hiring has been refused above
    return Person(
        id=entry.id,
        name=entry.name,
        email=entry.record.values.get("email", ""),
        department=department,
        title=entry.record.values.get("title", ""),
        family=family,
        manager=managers.get(entry.id),
        hired=entry.hired,
        left=entry.left,
        roles=entry.roles,
    )
