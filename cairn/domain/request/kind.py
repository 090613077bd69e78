"""A request to another department as a kind of case."""

from typing import get_args

from cairn.domain.case.kind import CaseKind, CasePhase
from cairn.domain.request import decide as decider
from cairn.domain.request.commands import COMMANDS
from cairn.domain.request.events import AnyRequestEvent, RequestOpened
from cairn.domain.request.state import Request, evolve

KIND = CaseKind(
    name="request",
    stages=(
        "asked", "asked_back", "offered", "accepted", "delivered", "received", "declined", "withdrawn",
    ),
    commands=COMMANDS,
    events=get_args(AnyRequestEvent),
    opened_by=RequestOpened,
    new=lambda name: Request(id=name),
    evolve=evolve,
    decide=decider.decide,
    deadlines=decider.deadlines,
    awaited=decider.awaited,
    phases=(
        CasePhase("answer_remind", "remind"),
        CasePhase("answer_escalated", "escalate"),
        CasePhase("promise_remind", "remind"),
        CasePhase("overdue", "act"),
    ),
    on_deadline=decider.on_deadline,
    goals_of=decider.goals_of,
    parties=decider.parties,
)  # fmt: skip
