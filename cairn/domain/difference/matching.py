"""Somebody else's inputs beside one's own: goals of the same key count as the same goal (ADR 0022)."""

from collections.abc import Mapping
from dataclasses import replace

from cairn.domain.difference.inputs import Inputs
from cairn.domain.goal.state import Goal
from cairn.domain.sheet.state import Sheet


def same_goals(mine: Mapping[str, Goal], theirs: Mapping[str, Goal]) -> dict[str, str]:
    """Their goal → mine of the same key; keys that one of the sheets has twice match nothing."""
    by_key = {goal.key: name for name, goal in mine.items() if _is_alone(goal, mine)}
    return {
        name: by_key[goal.key]
        for name, goal in theirs.items()
        if goal.key in by_key and _is_alone(goal, theirs)
    }


def _is_alone(goal: Goal, among: Mapping[str, Goal]) -> bool:
    return bool(goal.key) and sum(each.key == goal.key for each in among.values()) == 1


def with_goals_named(inputs: Inputs, names: Mapping[str, str]) -> Inputs:
    """Inputs whose goals go by other ids."""
    periods = {
        key: replace(
            each,
            sheet=_named(each.sheet, names),
            goals={names.get(goal, goal): counted for goal, counted in each.goals.items()},
        )
        for key, each in inputs.periods.items()
    }
    goal = names.get(inputs.goal, inputs.goal) if inputs.goal else None
    return replace(inputs, sheet=_named(inputs.sheet, names), periods=periods, goal=goal)


def _named(sheet: Sheet, names: Mapping[str, str]) -> Sheet:
    return sheet.model_copy(
        update={
            "weighings": {names.get(goal, goal): each for goal, each in sheet.weighings.items()},
            "placements": {
                names.get(goal, goal): each.model_copy(update={"goal": names.get(goal, goal)})
                for goal, each in sheet.placements.items()
            },
        }
    )
