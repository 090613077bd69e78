"""Random approvals for an audit, drawn by a seed that anybody can draw again, each with its evidence."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from cairn.application.stored_events import to_event
from cairn.domain.event import Event, Fact
from cairn.domain.goal.events import (
    AdjustmentConfirmed,
    CheckedIn,
    CommitteeDecided,
    CriterionAccepted,
    GoalApproved,
    PlaceEvent,
)
from cairn.domain.refusal import Refusal
from cairn.domain.streams import sheet_of
from cairn.ledger import Ledger, StoredEvent

APPROVALS = (GoalApproved, AdjustmentConfirmed, CommitteeDecided, CriterionAccepted)
"""What counts as an approval: of a goal, of an adjustment by manager or HR, the committee's, of a criterion."""
LEADING = 8
"""Of what led to an approval so many events are evidence, the last ones."""


class File(Fact):
    """An attached file by the hash of its content, and the event that names it."""

    sha256: str
    size: int
    version: int


class Evidence(Fact):
    """An event with its proof: who, in whose place, when by both clocks, its place in the sealed order and its hash."""

    stream: str
    version: int
    type: str
    position: int | None
    leaf: str
    event_id: str
    actor: str
    acting_for: str | None = None
    occurred_at: datetime
    recorded_at: datetime
    policy: str | None = None


class Sampled(Fact):
    """An approval that was drawn: the goal, its sheet and owner, the event, what led to it, and the files that stood
    in the goal's story by then."""

    goal: str
    sheet: str
    owner: str
    approval: Evidence
    leading: tuple[Evidence, ...]
    files: tuple[File, ...]


class Sample(Fact):
    """Approvals of a cycle, of `among` that were sealed up to the position `upto`: those whose events' ids, hashed with
    the `seed`, come first. The same seed and position draw the same ones."""

    cycle: str
    seed: str
    upto: int
    among: int
    drawn: tuple[Sampled, ...]


def rank(seed: str, event_id: str) -> bytes:
    """By which approvals are drawn: the SHA-256 of `seed:event id`, the least first."""
    return hashlib.sha256(f"{seed}:{event_id}".encode()).digest()


class Sampling:
    """Draws samples of one ledger. Reads the log only."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    async def approvals(self, cycle: str, number: int, seed: str, upto: int | None = None) -> Sample:
        """So many approvals of a cycle, all there are where there are fewer. Refuses a position that is not sealed."""
        sealed = await self.ledger.sealed_position()
        last = sealed if upto is None else upto
        if last > sealed:
            raise Refusal("audit.position", field="upto", upto=last, sealed=sealed)
        found = [
            row
            async for page in self.ledger.pages_of([each.__name__ for each in APPROVALS], upto=last)
            for row in page
            if row.cycle == cycle
        ]
        drawn = sorted(found, key=lambda row: rank(seed, str(row.id)))[:number]
        return Sample(
            cycle=cycle,
            seed=seed,
            upto=last,
            among=len(found),
            drawn=tuple([await self._with_evidence(row) for row in drawn]),
        )

    async def _with_evidence(self, row: StoredEvent) -> Sampled:
        rows = await self.ledger.read_stream(row.stream, upto=row.version)
        proofs = await self.ledger.proofs(row.stream)
        events = [to_event(each) for each in rows]
        told = [
            _evidence(each, event, proofs[each.version].position, proofs[each.version].leaf)
            for each, event in zip(rows, events, strict=True)
        ]
        owner = next((str(event.owner) for event in events if hasattr(event, "owner")), "")
        return Sampled(
            goal=row.stream,
            sheet=sheet_of(row.stream),
            owner=owner,
            approval=told[-1],
            leading=tuple(told[:-1][-LEADING:]),
            files=tuple(_files(rows, events)),
        )


def _evidence(row: StoredEvent, event: Event, position: int | None, leaf: str) -> Evidence:
    acting = event.acting_for if isinstance(event, PlaceEvent) else None
    policy: Any = getattr(event, "policy", None)
    return Evidence(
        stream=row.stream,
        version=row.version,
        type=row.type,
        position=position,
        leaf=leaf,
        event_id=str(row.id),
        actor=row.actor,
        acting_for=acting,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        policy=policy if isinstance(policy, str) else None,
    )


def _files(rows: Sequence[StoredEvent], events: Sequence[Event]) -> Iterator[File]:
    for row, event in zip(rows, events, strict=True):
        if isinstance(event, CheckedIn | CriterionAccepted):
            for file in event.files:
                yield File(sha256=file.sha256, size=file.size, version=row.version)
