"""Last year's goals as drafts of this year: what is kept, and what has to be said anew."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from cairn.domain.measure import Kpi, Measure
from cairn.domain.policy import Dimension
from cairn.goal_tables.wanted import OpenCycle, StandingGoal, WantedGoal

LeftOutCode = Literal["no_sheet", "there"]
Holding = tuple[str, str]
"""Holder and goal key."""


class FormerGoal(NamedTuple):
    """A goal of an earlier cycle that was neither cancelled nor superseded; `serves` is holder and key of the goal it
    served."""

    goal: str
    sheet: str
    holder: str
    key: str
    title: str
    dimension: Dimension
    measure: Measure
    weight: Decimal | None
    serves: Holding | None


class LeftOut(NamedTuple):
    """A goal that is not carried over: its holder has no sheet, or the sheet has a goal of that key, `there`."""

    former: FormerGoal
    code: LeftOutCode
    there: str = ""


class Carried(NamedTuple):
    """What is carried over, what is not, and goals whose parent has no counterpart yet."""

    goals: tuple[WantedGoal, ...]
    left_out: tuple[LeftOut, ...]
    unaligned: tuple[str, ...]


def carry_over(
    former: Sequence[FormerGoal], cycle: OpenCycle, years: int, *, revise: bool = False
) -> Carried:
    """Last year's goals in this year's sheets, targets and weights kept, due days `years` later. A goal whose key the
    sheet has already stays as it is; with `revise` it is given last year's title and measure."""
    left_out: list[LeftOut] = []
    found: list[tuple[FormerGoal, WantedGoal]] = []
    further: dict[str, int] = {}
    for each in _latest(former):
        if each.holder not in cycle.sheets:
            left_out.append(LeftOut(each, "no_sheet"))
            continue
        there = next((goal for goal in cycle.goals.get(each.holder, ()) if goal.key == each.key), None)
        if there is not None and not revise:
            left_out.append(LeftOut(each, "there", there.goal))
            continue
        found.append((each, _wanted(each, there, cycle, further, years)))
    parents = dict(_parents(cycle, [wanted for _, wanted in found]))
    aligned = [
        wanted._replace(parent=parents.get(each.serves)) if each.serves else wanted for each, wanted in found
    ]
    alone = tuple(each.goal for each, _ in found if each.serves and each.serves not in parents)
    return Carried(tuple(aligned), tuple(left_out), alone)


def _latest(former: Sequence[FormerGoal]) -> list[FormerGoal]:
    """Each holder's goals once by key: of two sheets in a year the later one counts."""
    found: dict[Holding, FormerGoal] = {}
    for each in sorted(former, key=lambda goal: int(goal.sheet.rpartition("-")[2])):
        found[each.holder, each.key] = each
    return sorted(found.values(), key=lambda goal: former.index(goal))


def _wanted(
    each: FormerGoal, there: StandingGoal | None, cycle: OpenCycle, further: dict[str, int], years: int
) -> WantedGoal:  # fmt: skip
    if there is None:
        further[each.holder] = further.get(each.holder, 0) + 1
    return WantedGoal(
        each.holder, each.key, there.goal if there else cycle.goal_id(each.holder, further[each.holder]), there,
        each.title, each.dimension, _moved(each.measure, years), None if there else each.weight,
        carried_from=each.goal, yielding=True,
    )  # fmt: skip


def _moved(measure: Measure, years: int) -> Measure:
    """The measure with its due day so many years later; a KPI has its periods, which every cycle has."""
    if isinstance(measure, Kpi):
        return measure.model_copy(update={"baselines": {}, "bounds": {}, "since": None, "whole_cycle": False})
    if measure.due is None:
        return measure
    return measure.model_copy(update={"due": later(measure.due, years)})


def later(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _parents(cycle: OpenCycle, wanted: Sequence[WantedGoal]) -> Iterator[tuple[Holding, str]]:
    for holder, goals in cycle.goals.items():
        yield from (((holder, goal.key), goal.goal) for goal in goals)
    yield from (((each.holder, each.key), each.goal) for each in wanted)


def by_code(left_out: Sequence[LeftOut]) -> Mapping[LeftOutCode, list[LeftOut]]:
    """What is left out, by the reason why."""
    found: dict[LeftOutCode, list[LeftOut]] = {}
    for each in left_out:
        found.setdefault(each.code, []).append(each)
    return found
