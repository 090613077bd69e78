"""An adjustment as who decides about it reads it: each thing that changes, from what, to what."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cairn.domain.goal.events import Changes, NewGoal
from cairn.domain.goal.state import Goal
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.words import NOTHING, field, measure, number, percent


class Changed(NamedTuple):
    """One line: what, what stands, and what it becomes."""

    what: str
    stood: str
    then: str


def change_lines(
    at: Reader, goal: Goal, before: Changes, after: Changes, titles: Mapping[str, str]
) -> list[Changed]:
    """The lines of an adjustment of this goal. `titles` are the sheet's goals' by id."""
    lines: list[Changed] = []
    if after.title is not None:
        lines.append(Changed(field(at, "title"), before.title or NOTHING, after.title))
    if after.target is not None:
        lines.append(Changed(field(at, "target"), number(before.target), number(after.target)))
    for period, target in after.targets.items():
        stood = number(before.targets.get(period))
        lines.append(Changed(f"{field(at, 'target')} {period}", stood, number(target)))
    if after.measure is not None:
        stood = _measure(at, before.measure) if before.measure else NOTHING
        lines.append(Changed(field(at, "measure"), stood, _measure(at, after.measure)))
    if after.weight is not None:
        lines.append(Changed(field(at, "weight"), percent(before.weight), percent(after.weight)))
    for other, weight in after.counterweights.items():
        what = f"{field(at, 'weight')} {titles.get(other, other)}"
        lines.append(Changed(what, percent(before.counterweights.get(other)), percent(weight)))
    whole = f"{goal.title} · {percent(before.weight)} · {_measure(at, goal.measure)}"
    for name, new in after.added.items():
        if name == after.replaced_by:
            lines.append(Changed(at.say("the goal is replaced"), whole, _new(at, new)))
        else:
            lines.append(Changed(at.say("a new goal"), NOTHING, _new(at, new)))
    if after.cancel:
        lines.append(Changed(at.say("the goal ends"), whole, NOTHING))
    return lines


def _new(at: Reader, new: NewGoal) -> str:
    return f"{new.title} · {percent(new.weight)} · {_measure(at, new.measure)}"


def _measure(at: Reader, found: Any) -> str:
    return measure(at, found.model_dump(mode="json"))
