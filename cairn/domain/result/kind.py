"""Results as a kind of case."""

from typing import get_args

from cairn.domain.case.context import CaseContext
from cairn.domain.case.kind import CaseKind, CasePhase
from cairn.domain.result import dates
from cairn.domain.result import decide as decider
from cairn.domain.result.commands import COMMANDS, STAGES
from cairn.domain.result.events import AnyResultEvent, ResultShown
from cairn.domain.result.state import Result, evolve
from cairn.domain.rights import HR


def parties(result: Result, context: CaseContext) -> tuple[str, ...]:
    """The person, their manager, HR; the committee where somebody appealed."""
    committee = (*context.with_role("committee"), *context.with_role("executive")) if result.appeals else ()
    manager = context.manager_of(result.holder)
    return (result.holder, *([manager] if manager else []), HR, *committee)


KIND = CaseKind(
    name="result",
    stages=STAGES,
    commands=COMMANDS,
    events=get_args(AnyResultEvent),
    opened_by=ResultShown,
    new=lambda name: Result(id=name),
    evolve=evolve,
    decide=decider.decide,
    deadlines=dates.deadlines,
    awaited=dates.awaited,
    phases=(
        CasePhase("acknowledge_remind", "remind"),
        CasePhase("acknowledge_over", "act"),
        CasePhase("interview_remind", "remind"),
        CasePhase("interview_over", "act"),
        CasePhase("decision_remind", "remind"),
        CasePhase("decision_over", "act"),
        CasePhase("appeal_over", "act"),
    ),
    on_deadline=decider.on_deadline,
    turns_at=dates.turns_at,
    sheets_of=lambda result, command, context: (result.sheet,),
    parties=parties,
    lasts=frozenset({"shown"}),
    idle=decider.idle,
)
