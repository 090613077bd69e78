"""How commands arrive: any update or signal, with one tolerant argument, never able to wedge a year-long workflow."""

from collections.abc import Sequence
from typing import Any, NoReturn

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel, ConfigDict, Field

    from activities.asks import Refused
    from cairn.domain.event import SYSTEM


class Message(BaseModel):
    """What a person asks: `by` whom, under which command id, with which fields."""

    model_config = ConfigDict(frozen=True)

    by: str = ""
    command_id: str = ""
    fields: dict[str, Any] = Field(default_factory=dict)


def read_message(args: Sequence[RawValue], fallback_id: str) -> Message:
    """The message of whatever arrived: an object with `by`, `command_id` and fields, nested or flat.

    Only timers act as `system`: whoever claims to be it is nobody. Nothing here raises: what cannot be read comes out as a message by nobody, which is then refused in words.
    """
    try:
        body = workflow.payload_converter().from_payload(args[0].payload) if args else {}
    except Exception:  # any payload of any converter may stand here; the refusal says so
        body = {}
    if not isinstance(body, dict):
        body = {}
    fields = body.get("fields")
    if not isinstance(fields, dict):
        fields = {key: value for key, value in body.items() if key not in ("by", "command_id", "fields")}
    by, command_id = body.get("by"), body.get("command_id")
    return Message(by=str(by) if by and by != SYSTEM else "", command_id=str(command_id or fallback_id), fields=fields)


def refuse(refused: Refused) -> NoReturn:
    """Answers an update with a refusal that is final and carries its code, field and facts."""
    raise ApplicationError(refused.text("en"), refused.model_dump(), type="Refusal", non_retryable=True)
