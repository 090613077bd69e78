"""Who may do what with a stage review. Whoever acts for somebody is named; nobody but a draft's writer reads it."""

from typing import Any

from cairn.domain.case.rights import CaseParties, case_line
from cairn.domain.people import Person
from cairn.domain.rights import Right, by_case, right


@right
def review_reporter(person: Person, of: CaseParties, _: Any) -> bool:
    """The employee; whoever acts for them while they are away; HR, who write down what the employee says."""
    about = of.case.holder
    return person.id in (about, of.context.acting_for(about)) or "hr" in person.roles


@right
def review_hr(person: Person, of: CaseParties, _: Any) -> bool:
    """HR; nobody about themselves."""
    return person.id != of.case.holder and "hr" in person.roles


@by_case
def review_writer(_: CaseParties, command: Any) -> Right[CaseParties]:
    """The report is the employee's to write, the comment the manager's or anybody's above."""
    return review_reporter if command.side == "report" else case_line
