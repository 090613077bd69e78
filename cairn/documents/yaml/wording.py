"""What a schema refuses, said to the person who wrote the file: which field, what is wrong, what to write."""

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from cairn.documents.mistakes import Mistake
from cairn.documents.nodes import Node, spelled, spot
from cairn.documents.shape import kinds_at, locate, names_at, part_at
from cairn.domain.invalid import is_key, words_of
from cairn.i18n.schema import schema_message


def complaint(error: ErrorDetails, root: Node, schema: type[BaseModel]) -> Mistake:
    """One error of the schema as a mistake of the file."""
    kind, loc = error["type"], error["loc"]
    path, place, node = locate(loc, root)
    value: object = node.value
    if kind == "missing":
        path = [*path, str(loc[-1])]
    elif kind == "union_tag_not_found":
        path = [*path, "kind"]
    elif kind == "union_tag_invalid" and (tag := node.get("kind")):
        path, place, value = [*path, "kind"], tag.place, tag.value
    elif kind == "extra_forbidden" or is_key(error):
        value = path[-1]
    elif not isinstance(value, dict | list):
        place = node.place
    known = _known(error, path, root, schema)
    message = schema_message(error, _field(path) or place.source, value, known)
    return Mistake(message, spot(place, spelled(path)))


def _known(error: ErrorDetails, path: list[str | int], root: Node, schema: type[BaseModel]) -> list[str]:
    """The words that may stand where the refused one does."""
    kind = error["type"]
    holder: object = schema
    for step, part in enumerate(path[:-1]):
        holder = part_at(holder, part, locate(tuple(path[:step]), root)[2])
    beside = locate(tuple(path[:-1]), root)[2]
    if kind == "extra_forbidden" or is_key(error):
        return names_at(holder, beside)
    if kind.startswith("union_tag"):
        return kinds_at(holder)
    if kind == "literal_error":
        return list(words_of(error.get("ctx", {})))
    return names_at(part_at(holder, path[-1], beside), None) if path else names_at(schema, None)


def _field(path: list[str | int]) -> str:
    """The last name of a path: what a person calls the field; nothing for the whole file."""
    names = [part for part in path if isinstance(part, str)]
    return names[-1] if names else ""
