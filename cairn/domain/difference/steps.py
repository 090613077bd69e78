"""The difference of two scores as steps that sum to it exactly (ADR 0022)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from pydantic import Field

from cairn.domain.difference.computing import Computed, Computing
from cairn.domain.difference.groups import Group, Substitution, substitutions
from cairn.domain.difference.inputs import Inputs
from cairn.domain.event import Fact
from cairn.domain.exact import ZERO, Exact, exact
from cairn.domain.goal.events import GoalScored

NUMBERS = ("actual", "target", "points")
NONE = Decimal(0)


class Cause(Fact):
    """A group of inputs that was put in: which one, of which goal or period where it is one's. Of a goal it says how
    its actual, target and points were and are, in the last `period` in which they moved, and of a changed measure `by`
    whom and when it was last changed."""

    group: Group
    goal: str | None = None
    period: str | None = None
    actual: tuple[Exact | None, Exact | None] | None = None
    target: tuple[Exact | None, Exact | None] | None = None
    points: tuple[Exact | None, Exact | None] | None = None
    weights: dict[str, tuple[Decimal, Decimal]] = Field(default_factory=dict)
    by: str | None = None
    at: datetime | None = None


class Step(Fact):
    """What one group of inputs moved the points by, exactly. Where the points could not be told in between there are
    several `causes`."""

    causes: tuple[Cause, ...]
    moved: Exact


class Difference(Fact):
    """From one score to another: exact points before and after, and the steps between, which sum to their difference.
    `rounding` is what the rounding of both adds to the difference of the rounded ones. Where one of them has no points
    there is no difference and no step."""

    before: Exact | None
    after: Exact | None
    rounded_before: Decimal | None
    rounded_after: Decimal | None
    grade_before: str | None
    grade_after: str | None
    steps: tuple[Step, ...]

    @property
    def moved(self) -> Fraction | None:
        """The exact difference; None where one has no points."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def rounding(self) -> Fraction | None:
        """What the two roundings add: the difference of the rounded points is `moved` and this."""
        if self.moved is None or self.rounded_before is None or self.rounded_after is None:
            return None
        return exact(self.rounded_after) - exact(self.rounded_before) - self.moved


def difference(start: Inputs, target: Inputs, computing: Computing | None = None) -> Difference:
    """Why the score of the target is another one than that of the start."""
    using = computing or Computing(target.schedule)
    before, after = using.computed(start), using.computed(target)
    there = before.points is not None and after.points is not None
    return Difference(
        before=before.points,
        after=after.points,
        rounded_before=before.rounded,
        rounded_after=after.rounded,
        grade_before=before.grade,
        grade_after=after.grade,
        steps=tuple(_steps(start, target, using)) if there else (),
    )


def _steps(start: Inputs, target: Inputs, computing: Computing) -> Sequence[Step]:
    """The groups one after another. What moves nothing is no step; what leaves no points in between is told together
    with what brings some again."""
    found: list[Step] = []
    inputs, now = start, computing.computed(start)
    told, causes = now.points or ZERO, list[Cause]()
    for each in substitutions(start, target):
        following = each.put(inputs)
        if following.is_same(inputs):
            continue
        before, now = now, computing.computed(following)
        if now.points != before.points:
            causes.append(_cause(each, before, now, inputs, following))
        inputs = following
        if now.points is not None:
            if now.points != told:
                found.append(Step(causes=tuple(causes), moved=now.points - told))
            told, causes = now.points, []
    return found


def _cause(each: Substitution, before: Computed, now: Computed, was: Inputs, is_now: Inputs) -> Cause:
    """A substitution with what can be said of it."""
    cause = Cause(group=each.group, goal=each.goal, period=each.period)
    if each.group == "period" and each.period is not None:
        was_there, is_there = before.periods.get(each.period), now.periods.get(each.period)
        points = (was_there.points if was_there else None, is_there.points if is_there else None)
        return cause.model_copy(update={"points": points})
    if each.group == "weights":
        return cause.model_copy(update={"weights": _weights(was, is_now)})
    return cause if each.goal is None else _of_goal(cause, each.goal, before, now, is_now)


def _weights(was: Inputs, is_now: Inputs) -> dict[str, tuple[Decimal, Decimal]]:
    """Every goal whose last weight is another one, with both."""
    before, after = _last_weights(was), _last_weights(is_now)
    return {
        goal: (before.get(goal, NONE), after.get(goal, NONE))
        for goal in dict.fromkeys((*before, *after))
        if before.get(goal, NONE) != after.get(goal, NONE)
    }


def _last_weights(inputs: Inputs) -> dict[str, Decimal]:
    return {goal: weighings[-1].weight for goal, weighings in inputs.sheet.weighings.items() if weighings}


def _of_goal(cause: Cause, goal: str, before: Computed, now: Computed, inputs: Inputs) -> Cause:
    """What a goal comes to in the last period in which that is something else now."""
    moved = [
        period.key
        for period in inputs.schedule.periods
        if _numbers(before.goals.get((period.key, goal))) != _numbers(now.goals.get((period.key, goal)))
    ]
    if not moved:
        return cause
    was, is_now = (_numbers(each.goals.get((moved[-1], goal))) for each in (before, now))
    facts: dict[str, object] = {
        name: (one, other) for name, one, other in zip(NUMBERS, was, is_now, strict=True) if one != other
    }
    there = inputs.periods[moved[-1]].goals.get(goal)
    stated = there.scored.stated if there is not None and cause.group in ("target", "metric") else None
    if stated is not None and stated.event != "GoalDrafted":
        facts |= {"by": stated.by, "at": stated.at}
    return cause.model_copy(update={"period": moved[-1], **facts})


def _numbers(score: GoalScored | None) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    return (score.actual, score.target, score.points) if score else (None, None, None)


class Link(Fact):
    """One version after another in a chain: its number, cause, person and time, and why it is not the one before it."""

    number: int
    cause: str
    by: str
    at: datetime
    difference: Difference


class Course(Fact):
    """The way from one version to a later one: the steps of each version between sum to the whole difference."""

    links: tuple[Link, ...]

    @property
    def moved(self) -> Fraction | None:
        """The exact difference from the first to the last; None where one of the versions has no points."""
        parts = [link.difference.moved for link in self.links]
        return None if None in parts else sum((each for each in parts if each is not None), ZERO)
