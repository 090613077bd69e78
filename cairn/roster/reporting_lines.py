"""What only the whole roster shows: who is there twice, whose manager is missing, who reports in a circle."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from cairn.documents.cells import quoted
from cairn.documents.ids import LostZeros, match_zeros
from cairn.documents.labels import read_label
from cairn.documents.mistakes import Mistake, mistake
from cairn.documents.words import hint, nearest
from cairn.roster.entries import Entry

MOST_GUESSES = 20


def find_doubles(entries: Sequence[Entry]) -> Iterator[Mistake]:
    """Everybody whose id somebody above has already; both rows are named."""
    seen: dict[str, Entry] = {}
    for entry in entries:
        if first := seen.get(entry.id):
            facts = {"id": quoted(entry.id), "first": str(first.record.number), "name": quoted(first.name)}
            yield mistake("roster:id-twice", **facts).at(entry.record.place("id"))
        elif entry.id:
            seen[entry.id] = entry


class Names:
    """Finds a person by what a table calls them: an id, or a name that only one person has.

    `lost` are references that name somebody once leading zeros are looked past.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.by_id: dict[str, Entry] = {}
        self.by_name: dict[str, list[Entry]] = {}
        self.lost: Mapping[str, str] = {}
        self.guesses = 0
        for entry in entries:
            if entry.id:
                self.by_id.setdefault(entry.id, entry)
                self.by_name.setdefault(entry.name, []).append(entry)

    def find(self, text: str) -> Entry | None:
        same = self._called(text)
        found = self.by_id.get(text) or (same[0] if len(same) == 1 else None)
        return found or self.by_id.get(self.lost.get(text, ""))

    def namesakes(self, text: str) -> list[Entry]:
        """The people who share the name, when there are several: no one of them is meant for sure."""
        same = self._called(text)
        return same if len(same) > 1 else []

    def _called(self, text: str) -> list[Entry]:
        label = read_label(text)
        return self.by_name.get(text) or (self.by_name.get(label, []) if isinstance(label, str) else [])

    def without_zeros(self, texts: Iterable[str]) -> LostZeros | None:
        """Which of the texts that name nobody differ from an id in leading zeros alone."""
        unknown = [text for text in texts if text and not self.find(text) and not self.namesakes(text)]
        return match_zeros(unknown, self.by_id)

    def near(self, text: str) -> str | None:
        """Who was probably meant; not for thousands, since every search goes through everybody."""
        self.guesses += 1
        return nearest(text, [*self.by_id, *self.by_name]) if self.guesses <= MOST_GUESSES else None


def find_managers(
    entries: Sequence[Entry], names: Names, today: date
) -> tuple[dict[str, str], list[Mistake]]:
    """Each person's manager by ids, and every manager who cannot be one."""
    managers: dict[str, str] = {}
    mistakes: list[Mistake] = []
    for entry in entries:
        if not entry.manager:
            continue
        place, manager = entry.record.place("manager"), names.find(entry.manager)
        if manager is None:
            mistakes.append(_not_found(entry, names).at(place))
        elif manager.id == entry.id:
            mistakes.append(mistake("roster:manager-self", name=entry.name or entry.id).at(place))
        else:
            managers.setdefault(entry.id, manager.id)
            if manager.left and manager.left <= today and not entry.left:
                facts = {"name": manager.name, "id": manager.id, "left": manager.left.isoformat()}
                mistakes.append(mistake("roster:manager-left", **facts).at(place))
    return managers, mistakes


def _not_found(entry: Entry, names: Names) -> Mistake:
    written = quoted(entry.manager)
    if same := names.namesakes(entry.manager):
        return ambiguous_name(written, same)
    return mistake("roster:manager-unknown", written=written, **hint(names.near(entry.manager)))


def ambiguous_name(written: str, same: Sequence[Entry]) -> Mistake:
    """Why a name does not say who is meant."""
    ids = tuple(one.id for one in same)
    return mistake("roster:name-ambiguous", written=written, number=str(len(same)), ids=ids)


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


def report_circles(managers: Mapping[str, str], names: Names) -> Iterator[Mistake]:
    """Each circle once, at the row of its member who stands highest in the table."""
    for circle in find_circles(managers):
        members = [names.by_id[one] for one in circle]
        first = min(range(len(members)), key=lambda n: members[n].record.number)
        turned = [*members[first:], *members[:first], members[first]]
        way = " → ".join(f"{member.name}({member.id})" for member in turned)
        yield mistake("roster:manager-circle", circle=way).at(members[first].record.place("manager"))


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
