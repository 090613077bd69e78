"""What the ledger's hashes are made of, so that anyone can recompute them from an export (docs/ledger.md)."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cairn.ledger.event import StoredEvent

GENESIS = bytes(32)  # stands before the first segment
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def canonical(event: StoredEvent) -> bytes:
    """The bytes an event's hash covers: a line per field, an empty line for none, then the data as given."""
    lines = (
        "cairn-event-1",
        event.stream,
        event.version,
        event.type,
        event.schema_version,
        event.id,
        seconds(event.occurred_at),
        seconds(event.recorded_at),
        event.actor,
        event.correlation or "",
        event.causation or "",
        event.subject or "",
        event.cycle or "",
        event.data,
    )
    return "\n".join(map(str, lines)).encode()


def leaf(event: StoredEvent) -> bytes:
    """SHA-256 of the canonical form, as the database computes it when the event is recorded."""
    return hashlib.sha256(canonical(event)).digest()


def seconds(moment: datetime) -> str:
    """Seconds since 1970 with six places, as Postgres prints them: 1767225600.000000."""
    micros = (moment - _EPOCH) // timedelta(microseconds=1)
    sign, micros = ("-", -micros) if micros < 0 else ("", micros)
    return f"{sign}{micros // 1_000_000}.{micros % 1_000_000:06d}"


def tree(leaves: Sequence[bytes]) -> bytes:
    """The Merkle root of leaf hashes, shaped as in RFC 6962: a lone last node moves up as it is."""
    row = list(leaves)
    while len(row) > 1:
        paired = [_node(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        row = paired + row[len(paired) * 2 :]
    return row[0]


def _node(left: bytes, right: bytes) -> bytes:
    # No event's canonical form begins with this byte, so a node can never be passed off as an event.
    return hashlib.sha256(b"\x01" + left + right).digest()


def chained_root(
    prev: bytes, tree_root: bytes, *, no: int, epoch: int, base_position: int, n: int, sealed_at: datetime
) -> bytes:
    """A segment's root: its tree, its place and time, and through `prev` everything sealed before it."""
    head = f"cairn-segment-1\n{no}\n{epoch}\n{base_position}\n{n}\n{seconds(sealed_at)}\n"
    return hashlib.sha256(head.encode() + prev + tree_root).digest()
