"""The shape of pydantic models, walked beside the YAML: which names may stand where, and what a value there is."""

import types
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from cairn.documents.mistakes import Place
from cairn.documents.nodes import Node

NOT_WRITTEN = frozenset({"version"})
"""Fields of the models that nobody writes: they are made from the content."""


def model_at(annotation: object, node: Node | None) -> type[BaseModel] | None:
    """The model an annotation stands for; of several, the one whose `kind` the value names."""
    models = _models(annotation)
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
    for one in alternatives(annotation):
        arguments = get_args(one)
        if get_origin(one) in (dict, Mapping):
            return arguments[1]
        if get_origin(one) is tuple and isinstance(key, int):
            return arguments[0] if arguments[-1] is Ellipsis else (dict(enumerate(arguments)).get(key))
    return None


def names_at(annotation: object, node: Node | None) -> list[str]:
    """The names that may stand in a mapping of this shape: fields, or what its keys are limited to."""
    model = model_at(annotation, node)
    if model is not None:
        return [name for name in model.model_fields if name not in NOT_WRITTEN]
    for one in alternatives(annotation):
        if get_origin(one) in (dict, Mapping) and get_origin(get_args(one)[0]) is Literal:
            return [str(name) for name in get_args(get_args(one)[0])]
    return []


def kinds_at(annotation: object) -> list[str]:
    """The kinds among which a `kind` chooses."""
    return [
        str(name)
        for model in _models(annotation)
        if "kind" in model.model_fields
        for name in get_args(model.model_fields["kind"].annotation)
    ]


def value_at(annotation: object) -> type[Decimal] | type[int] | type[date] | None:
    """What a single value is, where it is a number or a day and may be nothing else."""
    found = [one for one in alternatives(annotation) if one is not type(None)]
    match found:
        case [one] if one in (Decimal, Fraction):
            return Decimal
        case [one] if one is int:
            return int
        case [one] if one is date:
            return date
    return None


def alternatives(annotation: object) -> list[object]:
    """The annotation itself, or the members of a union, with `Annotated` taken off."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return alternatives(get_args(annotation)[0])
    if origin is Union or isinstance(annotation, types.UnionType):
        return [one for member in get_args(annotation) for one in alternatives(member)]
    return [annotation]


def _models(annotation: object) -> list[type[BaseModel]]:
    return [one for one in alternatives(annotation) if isinstance(one, type) and issubclass(one, BaseModel)]


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
