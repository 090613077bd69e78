"""The clocks of a hand-over, and who is waited for."""

from collections.abc import Iterable
from datetime import datetime

from cairn.domain.calendar import add_working_days, opening
from cairn.domain.case.context import CaseContext
from cairn.domain.handover.state import Handover
from cairn.domain.rights import COMMITTEE, HR
from cairn.domain.schedule import local_day

SEND = "send"


def awaited(handover: Handover, context: CaseContext) -> tuple[str, ...]:
    """HR for payroll's word on a file and for a webhook that fails; of a lowering whoever has not agreed yet."""
    waited: list[str] = []
    if any(each.way == "file" or each.failed for each in handover.unsent):
        waited.append(HR)
    for proposal in handover.proposals.values():
        waited += [HR] if "hr" not in proposal.agreed else []
        waited += [COMMITTEE] if "committee" not in proposal.agreed else []
    return tuple(dict.fromkeys(waited))


def deadlines(handover: Handover, context: CaseContext) -> Iterable[tuple[str, datetime]]:
    """What is to be sent at once, until it is taken; and until when payroll or a decision is waited for."""
    first = next((each for each in handover.unsent if each.way == "webhook"), None)
    if first is not None:
        yield SEND, first.made_at
    for each in handover.unsent:
        if each.acknowledge_by is not None:
            yield from _window("acknowledge", each.made_at, each.acknowledge_by, context)
    for proposal in handover.proposals.values():
        yield from _window("decide", proposal.proposed_at, proposal.decide_by, context)


def working_days_after(moment: datetime, n: int, context: CaseContext) -> datetime:
    """The opening hour of the n-th working day after a moment's day."""
    return opening(
        add_working_days(local_day(moment, context.calendar), n, context.calendar), context.calendar
    )


def turns_at(handover: Handover, context: CaseContext, phase: str, due: datetime) -> tuple[str, ...]:
    """Whom a deadline is about."""
    if phase.startswith("acknowledge"):
        return (HR,)
    lacking = {
        place
        for proposal in handover.proposals.values()
        for role, place in (("hr", HR), ("committee", COMMITTEE))
        if role not in proposal.agreed
    }
    return tuple(sorted(lacking, reverse=True))


def _window(
    name: str, asked: datetime, due: datetime, context: CaseContext
) -> Iterable[tuple[str, datetime]]:
    remind = context.policy.handover.remind if context.policy.handover else 0
    reminded = working_days_after(due, -remind, context)
    if remind and asked < reminded:  # a reminder never comes before the asking (RULES K5)
        yield f"{name}_remind", reminded
    yield f"{name}_over", due
