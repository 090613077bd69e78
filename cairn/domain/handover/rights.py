"""Who hands over: HR. Who agrees to a lowering: HR and the committee together, nobody to one of their own."""

from typing import Any

from cairn.domain.case.rights import CaseParties
from cairn.domain.handover.state import Handover
from cairn.domain.people import Person
from cairn.domain.rights import on_committee, right


@right
def handover_hr(person: Person, _: CaseParties, __: Any) -> bool:
    """HR."""
    return "hr" in person.roles


@right
def reconciler(person: Person, _: CaseParties, __: Any) -> bool:
    """HR, the committee or the company's management: whoever reads what was handed over."""
    return "hr" in person.roles or on_committee(person)


@right
def lowering_decider(person: Person, of: CaseParties, command: Any) -> bool:
    """HR, the committee or the company's management; nobody about their own pay."""
    found = of.case.proposals.get(command.proposal) if isinstance(of.case, Handover) else None
    of_own = found is not None and found.person == person.id
    return ("hr" in person.roles or on_committee(person)) and not of_own
