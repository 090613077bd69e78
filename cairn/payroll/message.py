"""A message of a hand-over as payroll gets it: the same bytes under the same id, however often it is sent."""

import hashlib
import json

from cairn.domain.handover.events import Entry
from cairn.domain.handover.state import Message
from cairn.domain.streams import cycle_of

TYPE = "handover.entries"


def body(handover: str, message: Message) -> bytes:
    """The message as JSON. Amounts are texts: no receiver makes binary fractions of them."""
    data = {
        "handover": handover,
        "cycle": cycle_of(handover),
        "batch": message.batch,
        "message": message.number,
        "entries": [entry_facts(each) for each in message.entries],
    }
    told = {"type": TYPE, "timestamp": message.made_at.isoformat(), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def entry_facts(entry: Entry) -> dict[str, object]:
    """An entry with every field, as JSON has it."""
    return {**entry.model_dump(mode="json"), "amount": str(entry.amount), "reverses": entry.reverses}


def message_id(handover: str, message: Message) -> str:
    """The id by which a receiver knows a message again: of its content, so that no other one ever has it."""
    return f"msg_{hashlib.sha256(body(handover, message)).hexdigest()[:32]}"
