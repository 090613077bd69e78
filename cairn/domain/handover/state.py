"""The hand-over of a cycle as its events make it, and the fold."""

from collections.abc import Iterable
from decimal import Decimal
from typing import assert_never

from pydantic import AwareDatetime, Field

from cairn.domain.case.events import AnyCaseEvent, CaseEscalated, CaseReminded, CaseSignalRefused
from cairn.domain.case.state import Case, evolved
from cairn.domain.event import Event, Fact
from cairn.domain.handover.events import (
    AnyHandoverEvent,
    Change,
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
    PotShared,
    Way,
)

UNIT = "company"


def handover_name(cycle: str) -> str:
    """The one hand-over of a cycle, so that two people at once hand over the same thing once."""
    return f"handover-{cycle}-{UNIT}-1"


class Message(Fact):
    """Entries that go to payroll together. `failed` is why its webhook did not take it the last time."""

    number: int
    batch: int
    way: Way
    entries: tuple[Entry, ...]
    made_at: AwareDatetime
    acknowledge_by: AwareDatetime | None = None
    taken_at: AwareDatetime | None = None
    failed: MessageNotTaken | None = None


class Proposal(Fact):
    """A lowering that waits, with who agreed so far by role."""

    id: int
    person: str
    sheet: str
    version: int
    changes: tuple[Change, ...]
    proposed_at: AwareDatetime
    decide_by: AwareDatetime
    agreed: dict[str, str] = Field(default_factory=dict)

    @property
    def aim(self) -> tuple[tuple[str, Decimal | None], ...]:
        """What would stand afterwards."""
        return aimed_at(self.changes)


def aimed_at(changes: Iterable[Change]) -> tuple[tuple[str, Decimal | None], ...]:
    """What would stand after these changes, by element."""
    return tuple(sorted((each.element, each.after) for each in changes))


class Handover(Case):
    """Everything that was handed over in a cycle."""

    batches: dict[int, HandoverMade] = Field(default_factory=dict)
    messages: dict[int, Message] = Field(default_factory=dict)
    standing: dict[str, dict[str, Entry]] = Field(
        default_factory=dict, description="person → element → the entry that was not taken back"
    )
    entries: int = Field(default=0, description="how many there are")
    pots: dict[str, PotShared] = Field(default_factory=dict)
    proposals: dict[int, Proposal] = Field(default_factory=dict, description="those that wait")
    proposed: int = Field(default=0, description="how many proposals there were")
    declined: dict[str, Proposal] = Field(
        default_factory=dict, description="person → the lowering that was declined last"
    )

    reconciled: HandoverReconciled | None = Field(
        default=None, description="the last comparison with what payroll has"
    )

    @property
    def unsent(self) -> tuple[Message, ...]:
        """The messages that payroll does not have yet, in order."""
        return tuple(each for each in self.messages.values() if each.taken_at is None)

    def proposal_of(self, person: str) -> Proposal | None:
        return next((each for each in self.proposals.values() if each.person == person), None)

    def all_entries(self) -> list[Entry]:
        """Every entry, in order."""
        return [entry for message in self.messages.values() for entry in message.entries]


def evolve(handover: Handover, event: AnyHandoverEvent | AnyCaseEvent) -> Handover:
    """The hand-over after one more event."""
    match event:
        case HandoverMade():
            changes = {
                "batches": {**handover.batches, event.batch: event},
                "pots": {**handover.pots, **event.pots},
            }
            return _moved(handover, event, **changes)
        case EntriesMade():
            return _with_entries(handover, event)
        case LoweringProposed():
            others = {id: each for id, each in handover.proposals.items() if id != event.replaces}
            facts = event.model_dump(exclude={"by", "at", "case", "proposal", "replaces"})
            waiting = Proposal(id=event.proposal, proposed_at=event.at, **facts)
            proposals = {**others, waiting.id: waiting}
            return _moved(handover, event, proposals=proposals, proposed=event.proposal)
        case LoweringWithdrawn():
            return _moved(handover, event, proposals=_without(handover, event.proposal))
        case LoweringAgreed():
            before = handover.proposals[event.proposal]
            after = before.model_copy(update={"agreed": {**before.agreed, event.role: event.by}})
            if len(after.agreed) > 1:
                return _moved(handover, event, proposals=_without(handover, event.proposal))
            return _moved(handover, event, proposals={**handover.proposals, after.id: after})
        case LoweringDeclined():
            declined = handover.proposals[event.proposal]
            kept = {**handover.declined, declined.person: declined}
            return _moved(handover, event, proposals=_without(handover, event.proposal), declined=kept)
        case MessageTaken():
            return _with_message(handover, event, taken_at=event.at, failed=None)
        case MessageNotTaken():
            return _with_message(handover, event, failed=event)
        case HandoverReconciled():
            return evolved(handover, event, reconciled=event)
        case CaseReminded() | CaseEscalated() | CaseSignalRefused():
            return evolved(handover, event)
        case _:
            assert_never(event)


def _moved(handover: Handover, event: Event, **changes: object) -> Handover:
    """The hand-over with these changes: it waits while payroll lacks a message or a proposal is open."""
    after = handover.model_copy(update=changes)
    return evolved(after, event, "waiting" if after.unsent or after.proposals else "done")


def _without(handover: Handover, proposal: int) -> dict[int, Proposal]:
    return {id: each for id, each in handover.proposals.items() if id != proposal}


def _with_message(handover: Handover, event: MessageTaken | MessageNotTaken, **changes: object) -> Handover:
    message = handover.messages[event.part].model_copy(update=changes)
    return _moved(handover, event, messages={**handover.messages, message.number: message})


def _with_entries(handover: Handover, event: EntriesMade) -> Handover:
    standing = dict(handover.standing)
    for entry in event.entries:
        of_person = dict(standing.get(entry.person, {}))
        if entry.reverses is None:
            of_person[entry.element] = entry
        else:
            del of_person[entry.element]
        standing[entry.person] = of_person
    message = Message(
        number=event.part,
        batch=event.batch,
        way=event.way,
        acknowledge_by=event.confirm_by,
        entries=event.entries,
        made_at=event.at,
    )
    messages = {**handover.messages, message.number: message}
    count = handover.entries + len(event.entries)
    return _moved(handover, event, messages=messages, standing=standing, entries=count)
