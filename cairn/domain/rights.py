"""Who may do what. Each right is a named predicate over a person, what the command is about, and the command itself.

Rows of commands name them; `cairn.application.access` alone asks them. A right's name is its message id
(`right:<name>`), so that a refusal can say who could.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from cairn.domain.people import Person, Role
from cairn.domain.policy import Tier

COMMITTEE = "role:committee"
HR = "role:hr"
EXECUTIVE = "role:executive"
"""Places that several people hold, as they are written where somebody is waited for."""

Subject = TypeVar("Subject", contravariant=True)


class Parties(Protocol):
    """What rights look at of a goal."""

    @property
    def owner(self) -> str:
        """The person's id; empty where a department has no head yet."""

    @property
    def manager(self) -> str | None:
        """The id of the owner's manager, None at the top."""

    @property
    def tier(self) -> Tier: ...

    @property
    def running(self) -> bool:
        """Whether the goal has taken effect and is not scored for the year yet."""

    @property
    def requester(self) -> str | None:
        """Who asked for the adjustment that is waiting, None where none is."""

    @property
    def no_other_hr(self) -> bool:
        """Whether nobody but the owner or the manager is HR."""

    @property
    def former_managers(self) -> Collection[str]:
        """Those who managed the goal in earlier segments, without its owner."""

    def check_in_by(self, number: int) -> str | None:
        """Who gave a check-in that is not confirmed yet, None for any other."""


@dataclass(frozen=True)
class Right(Generic[Subject]):
    """`allows(person, subject, command)` says whether the person may.

    `narrowed(subject, command)`, where it is not None, names the more exact right that counts in that case, so that a
    refusal can say "the manager" rather than "the approver".
    """

    name: str
    allows: Callable[[Person, Subject, Any], bool]
    narrowed: "Callable[[Subject, Any], Right[Subject]] | None" = None

    def in_case(self, subject: Subject, command: object) -> "Right[Subject]":
        """The most exact right that counts for this command on this subject."""
        return self if self.narrowed is None else self.narrowed(subject, command).in_case(subject, command)


def right(allows: Callable[[Person, Subject, Any], bool]) -> Right[Subject]:
    """The right of a predicate, with its name."""
    return Right(allows.__name__, allows)


def by_case(narrowed: Callable[[Subject, Any], Right[Subject]]) -> Right[Subject]:
    """The right that is another one in each case, with the name of what chooses it."""

    def allows(person: Person, subject: Subject, command: Any) -> bool:
        return narrowed(subject, command).allows(person, subject, command)

    return Right(narrowed.__name__, allows, narrowed)


def by_committee(goal: Parties) -> bool:
    """Strategic and department goals, and those of people without a manager, are the committee's to judge."""
    return goal.tier != "individual" or goal.manager is None


def approver_place(goal: Parties) -> str:
    """Whom an approval waits for: the manager's id or `role:committee`."""
    return COMMITTEE if by_committee(goal) else goal.manager or COMMITTEE


def _has(person: Person, *roles: Role) -> bool:
    return not {*roles}.isdisjoint(person.roles)


@right
def manager(person: Person, goal: Parties, _: object) -> bool:
    """The owner's manager, unless a slip of the roster makes the owner their own."""
    return person.id == goal.manager and person.id != goal.owner


def on_committee(person: Person) -> bool:
    """Whether somebody judges what is the committee's: its members and the company's management."""
    return _has(person, "committee", "executive")


@right
def committee(person: Person, goal: Parties, _: object) -> bool:
    """The committee or the company's management, nobody for a goal of their own."""
    return on_committee(person) and person.id != goal.owner


@by_case
def approver(goal: Parties, _: object) -> Right[Parties]:
    """Who judges the goal: the manager, or the committee (see `by_committee`)."""
    return committee if by_committee(goal) else manager


@right
def former_manager(person: Person, goal: Parties, _: object) -> bool:
    """Somebody who managed the goal before: they still assess their own segment."""
    return person.id in goal.former_managers


@by_case
def approver_or_former_manager(goal: Parties, command: Any) -> Right[Parties]:
    """Today's approver, or a former manager for their own segment."""
    return former_manager if command.by in goal.former_managers else approver


@right
def hr(person: Person, _: object, __: object) -> bool:
    """Anybody with the role HR."""
    return _has(person, "hr")


@right
def hr_other_than_owner(person: Person, goal: Parties, _: object) -> bool:
    """HR, but never for a goal of their own."""
    return _has(person, "hr") and person.id != goal.owner


class Held(Protocol):
    """What rights look at of a goal sheet."""

    @property
    def holder(self) -> str:
        """A person's id, `department.<id>` or `company`."""


@right
def hr_other_than_holder(person: Person, sheet: Held, _: object) -> bool:
    """HR, but never for a sheet of their own."""
    return _has(person, "hr") and person.id != sheet.holder


