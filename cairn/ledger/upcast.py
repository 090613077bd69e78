"""Reads old events as if written today: one pure function from each schema version to the next."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cairn.ledger.event import StoredEvent

Data = dict[str, Any]
Upcaster = Callable[[Data], Data]


NEWER = "written by a newer Cairn"
"""How the reason begins for which an event of a newer program waits."""


class NewerEvent(ValueError):
    """An event that a newer program wrote: `known` is the last schema version this one knows of its type, None where it
    does not know the type at all."""

    def __init__(self, type_: str, schema_version: int, known: int | None) -> None:
        self.type, self.schema_version, self.known = type_, schema_version, known
        what = "this one does not know the type" if known is None else f"this one knows up to {known}"
        super().__init__(
            f"{NEWER}: {type_} in schema version {schema_version}, {what}; "
            "install that version or a later one"
        )


class Upcasters:
    """The steps by (type, schema version they start from), each to the next version.

    Every registered version needs a golden file, tests/ledger/golden/<type>.v<version>.json.
    """

    def __init__(self, steps: Mapping[tuple[str, int], Upcaster]) -> None:
        self._steps = dict(steps)
        for type_, version in self._steps:
            if version > 1 and (type_, version - 1) not in self._steps:
                raise ValueError(f"{type_} has a step from version {version} but none from {version - 1}.")

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self._steps)

    def current_version(self, type_: str) -> int:
        """The schema version in which events of this type are written now."""
        return 1 + sum(1 for registered, _ in self._steps if registered == type_)

    def upcast(self, type_: str, schema_version: int, data: Data) -> Data:
        """The data in the current schema. Raises NewerEvent for a version this program does not know yet."""
        current = self.current_version(type_)
        if not 1 <= schema_version <= current:
            raise NewerEvent(type_, schema_version, current)
        for version in range(schema_version, current):
            data = self._steps[type_, version](data)
        return data


# The first change of an event's schema is one line here: ("GoalSubmitted", 1): lambda d: {**d, "note": ""},
UPCASTERS = Upcasters({})


def upcast(event: StoredEvent, upcasters: Upcasters = UPCASTERS) -> Data:
    """An event's data in the current schema."""
    return upcasters.upcast(event.type, event.schema_version, json.loads(event.data))
