"""Goal setting: draft, revise, SMART check, decomposition, submission, return and approval."""

from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.around import Around
from cairn.domain.goal.authority import require
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
from cairn.domain.measure import Kpi
from cairn.domain.policy import Tier
from cairn.domain.refusal import Refusal
from cairn.domain.sheet import rules
from cairn.domain.sheet.events import Placement
from cairn.domain.sheet.state import Sheet

TIER: dict[str, Tier] = {"company": "strategic", "department": "department", "person": "individual"}


def draft(command: DraftGoal, goal: Goal, around: Around) -> list[Event]:
    if goal.stage != "none":
        if (goal.key, goal.title) == (command.key, command.title):
            return []
        raise Refusal("goal.exists", field="goal", goal=goal.id)
    sheet = around.sheet
    if sheet.version == 0:
        raise Refusal("sheet.unknown", field="goal", sheet=sheet.id)
    if around.cycle.stage in ("review", "scoring", "closed"):
        raise Refusal("cycle.too-late", field="goal")
    new = _drafted(command, sheet, around)
    require("draft", command.by, dict(around.people), goal.model_copy(update=_parties(new)))
    placement = Placement(goal=command.goal, dimension=command.dimension, weight=command.weight)
    return [new, *rules.place(sheet, placement, command.by, command.at)]


def _drafted(command: DraftGoal, sheet: Sheet, around: Around) -> GoalDrafted:
    holder = around.people.get(sheet.holder)
    since = around.cycle.schedule.starts if around.cycle.schedule else sheet.since
    return GoalDrafted(
        goal=command.goal,
        cycle=sheet.cycle,
        sheet=sheet.id,
        tier=TIER[sheet.kind],
        owner=sheet.holder if sheet.kind == "person" else command.by,
        manager=holder.manager if holder else None,
        department=sheet.department,
        key=command.key,
        dimension=command.dimension,
        title=command.title,
        measure=command.measure,
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
    require("draft", command.by, dict(around.people), goal)
    title, measure = command.title or goal.title, command.measure or goal.measure
    events: list[Event] = []
    if (title, measure) != (goal.title, goal.measure):
        events.append(GoalRevised(goal=goal.id, title=title, measure=measure, by=command.by, at=command.at))
    if command.weight is not None:
        events += rules.reweigh(around.sheet, {goal.id: command.weight}, command.by, command.at)
    return events


def check_smart(command: CheckSmart, goal: Goal, around: Around) -> list[Event]:
    require_stage("check_smart", goal)
    require("decode" if goal.tier == "strategic" else "draft", command.by, dict(around.people), goal)
    if goal.smart == command.check:
        return []
    return [SmartChecked(goal=goal.id, check=command.check, by=command.by, at=command.at)]


def decompose(command: DecomposeGoal, goal: Goal, around: Around) -> list[Event]:
    require_stage("decompose", goal)
    if goal.tier == "individual":
        raise Refusal("goal.not-decomposed", field="goal")
    require("decode", command.by, dict(around.people), goal)
    if goal.parts == command.parts:
        return []
    return [GoalDecomposed(goal=goal.id, parts=command.parts, by=command.by, at=command.at)]


def align(command: AlignGoal, goal: Goal, around: Around) -> list[Event]:
    require_stage("align", goal)
    require("draft", command.by, dict(around.people), goal)
    if goal.parent == command.parent:
        return []
    if command.parent == goal.id:
        raise Refusal("goal.own-parent", field="parent")
    return [GoalAligned(goal=goal.id, parent=command.parent, by=command.by, at=command.at)]


def submit(command: SubmitGoal, goal: Goal, around: Around) -> list[Event]:
    if goal.stage == "submitted":
        return []
    require_stage("submit", goal)
    require("submit", command.by, dict(around.people), goal)
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
    if goal.stage == "returned":
        return []
    require_stage("return", goal)
    require("approve", command.by, dict(around.people), goal)
    return [GoalReturned(goal=goal.id, comment=command.comment, by=command.by, at=command.at)]


def approve(command: ApproveGoal, goal: Goal, around: Around) -> list[Event]:
    if goal.stage in ("approved", "active"):
        return []
    require_stage("approve", goal)
    require("approve", command.by, dict(around.people), goal)
    _check_ready(goal, around)
    approved = GoalApproved(goal=goal.id, comment=command.comment, by=command.by, at=command.at)
    schedule = around.cycle.schedule
    if schedule and command.at >= schedule.execution_starts:
        return [approved, GoalActivated(goal=goal.id, by=SYSTEM, at=command.at)]
    return [approved]
