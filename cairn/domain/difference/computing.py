"""A score computed again from its inputs, by the functions that computed it first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from cairn.domain.difference.inputs import RESULT, Counted, Inputs, PeriodInputs
from cairn.domain.evaluation.scores import issue_result, score_sheet
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import GoalScored
from cairn.domain.goal.scoring import score
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.events import ResultIssued, SheetScored
from cairn.domain.sheet.state import Sheet

NEVER = datetime.min.replace(tzinfo=UTC)
"""No score depends on when it is computed."""


@dataclass(frozen=True)
class Computed:
    """What inputs come to: exact points, the rounded ones, the grade by points; and the goals' scores by (period, goal)
    that it was made of."""

    points: Fraction | None
    rounded: Decimal | None
    grade: str | None
    coefficient: Decimal | None
    goals: Mapping[tuple[str, str], GoalScored]
    periods: Mapping[str, SheetScored]
    event: GoalScored | SheetScored | ResultIssued | None


@dataclass
class Computing:
    """Computes scores again and remembers those of goals: of two sets of inputs most goals are the same ones."""

    schedule: Schedule
    _goals: dict[tuple[object, ...], tuple[object, GoalScored]] = field(default_factory=dict)
    _periods: dict[tuple[object, ...], tuple[object, SheetScored | None]] = field(default_factory=dict)

    def computed(self, inputs: Inputs) -> Computed:
        """What inputs come to."""
        goals = {
            (period, goal): self.goal_score(counted, period) for period, goal, counted in inputs.counted()
        }
        if inputs.goal is not None:
            return _alone(goals.get((inputs.of, inputs.goal)), goals)
        found = {key: self._period_score(key, period) for key, period in inputs.periods.items()}
        scores = {key: each for key, each in found.items() if each is not None}
        last = self._result(inputs, scores) if inputs.of == RESULT else scores.get(inputs.of)
        if last is None:
            return Computed(None, None, None, None, goals, scores, None)
        return Computed(last.points, last.rounded, last.grade, last.coefficient, goals, scores, last)

    def goal_score(self, counted: Counted, period: str) -> GoalScored:
        """A goal's score in a period."""
        key = (id(counted.scored), id(counted.evidence), id(counted.policy), period)
        if key not in self._goals:
            context = GoalContext(
                policy=counted.policy,
                schedule=self.schedule,
                sheet=Sheet(id=counted.scored.sheet),
                people={},
                evidence=counted.evidence,
            )
            self._goals[key] = counted, score(counted.scored, period, context, NEVER)
        return self._goals[key][1]

    def _period_score(self, period: str, inputs: PeriodInputs) -> SheetScored | None:
        parts = ((goal, *map(id, counted.parts)) for goal, counted in inputs.goals.items())
        key = (period, id(inputs.sheet), id(inputs.policy), *parts)
        if key not in self._periods:
            goals = {
                name: counted.weighed.model_copy(
                    update={"scores": {period: self.goal_score(counted, period)}}
                )
                for name, counted in inputs.goals.items()
            }
            sheet = inputs.sheet.model_copy(update={"scores": {}})
            found = score_sheet(sheet, goals, period, self.schedule, inputs.policy, NEVER)
            self._periods[key] = inputs, found[0] if found else None
        return self._periods[key][1]

    def _result(self, inputs: Inputs, scores: Mapping[str, SheetScored]) -> ResultIssued:
        sheet = inputs.sheet.model_copy(update={"scores": dict(scores), "result": None})
        return issue_result(sheet, inputs.beside, self.schedule, inputs.policy, NEVER)[0]


def _alone(score: GoalScored | None, goals: Mapping[tuple[str, str], GoalScored]) -> Computed:
    """One goal's score."""
    points, rounded = (score.points, score.rounded) if score else (None, None)
    return Computed(points, rounded, None, None, goals, {}, score)
