"""Which read models there are: those with a fold of their own, and those that read another one's tables."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from cairn.domain.registry import EVENTS
from projections.engine.sql import queries


class Projection(NamedTuple):
    """A fold and the tables (schema `read`) it alone writes.

    `by_stream`: each row comes from the events of one stream alone, or from batches of readings, so that a rebuild may
    fold several shares of the streams at the same time (see read.share).
    """

    name: str
    tables: tuple[str, ...]
    by_stream: bool = False

    @property
    def types(self) -> frozenset[str] | None:
        """The events the fold reads, as its SQL names them; None where it reads all of a stream."""
        return _types(self.name)


@cache
def _types(name: str) -> frozenset[str] | None:
    fold = queries(name)["fold"]
    if "stream like" in fold:
        return None
    return frozenset(type_ for type_ in EVENTS if f"'{type_}'" in fold)


PROJECTIONS: dict[str, Projection] = {
    projection.name: projection
    for projection in (
        Projection("goal", ("goal", "sheet", "placement", "assessment"), by_stream=True),
        Projection("person", ("person", "department")),
        Projection("reading", ("reading",)),
        Projection("progress", ("progress_period", "progress_day")),
        Projection("score", ("goal_score", "sheet_score", "result"), by_stream=True),
        Projection("history", ("mention",), by_stream=True),
        Projection("dashboard", ("cycle", "period")),
        Projection("refused", ("refused",), by_stream=True),
    )
}
FOLLOWS: dict[str, str] = {"inbox": "goal", "cascade": "goal"}
"""Read models that are queries over another one's tables: they are as far as that one is."""


def projection(name: str) -> Projection:
    """The projection behind a read model's name. Raises LookupError with the names there are."""
    found = PROJECTIONS.get(FOLLOWS.get(name, name))
    if found is None:
        known = ", ".join(sorted([*PROJECTIONS, *FOLLOWS]))
        raise LookupError(f"there is no read model {name!r}; there are {known}")
    return found


def chosen(names: Iterable[str] | None) -> list[Projection]:
    """The projections behind the names, each once; all of them for None."""
    if names is None:
        return list(PROJECTIONS.values())
    return list({projection(name).name: projection(name) for name in names}.values())
