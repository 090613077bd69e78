"""The laws of the ledger as a judge: what everybody was told and saw, held against what is sealed in the end."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from cairn.ledger import Appended, Ledger, StoredEvent, StreamAppend

Appends = Sequence[StreamAppend]
Seen = tuple[int, UUID]
"""A position and the event a reader found there."""


@dataclass
class Witness:
    """What appenders, readers and waiters saw. `sent`: every append ever tried; `told`: the acknowledged ones with
    the answer; `refused`: those that ended in a refusal; `read`: what each reader got, in its order; `waited`: the
    position that somebody who waited for an event was given."""

    sent: list[Appends] = field(default_factory=list)
    told: list[tuple[Appends, Appended]] = field(default_factory=list)
    refused: list[Appends] = field(default_factory=list)
    read: dict[str, list[Seen]] = field(default_factory=dict)
    waited: dict[UUID, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """What is left in the end: the sealed `events` in order, the ids of all `recorded` ones, and the last position
    of each segment (`ends`)."""

    events: list[StoredEvent]
    recorded: list[UUID]
    ends: frozenset[int]


async def record_of(pool: Any) -> Record:
    """All that the ledger holds now."""
    events = await Ledger(pool).read_sealed(after=0, limit=1_000_000)
    recorded = [row[0] for row in await pool.fetch("select event_id from ledger.event")]
    ends = await pool.fetch("select base_position + n from ledger.segment")
    return Record(events, recorded, frozenset(row[0] for row in ends))


def broken_laws(record: Record, witness: Witness) -> list[str]:
    """A sentence for each breach; [] if every law holds."""
    return [
        *_acknowledged_events_are_there(record, witness),
        *_appends_are_whole(record, witness),
        *_each_event_is_sealed_once(record),
        *_versions_are_dense_and_ascend(record),
        *_positions_are_dense(record),
        *_cursors_see_each_event_once(record, witness),
        *_waiters_are_told_the_position(record, witness),
    ]


def _acknowledged_events_are_there(record: Record, witness: Witness) -> Iterator[str]:
    at = {event.id: (event.stream, event.version) for event in record.events}
    for appends, answer in witness.told:
        for append in appends:
            first = answer.versions[append.stream] - len(append.events) + 1
            for version, event in enumerate(append.events, first):
                if at.get(event.id) != (append.stream, version):
                    found = at.get(event.id, "lost")
                    yield f"acknowledged as {append.stream} {version}, but {found}: {event.data}"


def _appends_are_whole(record: Record, witness: Witness) -> Iterator[str]:
    """All of an append or nothing, side by side in the order given, and never across two segments."""
    at = {event.id: event.position or 0 for event in record.events}
    for appends in witness.sent:
        ids = [event.id for append in appends for event in append.events]
        positions = [at[id_] for id_ in ids if id_ in at]
        if not positions:
            continue
        if positions != list(range(positions[0], positions[0] + len(ids))):
            yield f"an append of {len(ids)} events stands at {positions}"
        if record.ends.intersection(positions[:-1]):
            yield f"an append at {positions} is cut by the end of a segment"
    for appends in witness.refused:
        if any(event.id in at for append in appends for event in append.events):
            yield f"an append to {[append.stream for append in appends]} was refused and is there"


def _each_event_is_sealed_once(record: Record) -> Iterator[str]:
    recorded, sealed = Counter(record.recorded), Counter(event.id for event in record.events)
    if recorded != sealed:
        lost, more = (recorded - sealed).total(), (sealed - recorded).total()
        yield f"{lost} recorded events are not in the sealed order and {more} are in it too often"
    if doubled := [id_ for id_, times in recorded.items() if times > 1]:
        yield f"recorded twice: {doubled}"


def _versions_are_dense_and_ascend(record: Record) -> Iterator[str]:
    reached: dict[str, int] = defaultdict(int)
    for event in record.events:
        if event.version != reached[event.stream] + 1:
            yield f"{event.stream} goes from {reached[event.stream]} to {event.version} at {event.position}"
        reached[event.stream] = event.version


def _positions_are_dense(record: Record) -> Iterator[str]:
    if [event.position for event in record.events] != list(range(1, len(record.events) + 1)):
        yield "the positions are not 1, 2, 3 …"


def _cursors_see_each_event_once(record: Record, witness: Witness) -> Iterator[str]:
    """What a reader found at a position is what stands there for good."""
    order = {event.id: event.position for event in record.events}
    for reader, seen in witness.read.items():
        times = Counter(id_ for _, id_ in seen)
        if missed := len(set(record.recorded) - times.keys()):
            yield f"{reader} missed {missed} of {len(record.recorded)} events"
        if twice := sum(n > 1 for n in times.values()):
            yield f"{reader} saw {twice} events more than once"
        if moved := sum(order.get(id_) != position for position, id_ in seen):
            yield f"{reader} saw {moved} events at other positions than they have now"
        if any(later <= earlier for (earlier, _), (later, _) in pairwise(seen)):
            yield f"{reader} did not read in order"


def _waiters_are_told_the_position(record: Record, witness: Witness) -> Iterator[str]:
    order = {event.id: event.position for event in record.events}
    for id_, position in witness.waited.items():
        if order.get(id_) != position:
            yield f"who waited was told {position} for the event at {order.get(id_)}"


async def read_model_breaks(pool: Any, events: list[StoredEvent]) -> list[str]:
    """How the read model of the readings differs from the same fold done here, over the sealed events."""
    lines: dict[tuple[str, str, date], list[list[Any]]] = defaultdict(list)
    for event in events:
        for ordinal, row in enumerate(json.loads(event.data).get("rows", []), 1):
            line = lines[row["metric"], row["subject"], date.fromisoformat(row["on"])]
            if line:
                line[-1][-1] = event.position
            line.append([event.position, ordinal, Decimal(row["value"]), None])
    expected = sorted((*key, *row) for key, line in lines.items() for row in line)
    found = sorted(
        tuple(row)
        for row in await pool.fetch(
            "select metric, subject, day, position, ordinal, value, superseded_by from read.reading"
        )
    )
    parked = await pool.fetch("select stream, reason from read.parked")
    differs = [f"the read model has {len(found)} rows, the fold {len(expected)}, and they differ"]
    return (differs if found != expected else []) + [f"{row[0]} is parked: {row[1]}" for row in parked]


async def as_of_breaks(ledger: Ledger, events: list[StoredEvent], dice: random.Random) -> list[str]:
    """Where a stream as of a position is not the part of it up to there, for some streams and positions."""
    broken = []
    for _ in range(40):
        stream, position = dice.choice(events).stream, dice.randrange(len(events) + 2)
        known = [e.id for e in events if e.stream == stream and (e.position or 0) <= position]
        if [e.id for e in await ledger.as_of(stream, position=position)] != known:
            broken.append(f"{stream} as of {position} is not its part up to there")
    return broken
