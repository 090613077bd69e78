"""What HR says of people, read from fields by the name people use: the same for the command line and for a
rehearsal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from pydantic import ValidationError

from cairn.application.fields import check_writable, read_fields
from cairn.domain.invalid import invalid_command
from cairn.domain.moves import (
    AnyPersonCommand,
    Delegate,
    GoAway,
    Join,
    Leave,
    Move,
    PersonCommand,
    Return,
)
from cairn.domain.people import Person
from cairn.domain.refusal import Refusal

PERSON_COMMANDS: Mapping[str, type[PersonCommand]] = {
    "join": Join, "leave": Leave, "move": Move, "manager": Move, "away": GoAway, "return": Return, "delegate": Delegate,
}  # fmt: skip


def read_person_command(
    name: str, person: str, by: str, at: datetime, fields: Mapping[str, Any]
) -> AnyPersonCommand:
    """A command about a person by its name. A joiner's fields are those of a person. Refuses unknown names and wrong
    fields, each with its name and what is wrong."""
    if name not in PERSON_COMMANDS:
        raise Refusal("command.unknown", field="name", name=name, known=sorted(PERSON_COMMANDS))
    for field, text in (("person", person), ("by", by), ("reason", str(fields.get("reason") or ""))):
        check_writable(text, field, name)
    kind = PERSON_COMMANDS[name]
    given = {key: each for key, each in fields.items() if key != "reason"}
    reason = {"reason": str(fields.get("reason") or "")}
    try:
        if kind is Join:
            details = {**read_fields(Person, name, given), "id": person}
            given = {"details": Person.model_validate(details)}
        else:
            given = read_fields(kind, name, given)
        whole = {**given, **reason, "person": person, "by": by, "at": at}
        return cast(AnyPersonCommand, kind.model_validate(whole))
    except ValidationError as wrong:
        raise invalid_command(name, wrong) from None
