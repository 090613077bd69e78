"""Who may do what in an appraisal. Unnamed raters are not among these people: the application knows their tokens."""

from typing import Any, cast

from cairn.domain.appraisal.state import Appraisal
from cairn.domain.case.rights import CaseParties, is_line
from cairn.domain.people import Person
from cairn.domain.policy import Evaluator
from cairn.domain.rights import right


@right
def case_holder_or_line(person: Person, of: CaseParties, _: Any) -> bool:
    """The employee, the manager that day, or anybody above."""
    return person.id == of.case.holder or is_line(person, of)


def in_whose_place(person: str, role: Evaluator, of: CaseParties) -> str | None:
    """Whose answer somebody gives: their own, that of whom they act for, or of a manager who is not here any more,
    whose segment falls to today's manager or anybody above (RULES U2). None where it is nobody's."""
    appraisal, context = cast(Appraisal, of.case), of.context
    owners = [who for each, who in appraisal.named() if each == role]
    if person in owners:
        return person
    for who in owners:
        if role != "self" and person != appraisal.holder and context.acting_for(who) == person:
            return who
        if role == "manager" and not context.is_here(who) and context.is_above(person, appraisal.holder):
            return who
    return None


@right
def appraisal_rater(person: Person, of: CaseParties, command: Any) -> bool:
    """Whoever rates in that role, or acts for them."""
    return in_whose_place(person.id, command.role, of) is not None


@right
def appraisal_rater_above(person: Person, of: CaseParties, command: Any) -> bool:
    """Who rates from above without being the manager: the employee's and the manager's own judgement is owed."""
    role = command.role
    return (
        role in ("second_line_manager", "dotted_line_managers")
        and in_whose_place(person.id, role, of) is not None
    )
