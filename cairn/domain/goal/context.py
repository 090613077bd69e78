"""What a decision about a goal looks at besides the goal: policy, dates, sheet, people, readings. All of it data."""

from collections.abc import Mapping

from cairn.domain.event import Fact
from cairn.domain.people import Person
from cairn.domain.policy import Policy
from cairn.domain.reading import Evidence
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.state import Sheet


class GoalContext(Fact):
    """Everything `decide` may look at besides the goal itself.

    `schedule` and `policy` are those of the goal's cycle. `clock_offset` is in seconds beside Temporal's: 0 but in
    a rehearsal. `open_for_goals` says whether the cycle still takes new goals. `people` holds at least whoever gives
    the command, by id; for deadlines also the owner and the manager, for a
    change of manager the new one and everybody above them. `head` is the id of the head of the sheet's
    department, empty while it has none, None where the sheet is no known department's: theirs are its goals. `acting`
    says who does the tasks of a place's holder that day where it is not themselves: a delegate, the next above, or
    `role:hr` where nobody can (RULES K5).
    """

    policy: Policy
    schedule: Schedule | None
    sheet: Sheet
    people: Mapping[str, Person]
    evidence: Evidence = Evidence()
    head: str | None = None
    acting: Mapping[str, str] = {}
    clock_offset: float = 0.0
    open_for_goals: bool = True
