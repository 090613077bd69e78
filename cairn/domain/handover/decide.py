"""The decider of hand-overs: made, lowered by two together, taken by payroll."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, assert_never

from cairn.domain.case.commands import KeepCaseDeadline
from cairn.domain.case.context import CaseContext
from cairn.domain.event import Event
from cairn.domain.handover.commands import (
    AcknowledgeHandover,
    AgreeToLowering,
    AnyHandoverAction,
    DeclineLowering,
    MakeHandover,
    ReconcileHandover,
    RecordDelivery,
)
from cairn.domain.handover.dates import working_days_after
from cairn.domain.handover.events import (
    EntriesMade,
    Entry,
    HandoverMade,
    HandoverReconciled,
    LoweringAgreed,
    LoweringDeclined,
    LoweringProposed,
    LoweringWithdrawn,
    MessageNotTaken,
    MessageTaken,
)
from cairn.domain.handover.plan import HandoverPlan, PersonChange, make_plan
from cairn.domain.handover.reconciling import differing, handed_over
from cairn.domain.handover.state import Handover, Proposal, handover_name
from cairn.domain.refusal import Refusal
from cairn.domain.result_rules import HandoverRules
from cairn.domain.sheet.events import VersionHandedOver

MOST = 200
"""Entries of one message at most, but for those of one person, which stay together."""
NAMED = 500
"""Of what payroll has otherwise so many sums are recorded by name."""
BOTH = ("hr", "committee")
"""Who agrees to a lowering, together."""


def decide(
    command: AnyHandoverAction | RecordDelivery, handover: Handover, context: CaseContext
) -> list[Event]:
    match command:
        case MakeHandover():
            return _make(command, handover, context)
        case AgreeToLowering():
            return _agree(command, handover, context)
        case DeclineLowering():
            proposal = _proposal(command, handover)
            return [LoweringDeclined(case=handover.id, proposal=proposal.id, by=command.by, at=command.at)]
        case AcknowledgeHandover():
            return _acknowledge(command, handover)
        case ReconcileHandover():
            return [_reconciled(command, handover)]
        case RecordDelivery():
            return _delivered(command, handover)
        case _:
            assert_never(command)


def plan_of(command: MakeHandover, handover: Handover, context: CaseContext) -> HandoverPlan:
    """What a command would do with its tables, whatever digest it names."""
    if handover.id != handover_name(handover.cycle):
        raise Refusal("handover.name", field="case", case=handover.id, known=handover_name(handover.cycle))
    amounts = {who: row.said for who, row in command.amounts.items()}
    pots = {unit: row.said for unit, row in command.pots.items()}
    return make_plan(handover, context, amounts, pots)


def _make(command: MakeHandover, handover: Handover, context: CaseContext) -> list[Event]:
    plan = plan_of(command, handover, context)
    if plan.is_empty and handover.version == 0:
        raise Refusal("handover.nothing", field="case", cycle=handover.cycle, open=len(plan.left_out))
    if plan.is_empty:
        return []
    if command.digest != plan.digest:
        raise Refusal("handover.changed", field="digest", digest=command.digest, now=plan.digest)
    said = {"case": handover.id, "by": command.by, "at": command.at}
    events: list[Event] = [LoweringWithdrawn(proposal=each, **said) for each in plan.withdrawn]
    if plan.made:
        batch = HandoverMade(
            batch=len(handover.batches) + 1,
            digest=plan.digest,
            entries=sum(map(_number_of_entries, plan.made)),
            pots=dict(plan.pots),
            **said,
        )
        events += [batch, *_entries(batch, plan.made, handover, context)]
    decide_by = working_days_after(command.at, _rules(context).decide, context)
    for number, each in enumerate(plan.lowered, handover.proposed + 1):
        facts = each.model_dump()
        events.append(LoweringProposed(proposal=number, decide_by=decide_by, **facts, **said))
    return events


def _agree(command: AgreeToLowering, handover: Handover, context: CaseContext) -> list[Event]:
    """The second of both makes the entries; neither agrees twice."""
    proposal = _proposal(command, handover)
    person = context.person(command.by)
    held = ("hr",) if person and "hr" in person.roles else ()
    if person and {"committee", "executive"} & set(person.roles):
        held = (*held, "committee")
    open_ones = [role for role in held if role not in proposal.agreed]
    if command.by in proposal.agreed.values():
        if open_ones:
            raise Refusal("handover.two-people", field="proposal", proposal=proposal.id, by=command.by)
        return []
    if not open_ones:
        return []
    sheet = context.sheets.get(proposal.sheet)
    if sheet is None or sheet.result is None or sheet.result.number != proposal.version:
        raise Refusal("handover.newer", field="proposal", proposal=proposal.id, version=proposal.version)
    said = {"case": handover.id, "by": command.by, "at": command.at}
    agreed = LoweringAgreed(proposal=proposal.id, role="hr" if open_ones[0] == "hr" else "committee", **said)
    if not proposal.agreed:
        return [agreed]
    change = PersonChange(
        person=proposal.person, sheet=proposal.sheet, version=proposal.version, changes=proposal.changes
    )
    batch = HandoverMade(
        batch=len(handover.batches) + 1,
        proposal=proposal.id,
        entries=_number_of_entries(change),
        **said,
    )
    return [agreed, batch, *_entries(batch, [change], handover, context)]


def _proposal(command: AgreeToLowering | DeclineLowering, handover: Handover) -> Proposal:
    found = handover.proposals.get(command.proposal)
    if found is None:
        known = sorted(handover.proposals)
        raise Refusal("handover.proposal", field="proposal", proposal=command.proposal, known=known or None)
    return found


def _way(context: CaseContext) -> dict[str, Any]:
    """How it goes to payroll, and until when a file is acknowledged. A rehearsal sends nothing to anybody."""
    rules = _rules(context)
    if rules.by == "webhook" and not context.clock_offset:
        return {"way": "webhook"}
    return {"way": "file", "confirm_by": working_days_after(context.at, rules.acknowledge, context)}


def _rules(context: CaseContext) -> HandoverRules:
    return context.policy.handover or HandoverRules()


# ---------------------------------------------------------------- entries


def _number_of_entries(change: PersonChange) -> int:
    return sum((each.before is not None) + (each.after is not None) for each in change.changes)


def _entries(
    batch: HandoverMade, changes: Sequence[PersonChange], handover: Handover, context: CaseContext
) -> Iterator[Event]:
    """The batch's messages, and each version that is handed over in its sheet: it is settled with that."""
    last = max(handover.messages, default=0)
    said: dict[str, Any] = {"by": batch.by, "at": batch.at}
    for message, entries in enumerate(_messages(changes, handover), last + 1):
        yield EntriesMade(
            case=batch.case, batch=batch.batch, part=message, entries=entries, **_way(context), **said
        )
    for each in changes:
        if each.version:
            yield VersionHandedOver(sheet=each.sheet, number=each.version, handover=batch.case, **said)


