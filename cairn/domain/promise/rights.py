"""Who may promise, and who may say that it was kept."""

from typing import Any

from cairn.domain.case.rights import CaseParties
from cairn.domain.people import Person
from cairn.domain.promise.state import Promise
from cairn.domain.rights import right


def promiser(of: CaseParties, command: Any) -> str:
    """Who owes it: the command's where it makes the promise."""
    named = getattr(command, "promised_by", None)
    return named or (of.case.promised_by if isinstance(of.case, Promise) else "") or command.by


def _is_promiser(person: Person, of: CaseParties, command: Any) -> bool:
    """Whoever owes it or acts for them, anybody above, or HR; nobody for what is owed to themselves."""
    if person.id == of.case.holder:
        return False
    by = promiser(of, command)
    places = of.context.places_of(by)
    above = any(of.context.is_above(person.id, place) for place in places)
    return of.context.answers_for(person, by) or above or "hr" in person.roles


@right
def promise_maker(person: Person, of: CaseParties, command: Any) -> bool:
    """Whoever promises, anybody above them, or HR."""
    return _is_promiser(person, of, command)


@right
def promise_keeper(person: Person, of: CaseParties, command: Any) -> bool:
    """Whoever promised, anybody above them, HR, or the person it is owed to."""
    return person.id == of.case.holder or _is_promiser(person, of, command)
