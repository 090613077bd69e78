"""Targets before a launch: of each holder, goal and period the one proposed last, unless it was withdrawn."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cairn.domain.cycle.events import TargetRow, TargetsProposed, TargetsWithdrawn
from cairn.domain.event import Event

Place = tuple[str, str, str]
"""Holder, goal key and period."""


class Standing(NamedTuple):
    """A target as it stands, and the event that proposed it."""

    row: TargetRow
    by: TargetsProposed


def place_of(row: TargetRow) -> Place:
    return row.holder, row.goal, row.period


def standing_targets(events: Iterable[Event]) -> dict[Place, Standing]:
    """The targets that count, by place."""
    found: dict[Place, Standing] = {}
    for event in events:
        if isinstance(event, TargetsProposed):
            found |= {place_of(row): Standing(row, event) for row in event.rows}
        elif isinstance(event, TargetsWithdrawn):
            for row in event.rows:
                found.pop(place_of(row), None)
    return found


def in_chunks(rows: Iterable[TargetRow], most: int) -> Iterator[tuple[TargetRow, ...]]:
    """At most so many rows at a time, as one event holds them."""
    listed = tuple(rows)
    yield from (listed[start : start + most] for start in range(0, len(listed), most))
