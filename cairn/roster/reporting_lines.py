"""What only the whole roster shows: who is there twice, whose manager is missing, who reports in a circle."""

from collections.abc import Iterator, Mapping, Sequence

from cairn.domain.invalid import nearest
from cairn.policies.problems import RowProblem
from cairn.policies.sentences import hint
from cairn.roster.entries import Entry

MOST_GUESSES = 20


def find_twins(entries: Sequence[Entry]) -> Iterator[RowProblem]:
    """Everybody whose id somebody above has already; both rows are named."""
    seen: dict[str, Entry] = {}
    for entry in entries:
        if first := seen.get(entry.id):
            yield entry.record.problem("id", "id_twice", id=entry.id, first=first.record.row, name=first.name)
        elif entry.id:
            seen[entry.id] = entry


class Names:
    """Finds a person by what a table calls them: an id, or a name that only one person has."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.by_id: dict[str, Entry] = {}
        self.by_name: dict[str, list[Entry]] = {}
        self.guesses = 0
        for entry in entries:
            if entry.id:
                self.by_id.setdefault(entry.id, entry)
                self.by_name.setdefault(entry.name, []).append(entry)

    def find(self, text: str) -> Entry | None:
        same = self.by_name.get(text, [])
        return self.by_id.get(text) or (same[0] if len(same) == 1 else None)

    def namesakes(self, text: str) -> list[Entry]:
        """The people who share the name, when there are several: no one of them is meant for sure."""
        same = self.by_name.get(text, [])
        return same if len(same) > 1 else []

    def near(self, text: str) -> str | None:
        """Who was probably meant; not for thousands, since every search goes through everybody."""
        self.guesses += 1
        return nearest(text, [*self.by_id, *self.by_name]) if self.guesses <= MOST_GUESSES else None


def find_managers(entries: Sequence[Entry], names: Names) -> tuple[dict[str, str], list[RowProblem]]:
    """Each person's manager by ids, and every manager who cannot be one."""
    managers: dict[str, str] = {}
    problems: list[RowProblem] = []
    for entry in entries:
        if not entry.manager:
            continue
        record, manager = entry.record, names.find(entry.manager)
        if manager is None:
            problems.append(_not_found(entry, names))
        elif manager.id == entry.id:
            problems.append(record.problem("manager", "manager_self", name=entry.name))
        else:
            managers.setdefault(entry.id, manager.id)
            if manager.left and not entry.left:
                facts = {"name": manager.name, "id": manager.id, "left": manager.left}
                problems.append(record.problem("manager", "manager_left", **facts))
    return managers, problems


def _not_found(entry: Entry, names: Names) -> RowProblem:
    same = names.namesakes(entry.manager)
    if same:
        ids = ", ".join(one.id for one in same)
        facts = {"value": entry.manager, "number": len(same), "ids": ids}
        return entry.record.problem("manager", "name_ambiguous", **facts)
    near = hint(names.near(entry.manager))
    return entry.record.problem("manager", "manager_unknown", value=entry.manager, **near)


def find_circles(above: Mapping[str, str]) -> list[list[str]]:
    """Every circle of a relation in which each has at most one above it."""
    circles: list[list[str]] = []
    done: set[str] = set()
    for start in above:
        way: dict[str, None] = {}
        one: str | None = start
        while one is not None and one not in done and one not in way:
            way[one] = None
            one = above.get(one)
        if one is not None and one in way:
            steps = list(way)
            circles.append(steps[steps.index(one) :])
        done.update(way)
    return circles


def tell_circles(managers: Mapping[str, str], names: Names) -> Iterator[RowProblem]:
    """Each circle once, at the row of its member who stands highest in the table."""
    for circle in find_circles(managers):
        members = [names.by_id[one] for one in circle]
        first = min(range(len(members)), key=lambda n: members[n].record.row)
        turned = [*members[first:], *members[:first], members[first]]
        way = " → ".join(f"{member.name}({member.id})" for member in turned)
        yield members[first].record.problem("manager", "manager_circle", circle=way)


def depths(managers: Mapping[str, str]) -> dict[str, int]:
    """How many people stand above each of those who have a manager; circles must be gone."""
    found: dict[str, int] = {}
    for one in managers:
        way = [one]
        while way[-1] in managers and way[-1] not in found:
            way.append(managers[way[-1]])
        level = found.get(way[-1], 0)
        for step, member in enumerate(reversed(way)):
            found[member] = level + step
    return found
