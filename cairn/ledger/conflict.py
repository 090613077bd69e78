"""Why an append is refused: someone was first, a part or something else is recorded, or an event cannot be kept."""

import json
from collections.abc import Mapping
from uuid import UUID

import asyncpg

from cairn.ledger.home import AwayFromHome


class AppendConflict(Exception):
    """The log has moved on, or has other events under these ids. Nothing was written: read again, decide again.

    `streams`: the ones it is about.
    """

    streams: tuple[str, ...] = ()


class WrongExpectedVersion(AppendConflict):
    """Streams have moved on since they were read.

    `losers`: stream → (expected version, actual version).
    """

    def __init__(self, losers: Mapping[str, tuple[int, int]]) -> None:
        self.losers = dict(losers)
        self.streams = tuple(sorted(self.losers))
        found = ", ".join(
            f"{stream} has version {actual} instead of {expected}"
            for stream, (expected, actual) in sorted(self.losers.items())
        )
        super().__init__(f"Someone else acted first: {found}. Read again and decide again.")


class PartlyRecorded(AppendConflict):
    """Some of the event ids are recorded, as they are, and some are not: an earlier append had only a part of these.

    `lacking`: id → stream of those that are not recorded. What was recorded under the same ids tells what is left.
    """

    def __init__(self, lacking: Mapping[UUID, str]) -> None:
        self.lacking = dict(lacking)
        self.streams = tuple(sorted(set(self.lacking.values())))
        ids = ", ".join(f"{id} of {stream}" for id, stream in sorted(self.lacking.items()))
        super().__init__(
            "Some of these events are already recorded and some are not: this is not a retry of one append. "
            f"Not recorded: {ids}. Append what is left by itself; a new command needs a new command id."
        )

    @property
    def missing(self) -> frozenset[UUID]:
        """The ids that are not recorded."""
        return frozenset(self.lacking)


class IdReused(AppendConflict):
    """An event id is recorded already in another stream or with another type, actor or data: this is no retry.

    `reused`: id → (stream it was meant for, stream it is recorded in, version there).
    """

    def __init__(self, reused: Mapping[UUID, tuple[str, str, int]]) -> None:
        self.reused = dict(reused)
        self.streams = tuple(sorted({stream for stream, _, _ in self.reused.values()}))
        found = ", ".join(
            f"{id} for {stream} is version {version} of {recorded_in}"
            for id, (stream, recorded_in, version) in sorted(self.reused.items())
        )
        super().__init__(
            f"Event ids are recorded already, with other content or elsewhere: {found}. "
            "A new event needs a new id."
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
            return PartlyRecorded({UUID(id): stream for id, stream in json.loads(detail).items()})
        case "LG006":
            found = json.loads(detail).items()
            return IdReused({UUID(id): (stream, there, version) for id, (stream, there, version) in found})
        case "LG003" | "40P01":  # a deadlock's victim has written nothing and may ask again as well
            return Overtaken(str(error))
        case "LG004" | "LG005":
            return EventRefused(f"Nothing was recorded: {error}.")
        case "LG007":
            return AwayFromHome()
        case "22P02":
            return EventRefused(f"Nothing was recorded: the data of an event is not JSON ({detail}).")
        case _:
            return None
