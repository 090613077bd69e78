"""What a schema refuses, in words: pydantic's own are never shown."""

from collections.abc import Sequence

from pydantic_core import ErrorDetails

from cairn.domain.invalid import MISSING, schema_facts
from cairn.i18n.messages import Message


def schema_message(
    error: ErrorDetails, where: str | None = None, value: object = MISSING, known: Sequence[str] = ()
) -> Message:
    """The message of one error: which field, what is wrong, what to write; arguments as for `schema_facts`."""
    facts = schema_facts(error, where, value, known)
    return Message(f"schema:{facts['problem']}", facts)
