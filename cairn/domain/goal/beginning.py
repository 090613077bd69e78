"""How a goal begins: on its sheet, with those who have a part in it, under a parent of a tier above."""

from collections.abc import Mapping
from datetime import datetime

from cairn.domain.computed import is_ancestor
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import GoalDrafted
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi, Measure
from cairn.domain.policy import Tier
from cairn.domain.refusal import Refusal
from cairn.domain.streams import cycle_of, holder_of, sheet_of

NOBODYS: Mapping[str, Goal] = {}
TIERS: tuple[Tier, ...] = ("strategic", "department", "individual")
TIER: dict[str, Tier] = {"company": "strategic", "department": "department", "person": "individual"}


def planned_goal(goal: Goal, context: GoalContext) -> Goal:
    """The goal as a draft on its sheet would begin, with those who have a part in it.

    A department's goals are its head's, and nobody's while it has none: whoever drafts one does not get the owner's
    rights by drafting. Refuses a sheet that is not there.
    """
    sheet = context.sheet
    if sheet.version == 0:
        raise Refusal("sheet.unknown", field="goal", sheet=sheet.id)
    holder = context.people.get(sheet.holder)
    owner = sheet.holder if sheet.kind == "person" else context.head or ""
    parties = {"tier": TIER[sheet.kind], "owner": owner, "manager": holder.manager if holder else None}
    return goal.model_copy(update=parties)


def drafted(
    planned: Goal, measure: Measure, parent: str | None, context: GoalContext, by: str, at: datetime
) -> GoalDrafted:
    """A goal comes into being as it was planned, on the first day of its cycle and its sheet or later."""
    sheet = context.sheet
    since = context.schedule.starts if context.schedule else sheet.since
    return GoalDrafted(
        goal=planned.id,
        cycle=sheet.cycle,
        sheet=sheet.id,
        tier=planned.tier,
        owner=planned.owner or by,
        manager=planned.manager,
        department=sheet.department,
        key=planned.key,
        dimension=planned.dimension,
        title=planned.title,
        measure=measure,
        since=max(since, sheet.since, planned.since),
        parent=parent,
        policy=context.policy.version,
        by=by,
        at=at,
    )


def check_parent(parent: str, goal: Goal, others: Mapping[str, Goal] = NOBODYS) -> None:
    """Refuses a parent of the wrong tier or cycle. A goal serves one of a tier above, in its own cycle, or of its
    own tier where that one is computed from its children (RULES M6): `others` are the parent and all goals above it,
    by id. No goal serves itself, by whatever detour."""
    if parent == goal.id or is_ancestor(
        goal.id, parent, {name: each.parent for name, each in others.items()}
    ):
        raise Refusal("goal.own-parent", field="parent")
    above = others[parent].measure if parent in others else None
    beside = isinstance(above, Kpi) and above.computed == "children"
    holder = holder_of(sheet_of(parent))
    tier = (
        "strategic"
        if holder == "company"
        else "department"
        if holder.startswith("department.")
        else "individual"
    )
    if cycle_of(parent) != cycle_of(goal.id) or TIERS.index(tier) + (not beside) > TIERS.index(goal.tier):
        raise Refusal("goal.parent", field="parent", parent=parent)
