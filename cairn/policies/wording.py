"""What the schema refuses, said to the person who wrote it: which field, what is wrong, what to write."""

import difflib
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from cairn.policies.document import Node
from cairn.policies.problems import Problem, Words
from cairn.policies.sentences import SENTENCES, hint, words
from cairn.policies.shape import kinds_at, locate, names_at, part_at, spelled

ALSO_KNOWN_AS = {"finite": "decimal", "is": "model", "list": "tuple", "union": "literal"}
"""First words of pydantic's error types that mean the same to a person."""


def said(error: ErrorDetails, root: Node, schema: type[BaseModel]) -> Problem:
    """One error of the schema as a problem of the file."""
    kind, loc = error["type"], error["loc"]
    path, place, node = locate(loc, root)
    value: object = node.value
    if kind == "missing":
        path = [*path, str(loc[-1])]
    elif kind == "union_tag_not_found":
        path = [*path, "kind"]
    elif kind == "union_tag_invalid" and (tag := node.get("kind")):
        path, place, value = [*path, "kind"], tag.place, tag.value
    elif kind == "extra_forbidden" or loc[-1:] == ("[key]",):
        value = path[-1]
    elif not isinstance(value, dict | list):
        place = node.place
    known = _known(error, path, root, schema)
    facts = {
        "field": _field(path),
        "value": _shown(value),
        "known": ", ".join(known),
        **hint(nearest(value, known)),
    }
    return Problem(place.line, place.column, spelled(path), *_sentence(error, facts))


def nearest(word: object, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    close = difflib.get_close_matches(str(word).lower(), list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def _known(error: ErrorDetails, path: list[str | int], root: Node, schema: type[BaseModel]) -> list[str]:
    """The words that may stand where the refused one does."""
    kind, loc = error["type"], error["loc"]
    holder: object = schema
    for step, part in enumerate(path[:-1]):
        holder = part_at(holder, part, locate(tuple(path[:step]), root)[2])
    beside = locate(tuple(path[:-1]), root)[2]
    if kind == "extra_forbidden" or loc[-1:] == ("[key]",):
        return names_at(holder, beside)
    if kind.startswith("union_tag"):
        return kinds_at(holder)
    if kind == "literal_error":
        expected = str(error.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
        return [name.strip("' ") for name in expected.split(",")]
    return names_at(part_at(holder, path[-1], beside), None) if path else names_at(schema, None)


def _sentence(error: ErrorDetails, facts: dict[str, str]) -> Words:
    kind = error["type"]
    stem = kind.split("_", 1)[0]
    if error["loc"][-1:] == ("[key]",):
        kind = "extra_forbidden"
    code = next((code for code in (kind, stem, ALSO_KNOWN_AS.get(stem)) if code in SENTENCES), "refused")
    if code == "extra_forbidden" and facts["near_en"]:
        code = "extra_near"
    reason = error["msg"].removeprefix("Value error, ")
    context: dict[str, Any] = {**error.get("ctx", {}), **facts, "reason": reason}
    return words(str(code), **context)


def _field(path: list[str | int]) -> str:
    """The last name of a path: what a person calls the field."""
    names = [part for part in path if isinstance(part, str)]
    return names[-1] if names else "policy"


def _shown(value: object) -> str:
    """A value short enough to quote."""
    if value is None:
        return "null"
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    return str(value) if len(str(value)) <= 40 else str(value)[:37] + "…"
