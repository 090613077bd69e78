"""Whom of a company to look around as first: one of each part that people have in a cycle."""

from collections.abc import Callable, Collection, Iterable

from cairn.domain.people import Person
from cairn.i18n import marked

Fits = Callable[[Person, Collection[str | None]], bool]
PARTS: tuple[tuple[Fits, str], ...] = (
    (
        lambda who, managers: who.manager in managers and who.id not in managers and not who.roles,
        marked("an employee with goals"),
    ),
    (
        lambda who, managers: who.id in managers and bool(who.manager) and not who.roles,
        marked("a manager who approves"),
    ),
    (lambda who, _: "hr" in who.roles, marked("HR, who launches cycles")),
    (lambda who, _: "auditor" in who.roles, marked("an auditor, who replays")),
)
"""Who fits a part, by the person and the ids of those who are managers, and what the part is called."""


def to_begin_with(people: Iterable[Person]) -> list[tuple[Person, str]]:
    """The first who fits each part, with what it is called (a message id)."""
    here = list(people)
    managers = {each.manager for each in here}
    found = ((next((each for each in here if fits(each, managers)), None), part) for fits, part in PARTS)
    return [(person, part) for person, part in found if person is not None]
