"""Everything that a score was computed from, as data: put in again, the same number comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cairn.domain.evaluation.scores import Beside
from cairn.domain.goal.state import Goal
from cairn.domain.policy import Policy
from cairn.domain.reading import Evidence
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.state import Sheet

RESULT = "result"
"""What `Inputs.of` says of the year's result; of a period's score it is the period's key."""


@dataclass(frozen=True)
class Counted:
    """A goal as it counted in a period: as it stood when its score was computed (`scored`) and when the sheet's was
    (`weighed`: days in force, weight), what was known of its metric, and the policy version its score cites."""

    scored: Goal
    weighed: Goal
    evidence: Evidence
    policy: Policy

    @property
    def parts(self) -> tuple[object, ...]:
        return self.scored, self.weighed, self.evidence, self.policy

    def is_same(self, other: "Counted") -> bool:
        """Whether both are made of the very same parts."""
        return all(mine is theirs for mine, theirs in zip(self.parts, other.parts, strict=True))


@dataclass(frozen=True)
class PeriodInputs:
    """A period of a sheet: the sheet before its score was computed, its goals by id, the policy the score cites."""

    sheet: Sheet
    goals: Mapping[str, Counted]
    policy: Policy

    def is_around(self, other: "PeriodInputs") -> bool:
        """Whether both have the very same sheet and policy, whatever their goals are."""
        return self.sheet is other.sheet and self.policy is other.policy


@dataclass(frozen=True)
class Inputs:
    """What one version of a score was computed from. `of` says of what: the year's result, or the score of the one
    period there is; with `goal` that goal's score in the period."""

    of: str
    sheet: Sheet
    periods: Mapping[str, PeriodInputs]
    policy: Policy
    schedule: Schedule
    beside: Beside = field(default_factory=Beside)
    goal: str | None = None

    def counted(self) -> list[tuple[str, str, Counted]]:
        """(period, goal, how it counted) of every goal in every period, in the order of the schedule and the sheet."""
        return [
            (period.key, goal, counted)
            for period in self.schedule.periods
            if period.key in self.periods
            for goal, counted in self.periods[period.key].goals.items()
        ]

    def is_same(self, other: "Inputs") -> bool:
        """Whether both are made of the very same parts."""
        mine, theirs = self.counted(), other.counted()
        return (
            self.sheet is other.sheet
            and self.policy is other.policy
            and self.beside == other.beside
            and self.periods.keys() == other.periods.keys()
            and all(each.is_around(other.periods[key]) for key, each in self.periods.items())
            and len(mine) == len(theirs)
            and all(a[:2] == b[:2] and a[2].is_same(b[2]) for a, b in zip(mine, theirs, strict=True))
        )
