"""Verifies the whole log: every hash again from what is stored, the chain from its first segment to its last root."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import asyncpg

from cairn.ledger.merkle import GENESIS, chained_root, tree
from cairn.ledger.statements import read_statements

_SQL = read_statements(Path(__file__).with_suffix(".sql"))
_PAGE = 20  # segments asked for at a time
LEAF = 32  # bytes

OnProgress = Callable[[int], None]
"""Called with the number of events verified so far."""


class Fault(NamedTuple):
    """What does not verify. `where`: a segment's number, a stream, or a stream and version.

    - `altered`: an event says something else than was hashed;
    - `count`: a segment encloses more or fewer events than were sealed in it;
    - `tree`: the events of a segment are not those that were sealed, or in another order;
    - `chain`: a segment does not follow the one before it, or its root is not what it must be;
    - `lacking`: a stream lacks a version, or the log an event that no segment has.
    """

    what: Literal["altered", "count", "tree", "chain", "lacking"]
    where: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was verified: `events` sealed in `segments`, and `unsealed` ones after them; `root` is the last root in hex,
    None where nothing is sealed. It stands for the whole sealed log: compare it with one kept elsewhere."""

    events: int
    segments: int
    unsealed: int
    root: str | None
    faults: tuple[Fault, ...]


async def verify(pool: "asyncpg.Pool[asyncpg.Record]", on_progress: OnProgress | None = None) -> Verified:
    """Reads every event once, in one snapshot, while appends and seals go on."""
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.execute(_SQL["without_timeout"])
        no, position, root = 0, 0, GENESIS
        faults: list[Fault] = []
        while rows := await connection.fetch(_SQL["segments"], no, _PAGE):
            for row in rows:
                faults += _faults(row, no, position, root)
                no, position, root = row["no"], row["base_position"] + row["n"], row["root"]
            if on_progress:
                on_progress(position)
        rest = await connection.fetchrow(_SQL["unsealed"])
        whole = await connection.fetchrow(_SQL["lacking"])
    assert rest is not None and whole is not None
    faults += [Fault("altered", event) for event in rest["altered"]]
    faults += [Fault("lacking", stream) for stream in whole["streams"]]
    if whole["events"] != position + rest["found"]:
        faults.append(Fault("lacking", f"{whole['events']} ≠ {position} + {rest['found']}"))
    return Verified(position, no, rest["found"], root.hex() if no else None, tuple(faults))


def _faults(row: asyncpg.Record, no: int, position: int, root: bytes) -> list[Fault]:
    """What is wrong with a segment that has to come after number `no`, its last `position` and its `root`."""
    faults = [Fault("altered", event) for event in row["altered"]]
    if row["found"] != row["n"]:
        return [*faults, Fault("count", str(row["no"]))]
    stored = row["leaves"]
    if tree([stored[at : at + LEAF] for at in range(0, len(stored), LEAF)]) != row["tree"]:
        faults.append(Fault("tree", str(row["no"])))
    place = {key: row[key] for key in ("no", "epoch", "base_position", "n", "sealed_at")}
    follows = (row["no"], row["base_position"], row["prev_root"]) == (no + 1, position, root)
    if not follows or chained_root(root, row["tree"], **place) != row["root"]:
        faults.append(Fault("chain", str(row["no"])))
    return faults
