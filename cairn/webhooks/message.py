"""What a webhook is told of an event: which one it was, and where. Never what people wrote, who did it, names, grades
or points; but the name of a stream holds the id of the person whose goal, sheet or case it is."""

import json

from cairn.domain.streams import IN_CYCLE, cycle_of, kind_of
from cairn.ledger import StoredEvent


def type_of(row: StoredEvent) -> str:
    """`goal.GoalApproved`: the kind of the stream and the event's name, as receivers choose by."""
    return f"{kind_of(row.stream)}.{row.type}"


def body(row: StoredEvent) -> bytes:
    """The message as JSON: the same bytes for the same event, however often it is sent."""
    kind = kind_of(row.stream)
    data = {
        "stream": row.stream,
        "kind": kind,
        "event": row.type,
        "version": row.version,
        "position": row.position,
        "cycle": cycle_of(row.stream) if kind in IN_CYCLE else None,
    }
    told = {"type": type_of(row), "timestamp": row.occurred_at.isoformat(), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def message_id(row: StoredEvent) -> str:
    """The id by which a receiver knows a message again: the event's own, which no other event ever has."""
    return f"msg_{row.id.hex}"
