"""The fields of a command as they arrive, read by the parsers that read files and options too."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from cairn.documents.mistakes import NOWHERE, Mistake
from cairn.documents.nodes import Node
from cairn.documents.shape import part_at
from cairn.documents.texts import LONGEST, read_text
from cairn.documents.values import read_value
from cairn.domain.refusal import Refusal


def read_fields(command: type[BaseModel], name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with their numbers and days read, wherever they stand in them; the rest is left to the schema.

    Refuses the first that is none: `50,5`, `1e400`, 47 digits, `2026-02-30` get the answer they get in a file. So does
    a text without end, or with a sign that no log can hold.
    """
    return {
        field: _read(value, part_at(command, field, None), field, name) for field, value in fields.items()
    }


def _read(value: Any, annotation: object, path: str, name: str) -> Any:
    if annotation is None:  # no field of ours: whatever it holds, however deep, the schema refuses it
        return value
    if isinstance(value, str):
        check_writable(value, path, name)
    if isinstance(value, dict):
        kind = value.get("kind")
        node = Node({"kind": Node(kind, NOWHERE)} if isinstance(kind, str) else {}, NOWHERE)
        return {
            key: _read(each, part_at(annotation, key, node), f"{path}.{key}", name)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [
            _read(each, part_at(annotation, n, None), f"{path}.{n}", name) for n, each in enumerate(value)
        ]
    found = read_value(value, annotation)
    if isinstance(found, Mistake):
        raise _refused(found, path, name)
    return found


def check_writable(text: str, path: str, name: str, most: int = LONGEST) -> None:
    """Refuses a text that no log can hold: longer than `most` characters, with NUL or another control sign."""
    if text and isinstance(found := read_text(text, most), Mistake) and found.message.id != "cell:empty":
        raise _refused(found, path, name)


def _refused(found: Mistake, path: str, name: str) -> Refusal:
    facts = {**found.message.arguments, "name": name, "where": path, "reason_id": found.message.id}
    return Refusal("command.field", field=path, **facts)
