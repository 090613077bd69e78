"""Hand-overs as a kind of case: one for each cycle."""

from collections.abc import Iterable
from typing import Any, get_args

from cairn.domain.case.context import CaseContext
from cairn.domain.case.kind import CaseKind, CasePhase
from cairn.domain.evaluation.paying import Payer
from cairn.domain.evaluation.payroll import needs_goals
from cairn.domain.handover import dates
from cairn.domain.handover import decide as decider
from cairn.domain.handover.commands import (
    COMMANDS,
    STAGES,
    AgreeToLowering,
    MakeHandover,
    RecordDelivery,
)
from cairn.domain.handover.events import AnyHandoverEvent, HandoverMade
from cairn.domain.handover.state import Handover, evolve
from cairn.domain.result.state import result_name
from cairn.domain.rights import HR
from cairn.domain.streams import sheet_names


def sheets_named(handover: Handover, command: Any, context: CaseContext) -> Iterable[str]:
    """Everybody's sheets where a hand-over is made; most of the names are not there."""
    match command:
        case MakeHandover():
            return [name for id in sorted(context.histories) for name in sheet_names(handover.cycle, id)]
        case AgreeToLowering() if command.proposal in handover.proposals:
            return (handover.proposals[command.proposal].sheet,)
        case _:
            return ()


def results_of(handover: Handover, command: Any, context: CaseContext) -> Iterable[str]:
    """The cases in which results are shown, signed and appealed."""
    return map(result_name, context.sheets) if isinstance(command, MakeHandover) else ()


def goals_of_payments(handover: Handover, command: Any, context: CaseContext) -> Iterable[str]:
    """The goals of all sheets, where payments look at them."""
    policy, schedule = context.policy, context.schedule
    if not isinstance(command, MakeHandover) or policy.pay is None or schedule is None:
        return ()
    if not needs_goals(Payer(policy, policy.pay, schedule)):
        return ()
    return [name for sheet in context.sheets.values() for name in sheet.weighings]


def parties(handover: Handover, context: CaseContext) -> tuple[str, ...]:
    """HR, the committee and the company's management."""
    return (HR, *context.with_role("committee"), *context.with_role("executive"))


KIND = CaseKind(
    name="handover",
    stages=STAGES,
    commands=COMMANDS,
    events=get_args(AnyHandoverEvent),
    opened_by=HandoverMade,
    new=lambda name: Handover(id=name),
    evolve=evolve,
    decide=decider.decide,
    deadlines=dates.deadlines,
    awaited=dates.awaited,
    phases=(
        CasePhase(dates.SEND, "act"),
        CasePhase("acknowledge_remind", "remind"),
        CasePhase("acknowledge_over", "escalate"),
        CasePhase("decide_remind", "remind"),
        CasePhase("decide_over", "escalate"),
    ),
    on_deadline=decider.on_deadline,
    sheets_of=sheets_named,
    cases_beside=results_of,
    goals_beside=goals_of_payments,
    by_system=(RecordDelivery,),
    parties=parties,
    turns_at=dates.turns_at,
)
