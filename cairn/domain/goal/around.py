"""What a decision about a goal looks at besides the goal: policy, dates, sheet, people, readings. All of it data."""

from collections.abc import Mapping

from cairn.domain.cycle.state import Cycle
from cairn.domain.event import Fact
from cairn.domain.people import Person
from cairn.domain.policy import Policy
from cairn.domain.reading import Evidence
from cairn.domain.sheet.state import Sheet


class Around(Fact):
    """`people` holds at least whoever gives the command; for deadlines also the owner and the manager.

    `head` is the head of the sheet's department where it is known: theirs are the goals drafted on its sheet.
    """

    policy: Policy
    cycle: Cycle
    sheet: Sheet
    people: Mapping[str, Person]
    evidence: Evidence = Evidence()
    head: str | None = None
