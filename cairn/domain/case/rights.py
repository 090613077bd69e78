"""Who may do what with a case. Each right is a named predicate; its name is its message id (`right:<name>`)."""

from dataclasses import dataclass
from typing import Any

from cairn.domain.case.context import CaseContext
from cairn.domain.case.state import Case
from cairn.domain.people import Person
from cairn.domain.rights import Right


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


CaseRight = Right[CaseParties]


def _is_manager(person: Person, of: CaseParties) -> bool:
    """The person's manager that day, or whoever acts for them while they are away or delegate."""
    manager = of.manager
    return manager is not None and person.id in (manager, of.context.acting_for(manager))


def holder(person: Person, of: CaseParties, _: Any) -> bool:
    return person.id == of.case.holder


def line(person: Person, of: CaseParties, _: Any) -> bool:
    return person.id != of.case.holder and (
        _is_manager(person, of) or of.context.is_above(person.id, of.case.holder)
    )


def manager_of_holder(person: Person, of: CaseParties, _: Any) -> bool:
    return person.id != of.case.holder and _is_manager(person, of)


def opener(person: Person, of: CaseParties, _: Any) -> bool:
    by = of.case.opened_by
    return person.id == by or (person.id != of.case.holder and person.id == of.context.acting_for(by))


def opener_or_line(person: Person, of: CaseParties, command: Any) -> bool:
    return opener(person, of, command) or line(person, of, command)


def line_or_hr(person: Person, of: CaseParties, command: Any) -> bool:
    return line(person, of, command) or (person.id != of.case.holder and "hr" in person.roles)


HOLDER = CaseRight("case_holder", holder)
"""The person the case is about."""
LINE = CaseRight("case_line", line)
"""The person's manager, or anybody above."""
MANAGER = CaseRight("case_manager", manager_of_holder)
"""The person's manager that day."""
OPENER = CaseRight("case_opener", opener)
"""Whoever began it, or who acts for them."""
OPENER_OR_LINE = CaseRight("case_opener_or_line", opener_or_line)
"""Whoever began it, the manager, or anybody above."""
LINE_OR_HR = CaseRight("case_line_or_hr", line_or_hr)
"""The manager, anybody above, or HR; nobody about themselves."""
