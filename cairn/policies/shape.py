"""The shape of the models, walked beside the YAML: which names exist where, and short forms written out."""

import types
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from cairn.domain.policy import Name, TemplateGoal
from cairn.policies.document import Node, Place

RANGE_MARKS = ("..", "至", "~")
LONGEST_RANGE = 60
NOT_WRITTEN = frozenset({"version"})
"""Fields of the models that nobody writes: they are made from the content."""


def model_at(annotation: object, node: Node | None) -> type[BaseModel] | None:
    """The model an annotation stands for; of several, the one whose `kind` the value names."""
    models = [
        one for one in _alternatives(annotation) if isinstance(one, type) and issubclass(one, BaseModel)
    ]
    if len(models) < 2:
        return models[0] if models else None
    kind = node.get("kind") if node else None
    named = (m for m in models if kind and kind.value in get_args(m.model_fields["kind"].annotation))
    return next(named, None)


def part_at(annotation: object, key: str | int, node: Node | None) -> object:
    """The annotation of a part: a model's field, a mapping's value, a list's item."""
    model = model_at(annotation, node)
    if model is not None:
        found = model.model_fields.get(str(key))
        return found.annotation if found else None
    for one in _alternatives(annotation):
        arguments = get_args(one)
        if get_origin(one) is dict:
            return arguments[1]
        if get_origin(one) is tuple and isinstance(key, int):
            return arguments[0] if arguments[-1] is Ellipsis else (dict(enumerate(arguments)).get(key))
    return None


def names_at(annotation: object, node: Node | None) -> list[str]:
    """The names that may stand in a mapping of this shape: fields, or what its keys are limited to."""
    model = model_at(annotation, node)
    if model is not None:
        return [name for name in model.model_fields if name not in NOT_WRITTEN]
    for one in _alternatives(annotation):
        if get_origin(one) is dict and get_origin(get_args(one)[0]) is Literal:
            return [str(name) for name in get_args(get_args(one)[0])]
    return []


def written_out(node: Node, annotation: object) -> Node:
    """The same value with its short forms written out as the models want them.

    A field left blank is a field left out, a bare name stands for both languages, one text for a list of one,
    `2026-10-01..2026-10-07` for its days; a capability goal is of the capability dimension without saying so.
    """
    if isinstance(node.value, dict):
        return _mapping_written_out(node, annotation)
    if isinstance(node.value, str) and model_at(annotation, node) is Name:
        return replace(node, value={"zh": node, "en": node}, keys={"zh": node.place, "en": node.place})
    if isinstance(node.value, str) and get_origin(annotation) is tuple:
        node = Node([node], node.place)
    if isinstance(node.value, list):
        item = part_at(annotation, 0, node)
        parts = [day for part in node.value for day in _days(part)] if item is date else node.value
        return replace(node, value=[written_out(p, part_at(annotation, n, p)) for n, p in enumerate(parts)])
    return node


def _mapping_written_out(node: Node, annotation: object) -> Node:
    parts = {key: part_at(annotation, key, node) for key, _ in node.items()}
    empty = [key for key, value in node.items() if value.value is None and not value.spoiled]
    blank = [key for key in empty if parts[key] is not None]
    dropped = blank if model_at(annotation, node) else []
    values = {key: written_out(value, parts[key]) for key, value in node.items() if key not in dropped}
    kind = node.get("kind")
    if model_at(annotation, node) is TemplateGoal and kind and kind.value == "capability":
        values.setdefault("dimension", Node("capability", kind.place))
    return replace(node, value=values)


def _days(node: Node) -> Iterator[Node]:
    """One day, or each day of a range; what is no range is left as it is for the schema to judge."""
    for mark in RANGE_MARKS if isinstance(node.value, str) else ():
        first, found, last = str(node.value).partition(mark)
        try:
            start, end = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
        except ValueError:
            continue
        if found and timedelta(0) <= end - start <= timedelta(LONGEST_RANGE):
            days = range((end - start).days + 1)
            yield from (replace(node, value=(start + timedelta(n)).isoformat()) for n in days)
            return
    yield node


def kinds_at(annotation: object) -> list[str]:
    """The kinds among which a `kind` chooses."""
    return [
        str(get_args(m.model_fields["kind"].annotation)[0])
        for m in _models(annotation)
        if "kind" in m.model_fields
    ]


def _models(annotation: object) -> list[type[BaseModel]]:
    alternatives = _alternatives(annotation)
    return [one for one in alternatives if isinstance(one, type) and issubclass(one, BaseModel)]


def _alternatives(annotation: object) -> list[object]:
    """The annotation itself, or the members of a union, with `Annotated` taken off."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin is Union or isinstance(annotation, types.UnionType):
        return [one for member in get_args(annotation) for one in _alternatives(member)]
    return [annotation]


def locate(loc: tuple[str | int, ...], root: Node) -> tuple[list[str | int], Place, Node]:
    """Where a pydantic location stands in the file: its path, the place of its key, its value.

    Names that pydantic adds (the tag of a union, `[key]`) are not in the file and are passed over; a missing
    field leads to the mapping it is missing from.
    """
    path: list[str | int] = []
    node, place = root, root.place
    for part in loc:
        if isinstance(part, int) and part < len(node.list()):
            node = node.list()[part]
            path, place = [*path, part], node.place
        elif (child := node.get(str(part))) is not None:
            place, node = node.keys.get(str(part), child.place), child
            path = [*path, str(part)]
    return path, place, node


def spelled(path: list[str | int]) -> str:
    """A path as people read it: `families.sales.template[2].weight`."""
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return words.lstrip(".")
