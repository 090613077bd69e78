"""What people wrote about somebody: fields that are marked as private, and words that cannot be shown (RULES C4).

A private field lies in the log encrypted under a key of whoever the event's stream is about (ADR 0013). Whoever reads
the log without that key finds `{"sealed": …, "key": …}` there, and whoever reads it after the key is gone
`{"unreadable": "erased"}`: both read as `Unreadable`, which takes the words' place and says why.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, PlainSerializer, SerializationInfo, WrapValidator
from pydantic.fields import FieldInfo

from cairn.domain.refusal import FactValue
from cairn.domain.streams import CASES, holder_of, sheet_of

SEALED, KEY, UNREADABLE = "sealed", "key", "unreadable"
COMPANY = "company"
COLLECTIONS = (tuple, list, dict, set, frozenset)
Model = TypeVar("Model", bound=BaseModel)
Each = Callable[[Any, str], Any]
"""What is done with a private value, found at a path such as `ballots.0.comment`."""


class Unreadable(StrEnum):
    """Stands where words were: their key is gone (`erased`), or the reader may not see them (`hidden`)."""

    ERASED = "erased"
    HIDDEN = "hidden"

    @property
    def marked(self) -> dict[str, str]:
        """As it stands in JSON, where no text can be mistaken for it."""
        return {UNREADABLE: self.value}


@dataclass(frozen=True)
class Private:
    """Marks a field of an event as private."""


def _read(value: Any, handler: Callable[[Any], Any]) -> Any:
    return unreadable(value) or handler(value)


def _written(value: Any, info: SerializationInfo) -> Any:
    return value.marked if isinstance(value, Unreadable) and info.mode == "json" else value


PrivateText = Annotated[str, Private(), WrapValidator(_read), PlainSerializer(_written)]
"""What somebody wrote, or an `Unreadable` in its place. Empty is nothing written, and is not encrypted."""
PrivateFacts = Annotated[dict[str, FactValue], Private(), WrapValidator(_read), PlainSerializer(_written)]
"""Facts that quote what somebody wrote, or an `Unreadable` in their place; encrypted as one."""


def unreadable(value: object) -> Unreadable | None:
    """What a private value of JSON is that cannot be read; None where it is the words themselves."""
    if isinstance(value, Unreadable):
        return value
    if not isinstance(value, Mapping):
        return None
    if value.keys() == {SEALED, KEY}:
        return Unreadable.HIDDEN
    if value.keys() == {UNREADABLE} and value[UNREADABLE] in set(Unreadable):
        return Unreadable(value[UNREADABLE])
    return None


@cache
def private_parts(annotation: Any) -> bool | dict[str, Any]:
    """Where values of a type are private: True where it is so itself, a part by the name of each field or by `*` for
    each element of a collection, {} where nothing is."""
    if any(isinstance(each, Private) for each in getattr(annotation, "__metadata__", ())):
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {name: _of_field(field) for name, field in annotation.model_fields.items()}
        return {name: part for name, part in fields.items() if part}
    merged: dict[str, Any] = {}
    for argument in get_args(annotation):
        part = private_parts(argument)
        if part is True:
            return {"*": True} if get_origin(annotation) in COLLECTIONS else True
        merged |= part if isinstance(part, dict) else {}
    return {"*": merged} if merged and get_origin(annotation) in COLLECTIONS else merged


def _of_field(field: FieldInfo) -> Any:
    marked = any(isinstance(each, Private) for each in field.metadata)
    return True if marked else private_parts(cast(Hashable, field.annotation))


def in_private(value: Any, parts: Any, do: Each, path: str = "") -> Any:
    """A copy of JSON's values with `do` done to each private one that says something."""
    if parts is True:
        return do(value, path) if value else value
    match value:
        case dict():
            return {
                name: in_private(each, part, do, f"{path}.{name}" if path else name)
                if (part := parts.get(name, parts.get("*")))
                else each
                for name, each in value.items()
            }
        case list() | tuple() if "*" in parts:
            return [in_private(each, parts["*"], do, f"{path}.{n}") for n, each in enumerate(value)]
        case _:
            return value


def without_words(value: Model) -> Model:
    """The same with all its private words hidden."""
    parts = private_parts(type(value))
    told = in_private(value.model_dump(), parts, lambda each, _: unreadable(each) or Unreadable.HIDDEN)
    return type(value).model_validate(told)


def hidden(facts: Mapping[str, Any], event: type[BaseModel]) -> dict[str, Any]:
    """The facts of an event as whoever may not read its words is told them: that there are some, and not which."""
    found: dict[str, Any] = in_private(
        dict(facts), private_parts(event), lambda value, _: (unreadable(value) or Unreadable.HIDDEN).marked
    )
    return found


def about(stream: str) -> str:
    """Whom a stream is about, whose key its private text has: a person's id, `department.<id>` or `company`."""
    kind, _, rest = stream.partition("-")
    match kind:
        case "goal":
            return holder_of(sheet_of(stream))
        case "sheet":
            return holder_of(stream)
        case "person":
            return rest
        case "department":
            return f"department.{rest}"
        case _ if kind in CASES:
            return holder_of(stream)
        case _:
            return COMPANY
