"""Why an append is refused: someone was first, half of it is there already, or an event cannot be kept."""

import json
from collections.abc import Mapping
from uuid import UUID

import asyncpg


class WrongExpectedVersion(Exception):
    """Streams have moved on since they were read. Nothing was written: read again, decide again.

    `losers`: stream → (expected version, actual version).
    """

    def __init__(self, losers: Mapping[str, tuple[int, int]]) -> None:
        self.losers = dict(losers)
        found = ", ".join(
            f"{stream} has version {actual} instead of {expected}"
            for stream, (expected, actual) in sorted(self.losers.items())
        )
        super().__init__(f"Someone else acted first: {found}. Read again and decide again.")


class PartlyRecorded(Exception):
    """Some of the event ids are recorded and some are not: one command id was used for two different appends.

    `missing`: the ids that are not recorded in the named streams. Nothing was written.
    """

    def __init__(self, missing: frozenset[UUID]) -> None:
        self.missing = missing
        ids = ", ".join(sorted(map(str, missing)))
        super().__init__(
            "Some of these events are already recorded and some are not: this is not a retry of one append. "
            f"Not recorded in these streams: {ids}. Use a new command id for a new command."
        )


class EventRefused(ValueError):
    """An event cannot be kept as it is, or the append is not on its own: the message says what to change."""


class Overtaken(Exception):
    """The same append, sent twice at once, was recorded by the other one: asking again gives its result."""


def refusal(error: asyncpg.PostgresError) -> Exception | None:
    """The refusal that a Postgres error stands for, None if it is something else."""
    detail = getattr(error, "detail", None) or "null"
    match error.sqlstate:
        case "LG001":
            return WrongExpectedVersion({s: (e, a) for s, (e, a) in json.loads(detail).items()})
        case "LG002":
            return PartlyRecorded(frozenset(map(UUID, json.loads(detail))))
        case "LG003" | "40P01":  # a deadlock's victim has written nothing and may ask again as well
            return Overtaken(str(error))
        case "LG004" | "LG005":
            return EventRefused(f"Nothing was recorded: {error}.")
        case "22P02":
            return EventRefused(f"Nothing was recorded: the data of an event is not JSON ({detail}).")
        case _:
            return None
