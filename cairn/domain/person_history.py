"""A person by business day (RULES L1): what is decided for a later day changes nothing before it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, assert_never

from cairn.domain.calendar import ONE_DAY
from cairn.domain.event import Fact
from cairn.domain.people import (
    AnyPersonEvent,
    DelegateNamed,
    LeavingWithdrawn,
    Person,
    PersonAway,
    PersonChanged,
    PersonJoined,
    PersonLeft,
    PersonReturned,
)
from cairn.domain.schedule import Days

UNDATED = ("id", "hired", "left")
"""Fields of a person that are no state of a day: who it is, and the days between which they are here."""


class Change(Fact):
    """What changed about a person from a day on: those fields alone, with their new values."""

    since: date
    fields: dict[str, Any]


class Delegation(Fact):
    """Days on which somebody else does a person's tasks; None ends what was said before."""

    days: Days
    delegate: str | None


class PersonHistory(Fact):
    """All that is known of one person. `stays` are the days they are here, from the day of hiring or of coming back on.

    `joined` is the person as first stated, `changes` are in the order in which they were recorded.
    """

    joined: Person
    stays: tuple[Days, ...]
    changes: tuple[Change, ...] = ()
    absences: tuple[Days, ...] = ()
    delegations: tuple[Delegation, ...] = ()

    @property
    def id(self) -> str:
        return self.joined.id

    @property
    def last_day(self) -> date | None:
        """The last day they are here, None where none is known."""
        return self.stays[-1].last

    def on(self, day: date) -> Person:
        """The person on a day. Of two changes of one day the one recorded later counts; `hired` and `left` are those of
        the stay the day lies in, or of the last one that began before it."""
        if not self.changes and len(self.stays) == 1:
            return self.joined
        begun = [each for each in self.changes if each.since <= day]
        stated: dict[str, Any] = {}
        for change in sorted(begun, key=lambda each: each.since):
            stated |= change.fields
        stay = [each for each in self.stays if each.first <= day] or [self.stays[0]]
        left = None if stay[-1].last is None else stay[-1].last + ONE_DAY
        return self.joined.model_copy(update={**stated, "left": left})

    def is_here(self, day: date) -> bool:
        """Whether the person is employed on a day, at work or on leave."""
        return any(stay.holds(day) for stay in self.stays)

    def is_away(self, day: date) -> bool:
        """Whether the person is on long leave on a day."""
        return any(absence.holds(day) for absence in self.absences)

    def is_at_work(self, day: date) -> bool:
        """Whether the person is employed on a day and not on long leave."""
        return self.is_here(day) and not self.is_away(day)

    def delegate_on(self, day: date) -> str | None:
        """Whoever does the person's tasks on a day, None for themselves; what was said last counts."""
        said = [each for each in self.delegations if each.days.holds(day)]
        return said[-1].delegate if said else None

    def turns(self, first: date, last: date) -> list[date]:
        """The days between two, both inside, on which something of the person changes; `first` is always one."""
        days = {change.since for change in self.changes if first < change.since <= last}
        return [first, *sorted(days)] if days else [first]


def as_stated(person: Person) -> PersonHistory:
    """The history of somebody of whom no more is known than one statement."""
    return PersonHistory(joined=person, stays=(_stay(person.hired, person.left),))


def evolve_person(history: PersonHistory | None, event: AnyPersonEvent) -> PersonHistory | None:
    """The history after one more event; None before the first, which has to say who joined."""
    if isinstance(event, PersonJoined):
        details = event.details
        if history is None:
            return as_stated(details)
        return _changed(history, details, details.hired)
    if history is None:
        return None
    match event:
        case PersonChanged():
            return _changed(history, event.details, event.effective)
        case PersonLeft():
            return _left(history, event.effective)
        case LeavingWithdrawn():
            return _left(history, None)
        case PersonAway():
            others = tuple(each for each in history.absences if each.first != event.first)
            absences = (*others, Days(first=event.first, last=event.last))
            return history.model_copy(
                update={"absences": tuple(sorted(absences, key=lambda each: each.first))}
            )
        case PersonReturned():
            return history.model_copy(update={"absences": _returned(history.absences, event.effective)})
        case DelegateNamed():
            named = Delegation(days=Days(first=event.first, last=event.last), delegate=event.delegate)
            return history.model_copy(update={"delegations": (*history.delegations, named)})
        case _:
            assert_never(event)


