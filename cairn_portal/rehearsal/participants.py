"""Who acts in a rehearsal: owner, manager, HR and committee as the log has them at that moment."""

from collections.abc import Sequence
from datetime import date

from cairn.domain.goal.state import Goal
from cairn.domain.people import Role, Roster
from cairn.domain.rights import by_committee


class Participants:
    """Finds the person for a role in a script. People who have left take no part."""

    def __init__(self, roster: Roster, hr: str) -> None:
        self.hr, self._day = hr, date.min
        self._people = roster.people

    def person(self, role: str, goal: Goal, day: date) -> str:
        """The id of whoever is `owner`, `manager`, `hr` or `committee` for a goal on a day; anything else is an id."""
        self._day = day
        match role:
            case "owner":
                return goal.owner
            case "manager":
                return self._judge(goal)
            case "hr":
                return self._hr(goal)
            case "committee":
                return self._with(("committee", "executive"), {goal.owner})
            case _:
                return role

    def _judge(self, goal: Goal) -> str:
        if by_committee(goal) or goal.manager is None:
            return self._with(("committee", "executive"), {goal.owner})
        return goal.manager

    def _hr(self, goal: Goal) -> str:
        """HR is neither the owner nor whoever confirmed as manager."""
        taken = {goal.owner, self._judge(goal)}
        return self.hr if self.hr not in taken else self._with(("hr",), taken)

    def _with(self, roles: Sequence[Role], but: set[str]) -> str:
        fit = (
            person.id
            for person in self._people
            if person.id not in but and set(roles) & set(person.roles) and person.here_on(self._day)
        )
        return next(fit, self.hr)
