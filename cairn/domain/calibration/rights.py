"""Who calibrates: HR and the committee; nobody a result of their own."""

from typing import Any

from cairn.domain.case.rights import CaseParties
from cairn.domain.people import Person
from cairn.domain.rights import on_committee, right
from cairn.domain.streams import holder_of


@right
def calibration_hr(person: Person, _: CaseParties, __: Any) -> bool:
    """HR."""
    return "hr" in person.roles


@right
def calibrator(person: Person, _: CaseParties, command: Any) -> bool:
    """HR, the committee or the company's management; nobody where it is about a result of their own."""
    sheet = getattr(command, "sheet", None)
    of_own = isinstance(sheet, str) and holder_of(sheet) == person.id
    return ("hr" in person.roles or on_committee(person)) and not of_own
