"""Leaving an event out of a read model that cannot take it in: a decision somebody answers for, so it is an event."""

from cairn.domain.event import Event


class EventSkipped(Event):
    """The event at the sealed `position`, of the given stream and type, is left out of a projection for good."""

    projection: str
    position: int
    event_stream: str
    event_type: str
    reason: str

    @property
    def stream(self) -> str:
        return f"projection-{self.projection}"
