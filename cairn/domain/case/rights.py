"""Who may do what with a case. Each right is a named predicate; its name is its message id (`right:<name>`)."""

from dataclasses import dataclass
from typing import Any

from cairn.domain.case.context import CaseContext
from cairn.domain.case.state import Case
from cairn.domain.people import Person
from cairn.domain.rights import right


@dataclass(frozen=True)
class CaseParties:
    """What rights look at: the case, as its opening command would make it where it is not there yet, and the day's
    reporting lines."""

    case: Case
    context: CaseContext

    @property
    def manager(self) -> str | None:
        """The manager of the person the case is about."""
        return self.context.manager_of(self.case.holder)


def _is_manager(person: Person, of: CaseParties) -> bool:
    """The person's manager that day, or whoever acts for them while they are away or delegate."""
    manager = of.manager
    if manager is None:
        return False
    return person.id == manager or of.context.is_acting(person, manager, of.case.holder)


def is_line(person: Person, of: CaseParties) -> bool:
    """The person's manager that day, who acts for them, or anybody above."""
    about = of.case.holder
    return person.id != about and (_is_manager(person, of) or of.context.is_above(person.id, about))


def _is_opener(person: Person, of: CaseParties) -> bool:
    by = of.case.opened_by
    return person.id == by or of.context.is_acting(person, by, of.case.holder)


@right
def case_holder(person: Person, of: CaseParties, _: Any) -> bool:
    """The person the case is about."""
    return person.id == of.case.holder


@right
def case_colleague(person: Person, of: CaseParties, _: Any) -> bool:
    """Anybody but the person it is about."""
    return person.id != of.case.holder


@right
def case_line(person: Person, of: CaseParties, _: Any) -> bool:
    """The person's manager that day, or anybody above."""
    return is_line(person, of)


@right
def case_line_or_hr(person: Person, of: CaseParties, _: Any) -> bool:
    """The manager, anybody above, or HR; nobody about themselves."""
    return is_line(person, of) or (person.id != of.case.holder and "hr" in person.roles)


@right
def case_opener(person: Person, of: CaseParties, _: Any) -> bool:
    """Whoever began it, or who acts for them."""
    return _is_opener(person, of)


@right
def case_opener_or_line(person: Person, of: CaseParties, _: Any) -> bool:
    """Whoever began it, the manager, or anybody above."""
    return _is_opener(person, of) or is_line(person, of)
