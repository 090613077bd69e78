"""What only the whole roster shows: who is there twice, whose manager is missing, who reports in a circle."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from cairn.documents.cells import quoted
from cairn.documents.ids import LostZeros, match_zeros
from cairn.documents.labels import read_label
from cairn.documents.mistakes import Mistake, mistake
from cairn.documents.words import hint, nearest
from cairn.domain.people import Person
from cairn.domain.refusal import Refusal
from cairn.domain.roster_import import is_to_oneself
from cairn.i18n import refusal_message
from cairn.roster.entries import Entry
from cairn.roster.known import NOBODY, Known

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


Named = Entry | Person
"""Somebody by a row of the table, or as they are known already."""


class Names:
    """Finds a person by what a table calls them: an id, or a name that only one person has. Who has no row in it is
    found where they are `known`; by name, who is here on the day.

    `lost` are references that name somebody once leading zeros are looked past.
    """

    def __init__(self, entries: Sequence[Entry], day: date, known: Known = NOBODY) -> None:
        self.by_id: dict[str, Named] = {}
        self.by_name: dict[str, list[Named]] = {}
        self.lost: Mapping[str, str] = {}
        self.guesses = 0
        for entry in entries:
            if entry.id:
                self.by_id.setdefault(entry.id, entry)
                self.by_name.setdefault(entry.name, []).append(entry)
        self.elsewhere = [each for each in known.roster.people if each.id not in self.by_id]
        for person in self.elsewhere:
            self.by_id[person.id] = person
            if person.here_on(day):
                self.by_name.setdefault(person.name, []).append(person)

    def above(self, managers: Mapping[str, str]) -> dict[str, str]:
        """These managers, and those of everybody who has no row."""
        return {each.id: each.manager for each in self.elsewhere if each.manager} | dict(managers)

    def find(self, text: str) -> Named | None:
        same = self._called(text)
        found = self.by_id.get(text) or (same[0] if len(same) == 1 else None)
        return found or self.by_id.get(self.lost.get(text, ""))

    def namesakes(self, text: str) -> list[Named]:
        """The people who share the name, when there are several: no one of them is meant for sure."""
        same = self._called(text)
        return same if len(same) > 1 else []

    def _called(self, text: str) -> list[Named]:
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
    entries: Sequence[Entry], names: Names, today: date, known: Known = NOBODY
) -> tuple[dict[str, str], list[Mistake]]:
    """Each person's manager by ids, and every manager who cannot be one."""
    managers: dict[str, str] = {}
    mistakes: list[Mistake] = []
    before = known.people
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
            if is_to_oneself(before.get(entry.id), manager.id, known.by):
                told = Refusal("move.to-oneself", field="manager", manager=manager.id)
                mistakes.append(Mistake(refusal_message(told)).at(place))
    return managers, mistakes


def _not_found(entry: Entry, names: Names) -> Mistake:
    written = quoted(entry.manager)
    if same := names.namesakes(entry.manager):
        return ambiguous_name(written, same)
    return mistake("roster:manager-unknown", written=written, **hint(names.near(entry.manager)))


def ambiguous_name(written: str, same: Sequence[Named]) -> Mistake:
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


def report_circles(circles: Iterable[Sequence[str]], names: Names) -> Iterator[Mistake]:
    """Each circle once, at the row of its member who stands highest in the table."""
    for circle in circles:
        members = [names.by_id[one] for one in circle]
        rows = [(each.record.number, n, each) for n, each in enumerate(members) if isinstance(each, Entry)]
        if not rows:
            continue  # it was there before, and nothing of this table makes or ends it
        _, first, entry = min(rows, key=lambda row: row[0])
        turned = [*members[first:], *members[:first], members[first]]
        way = " → ".join(f"{member.name}({member.id})" for member in turned)
        yield mistake("roster:manager-circle", circle=way).at(entry.record.place("manager"))


def depths(managers: Mapping[str, str]) -> dict[str, int]:
    """How many people stand above each of those who have a manager; in a circle, in which only people without a row can
    be, as many as there are of it."""
    found: dict[str, int] = {}
    for one in managers:
        way = {one: None}
        last = one
        while last in managers and last not in found and managers[last] not in way:
            last = managers[last]
            way[last] = None
        level = found.get(last, 0)
        for step, member in enumerate(reversed(way)):
            found[member] = level + step
    return found
