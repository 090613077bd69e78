"""Who asks another department for help, and who answers for it."""

from typing import Any

from cairn.domain.case.rights import CaseParties
from cairn.domain.people import Person
from cairn.domain.request.state import Request
from cairn.domain.rights import right


def goal_named(of: CaseParties, command: Any) -> str:
    """The goal that the request is for: the command's where it opens one."""
    request = of.case
    return getattr(command, "goal", "") or (request.goal if isinstance(request, Request) else "")


@right
def request_asker(person: Person, of: CaseParties, command: Any) -> bool:
    """The manager of the goal's owner, anybody above, HR; a department's or the company's goal is its owner's too."""
    goal = of.context.goals.get(goal_named(of, command))
    if goal is None or goal.version == 0:  # then there being no such goal is what is refused
        return True
    owner = of.context.owner_of(goal)
    if goal.tier != "individual" and person.id == owner:
        return True
    manager = of.context.manager_of(owner)
    acting = manager is not None and of.context.acting_for(manager) == person.id
    return acting or of.context.is_above(person.id, owner) or "hr" in person.roles


@right
def request_asked(person: Person, of: CaseParties, _: Any) -> bool:
    """The head of the department that is asked, or whoever acts for them; without a head HR (RULES L2)."""
    return of.context.answers_for(person, of.case.holder)


@right
def request_opener(person: Person, of: CaseParties, _: Any) -> bool:
    """Whoever asked, or who acts for them."""
    return of.context.answers_for(person, of.case.opened_by)
