"""A promise as a kind of case."""

from typing import get_args

from cairn.domain.case.kind import CaseKind, CasePhase
from cairn.domain.promise import decide as decider
from cairn.domain.promise.commands import COMMANDS
from cairn.domain.promise.events import AnyPromiseEvent, PromiseMade
from cairn.domain.promise.state import Promise, evolve

KIND = CaseKind(
    name="promise",
    stages=("made", "kept", "released"),
    commands=COMMANDS,
    events=get_args(AnyPromiseEvent),
    opened_by=PromiseMade,
    new=lambda name: Promise(id=name),
    evolve=evolve,
    decide=decider.decide,
    deadlines=decider.deadlines,
    awaited=decider.awaited,
    phases=(CasePhase("remind", "remind"), CasePhase("overdue", "act")),
    on_deadline=decider.on_deadline,
    goals_of=decider.goals_of,
    parties=decider.parties,
)
