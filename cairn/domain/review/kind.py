"""Stage reviews as a kind of case."""

from typing import get_args

from cairn.domain.case.kind import CaseKind, CasePhase
from cairn.domain.review import dates
from cairn.domain.review import decide as decider
from cairn.domain.review.commands import ANY, COMMANDS
from cairn.domain.review.events import AnyReviewEvent, ReviewAsked
from cairn.domain.review.state import Review, evolve

KIND = CaseKind(
    name="review",
    stages=ANY,
    commands=COMMANDS,
    events=get_args(AnyReviewEvent),
    opened_by=ReviewAsked,
    new=lambda name: Review(id=name),
    evolve=evolve,
    decide=decider.decide,
    deadlines=dates.deadlines,
    awaited=dates.awaited,
    phases=(
        CasePhase("report_remind", "remind"),
        CasePhase("report_overdue", "act"),
        CasePhase("report_escalated", "escalate"),
        CasePhase("comment_remind", "remind"),
        CasePhase("comment_overdue", "act"),
        CasePhase("comment_escalated", "escalate"),
    ),
    on_deadline=decider.on_deadline,
    turns_at=dates.turns_at,
    lasts=frozenset({"open", "commented", "returned"}),
)