@right
def committee_other_than_holder(person: Person, sheet: Held, _: object) -> bool:
    """The committee or the company's management, nobody for a sheet of their own."""
    return on_committee(person) and person.id != sheet.holder


@by_case
def hr_or_committee(_: Held, command: Any) -> Right[Held]:
    """Both, each in their role; the decider sees to it that they are different people."""
    return hr_other_than_holder if command.role == "hr" else committee_other_than_holder


@right
def owner_or_hr(person: Person, goal: Parties, _: object) -> bool:
    """The owner, or HR for them."""
    return person.id == goal.owner or _has(person, "hr")


@right
def owner_manager_or_hr(person: Person, goal: Parties, command: object) -> bool:
    """The owner, their manager or HR."""
    return owner_or_hr.allows(person, goal, command) or manager.allows(person, goal, command)


@right
def owner_committee_or_hr(person: Person, goal: Parties, command: object) -> bool:
    """The owner, the committee or HR."""
    return owner_or_hr.allows(person, goal, command) or committee.allows(person, goal, command)


@by_case
def owner_approver_or_hr(goal: Parties, _: object) -> Right[Parties]:
    """The owner, whoever judges the goal, or HR."""
    return owner_committee_or_hr if by_committee(goal) else owner_manager_or_hr


@right
def owner_management_or_committee(person: Person, goal: Parties, _: object) -> bool:
    """The owner, the company's management or the committee."""
    return person.id == goal.owner or _has(person, "executive", "committee")


@right
def owner_or_manager(person: Person, goal: Parties, command: object) -> bool:
    """The owner or their manager."""
    return person.id == goal.owner or manager.allows(person, goal, command)


@right
def owner_or_committee(person: Person, goal: Parties, command: object) -> bool:
    """The owner or the committee."""
    return person.id == goal.owner or committee.allows(person, goal, command)


@by_case
def owner_or_approver(goal: Parties, _: object) -> Right[Parties]:
    """The owner, or whoever judges the goal."""
    return owner_or_committee if by_committee(goal) else owner_or_manager


@by_case
def smart_checker(goal: Parties, _: object) -> Right[Parties]:
    """A strategic goal is the management's to check, any other whoever may draft it."""
    return owner_management_or_committee if goal.tier == "strategic" else owner_approver_or_hr


@right
def who_asked(person: Person, goal: Parties, _: object) -> bool:
    """Who asked for the adjustment that is waiting; where none is, the goal's stage is what refuses."""
    return goal.requester in (None, person.id)


@by_case
def requester(_: Parties, __: object) -> Right[Parties]:
    """Who asked, said with their id where it is known."""
    return who_asked


@right
def executive_for_hr(person: Person, goal: Parties, _: object) -> bool:
    """The company's management, where all of HR are parties to the goal."""
    return _has(person, "executive") and person.id not in (goal.owner, goal.manager)


def hr_place(goal: Parties) -> str:
    """Whom HR's confirmation waits for: `role:hr`, or `role:executive` where all of HR are parties (RULES L3)."""
    return EXECUTIVE if goal.no_other_hr else HR


def _in_role(goal: Parties, command: Any) -> Right[Parties]:
    if command.role != "hr":
        return approver
    return executive_for_hr if goal.no_other_hr else hr_other_than_owner


@by_case
def approver_and_hr(goal: Parties, command: Any) -> Right[Parties]:
    """Both, each in their role; the decider sees to it that they are two people."""
    return _in_role(goal, command)


@by_case
def approver_or_hr(goal: Parties, command: Any) -> Right[Parties]:
    """Either of them, in the role the command names."""
    return _in_role(goal, command)


@right
def who_reported(person: Person, goal: Parties, command: Any) -> bool:
    """Who gave the check-in."""
    return person.id == goal.check_in_by(command.check_in)


@by_case
def check_in_withdrawer(goal: Parties, command: Any) -> Right[Parties]:
    """Who gave a check-in, until it is confirmed; after that whoever judges the goal."""
    return who_reported if goal.check_in_by(command.check_in) else approver


@right
def hr_other_than_owner_or_approver(person: Person, goal: Parties, command: object) -> bool:
    """HR, other than the owner, or who judges the goal."""
    return hr_other_than_owner.allows(person, goal, command) or approver.allows(person, goal, command)


@by_case
def hr_or_approver_before_it_runs(goal: Parties, _: object) -> Right[Parties]:
    """Before a goal runs, HR or who judges it; once it runs it changes by joint confirmation, and HR alone ends what
    belongs to somebody who has left (RULES L3)."""
    return hr_other_than_owner if goal.running else hr_other_than_owner_or_approver


@dataclass(frozen=True)
class Restating:
    """What rights look at of a restatement: whose sheet it is, and whether anything becomes less."""

    holder: str
    lowers: bool


@by_case
def restatement_decider(about: Restating, _: object) -> Right[Restating]:
    """The committee where anything becomes less, else HR (RULES Y3)."""
    return committee_other_than_holder if about.lowers else hr_other_than_holder
