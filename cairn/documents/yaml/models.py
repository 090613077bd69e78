"""A document as a pydantic model: its numbers and days read as people write them, all that is wrong told at once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cairn.documents.dates import read_date
from cairn.documents.mistakes import Mistake
from cairn.documents.nodes import Node, spelled, spot
from cairn.documents.shape import alternatives, locate, model_at, part_at
from cairn.documents.values import read_value
from cairn.documents.yaml.document import Document
from cairn.documents.yaml.wording import complaint
from cairn.domain.invalid import is_own

RANGE_MARKS = ("..", "至", "~")
LONGEST_RANGE = 60
NO_LIMIT = "none"
Shape = TypeVar("Shape", bound=BaseModel)
ShortForm = Callable[[Node, object], Node]
"""Writes out what a model lets people write shorter: takes a value and the annotation of its place."""


def read_model(document: Document, schema: type[Shape]) -> Shape | list[Mistake]:
    """The document as a model, or everything that is wrong with it."""
    if document.root is None:
        return list(document.mistakes)
    root, mistakes = read_values(document.root, schema)
    mistakes += document.mistakes
    try:
        found = schema.model_validate(root.plain())
    except ValidationError as invalid:
        return [*mistakes, *complaints(invalid, root, schema, mistakes)]
    return mistakes or found


def complaints(
    invalid: ValidationError, root: Node, schema: type[BaseModel], told: Iterable[Mistake]
) -> list[Mistake]:
    """What the schema refuses, but for what was told already, in better words, or only follows from what was."""
    known = list(told)
    errors = invalid.errors(include_url=False)
    return [complaint(error, root, schema) for error in errors if not _is_told(error, root, known)]


def _is_told(error: ErrorDetails, root: Node, told: list[Mistake]) -> bool:
    path, _, node = locate(error["loc"], root)
    if is_own(error):
        return any(one.place.path.startswith(spelled(path)) for one in told)
    if error["type"] == "too_short":  # pydantic counts only the items it could read
        return len(node.list()) >= int(error.get("ctx", {}).get("min_length", 0))
    return node.spoiled


def read_values(root: Node, schema: object, short: ShortForm | None = None) -> tuple[Node, list[Mistake]]:
    """The same values as the schema wants them: short forms written out, numbers and days read by their parsers.

    A field left blank is a field left out, one text stands for a list of one, `2026-10-01..2026-10-07` for its days.
    What is no number or day is told and spoiled.
    """
    values = _Values(short or (lambda node, _: node))
    return values.read(root, schema, []), values.mistakes


class _Values:
    def __init__(self, short: ShortForm) -> None:
        self.short = short
        self.mistakes: list[Mistake] = []

    def read(self, node: Node, annotation: object, path: list[str | int]) -> Node:
        node = self.short(node, annotation)
        if isinstance(node.value, dict):
            return self.mapping(node, annotation, path)
        if isinstance(node.value, str) and get_origin(annotation) is tuple:
            node = Node([node], node.place)
        if isinstance(node.value, list):
            item = part_at(annotation, 0, node)
            parts = [day for part in node.list() for day in _days(part)] if item is date else node.list()
            read = [self.read(p, part_at(annotation, n, p), [*path, n]) for n, p in enumerate(parts)]
            return replace(node, value=read)
        return self.single(node, annotation, path)

    def mapping(self, node: Node, annotation: object, path: list[str | int]) -> Node:
        model = model_at(annotation, node)
        kept = {}
        for key, value in node.items():
            part = part_at(annotation, key, node)
            blank = value.value is None and not value.spoiled
            if not (model and blank and part is not None):
                kept[key] = self.read(value, part, [*path, key])
        return replace(node, value=kept)

    def single(self, node: Node, annotation: object, path: list[str | int]) -> Node:
        """A number in quotes or a day in any form; what is a number already is left for the schema to judge, and so is
        the word that says that there is no limit."""
        if node.value == NO_LIMIT and type(None) in alternatives(annotation):
            return node
        found = read_value(node.value, annotation)
        if isinstance(found, Mistake):
            self.mistakes.append(found.at(spot(node.place, spelled(path))))
            return node.spoilt()
        if isinstance(found, date):
            return replace(node, value=found.isoformat())
        return replace(node, value=found) if isinstance(found, Decimal | int) else node


def _days(node: Node) -> Iterator[Node]:
    """One day, or each day of a range; what is no range is left as it is."""
    for mark in RANGE_MARKS if isinstance(node.value, str) else ():
        first, found, last = str(node.value).partition(mark)
        start, end = read_date(first), read_date(last)
        if not found or isinstance(start, Mistake) or isinstance(end, Mistake):
            continue
        if timedelta(0) <= end - start <= timedelta(LONGEST_RANGE):
            days = range((end - start).days + 1)
            yield from (replace(node, value=(start + timedelta(n)).isoformat()) for n in days)
            return
    yield node
