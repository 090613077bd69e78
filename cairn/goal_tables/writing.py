"""Goals as a workbook: a template to fill in, or those of a cycle as they stand, which import again as they are."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, assert_never

from cairn.documents.tables.writing import Column, SheetOut, Written, write_workbook
from cairn.documents.words import names_in
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure
from cairn.domain.policy import Dimension, Policy
from cairn.goal_tables.reading import AGGREGATIONS, BULLET, DIMENSIONS, DIRECTIONS, GOALS
from cairn.goal_tables.templates import templates
from cairn.i18n import Language, message

WIDTHS = {"title": 36, "criteria": 48, "outcomes": 48, "parent": 24, "template": 24}
DAYS, NUMBERS = ("due",), ("target", "weight")


class GoalOut(NamedTuple):
    """A goal as its row says it."""

    holder: str
    key: str
    title: str
    dimension: Dimension
    measure: Measure
    weight: Decimal | None
    parent: str | None


def goals_workbook(goals: Iterable[GoalOut], policy: Policy, language: Language) -> bytes:
    """These goals as a workbook in one of the languages; none give a template. What the policy has may be chosen."""
    words: dict[str, Mapping[str, str]] = {
        "dimension": names_in(language, DIMENSIONS),
        "direction": names_in(language, DIRECTIONS),
        "aggregation": names_in(language, AGGREGATIONS),
    }
    choices = {name: tuple(each.values()) for name, each in words.items()} | {
        "template": tuple(templates(policy))
    }
    columns = [
        Column(
            GOALS.header(name, language),
            "day" if name in DAYS else "number" if name in NUMBERS else "text",
            choices=choices.get(name, ()),
            width=WIDTHS.get(name, 14),
        )
        for name in GOALS.names
    ]
    rows = [_row(each, words) for each in goals]
    return write_workbook([SheetOut(message("goals").text(language), columns, rows)])


def _row(goal: GoalOut, words: Mapping[str, Mapping[str, str]]) -> Sequence[Written]:
    cells: dict[str, Written] = {
        "holder": goal.holder, "key": goal.key, "title": goal.title, "weight": goal.weight, "parent": goal.parent,
        "dimension": words["dimension"][goal.dimension], **_measured(goal.measure, words),
    }  # fmt: skip
    return [cells.get(name) for name in GOALS.names]


def _measured(measure: Measure, words: Mapping[str, Mapping[str, str]]) -> dict[str, Written]:
    """A measure as its columns say it. What they cannot say, such as a range or quarters' targets, they leave open, and
    so an import leaves it."""
    match measure:
        case Kpi():
            return {
                "target": None if measure.targets else measure.target,
                "unit": measure.unit,
                "direction": words["direction"].get(measure.direction),
                "aggregation": words["aggregation"][measure.aggregation],
                "metric": measure.metric,
            }
        case KeyTask():
            return {"criteria": _listed(measure.criteria), "due": measure.due}
        case Capability():
            return {"outcomes": _listed(measure.outcomes), "due": measure.due}
        case _:
            assert_never(measure)


def _listed(several: Sequence[str]) -> str:
    """Each on a line of its own; a line that stands for one thing says so by a bullet."""
    return "\n".join(f"{BULLET} {' '.join(each.split())}" for each in several)
