"""The cascade of a cycle as somebody may read it: what serves what, who carries each part, and what nobody carries."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cairn.application.access import Shown
from cairn.domain.cycle.state import Cycle
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import Viewer, shown
from projections.models import person as people_model
from projections.models.cascade import (
    CascadeGoal,
    Gap,
    PartCoverage,
    RolledUp,
    cascade,
    coverage,
    gaps,
    rolled_up,
)

MOST = 300
"""Goals on one page: where there are more, the deepest tiers are counted and shown below a goal of their own page."""


class Branch(NamedTuple):
    """A goal with what serves it: below each of its `parts` the goals of that part's department, the others as
    `children`; `more` are goals further below that are not shown here. `below` is what those that serve it come to;
    None where scores may not be read."""

    goal: CascadeGoal
    below: RolledUp | None
    parts: "Sequence[Carried]"
    children: "Sequence[Branch]"
    more: int


class Carried(NamedTuple):
    """A part with the goals that take it up, and the people whose goals serve those, as far as they may be read."""

    part: PartCoverage
    branches: Sequence[Branch]
    people: Sequence[str]


class CascadeRead(NamedTuple):
    """A cycle's cascade. `alone` counts individual goals that serve nothing above; `gaps` has what nobody carries with
    who can mend it."""

    cycle: Cycle
    roots: Sequence[Branch]
    gaps: Sequence[tuple[Gap, Sequence[str]]]
    alone: int


async def read_cascade(records: Records, who: str, cycle: Cycle, root: str | None = None) -> CascadeRead:
    """The cascade of a cycle, or what is below the goal `root`. Goals that somebody may not read are not there: what
    serves them stands at the top."""
    view = await records.viewer(who, cycle)
    found = _readable(view, await cascade(records.pool, cycle.id, root=root))
    goals = {each.goal for each in found}
    parts = [each for each in await coverage(records.pool, cycle.id) if each.goal in goals]
    heads = {each.id: each.head for each in await people_model.departments(records.pool)}
    lacking = [] if root else await gaps(records.pool, cycle.id)
    return CascadeRead(
        cycle=cycle,
        roots=_trees(found, parts),
        gaps=[(gap, who_mends(gap, heads)) for gap in lacking if gap.goal in goals],
        alone=sum(map(stands_alone, found)),
    )


def stands_alone(goal: CascadeGoal) -> bool:
    """Whether an individual goal neither serves one above nor has any below."""
    return goal.depth == 0 and goal.tier == "individual" and not goal.children


def who_mends(gap: Gap, heads: Mapping[str, str | None]) -> list[str]:
    """Who can mend a gap: a department's head, the company's management, a person and their manager; HR where a
    department has no head."""
    match gap.code:
        case "part" | "unaligned" | "nobody":
            return [heads.get(gap.department or "") or "role:hr"]
        case "undivided":
            return ["role:executive"]
        case "alone":
            return [each for each in (gap.owner, gap.manager) if each]


def _of(goal: CascadeGoal) -> Shown:
    return shown(goal.tier, goal.owner, goal.manager, goal.department)


def _readable(view: Viewer, goals: Sequence[CascadeGoal]) -> list[CascadeGoal]:
    """Goals that may be read, without attainments that may not."""
    return [
        each if view.may("scores", _of(each)) else each.model_copy(update={"attainment": None})
        for each in goals
        if view.may("goals", _of(each))
    ]


def _trees(goals: Sequence[CascadeGoal], parts: Sequence[PartCoverage]) -> list[Branch]:
    sums, deepest = rolled_up(goals), _deepest(goals)
    below: dict[str, list[CascadeGoal]] = {each.goal: [] for each in goals}
    roots = [each for each in goals if not each.depth or each.parent not in below]
    for each in goals:
        if each.depth and each.parent in below:
            below[each.parent].append(each)
    counted: dict[str, int] = {}
    for each in sorted(goals, key=lambda goal: -goal.depth):
        counted[each.goal] = sum(1 + counted[child.goal] for child in below[each.goal])
    owners = {each.owner for each in goals}

    def branch(goal: CascadeGoal) -> Branch:
        if goal.depth >= deepest:
            return Branch(goal, sums.get(goal.goal), (), (), counted[goal.goal])
        of_goal = {each.goal: each for each in below[goal.goal]}
        carried = []
        for part in (each for each in parts if each.goal == goal.goal):
            taken = [branch(of_goal.pop(name)) for name in part.aligned if name in of_goal]
            carried.append(Carried(part, taken, [each for each in part.people if each in owners]))
        return Branch(goal, sums.get(goal.goal), carried, [branch(each) for each in of_goal.values()], 0)

    return [branch(each) for each in roots if not stands_alone(each)]


def _deepest(goals: Sequence[CascadeGoal]) -> int:
    """The depth down to which there are not too many goals for one page; at least two tiers."""
    depths = [each.depth for each in goals if not stands_alone(each)]
    for depth in range(1, max(depths, default=0) + 1):
        if sum(each <= depth for each in depths) > MOST:
            return max(depth - 1, 1)
    return max(depths, default=0) + 1
