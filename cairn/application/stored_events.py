"""From rows of the log to events: the one door through which stored events come back, whoever reads them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from pydantic import ValidationError

from cairn.domain.event import Event
from cairn.domain.refusal import Refusal
from cairn.domain.registry import EVENTS, decode
from cairn.ledger import UPCASTERS, Newer, NewerEvent, StoredEvent, upcast

State = TypeVar("State")
QUOTED = 200
"""Characters of an error that are told."""


class UnreadableEvent(Refusal):
    """An event of a stream that this program cannot read. What depends on the stream waits; all else goes on.

    `event.newer`: a newer Cairn wrote it; `event.unreadable`: its content makes no sense, `why` says where.
    """

    def __init__(
        self, stream: str, version: int, type_: str, why: str | None = None, schema: int = 1
    ) -> None:
        self.stream, self.version, self.type = stream, version, type_
        if why is None:
            super().__init__("event.newer", stream=stream, version=version, type=type_, schema=schema)
            self.args = (str(NewerEvent(type_, schema, known_versions().get(type_))),)
        else:
            said = " ".join(why.split())[:QUOTED]
            super().__init__("event.unreadable", stream=stream, version=version, type=type_, why=said)
            self.args = (f"{type_} as event {version} of {stream}: {said}",)

    @classmethod
    def by(cls, row: StoredEvent, error: Exception) -> "UnreadableEvent":
        """The refusal for a row that gave an error when it was read."""
        if isinstance(error, NewerEvent):
            return cls(row.stream, row.version, row.type, schema=row.schema_version)
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            return cls(
                row.stream, row.version, row.type, f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
            )
        return cls(row.stream, row.version, row.type, str(error) or type(error).__name__)

    @classmethod
    def of_newer(cls, found: Newer) -> "UnreadableEvent":
        """The refusal for an event that is known to be a newer program's."""
        return cls(found.stream, found.version, found.type, schema=found.schema_version)


def known_versions() -> dict[str, int]:
    """Every type of event this program reads, with the schema version in which it writes it."""
    return {name: UPCASTERS.current_version(name) for name in EVENTS}


def to_event(row: StoredEvent) -> Event:
    """A stored row as an event of today's schema. Raises UnreadableEvent."""
    try:
        if row.type not in EVENTS:
            raise NewerEvent(row.type, row.schema_version, None)
        if row.schema_version == UPCASTERS.current_version(row.type):
            return decode(row.type, row.data)
        return EVENTS[row.type].model_validate(upcast(row))
    except Exception as error:  # whatever it is, the content of the event caused it
        raise UnreadableEvent.by(row, error) from error


def to_events(rows: Iterable[StoredEvent]) -> list[Event]:
    """Stored rows as events of today's schema. Raises UnreadableEvent."""
    return [to_event(row) for row in rows]


def readable(
    streams: Mapping[str, Sequence[StoredEvent]], fold: Callable[[str, Sequence[StoredEvent]], State]
) -> tuple[dict[str, State], list[str]]:
    """(what `fold` makes of each stream, by name; the names of those that cannot be read). Who reads many goes on
    without these, and names them."""
    found: dict[str, State] = {}
    unreadable: list[str] = []
    for name, rows in streams.items():
        try:
            found[name] = fold(name, rows)
        except UnreadableEvent:
            unreadable.append(name)
    return found, unreadable


def folded(state: State, rows: Iterable[StoredEvent], evolve: Callable[[State, Event], State]) -> State:
    """What events make of a state. Raises UnreadableEvent for the first that cannot be read or makes no sense there."""
    for row in rows:
        event = to_event(row)
        try:
            state = evolve(state, event)
        except Exception as error:
            raise UnreadableEvent.by(row, error) from error
    return state
