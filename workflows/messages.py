"""How commands arrive: any update or signal, with one tolerant argument, never able to wedge a year-long workflow."""

import re
from collections.abc import Sequence
from typing import Any, NoReturn

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel, ConfigDict, Field

    from activities.inputs import Refused
    from cairn.domain.event import SYSTEM
    from cairn.domain.identity import LONGEST_KEY, check_key
    from cairn.domain.refusal import FactValue, Refusal


LARGEST = 100_000
"""Bytes of a message that are read; what a person has to say about a goal is a thousandth of it."""
LONGEST = LONGEST_KEY
"""Characters of a person's or a command's id."""
ENVELOPE = ("by", "command_id", "at_version", "fields")
"""What a message holds besides the command's own fields."""
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps as text: the zero byte and half characters."""


class Message(BaseModel):
    """What a person asks: `by` whom, under which command id, with which fields; `refused` where it cannot be read.

    `at_version` is the version of the stream that they looked at, None where they did not say."""

    model_config = ConfigDict(frozen=True)

    by: str = ""
    command_id: str = ""
    fields: dict[str, Any] = Field(default_factory=dict)
    at_version: int | None = None
    refused: Refused | None = None


def read_message(name: str, args: Sequence[RawValue], fallback_id: str) -> Message:
    """The message of whatever arrived: an object with `by`, `command_id` and fields, nested or flat.

    Only timers act as `system`: whoever claims to be it is nobody, and whoever names one of its keys is refused.
    Nothing here raises: what cannot be read comes out as a message with its refusal, by nobody where nobody can be
    made out.
    """
    try:
        return _message(name, args, fallback_id)
    except Exception as error:  # any payload of any converter may stand here; the refusal says so
        return _unreadable(name, "message", "unreadable", fallback_id, reason=type(error).__name__)


def _message(name: str, args: Sequence[RawValue], fallback_id: str) -> Message:
    size = sum(len(arg.payload.data) for arg in args)
    if size > LARGEST:
        return _unreadable(name, "message", "too_large", fallback_id, size=str(size), limit=str(LARGEST))
    body = workflow.payload_converter().from_payload(args[0].payload) if args else {}
    if not isinstance(body, dict):
        body = {}
    fields = body.get("fields")
    if not isinstance(fields, dict):
        fields = {key: value for key, value in body.items() if key not in ENVELOPE}
    by, command_id = str(body.get("by") or ""), str(body.get("command_id") or fallback_id)
    for where, value in (("by", by), ("command_id", command_id)):
        if len(value) > LONGEST:
            return _unreadable(name, where, "string_too_long", fallback_id, max_length=str(LONGEST))
        if UNWRITABLE.search(value):
            return _unreadable(name, where, "unwritable", fallback_id)
    by = "" if by == SYSTEM else by
    try:
        check_key(command_id)
    except Refusal as refusal:
        return Message(by=by, command_id=fallback_id, refused=Refused.of(refusal))
    if _is_unwritable(fields):
        unwritable = _unreadable(name, "fields", "unwritable", command_id)
        return unwritable.model_copy(update={"by": by})
    version = body.get("at_version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        return _unreadable(name, "at_version", "int_type", command_id).model_copy(update={"by": by})
    return Message(by=by, command_id=command_id, fields=fields, at_version=version)


def _is_unwritable(value: object) -> bool:
    match value:
        case str():
            return UNWRITABLE.search(value) is not None
        case dict():
            return any(_is_unwritable(part) for pair in value.items() for part in pair)
        case list():
            return any(map(_is_unwritable, value))
        case _:
            return False


def _unreadable(name: str, where: str, problem: str, command_id: str, **facts: str) -> Message:
    return Message(command_id=command_id, refused=invalid(name, where, problem, **facts))


def invalid(name: str, where: str, problem: str, **facts: str) -> Refused:
    """The refusal of a message with something wrong in it: the code of the problem and its facts."""
    said: dict[str, FactValue] = {"name": writable_name(name), "where": where, "problem": problem, **facts}
    return Refused(code="command.invalid", field=where, facts=said)


def unknown_command(name: str, known: Sequence[str]) -> Refused:
    """The refusal of a name that is no command of this workflow."""
    facts: dict[str, FactValue] = {"name": writable_name(name), "known": tuple(known)}
    return Refused(code="command.unknown", field="name", facts=facts)


def not_recorded(name: str, error: FailureError) -> Refused:
    """The refusal of a command that can never be recorded, however often it is tried; `reason` is the error's type,
    its text is in the log."""
    cause = error.cause or error
    workflow.logger.error("%s could not be recorded: %s", writable_name(name), cause)
    kind = cause.type if isinstance(cause, ApplicationError) else None
    return invalid(name, "fields", "not_recorded", reason=kind or type(cause).__name__)


def writable_name(name: str) -> str:
    """A command's name as it can be written down, whatever somebody called it."""
    return UNWRITABLE.sub("?", name)[:LONGEST]


def refuse(refused: Refused) -> NoReturn:
    """Answers an update with a refusal that is final and carries its code, field and facts."""
    raise ApplicationError(str(refused), refused.model_dump(), type="Refusal", non_retryable=True)
