"""Appraisals as a kind of case."""

from typing import get_args

from cairn.domain.appraisal import dates
from cairn.domain.appraisal import decide as decider
from cairn.domain.appraisal.commands import COMMANDS
from cairn.domain.appraisal.events import AnyAppraisalEvent, AppraisalOpened
from cairn.domain.appraisal.state import Appraisal, evolve
from cairn.domain.case.kind import CaseKind, CasePhase

KIND = CaseKind(
    name="appraisal",
    stages=("open", "scored", "ended"),
    commands=COMMANDS,
    events=get_args(AnyAppraisalEvent),
    opened_by=AppraisalOpened,
    new=lambda name: Appraisal(id=name),
    evolve=evolve,
    decide=decider.decide,
    deadlines=dates.deadlines,
    awaited=dates.awaited,
    phases=(
        CasePhase("nominate_remind", "remind"),
        CasePhase("nominate_escalated", "escalate"),
        CasePhase("answer_remind", "remind"),
        CasePhase("collect", "act"),
        CasePhase("answer_escalated", "escalate"),
        CasePhase("collect_late", "act"),
    ),
    on_deadline=decider.on_deadline,
    turns_at=dates.turns_at,
)
