"""How a person's days fall into sheets: one spell for each stretch of a cycle in one job family (RULES L7)."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import NamedTuple

from cairn.domain.calendar import ONE_DAY
from cairn.domain.event import Fact
from cairn.domain.people import Person
from cairn.domain.person_history import PersonHistory
from cairn.domain.policy import Exclusion, Policy
from cairn.domain.schedule import Days, Timeline
from cairn.domain.sheet.events import SheetEndCause


class ManagerSince(Fact):
    """Who is somebody's manager from a day on; None stands for the committee."""

    since: date
    manager: str | None


class Spell(NamedTuple):
    """The days of a person in a cycle under one family: from `since` to `last`, both inside (None: the cycle's last).

    `person` is as of `since`; `managers` are those who follow in the spell; `absences` the days of long leave in it;
    `excluded` is the policy's rule by which they take no part in these days.
    """

    person: Person
    since: date
    last: date | None = None
    cause: SheetEndCause | None = None
    managers: tuple[ManagerSince, ...] = ()
    absences: tuple[Days, ...] = ()
    excluded: Exclusion | None = None

    @property
    def family(self) -> str:
        return self.person.family


class _Part(NamedTuple):
    """Days in a row on which nothing of the person changes."""

    person: Person
    first: date
    last: date
    stay_ends: bool


def spells_of(
    history: PersonHistory, starts: date, ends: date, policy: Policy | None = None
) -> tuple[Spell, ...]:
    """The spells of a person between two days, both inside, in order; none where they are not there in them. A family
    that the roster calls by a name has the policy's key in them."""
    exclude = policy.exclude if policy else ()
    spells: list[Spell] = []
    for stay in history.stays:
        parts = _parts(history, max(stay.first, starts), min(stay.last or ends, ends), stay, policy)
        if len(parts) == 1:  # one spell, which needs no comparison
            spells.append(_spell(parts, history, ends, exclusion(parts[0].person, exclude)))
            continue
        for (_, rule), of in groupby(
            parts, key=lambda part: (part.person.family, exclusion(part.person, exclude))
        ):
            spells.append(_spell(list(of), history, ends, rule))
    return tuple(spells)


def exclusion(person: Person, exclude: Sequence[Exclusion]) -> Exclusion | None:
    """The first rule of a policy that leaves somebody out."""
    for rule in exclude:
        late = rule.hired_after is not None and person.hired > rule.hired_after
        if person.title in rule.titles or person.department in rule.departments or late:
            return rule
    return None


class SheetDays(Fact):
    """The days of one sheet as its holder's history has them: the last one, why it is the last, and long leave."""

    last: date | None
    cause: SheetEndCause
    absences: tuple[Days, ...]


def days_of_sheet(
    history: PersonHistory, family: str | None, since: date, dates: Timeline, today: date,
    policy: Policy | None = None,
) -> SheetDays:  # fmt: skip
    """The days of the sheet that a person has since a day under a family. One to which no spell belongs any more ends
    on the eve of its first day: it counts nothing."""
    spells = spells_of(history, dates.starts, dates.ends, policy)
    found = next((spell for spell in spells if belongs(family, since, spell, today)), None)
    if found is None:
        return SheetDays(last=since - ONE_DAY, cause="family", absences=())
    return SheetDays(last=found.last, cause=found.cause or "left", absences=found.absences)


def belongs(family: str | None, since: date, spell: Spell, today: date) -> bool:
    """Whether the sheet of a family since some day is that of a spell: it begins with it, or it has begun already and
    the spell, as it is known now, meets it. One that is still ahead is taken back and opened anew on its right day."""
    if family != spell.family or spell.excluded is not None:
        return False
    return since == spell.since or (since <= today and (spell.last is None or since <= spell.last))


def in_family_of(policy: Policy | None, person: Person) -> Person:
    """Somebody with the key of their job family: a roster that was imported before the policy calls it by its name."""
    key = policy.family_key(person.family) if policy else None
    return person if key in (None, person.family) else person.model_copy(update={"family": key})


def _parts(history: PersonHistory, first: date, last: date, stay: Days, policy: Policy | None) -> list[_Part]:
    if first > last:
        return []
    if not history.changes:  # nearly everybody at a launch
        return [_Part(in_family_of(policy, history.on(first)), first, last, stay.last == last)]
    turns = history.turns(first, last)
    ends = [*(each - ONE_DAY for each in turns[1:]), last]
    return [
        _Part(
            person=in_family_of(policy, history.on(since)),
            first=since,
            last=until,
            stay_ends=stay.last == until,
        )
        for since, until in zip(turns, ends, strict=True)
    ]


def _spell(parts: Sequence[_Part], history: PersonHistory, ends: date, excluded: Exclusion | None) -> Spell:
    since, last = parts[0].first, parts[-1].last
    cut = last < ends
    managers = [
        ManagerSince(since=part.first, manager=part.person.manager)
        for before, part in pairwise(parts)
        if part.person.manager != before.person.manager
    ]
    return Spell(
        person=parts[0].person,
        since=since,
        last=last if cut else None,
        cause=("left" if parts[-1].stay_ends else "family") if cut else None,
        managers=tuple(managers),
        absences=_absences(history.absences, since, last),
        excluded=excluded,
    )


def _absences(absences: Sequence[Days], since: date, last: date) -> tuple[Days, ...]:
    """Those that touch the spell, from its first day on."""
    if not absences:
        return ()
    touching = (each for each in absences if each.inside(since, last))
    return tuple(Days(first=max(each.first, since), last=each.last) for each in touching)
