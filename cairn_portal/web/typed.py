"""What was typed into a form, as the fields of its command: the way back from `forms`."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from cairn.application.offers import literals
from cairn.documents.shape import alternatives
from cairn_portal.web.forms import OF_MEASURE, PREFIX, models_of

Typed = Sequence[tuple[str, str]]
"""Names and values of a form's inputs, in their order."""


def read_form(command: type[BaseModel], typed: Typed, zone: str | None) -> dict[str, Any]:
    """The fields of a command as a form's inputs hold them, as JSON carries them: what is empty is left out. Numbers
    and days stay as they were typed, for the write path to read and refuse."""
    found: dict[str, Any] = {}
    for name, info in command.model_fields.items():
        value = _read(f"{PREFIX}.{name}", info.annotation, typed, zone)
        if value is not None:
            found[name] = value
    return found


def read_part(name: str, model: type[BaseModel], typed: Typed, zone: str | None) -> dict[str, Any]:
    """What a form asks for beside the fields of its command, under a name of its own."""
    found = _read(f"{PREFIX}.{name}", model, typed, zone)
    return found if isinstance(found, dict) else {}


def _read(name: str, annotation: Any, typed: Typed, zone: str | None) -> Any:
    within = [(key, value) for key, value in typed if key == name or key.startswith(f"{name}.")]
    for one in alternatives(annotation):
        origin = get_origin(one)
        if one is bool:
            # an unticked box is not sent: the form says beside it that it was there
            return any(value == "yes" for _, value in within) if within else None
        if isinstance(one, type) and issubclass(one, BaseModel):
            return _read_model(name, annotation, within, zone)
        if origin in (tuple, list) and within:
            return _read_several(name, get_args(one)[0], within, zone)
        if origin in (dict, Mapping) and within:
            return _read_mapping(name, within)
    text = next((value.strip() for key, value in within if key == name), "")
    if not text:
        return None
    if any(
        one is datetime or getattr(one, "__name__", "") == "AwareDatetime" for one in alternatives(annotation)
    ):
        try:
            return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone or "UTC")).isoformat()
        except ValueError:
            return text
    return text


def _read_model(name: str, annotation: Any, within: Typed, zone: str | None) -> Any:
    kind = next((value for key, value in within if key == f"{name}.kind"), None)
    models = models_of(annotation)
    if len(models) > 1:  # a measure: its fields lie below its kind
        if not kind:
            return None
        model = next((one for one in models if kind in literals(one.model_fields["kind"].annotation)), None)
        if model is None:  # no page offers it: it is for the write path to refuse
            return {"kind": kind}
        below = {
            field: value
            for field in OF_MEASURE[kind]
            if (value := _read(f"{name}.{kind}.{field}", model.model_fields[field].annotation, within, zone))
        }
        return {"kind": kind, **below}
    found = {
        field: value
        for field, info in models[0].model_fields.items()
        if (value := _read(f"{name}.{field}", info.annotation, within, zone)) not in (None, False, [], {})
    }
    return found or None


def _read_several(name: str, each: Any, within: Typed, zone: str | None) -> Any:
    models = models_of(each)
    if models:
        numbers = {row for key, _ in within if (row := _row_of(key, name)) is not None}
        rows = [_read(f"{name}.{n}", each, within, zone) for n in sorted(numbers)]
        return [row for row in rows if row] or None
    values = [value for key, value in within if key == name]
    if literals(each):
        return values or None
    return [line.strip() for value in values for line in re.split(r"[\n]", value) if line.strip()] or None


def whole(text: str, digits: int = 18) -> int | None:
    """A whole number as an address or a form has it; None where it is none, or has more digits than any there is."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def _row_of(key: str, name: str) -> int | None:
    return whole(key[len(name) + 1 :].partition(".")[0])


def _read_mapping(name: str, within: Typed) -> dict[str, str] | None:
    found = {key[len(name) + 1 :]: value for key, value in within if key != name and value.strip()}
    for key, value in within:
        if key == name:
            for line in filter(None, map(str.strip, value.splitlines())):
                left, sign, right = line.replace("＝", "=").partition("=")
                found[left.strip()] = right.strip() if sign else ""
    return found or None
