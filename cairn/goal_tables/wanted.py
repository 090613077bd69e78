"""What is there of a cycle before goals come in, and what is wanted of each goal."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from cairn.domain.goal.origin import Origin
from cairn.domain.goal.stages import Stage
from cairn.domain.measure import Measure
from cairn.domain.policy import Dimension
from cairn.domain.streams import goal_name


class StandingGoal(NamedTuple):
    """A goal that is on a sheet of the cycle."""

    goal: str
    key: str
    title: str
    dimension: Dimension
    measure: Measure
    parent: str | None
    stage: Stage


class OpenCycle(NamedTuple):
    """A launched cycle: holder → their latest sheet, their goals that are not over, and the highest number that a goal
    of that sheet ever had. `language` is that of its titles."""

    cycle: str
    sheets: Mapping[str, str]
    goals: Mapping[str, Sequence[StandingGoal]]
    numbers: Mapping[str, int]
    language: str = "zh"

    def goal_id(self, holder: str, further: int) -> str:
        """The id of the nth further goal of a holder, from 1."""
        sheet = int(self.sheets[holder].rpartition("-")[2])
        return goal_name(self.cycle, holder, self.numbers.get(holder, 0) + further, sheet)


class WantedGoal(NamedTuple):
    """A goal as it shall be; None leaves a thing as it is. `there` is the goal on the sheet that it is about, None for
    a new one, which has title, measure and dimension. A weight that is `yielding` is 0 where the sheet has no room for
    it."""

    holder: str
    key: str
    goal: str
    there: StandingGoal | None = None
    title: str | None = None
    dimension: Dimension | None = None
    measure: Measure | None = None
    weight: Decimal | None = None
    parent: str | None = None
    origin: Origin | None = None
    carried_from: str | None = None
    yielding: bool = False
