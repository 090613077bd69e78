"""Goal setting: draft, revise, SMART check, decomposition, submission, return and approval."""

from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.changing import as_written, check_measure
from cairn.domain.goal.commands import (
    AlignGoal,
    ApproveGoal,
    CheckSmart,
    DecomposeGoal,
    DraftGoal,
    ReturnGoal,
    ReviseGoal,
    SubmitGoal,
)
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.dates import first_morning
from cairn.domain.goal.events import (
    GoalActivated,
    GoalAligned,
    GoalApproved,
    GoalDecomposed,
    GoalDrafted,
    GoalReturned,
    GoalRevised,
    GoalSubmitted,
    SmartChecked,
)
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi, Measure
from cairn.domain.policy import Tier
from cairn.domain.refusal import Refusal
from cairn.domain.sheet import rules
from cairn.domain.sheet.events import Placement
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import cycle_of, holder_of, sheet_of

TIERS: tuple[Tier, ...] = ("strategic", "department", "individual")
TIER: dict[str, Tier] = {"company": "strategic", "department": "department", "person": "individual"}


def draft(command: DraftGoal, goal: Goal, context: GoalContext) -> list[Event]:
    sheet, measure = context.sheet, as_written(command.measure, Goal(id=goal.id), context)
    if goal.stage != "none":
        if _is_the_same(command, goal, sheet, measure):
            return []
        raise Refusal("goal.exists", field="goal", goal=goal.id)
    planned = planned_goal(goal, context)
    if not context.open_for_goals:
        raise Refusal("cycle.too-late", field="goal")
    check_measure(measure, planned, context)
    if command.parent is not None:
        _check_parent(command.parent, planned)
    placement = Placement(goal=command.goal, dimension=command.dimension, weight=command.weight)
    placed = rules.place(sheet, placement, command.by, command.at)
    return [_drafted(command, planned, context, measure), *placed]


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


def _is_the_same(command: DraftGoal, goal: Goal, sheet: Sheet, measure: Measure) -> bool:
    asked = (command.key, command.title, command.dimension, measure, command.weight)
    return (goal.key, goal.title, goal.dimension, goal.measure, sheet.weight_of(goal.id)) == asked


def _drafted(command: DraftGoal, planned: Goal, context: GoalContext, measure: Measure) -> GoalDrafted:
    sheet = context.sheet
    since = context.schedule.starts if context.schedule else sheet.since
    return GoalDrafted(
        goal=command.goal,
        cycle=sheet.cycle,
        sheet=sheet.id,
        tier=planned.tier,
        owner=planned.owner or command.by,
        manager=planned.manager,
        department=sheet.department,
        key=command.key,
        dimension=command.dimension,
        title=command.title,
        measure=measure,
        since=max(since, sheet.since),
        parent=command.parent,
        policy=context.policy.version,
        by=command.by,
        at=command.at,
    )


def revise(command: ReviseGoal, goal: Goal, context: GoalContext) -> list[Event]:
    title, measure = command.title or goal.title, goal.measure
    asked = command.measure if command.target is None else _with_target(command, goal)
    if asked is not None:
        measure = as_written(asked, goal, context)
        check_measure(measure, goal, context)
    events: list[Event] = []
    if (title, measure) != (goal.title, goal.measure):
        events.append(GoalRevised(goal=goal.id, title=title, measure=measure, by=command.by, at=command.at))
    if command.weight is not None:
        events += rules.reweigh(context.sheet, {goal.id: command.weight}, command.by, command.at)
    return events


def _with_target(command: ReviseGoal, goal: Goal) -> Kpi:
    """The goal's own KPI with another target: everything else about it stays."""
    if not isinstance(goal.measure, Kpi) or goal.measure.direction == "range":
        raise Refusal("adjustment.no-target", field="target")
    unit = goal.measure.unit if command.unit is None else command.unit
    return goal.measure.model_copy(update={"target": command.target, "unit": unit})


def check_smart(command: CheckSmart, goal: Goal, context: GoalContext) -> list[Event]:
    if goal.smart == command.check:
        return []
    return [SmartChecked(goal=goal.id, check=command.check, by=command.by, at=command.at)]


def decompose(command: DecomposeGoal, goal: Goal, context: GoalContext) -> list[Event]:
    if goal.tier == "individual":
        raise Refusal("goal.not-decomposed", field="goal")
    if goal.parts == command.parts:
        return []
    return [GoalDecomposed(goal=goal.id, parts=command.parts, by=command.by, at=command.at)]


def align(command: AlignGoal, goal: Goal, context: GoalContext) -> list[Event]:
    if goal.parent == command.parent:
        return []
    _check_parent(command.parent, goal)
    return [GoalAligned(goal=goal.id, parent=command.parent, by=command.by, at=command.at)]


def _check_parent(parent: str, goal: Goal) -> None:
    """A goal serves one of a tier above, in its own cycle: so no goal ever serves itself by a detour."""
    if parent == goal.id:
        raise Refusal("goal.own-parent", field="parent")
    holder = holder_of(sheet_of(parent))
    tier = (
        "strategic"
        if holder == "company"
        else "department"
        if holder.startswith("department.")
        else "individual"
    )
    if cycle_of(parent) != cycle_of(goal.id) or TIERS.index(tier) >= TIERS.index(goal.tier):
        raise Refusal("goal.parent", field="parent", parent=parent)


def submit(command: SubmitGoal, goal: Goal, context: GoalContext) -> list[Event]:
    _check_ready(goal, context)
    return [GoalSubmitted(goal=goal.id, by=command.by, at=command.at)]


def _check_ready(goal: Goal, context: GoalContext) -> None:
    if isinstance(goal.measure, Kpi) and not goal.measure.measurable:
        raise Refusal("goal.no-target", field="measure.target", title=goal.title)
    if goal.tier == "strategic":
        if goal.smart is None:
            raise Refusal("goal.not-smart", field="check", title=goal.title)
        if not goal.parts:
            raise Refusal("goal.no-parts", field="parts", title=goal.title)
    rules.check_complete(context.sheet)


def return_goal(command: ReturnGoal, goal: Goal, context: GoalContext) -> list[Event]:
    return [GoalReturned(goal=goal.id, comment=command.comment, by=command.by, at=command.at)]


def approve(command: ApproveGoal, goal: Goal, context: GoalContext) -> list[Event]:
    _check_ready(goal, context)
    approved = GoalApproved(goal=goal.id, comment=command.comment, by=command.by, at=command.at)
    schedule = context.schedule
    if schedule and command.at >= first_morning(goal, schedule):
        return [approved, GoalActivated(goal=goal.id, by=SYSTEM, at=command.at)]
    return [approved]
