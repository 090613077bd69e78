"""What a decision about a case looks at besides the case: policy, dates, people of the day, goals. All of it data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from cairn.domain.calendar import ONE_DAY, first_working_day
from cairn.domain.case.state import Case
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.state import Goal
from cairn.domain.people import Department, Person, Role
from cairn.domain.person_history import PersonHistory, acting_for
from cairn.domain.policy import Policy, WorkingCalendar
from cairn.domain.refusal import Refusal
from cairn.domain.rights import HR
from cairn.domain.schedule import Schedule, local_day
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import cycle_of, department_of
from cairn.domain.wording import is_verdict

LINE_LIMIT = 50
"""More levels no reporting line has; a slip of the roster that makes a circle ends here."""


@dataclass(frozen=True)
class CaseContext:
    """Everything a case's `decide` may look at besides the case itself.

    `at` is the moment of the decision, `histories` and `departments` are everybody and every department known by
    then, by id. `goals`, `sheets` and other `cases` are those that case and command name, by id, `cycle` the case's.
    `position` is how far the log was sealed then. `clock_offset` is in seconds beside Temporal's clock: 0 but in a
    rehearsal.
    """

    policy: Policy
    schedule: Schedule | None
    at: datetime
    histories: Mapping[str, PersonHistory]
    departments: Mapping[str, Department] = field(default_factory=dict)
    goals: Mapping[str, Goal] = field(default_factory=dict)
    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    cases: Mapping[str, Case] = field(default_factory=dict)
    cycle: Cycle | None = None
    position: int = 0
    clock_offset: float = 0.0

    @property
    def calendar(self) -> WorkingCalendar:
        return self.policy.calendar

    @property
    def today(self) -> date:
        """The local day of the decision."""
        return local_day(self.at, self.calendar)

    def person(self, id: str | None) -> Person | None:
        """Somebody as of the day, None where nobody of that id is known."""
        history = self.histories.get(id or "")
        return history.on(self.today) if history else None

    def is_here(self, id: str | None) -> bool:
        """Whether somebody is employed on the day, at work or on leave."""
        history = self.histories.get(id or "")
        return history is not None and history.is_here(self.today)

    def is_at_work(self, id: str) -> bool:
        """Whether somebody is employed on the day and not on long leave; of somebody unknown nothing else is known."""
        history = self.histories.get(id)
        return history is None or history.is_at_work(self.today)

    def after_leave(self, day: date, who: str) -> date | None:
        """A day that somebody set, or where its owner is on long leave then, the first working day on which they are
        back (RULES K5); None while nobody knows when that is."""
        history = self.histories.get(who)
        while history and (away := next((each for each in history.absences if each.holds(day)), None)):
            if away.last is None:
                return None
            day = first_working_day(away.last + ONE_DAY, self.calendar)
        return day

    def require_goal_of(self, name: str | None, case: Case) -> None:
        """Refuses a goal that is not there, that is somebody else's than whom a case is about, or of another cycle; a
        case need not be about one. A department's goals are its head's (RULES L2)."""
        if name is None:
            return
        if cycle_of(name) != case.cycle:
            raise Refusal("case.other-cycle", field="goal", goal=name, cycle=case.cycle)
        goal = self.goals.get(name)
        if goal is None or goal.version == 0:
            raise Refusal("goal.unknown", field="goal", goal=name)
        if self.owner_of(goal) != case.holder:
            raise Refusal("case.other-goal", field="goal", goal=name, holder=case.holder)

    def insisted_on(self, facts: str, insist: bool) -> bool:
        """Whether a verdict stands where facts were asked for, because somebody insists or the policy only advises.
        Refuses it otherwise."""
        if not is_verdict(facts):
            return False
        if self.policy.feedback.facts == "ask" and not insist:
            raise Refusal("case.verdict", field="facts", facts=facts)
        return True

    def manager_of(self, id: str | None) -> str | None:
        """The id of somebody's manager on the day."""
        person = self.person(id)
        return person.manager if person else None

    def is_above(self, above: str, id: str) -> bool:
        """Whether somebody is above another in the day's reporting lines, at any height."""
        manager = self.manager_of(id)
        for _ in range(LINE_LIMIT):
            if not manager or manager == above:
                break
            manager = self.manager_of(manager)
        return manager == above

    def head_of(self, department: str | None) -> str | None:
        """The id of a department's head, None while it has none who is here."""
        found = self.departments.get(department or "")
        return found.head if found and self.is_here(found.head) else None

    def owner_of(self, goal: Goal) -> str:
        """The id of a goal's owner on the day; a department's is its head, empty while it has none (RULES L2)."""
        return (self.head_of(goal.department) or "") if goal.tier == "department" else goal.owner

    def places_of(self, holder: str) -> tuple[str, ...]:
        """Who answers for a person or a `department.<id>` that day: a department's head, without one HR (RULES L2)."""
        department = department_of(holder)
        return (holder,) if department is None else (self.head_of(department) or HR,)

    def answers_for(self, person: Person, holder: str) -> bool:
        """Whether somebody may speak for a person or a `department.<id>`: its place is theirs, or they act for who has
        it (RULES K5)."""
        places = (*self.places_of(holder), *self.acting(self.places_of(holder)))
        return any(person.id == place or (place == HR and "hr" in person.roles) for place in places)

    def acting_for(self, id: str, but: str = "") -> str:
        """Who does somebody's tasks on the day: themselves, a delegate, the next above, or `role:hr` (RULES K5); never
        `but`, whom it is about."""
        return acting_for(id, self.today, self.histories, but) or HR

    def is_acting(self, person: Person, who: str, but: str) -> bool:
        """Whether a person does somebody's tasks that day in what is about `but`: HR where nobody else is there."""
        acting = self.acting_for(who, but)
        return person.id == acting or (acting == HR and person.id != but and "hr" in person.roles)

    def acting(self, awaited: tuple[str, ...], own: str = "") -> tuple[str, ...]:
        """Who is waited for: those whose turn it is, or whoever acts for them that day (RULES K5). What is for `own` to
        say nobody says for them: while they are not at work it is nobody's."""
        here = [who for who in awaited if who != own or self.is_at_work(who)]
        return tuple(
            dict.fromkeys(who if is_place(who) or who == own else self.acting_for(who, own) for who in here)
        )

    def further_up(self, awaited: tuple[str, ...]) -> tuple[str, ...]:
        """Who is told that something is late: the manager of each who is waited for, and HR."""
        managers = (self.manager_of(who) for who in awaited if not is_place(who))
        told = (self.acting_for(manager) for manager in managers if manager)
        return tuple(dict.fromkeys((*told, HR)))

    def with_role(self, role: Role) -> tuple[str, ...]:
        """The ids of everybody who has a role and is here on the day."""
        return tuple(
            id
            for id in self.histories
            if self.is_here(id) and role in self.histories[id].on(self.today).roles
        )


def is_place(who: str) -> bool:
    """Whether it is a place that several people hold, such as `role:hr`, and no person's id."""
    return who.startswith("role:")
