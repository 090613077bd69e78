"""Feedback as a kind of case."""

from typing import get_args

from cairn.domain.case.kind import CaseKind, CasePhase
from cairn.domain.feedback import decide as decider
from cairn.domain.feedback.commands import COMMANDS
from cairn.domain.feedback.events import AnyFeedbackEvent, FeedbackObserved
from cairn.domain.feedback.state import Feedback, evolve

KIND = CaseKind(
    name="feedback",
    stages=("observed", "given", "followed_up", "withdrawn"),
    commands=COMMANDS,
    events=get_args(AnyFeedbackEvent),
    opened_by=FeedbackObserved,
    new=lambda name: Feedback(id=name),
    evolve=evolve,
    decide=decider.decide,
    deadlines=decider.deadlines,
    awaited=decider.awaited,
    phases=(
        CasePhase("remind", "remind"),
        CasePhase("overdue", "act"),
        CasePhase("action_remind", "remind"),
        CasePhase("action_due", "remind"),
        CasePhase("action_escalated", "escalate"),
    ),
    on_deadline=decider.on_deadline,
    goals_of=decider.goals_of,
    turns_at=decider.turns_at,
)
