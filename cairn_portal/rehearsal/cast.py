"""Who plays whom in a rehearsal: owner, manager, HR and committee as the log has them at that moment."""

from collections.abc import Sequence

from cairn.domain.goal.state import Goal
from cairn.domain.people import Person, Role, Roster
from cairn.domain.rights import by_committee


class Cast:
    """Finds a person for a part. People who have left play no part."""

    def __init__(self, roster: Roster, hr: str) -> None:
        self.hr = hr
        self._people = roster.people

    def person(self, part: str, goal: Goal) -> str:
        """The id of whoever plays `owner`, `manager`, `hr` or `committee` for a goal; anything else is an id."""
        match part:
            case "owner":
                return goal.owner
            case "manager":
                return self._judge(goal)
            case "hr":
                return self._hr(goal)
            case "committee":
                return self._with(("committee", "executive"), {goal.owner})
            case _:
                return part

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
            person.id for person in self._people if person.id not in but and set(roles) & set(person.roles)
        )
        return next(fit, self.hr)


def leave(roster: Roster, person: str) -> Roster:
    """The roster without somebody who left."""
    people: tuple[Person, ...] = tuple(each for each in roster.people if each.id != person)
    return roster.model_copy(update={"people": people})
