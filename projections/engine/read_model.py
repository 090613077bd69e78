"""What a read model states of itself: its tables, the events its fold reads, the read models it joins."""

from dataclasses import dataclass

from cairn.domain.event import Event
from cairn.domain.registry import KINDS


@dataclass(frozen=True)
class ReadModel:
    """A read model's declaration, called `MODEL` in `projections/models/NAME.py`; its SQL is `NAME.sql` beside it.

    `tables` (schema `read`) are written by its statement `fold` and by nothing else; without tables there is no fold
    and the read model is queries over the tables of those it joins. `reads` are the events the fold reads. `joins` are
    the other read models whose tables its fold or its queries read: it is never brought past the position where they
    are. (They may be further: a fold sees their tables as they are, not as of its window.) `looks_up` are the events
    its queries read in the log itself when they are asked (ADR 0006).

    `by_stream`: each row comes from the events of one stream alone, or from batches of readings, so that a rebuild may
    fold several parts of the streams at the same time (see read.partition_window).
    """

    name: str
    tables: tuple[str, ...] = ()
    reads: tuple[type[Event], ...] = ()
    joins: tuple[str, ...] = ()
    looks_up: tuple[type[Event], ...] = ()
    by_stream: bool = False

    @property
    def event_types(self) -> list[str]:
        """The stored names of the events the fold reads."""
        return [event.__name__ for event in self.reads]

    @property
    def kinds(self) -> list[str]:
        """The kinds of the streams that hold these events: whatever else stands in them concerns this read model."""
        return sorted({kind for event in self.reads for kind in KINDS[event.__name__]})