def fold_history(events: Iterable[AnyPersonEvent]) -> PersonHistory | None:
    """The history that events of one person make."""
    history: PersonHistory | None = None
    for event in events:
        history = evolve_person(history, event)
    return history


def people_on(histories: Mapping[str, PersonHistory], day: date) -> dict[str, Person]:
    """Everybody as of a day, by id; who has left or is not there yet is among them."""
    return {id: history.on(day) for id, history in histories.items()}


def delegated_to(who: str, day: date, histories: Mapping[str, PersonHistory]) -> str | None:
    """The delegate somebody named for a day, who is at work on it; None where there is none."""
    history = histories.get(who)
    delegate = histories.get(history.delegate_on(day) or "") if history else None
    return delegate.id if delegate is not None and delegate.is_at_work(day) else None


def acting_for(who: str, day: date, histories: Mapping[str, PersonHistory], but: str = "") -> str | None:
    """Who does somebody's tasks on a day: they themselves, their delegate while they delegate or are away, else the
    next above who is there; None where nobody is (RULES K5). Of somebody unknown nothing is known but that it is
    theirs. Nobody judges what is about themselves: `but` is passed over, as delegate and further up."""
    if who not in histories:
        return who
    seen: set[str] = set()
    while who and who not in seen:
        seen.add(who)
        history = histories.get(who)
        if history is None:
            return None
        delegate = delegated_to(who, day, histories)
        if delegate is not None and delegate != but:
            return delegate
        if history.is_at_work(day) and who != but:
            return who
        who = history.on(day).manager or ""
    return None


def _stay(first: date, left: date | None) -> Days:
    return Days(first=first, last=None if left is None else left - ONE_DAY)


def _changed(history: PersonHistory, details: Person, since: date) -> PersonHistory:
    """A change states the person whole; only what differs from the person of that day is its content, so that a change
    decided for a later day and one of another field do not undo each other."""
    before = history.on(since)
    fields = {
        name: getattr(details, name)
        for name in Person.model_fields
        if name not in UNDATED and getattr(details, name) != getattr(before, name)
    }
    changed = history
    if fields:
        changed = changed.model_copy(
            update={"changes": (*changed.changes, Change(since=since, fields=fields))}
        )
    if details.left != before.left:
        changed = _came_back(changed, since, details.left) if before.left else _left(changed, details.left)
    if details.hired != before.hired and len(changed.stays) == 1:
        changed = _with_stays(changed, (Days(first=details.hired, last=changed.stays[0].last),))
    return changed


def _left(history: PersonHistory, left: date | None) -> PersonHistory:
    last = history.stays[-1]
    return _with_stays(history, (*history.stays[:-1], _stay(last.first, left)))


def _with_stays(history: PersonHistory, stays: tuple[Days, ...]) -> PersonHistory:
    """`joined` says the day of leaving of the first stay too: who never changed is that very person on any day."""
    first = stays[0].last
    left = None if first is None else first + ONE_DAY
    joined = history.joined.model_copy(update={"left": left, "hired": stays[0].first})
    return history.model_copy(update={"joined": joined, "stays": stays})


def _came_back(history: PersonHistory, since: date, left: date | None) -> PersonHistory:
    """Who had left by that day begins another stay; else it is the day of leaving that is another one, or none."""
    last = history.last_day
    if last is None or since <= last or left is not None:
        return _left(history, left)
    return history.model_copy(update={"stays": (*history.stays, Days(first=since))})


def _returned(absences: Sequence[Days], back: date) -> tuple[Days, ...]:
    """The leave under way ends the day before; where none is, the next one does not take place."""
    before = back - ONE_DAY
    ends = next((each for each in absences if each.holds(before)), None)
    if ends is not None:
        return tuple(Days(first=each.first, last=before) if each is ends else each for each in absences)
    dropped = next((each for each in absences if each.first >= back), None)
    return tuple(each for each in absences if each is not dropped)
