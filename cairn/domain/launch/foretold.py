"""What a launch would bring, date by date: played in memory from its plan by the deciders of the year itself.

Goal setting is played goal by goal: deadlines come from each goal's status, and what a deadline does from its decider,
so that whoever is reminded here is reminded then. What comes after it are the dates that lie ahead of a goal in force,
and of the cycle. Nothing is read or recorded; scores, reports and decisions of people are not made up.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from cairn.domain.cycle.events import CycleLaunched
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.state import evolve as evolve_cycle
from cairn.domain.cycle.status import deadlines_of as deadlines_of_cycle
from cairn.domain.cycle.status import shown_at
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.commands import KeepDeadline, SubmitGoal
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.decide import decide
from cairn.domain.goal.events import (
    DeadlineMissed,
    GoalApproved,
    GoalEvent,
    GoalSubmitted,
    ReminderSent,
)
from cairn.domain.goal.stages import Phase
from cairn.domain.goal.state import Goal
from cairn.domain.goal.state import evolve as evolve_goal
from cairn.domain.goal.status import awaited, deadlines_of
from cairn.domain.launch.plan import LaunchPlan, SheetPlan, opening_events
from cairn.domain.people import Person, Roster
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.rights import HR
from cairn.domain.sheet.events import SheetEvent
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet

Acting = Literal["nobody", "everybody"]
"""Whether nobody does anything, or everybody does what is asked of them as they are reminded of it."""
Kind = Literal["launched", "reminded", "late", "done", "begins", "lapses", "ahead", "cycle"]
REMINDERS: Mapping[Phase, Literal["submit", "approve"]] = {
    "drafts_remind": "submit",
    "approvals_remind": "approve",
}
SETTING: frozenset[Phase] = frozenset(
    {
        "drafts_remind", "drafts_due", "approvals_remind", "approvals_due", "unapproved_remind", "unapproved",
        "execution_starts", "lapses",
    }
)  # fmt: skip
"""The deadlines that are played; those of a goal in force are told as they lie ahead."""
MOST_DEADLINES = 20
"""Of one goal, so that a play ends whatever a policy says."""


class Happening(NamedTuple):
    """Something of one moment. `name` is a phase, a command or a cycle's phase, `waits` who is waited for with how many
    goals, `told` who is told of how many; `lacks` are refusals that stand in the way."""

    at: datetime
    kind: Kind
    name: str
    period: str | None
    stage: str | None
    goals: int
    waits: Mapping[str, int]
    told: Mapping[str, int]
    lacks: tuple[Refusal, ...] = ()


class _Told(NamedTuple):
    """The same of one goal."""

    at: datetime
    kind: Kind
    name: str
    period: str | None
    waits: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    lacks: Refusal | None = None


def foretell(
    plan: LaunchPlan, policy: Policy, roster: Roster, launched_at: datetime, acting: Acting
) -> list[Happening]:
    """Everything the plan's launch at a moment would bring, in order; `roster` holds the people of its first day."""
    people = roster.by_id()
    heads = {each.id: each.head or "" for each in roster.departments}
    told = [
        each
        for sheet in plan.sheets
        for each in _sheet(sheet, plan, policy, people, heads, launched_at, acting)
    ]
    found = [_launched(plan, launched_at), *_together(told), *_cycle(plan, policy, launched_at)]
    return sorted(found, key=lambda each: each.at)


def _launched(plan: LaunchPlan, at: datetime) -> Happening:
    waits = Counter({sheet.owner or HR: 0 for sheet in plan.sheets})
    for sheet in plan.sheets:
        waits[sheet.owner or HR] += len(sheet.goals)
    return Happening(at, "launched", "launch", None, None, plan.goals, waits, dict(waits))


def _sheet(
    sheet: SheetPlan, plan: LaunchPlan, policy: Policy, people: Mapping[str, Person], heads: Mapping[str, str],
    at: datetime, acting: Acting,
) -> Iterator[_Told]:  # fmt: skip
    opened = opening_events(sheet, plan, SYSTEM, at)
    state, goals = Sheet(id=sheet.sheet), {goal.goal: Goal(id=goal.goal) for goal in sheet.goals}
    for event in opened:
        if isinstance(event, SheetEvent):
            state = evolve_sheet(state, event)  # type: ignore[arg-type]
        elif isinstance(event, GoalEvent):
            goals[event.goal] = evolve_goal(goals[event.goal], event)  # type: ignore[arg-type]
    context = GoalContext(
        policy=policy, schedule=plan.schedule, sheet=state, people=people, head=heads.get(sheet.department or "")
    )  # fmt: skip
    for goal in goals.values():
        yield from _play(goal, context, at, acting)


