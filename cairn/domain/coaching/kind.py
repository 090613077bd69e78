"""Coaching plans as a kind of case."""

from typing import get_args

from cairn.domain.case.kind import CaseKind, CasePhase
from cairn.domain.coaching import dates
from cairn.domain.coaching import decide as decider
from cairn.domain.coaching.commands import COMMANDS, OPEN
from cairn.domain.coaching.events import AnyCoachingEvent, CoachingOpened
from cairn.domain.coaching.state import Coaching, evolve

KIND = CaseKind(
    name="coaching",
    stages=("proposed", "objected", "running", "statement", "concluded", "lapsed", "cancelled"),
    commands=COMMANDS,
    events=get_args(AnyCoachingEvent),
    opened_by=CoachingOpened,
    new=lambda name: Coaching(id=name),
    evolve=evolve,
    decide=decider.decide,
    deadlines=dates.deadlines,
    awaited=dates.awaited,
    phases=(
        CasePhase("answer_remind", "remind"),
        CasePhase("answer_over", "remind"),
        CasePhase("answer_escalated", "escalate"),
        CasePhase("mentor_remind", "remind"),
        CasePhase("mentor_over", "remind"),
        CasePhase("mentor_escalated", "escalate"),
        CasePhase("decision_remind", "remind"),
        CasePhase("decision_over", "remind"),
        CasePhase("decision_escalated", "escalate"),
        CasePhase("checkpoint_remind", "remind"),
        CasePhase("checkpoint_over", "act"),
        CasePhase("checkpoint_escalated", "escalate"),
        CasePhase("support_remind", "remind"),
        CasePhase("support_over", "act"),
        CasePhase("end_remind", "remind"),
        CasePhase("end_over", "remind"),
        CasePhase("end_escalated", "escalate"),
        CasePhase("statement_remind", "remind"),
        CasePhase("statement_over", "act"),
        CasePhase("mentor_left", "act"),
        CasePhase("left", "act"),
    ),
    on_deadline=decider.on_deadline,
    goals_of=lambda plan, command: [goal] if (goal := getattr(command, "goal", None)) else [],
    parties=lambda plan, context: (plan.holder, plan.opened_by, *((plan.mentor,) if plan.mentor else ())),
    turns_at=dates.turns_at,
    lasts=frozenset((*OPEN, "statement")),
)
