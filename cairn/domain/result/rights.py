"""Who may do what with a result. A signature and an appeal are the person's alone; nobody decides on their own."""

from typing import Any

from cairn.domain.case.rights import CaseParties
from cairn.domain.people import Person
from cairn.domain.rights import on_committee, right


@right
def result_hr(person: Person, of: CaseParties, _: Any) -> bool:
    """HR; nobody on a result of their own."""
    return person.id != of.case.holder and "hr" in person.roles


@right
def result_committee(person: Person, of: CaseParties, _: Any) -> bool:
    """The committee or the company's management; nobody on a result of their own."""
    return on_committee(person) and person.id != of.case.holder