def _play(goal: Goal, context: GoalContext, launched_at: datetime, acting: Acting) -> Iterator[_Told]:
    """One goal from its launch until it is in force or has lapsed, then the dates ahead of it."""
    at = launched_at
    for _ in range(MOST_DEADLINES):
        if goal.over:
            return
        if goal.stage not in ("draft", "returned", "submitted", "approved"):
            break
        due = next((each for each in deadlines_of(goal, context) if each.phase in SETTING), None)
        if due is None:
            return
        at = max(due.at, at)
        waits = awaited(goal, context.acting)
        keep = KeepDeadline(goal=goal.id, phase=due.phase, due=due.at, by=SYSTEM, at=at)
        for event in decide(keep, goal, context):
            if isinstance(event, GoalEvent):
                goal = _on(goal, event)
                yield _said(event, due.phase, at, waits)
        if acting == "everybody" and due.phase in REMINDERS:
            goal, lacks = _acts(goal, context, REMINDERS[due.phase], at)
            yield _Told(at, "done", REMINDERS[due.phase], None, waits=waits, lacks=lacks)
    for each in deadlines_of(goal, context):
        yield _Told(each.at, "ahead", each.phase, each.period, waits=awaited(goal, context.acting))


def _on(goal: Goal, event: GoalEvent) -> Goal:
    return evolve_goal(goal, event)  # type: ignore[arg-type]


def _said(event: Event, phase: Phase, at: datetime, waits: tuple[str, ...]) -> _Told:
    match event:
        case ReminderSent():
            return _Told(at, "reminded", phase, None, waits, event.to)
        case DeadlineMissed():
            return _Told(at, "late", phase, None, event.awaited, event.to)
        case _:
            return _Told(at, "lapses" if phase == "lapses" else "begins", phase, None)


def _acts(
    goal: Goal, context: GoalContext, act: Literal["submit", "approve"], at: datetime
) -> tuple[Goal, Refusal | None]:
    """The goal once it is handed in, or approved, and what would have to be done to it before."""
    if act == "approve":
        return _on(goal, GoalApproved(goal=goal.id, by=goal.manager or SYSTEM, at=at)), None
    lacks = None
    try:
        decide(SubmitGoal(goal=goal.id, by=goal.owner or SYSTEM, at=at), goal, context)
    except Refusal as refusal:
        lacks = refusal
    return _on(goal, GoalSubmitted(goal=goal.id, by=goal.owner or SYSTEM, at=at)), lacks


def _together(told: Iterable[_Told]) -> Iterator[Happening]:
    """What happens to several goals at one moment, told once."""
    groups: dict[tuple[datetime, str, str, str | None], list[_Told]] = {}
    for each in told:
        groups.setdefault((each.at, each.kind, each.name, each.period), []).append(each)
    for (at, _, name, period), of in groups.items():
        lacks = {(each.lacks.code, each.lacks.field): each.lacks for each in of if each.lacks}
        yield Happening(
            at, of[0].kind, name, period, None, len(of),
            Counter(who for each in of for who in each.waits), Counter(who for each in of for who in each.told),
            tuple(lacks.values()),
        )  # fmt: skip


def _cycle(plan: LaunchPlan, policy: Policy, at: datetime) -> Iterator[Happening]:
    """The dates of the cycle itself."""
    launched = CycleLaunched(
        cycle=plan.cycle, title=plan.title, policy=plan.policy, schedule=plan.schedule, plan=plan.digest, roster=0,
        sheets=len(plan.sheets), goals=plan.goals, left_out=plan.left_out, language=plan.language, by=SYSTEM, at=at,
    )  # fmt: skip
    cycle = evolve_cycle(Cycle(id=plan.cycle), launched).model_copy(update={"stage": "goal_setting"})
    for each in deadlines_of_cycle(cycle, policy):
        asked = _reporting(plan, policy, each.period) if each.phase == "reviews" else {}
        yield Happening(each.at, "cycle", each.phase, each.period, each.stage, 0, asked, {})
    if policy.evaluation.steps:
        yield Happening(shown_at(plan.schedule, policy), "cycle", "show", None, None, 0, {}, {})


def _reporting(plan: LaunchPlan, policy: Policy, key: str | None) -> dict[str, int]:
    """Who reports on a period, by the reviews of their job family."""
    period = plan.schedule.period(key or "")
    kinds = {name: family.reviews.every for name, family in policy.families.items()}
    return {
        sheet.owner: 1
        for sheet in plan.sheets
        if period and sheet.kind == "person" and kinds.get(sheet.family or "") == period.kind
    }
