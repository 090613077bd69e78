"""What goes into the ledger and what comes out: events, appends and their outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class NewEvent(NamedTuple):
    """An event to append.

    `id` is the idempotency key, uuid5(stream, command id, ordinal), made by the caller. `data` is JSON text
    and is stored byte for byte. `occurred_at` is aware, by the domain's clock. `actor` is a person's id or
    "system". `causation` (run id, activity id) is metadata only. `subject` is the person whose personal text
    is inside. No field but `data` may hold a line break.
    """

    id: UUID
    type: str
    data: str
    occurred_at: datetime
    actor: str
    schema_version: int = 1
    correlation: str | None = None
    causation: str | None = None
    subject: str | None = None
    cycle: str | None = None


class StreamAppend(NamedTuple):
    """Events for one stream, which must have exactly `expected_version` events; 0 = it must not exist yet."""

    stream: str
    expected_version: int
    events: Sequence[NewEvent]


class StoredEvent(NamedTuple):
    """A recorded event. `version` counts from 1 in its stream; `position` is its dense place in the sealed
    order, None while it is not sealed or when it was not asked for."""

    stream: str
    version: int
    type: str
    schema_version: int
    id: UUID
    data: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    correlation: str | None
    causation: str | None
    subject: str | None
    cycle: str | None
    position: int | None


class Proof(NamedTuple):
    """An event's place in the sealed order, None while it is not sealed, and its hash in hexadecimal digits."""

    position: int | None
    leaf: str


@dataclass(frozen=True, slots=True)
class Appended:
    """`versions`: each stream's version after these events. `replayed`: they were all there already."""

    versions: dict[str, int]
    replayed: bool
