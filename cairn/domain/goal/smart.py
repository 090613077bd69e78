"""The SMART check, looked at: what a goal lacks to be specific, measurable, achievable, relevant and bound in time.

Hints are codes (`smart:<code>`). The policy says whether a strategic goal with hints is refused when it is submitted
(`smart: strict`) or goes on with them shown (`advisory`).
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pydantic import Field

from cairn.domain.event import Fact
from cairn.domain.exact import exact
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import Part, Smart
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi, Measure
from cairn.domain.refusal import FactValue, Refusal, fact_value
from cairn.domain.targets import whole_target

Letter = Literal["specific", "measurable", "achievable", "relevant", "time_bound"]
FAR = 10
"""A target that lies more than so many times the baseline away from it is asked about."""


class Hint(Fact):
    """Something a goal lacks for a letter of SMART; `facts` fill the sentence `smart:<code>`."""

    letter: Letter
    code: str
    facts: dict[str, FactValue] = Field(default_factory=dict)


def smart_hints(goal: Goal, context: GoalContext) -> tuple[Hint, ...]:
    """What a goal lacks, letter by letter; empty where it looks SMART."""
    return (
        *_specific(goal),
        *_measurable(goal),
        *_achievable(goal, context),
        *_relevant(goal),
        *_time_bound(goal, context),
    )


def _specific(goal: Goal) -> Iterator[Hint]:
    """A department answers for it: its own, or those of its parts."""
    if goal.department is None and not goal.parts:
        yield Hint(letter="specific", code="no-department")


def _measurable(goal: Goal) -> Iterator[Hint]:
    """A number and its unit, or criteria."""
    measure = goal.measure
    if not isinstance(measure, Kpi):
        if not all(each.strip(" -–") for each in measure.listed):
            yield Hint(letter="measurable", code="no-criteria")
        return
    if not measure.measurable:
        yield Hint(letter="measurable", code="no-number")
    if not measure.unit and measure.direction != "on_off":
        yield Hint(letter="measurable", code="no-unit")


def _achievable(goal: Goal, context: GoalContext) -> Iterator[Hint]:
    """Nothing against the baseline that nobody would believe, and parts that make up the whole."""
    measure, dates = goal.measure, context.schedule
    if not isinstance(measure, Kpi) or dates is None:
        return
    target, base = whole_target(measure, dates, goal.since), measure.baseline
    if target is not None and base and abs(target - exact(base)) > FAR * abs(exact(base)):
        facts = {"baseline": fact_value(base), "target": fact_value(target)}
        yield Hint(letter="achievable", code="far", facts=facts)
    short = parts_short(goal.parts, measure, target)
    if short is not None:
        facts = {"sum": fact_value(short), "target": fact_value(target)}
        yield Hint(letter="achievable", code="parts", facts=facts)


def _relevant(goal: Goal) -> Iterator[Hint]:
    """It serves a goal of a tier above; a strategic one serves the strategy that its check names."""
    if goal.tier != "strategic" and goal.parent is None:
        yield Hint(letter="relevant", code="no-parent")


def _time_bound(goal: Goal, context: GoalContext) -> Iterator[Hint]:
    """A KPI has its periods; a task and a capability have a day within the goal's span."""
    if isinstance(goal.measure, Kpi):
        return
    due: date | None = goal.measure.due
    if due is None:
        yield Hint(letter="time_bound", code="no-date")
    elif context.schedule and not goal.since <= due <= context.schedule.ends:
        facts = {
            "due": fact_value(due),
            "since": fact_value(goal.since),
            "ends": fact_value(context.schedule.ends),
        }
        yield Hint(letter="time_bound", code="outside", facts=facts)


def parts_short(parts: tuple[Part, ...], measure: Measure, target: Fraction | None) -> Fraction | None:
    """The sum of the parts' targets where it does not reach the goal's target; None where it does, or where they cannot
    be added: the goal's target is no sum, or a part has none."""
    stated: list[Decimal] = [part.target for part in parts if part.target is not None]
    if not isinstance(measure, Kpi) or not measure.adds_up or target is None or not parts:
        return None
    total = sum(map(exact, stated), Fraction(0))
    if measure.direction == "higher":
        return total if len(stated) == len(parts) and total < target else None
    return total if measure.direction == "lower" and total > target else None


def check_said(check: Smart) -> None:
    """Refuses a check that leaves a letter blank."""
    blank = [letter for letter, ground in check.model_dump().items() if not ground.strip(" -–.。、")]
    if blank:
        raise Refusal("smart.blank", field=f"check.{blank[0]}", letters=blank)


def check_smart_goal(goal: Goal, context: GoalContext) -> None:
    """Refuses a strategic goal without a SMART check, with one of what it was before, or, where the policy is strict,
    with hints."""
    if goal.tier != "strategic":
        return
    if goal.smart is None:
        raise Refusal("goal.not-smart", field="check", title=goal.title)
    if goal.smart_stale:
        raise Refusal("goal.smart-stale", field="check", title=goal.title)
    if not goal.parts:
        raise Refusal("goal.no-parts", field="parts", title=goal.title)
    hints = smart_hints(goal, context)
    if hints and context.policy.smart == "strict":
        codes = tuple(dict.fromkeys(hint.code for hint in hints))
        raise Refusal("goal.smart-hints", field="check", title=goal.title, hints=codes, **_numbers(hints))


def _numbers(hints: tuple[Hint, ...]) -> dict[str, FactValue]:
    return {name: value for hint in hints for name, value in hint.facts.items()}


def check_parts(parts: tuple[Part, ...], goal: Goal, context: GoalContext) -> None:
    """Refuses a part without a title, of a department nobody knows, and, where the policy is strict, parts that do not
    make up the goal's target."""
    untitled = [number for number, part in enumerate(parts, 1) if not part.title.strip()]
    if untitled:
        raise Refusal("part.no-title", field=f"parts.{untitled[0] - 1}.title", number=untitled[0])
    known = context.departments
    unknown = [part.department for part in parts if known is not None and part.department not in known]
    if known is not None and unknown:
        listed = [f"{id} {name}" for id, name in sorted(known.items())]
        raise Refusal("part.no-department", field="parts", unknown=unknown, known=listed)
    if context.policy.smart != "strict" or context.schedule is None or not isinstance(goal.measure, Kpi):
        return
    target = whole_target(goal.measure, context.schedule, goal.since)
    short = parts_short(parts, goal.measure, target)
    if short is not None:
        raise Refusal("part.sum", field="parts", sum=short, target=target, direction=goal.measure.direction)
