"""What a decision about a goal looks at besides the goal: policy, dates, sheet, people, readings. All of it data."""

from collections.abc import Mapping

from pydantic import AwareDatetime

from cairn.domain.event import Fact
from cairn.domain.goal.state import Goal
from cairn.domain.people import Person
from cairn.domain.policy import Dimension, Policy
from cairn.domain.reading import Evidence
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.state import Sheet
from cairn.domain.terms import Terms


class Seats(Fact):
    """Who holds the company's roles on a day, by id; `executives` judge with the committee."""

    hr: frozenset[str] = frozenset()
    committee: frozenset[str] = frozenset()
    executives: frozenset[str] = frozenset()


class GoalContext(Fact):
    """Everything `decide` may look at besides the goal itself.

    `schedule` and `policy` are those of the goal's cycle, since the moment `amended_at` where they changed in mid-cycle
    (RULES L11); `former` is what was in force before. `clock_offset` is in seconds beside Temporal's: 0 but in
    a rehearsal. `open_for_goals` says whether the cycle still takes new goals. `people` holds at least whoever gives
    the command, by id; for deadlines also the owner and the manager, for a
    change of manager the new one and everybody above them. `head` is the id of the head of the sheet's
    department, empty while it has none, None where the sheet is no known department's: theirs are its goals. `acting`
    says who does the tasks of a place's holder that day where it is not themselves: a delegate, the next above, or
    `role:hr` where nobody can (RULES K5).
    `departments` are the known ones, id → name, None where the command names none.
    `seats` are known where a decision needs them: votes of the committee and confirmations; None elsewhere. `others`
    are the goals of the sheet, and those that an adjustment would add, where a decision looks at them, by id.
    """

    policy: Policy
    schedule: Schedule | None
    sheet: Sheet
    people: Mapping[str, Person]
    evidence: Evidence = Evidence()
    head: str | None = None
    acting: Mapping[str, str] = {}
    departments: Mapping[str, str] | None = None
    seats: Seats | None = None
    others: Mapping[str, Goal] = {}
    clock_offset: float = 0.0
    open_for_goals: bool = True
    amended_at: AwareDatetime | None = None
    former: Terms | None = None

    @property
    def terms(self) -> Terms:
        """What the goal's cycle goes by."""
        return Terms(self.policy, self.schedule, self.amended_at, self.former)

    def under(self, terms: Terms) -> "GoalContext":
        """The same under other policy and dates."""
        return self.model_copy(
            update={
                "policy": terms.policy,
                "schedule": terms.schedule,
                "amended_at": terms.since,
                "former": terms.former,
            }
        )

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions the sheet has to have by its policy."""
        return self.policy.dimensions_of(self.sheet.family)
