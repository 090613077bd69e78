"""Who may do what with a coaching plan, beside what holds for every case."""

from typing import Any

from cairn.domain.case.rights import CaseParties, is_line
from cairn.domain.people import Person
from cairn.domain.rights import right


def is_mentor(person: Person, of: CaseParties) -> bool:
    """The mentor, or who acts for them that day; never the person the plan is about."""
    about: Any = of.case
    mentor: str | None = about.mentor
    if mentor is None or person.id == about.holder:
        return False
    return person.id == mentor or of.context.is_acting(person, mentor, about.holder)


@right
def coaching_pair(person: Person, of: CaseParties, _: Any) -> bool:
    """The person it is about, or the mentor."""
    return person.id == of.case.holder or is_mentor(person, of)


@right
def coaching_helper(person: Person, of: CaseParties, _: Any) -> bool:
    """The mentor, the person's manager that day, or anybody above."""
    return is_mentor(person, of) or is_line(person, of)


@right
def coaching_party(person: Person, of: CaseParties, _: Any) -> bool:
    """The person it is about, the mentor, the manager that day, or anybody above."""
    return person.id == of.case.holder or is_mentor(person, of) or is_line(person, of)
