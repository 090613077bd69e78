"""Goal setting: draft, revise, SMART check, decomposition, submission, return and approval."""

from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.around import Around
from cairn.domain.goal.authority import require
from cairn.domain.goal.changing import check_measure, whose
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
from cairn.domain.goal.stages import require_stage
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi, Measure
from cairn.domain.names import cycle_of, holder_of, sheet_of
from cairn.domain.policy import Tier
from cairn.domain.refusal import Refusal
from cairn.domain.sheet import rules
from cairn.domain.sheet.events import Placement
from cairn.domain.sheet.state import Sheet

TIERS: tuple[Tier, ...] = ("strategic", "department", "individual")
TIER: dict[str, Tier] = {"company": "strategic", "department": "department", "person": "individual"}


def draft(command: DraftGoal, goal: Goal, around: Around) -> list[Event]:
    sheet, measure = around.sheet, whose(command.measure, around)
    if goal.stage != "none":
        require("draft", command, goal, around)
        if _is_the_same(command, goal, sheet, measure):
            return []
        raise Refusal("goal.exists", field="goal", goal=goal.id)
    if sheet.version == 0:
        raise Refusal("sheet.unknown", field="goal", sheet=sheet.id)
    if around.cycle.stage in ("review", "scoring", "closed"):
        raise Refusal("cycle.too-late", field="goal")
    new = _drafted(command, sheet, around, measure)
    planned = goal.model_copy(update=_parties(new))
    _require_drafter(command, planned, around)
    check_measure(measure, planned, around)
    if command.parent is not None:
        _check_parent(command.parent, planned)
    placement = Placement(goal=command.goal, dimension=command.dimension, weight=command.weight)
    return [new, *rules.place(sheet, placement, command.by, command.at)]


def _is_the_same(command: DraftGoal, goal: Goal, sheet: Sheet, measure: Measure) -> bool:
    asked = (command.key, command.title, command.dimension, measure, command.weight)
    return (goal.key, goal.title, goal.dimension, goal.measure, sheet.weight_of(goal.id)) == asked


def _require_drafter(command: DraftGoal, planned: Goal, around: Around) -> None:
    """A department's goals are drafted by its head, by HR or by the committee: whoever drafts does not become the
    owner by drafting."""
    owner = planned.owner if planned.tier == "individual" else around.head or ""
    require("draft", command, planned.model_copy(update={"owner": owner}), around)


def _drafted(command: DraftGoal, sheet: Sheet, around: Around, measure: Measure) -> GoalDrafted:
    holder = around.people.get(sheet.holder)
    since = around.cycle.schedule.starts if around.cycle.schedule else sheet.since
    return GoalDrafted(
        goal=command.goal,
        cycle=sheet.cycle,
        sheet=sheet.id,
        tier=TIER[sheet.kind],
        owner=sheet.holder if sheet.kind == "person" else around.head or command.by,
        manager=holder.manager if holder else None,
        department=sheet.department,
        key=command.key,
        dimension=command.dimension,
        title=command.title,
        measure=measure,
        since=max(since, sheet.since),
        parent=command.parent,
        policy=around.policy.version,
        by=command.by,
        at=command.at,
    )


def _parties(new: GoalDrafted) -> dict[str, object]:
    return {"tier": new.tier, "owner": new.owner, "manager": new.manager}


def revise(command: ReviseGoal, goal: Goal, around: Around) -> list[Event]:
    require_stage("revise", goal)
    require("draft", command, goal, around)
    title, measure = command.title or goal.title, goal.measure
    if command.measure is not None:
        measure = whose(command.measure, around)
        check_measure(measure, goal, around)
    events: list[Event] = []
    if (title, measure) != (goal.title, goal.measure):
        events.append(GoalRevised(goal=goal.id, title=title, measure=measure, by=command.by, at=command.at))
    if command.weight is not None:
        events += rules.reweigh(around.sheet, {goal.id: command.weight}, command.by, command.at)
    return events


def check_smart(command: CheckSmart, goal: Goal, around: Around) -> list[Event]:
    require_stage("check_smart", goal)
    require("decode" if goal.tier == "strategic" else "draft", command, goal, around)
    if goal.smart == command.check:
        return []
    return [SmartChecked(goal=goal.id, check=command.check, by=command.by, at=command.at)]


def decompose(command: DecomposeGoal, goal: Goal, around: Around) -> list[Event]:
    require_stage("decompose", goal)
    if goal.tier == "individual":
        raise Refusal("goal.not-decomposed", field="goal")
    require("decode", command, goal, around)
    if goal.parts == command.parts:
        return []
    return [GoalDecomposed(goal=goal.id, parts=command.parts, by=command.by, at=command.at)]


def align(command: AlignGoal, goal: Goal, around: Around) -> list[Event]:
    require_stage("align", goal)
    require("draft", command, goal, around)
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


def submit(command: SubmitGoal, goal: Goal, around: Around) -> list[Event]:
    require("submit", command, goal, around)
    if goal.stage == "submitted":
        return []
    require_stage("submit", goal)
    _check_ready(goal, around)
    return [GoalSubmitted(goal=goal.id, by=command.by, at=command.at)]


def _check_ready(goal: Goal, around: Around) -> None:
    if isinstance(goal.measure, Kpi) and not goal.measure.measurable:
        raise Refusal("goal.no-target", field="measure.target", title=goal.title)
    if goal.tier == "strategic":
        if goal.smart is None:
            raise Refusal("goal.not-smart", field="check", title=goal.title)
        if not goal.parts:
            raise Refusal("goal.no-parts", field="parts", title=goal.title)
    rules.check_complete(around.sheet)


def give_back(command: ReturnGoal, goal: Goal, around: Around) -> list[Event]:
    require("approve", command, goal, around)
    if goal.stage == "returned":
        return []
    require_stage("return", goal)
    return [GoalReturned(goal=goal.id, comment=command.comment, by=command.by, at=command.at)]


def approve(command: ApproveGoal, goal: Goal, around: Around) -> list[Event]:
    require("approve", command, goal, around)
    if goal.stage in ("approved", "active"):
        return []
    require_stage("approve", goal)
    _check_ready(goal, around)
    approved = GoalApproved(goal=goal.id, comment=command.comment, by=command.by, at=command.at)
    schedule = around.cycle.schedule
    if schedule and command.at >= schedule.execution_starts:
        return [approved, GoalActivated(goal=goal.id, by=SYSTEM, at=command.at)]
    return [approved]