def _messages(changes: Iterable[PersonChange], handover: Handover) -> Iterator[tuple[Entry, ...]]:
    entries: list[Entry] = []
    number = handover.entries
    for change in changes:
        own = list(_of_person(change, handover, number + 1))
        if entries and len(entries) + len(own) > MOST:
            yield tuple(entries)
            entries = []
        entries += own
        number += len(own)
    yield tuple(entries)


def _of_person(change: PersonChange, handover: Handover, number: int) -> Iterator[Entry]:
    """What stood is taken back whole by one entry, what is to stand comes by another."""
    facts = {"person": change.person, "sheet": change.sheet, "version": change.version}
    for each in change.changes:
        if each.before is not None:
            taken_back = handover.standing[change.person][each.element]
            yield Entry(
                number=number,
                element=each.element,
                amount=-taken_back.amount,
                reverses=taken_back.number,
                **facts,
            )
            number += 1
        if each.after is not None:
            yield Entry(number=number, element=each.element, amount=each.after, **facts)
            number += 1


# ---------------------------------------------------------------- payroll


def _acknowledge(command: AcknowledgeHandover, handover: Handover) -> list[Event]:
    if command.batch not in handover.batches:
        known = sorted(handover.batches)
        raise Refusal("handover.batch", field="batch", batch=command.batch, known=known)
    return [
        MessageTaken(case=handover.id, part=each.number, way="file", by=command.by, at=command.at)
        for each in handover.unsent
        if each.batch == command.batch
    ]


def _reconciled(command: ReconcileHandover, handover: Handover) -> HandoverReconciled:
    ours = handed_over(handover)
    found = differing(ours, command.sums)
    return HandoverReconciled(
        case=handover.id,
        table=command.table,
        compared=len(ours),
        differing=len(found),
        differences=tuple(found[:NAMED]),
        by=command.by,
        at=command.at,
    )


def _delivered(command: RecordDelivery, handover: Handover) -> list[Event]:
    """Whatever came of it is recorded once: taken, or the same failure as before."""
    message = handover.messages.get(command.message)
    if message is None or message.taken_at is not None:
        return []
    said = {"case": handover.id, "part": message.number, "by": command.by, "at": command.at}
    if command.taken:
        return [MessageTaken(way="webhook", status=command.status, **said)]
    why, failed = command.why or "unreachable", message.failed
    if failed is not None and (failed.why, failed.status) == (why, command.status):
        return []
    return [MessageNotTaken(why=why, status=command.status, **said)]


def on_deadline(command: KeepCaseDeadline, handover: Handover, context: CaseContext) -> list[Event]:
    """Sending leaves its own events (`RecordDelivery`)."""
    return []
