"""Rows of the append path: one event by sixteen writers, and batches of a thousand, beside plain INSERTs."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.company import fresh, worded
from bench.figure import Bar, Figure, against, named
from bench.rounds import in_turns, rate
from bench.stand import Pool, Stand, connected
from cairn.ledger import Ledger, StreamAppend
from cairn.ledger.statements import read_statements
from cairn.privacy import PrivateLedger, WrappingKeys

if TYPE_CHECKING:
    from bench.peer import Peer

SQL = read_statements(Path(__file__).with_name("floors.sql"))
WRITERS, BATCH_WRITERS = 16, 4
BATCHES = {"1,000 new streams": (1000, 1), "500 new streams of 2": (500, 2), "1 stream of 1,000": (1, 1000)}
LEAF = bytes(32)
SINGLE = "append, 16 writers, 1 event each"
ALONE = "the same, each in a transaction of its own"
WORDED = "the same, each with what somebody wrote, encrypted"
KEYS = WrappingKeys.of(bytes(32))
Contestant = Callable[[], Awaitable[float]]


class Floor:
    """The same rows by a bare INSERT, over the same connections."""

    def __init__(self, pool: Pool, table: str) -> None:
        self.pool = pool
        self.one_sql, self.many_sql = (SQL[name].format(table=table) for name in ("one", "many"))

    async def record(self, appends: Sequence[StreamAppend]) -> None:
        """As `Ledger.append` takes them: a single event by the statement for one, else by the one for many."""
        if len(appends) == 1 and len(appends[0].events) == 1:
            await self.one(appends[0])
        else:
            await self.many(appends)

    async def one(self, append: StreamAppend) -> None:
        e = append.events[0]
        await self.pool.execute(
            self.one_sql, e.occurred_at, e.id, append.stream, e.type, e.actor, LEAF, e.correlation, e.causation,
            e.cycle, e.data,
        )  # fmt: skip

    async def many(self, appends: Sequence[StreamAppend]) -> None:
        rows = [
            (
                e.occurred_at,
                e.id,
                a.stream,
                e.type,
                e.actor,
                e.correlation,
                e.causation,
                e.cycle,
                e.data,
                version,
            )
            for a in appends
            for version, e in enumerate(a.events, 1)
        ]
        *columns, versions = map(list, zip(*rows, strict=True))
        await self.pool.execute(self.many_sql, *columns, LEAF, versions)


async def prepare(pool: Pool, *, filled: bool) -> None:
    """The floor's tables; `filled` with what the log holds."""
    await pool.execute(SQL["tables"])
    if filled:
        await pool.execute(SQL["fill"], timeout=1800)
    await pool.execute(SQL["keys"], timeout=1800)


async def measure(
    stand: Stand, dsn: str, events: int, *, rounds: int, times: int, slow: bool = False
) -> list[Figure]:
    """All append rows against a log that holds `events` already. `times` appends a round."""
    size = "slow disk" if slow else named(events)
    async with stand.slow_disk(slow), connected(dsn, WRITERS) as pool, _peer(stand, events) as peer:
        single = await in_turns(_single(pool, peer, times // 4 if slow else times), rounds)
        batches = await in_turns(_batches(pool, peer, max(times // 400, 4)), rounds)
    figures = [
        *_figure(single, "append-one", SINGLE, "keyed", "INSERT, same keys", size, events, Bar(0.6)),
        *_figure(single, "append-one-bare", SINGLE, "bare", "INSERT, no keys", size, events),
        *_figure(single, "append-one-peer", SINGLE, "peer", "eventsourcing 9.5", size, events, Bar(10)),
        *_figure(single, "append-alone", ALONE, "keyed", "INSERT, same keys", size, events, None, "alone"),
        *_figure(
            single, "append-alone-peer", ALONE, "peer", "eventsourcing 9.5", size, events, None, "alone"
        ),
        *_figure(
            single,
            "append-private",
            WORDED,
            "in clear",
            "the same in clear",
            size,
            events,
            Bar(0.8),
            "private",
        ),
    ]
    for name in BATCHES:
        row = f"append-batch-{name.replace(' ', '-').replace(',', '')}"
        what, same, none = f"append in batches: {name}", "unnest INSERT, same keys", "unnest INSERT, no keys"
        figures += [
            *_figure(batches, row, what, f"keyed {name}", same, size, events, Bar(0.6), name),
            *_figure(batches, f"{row}-bare", what, f"bare {name}", none, size, events, None, name),
            *_figure(batches, f"{row}-peer", what, "peer", "eventsourcing 9.5", size, events, Bar(4), name),
        ]
    return figures


@asynccontextmanager
async def _peer(stand: Stand, events: int) -> AsyncIterator[Peer | None]:
    """The peer, None where its library is not installed: it is no part of Cairn, and its rows are left out then."""
    if importlib.util.find_spec("eventsourcing") is None:
        yield None
        return
    from bench.peer import Peer

    async with Peer.opened(stand, events) as peer:
        yield peer


def _single(pool: Pool, peer: Peer | None, times: int) -> dict[str, Contestant]:
    """Sixteen writers of one process: as it ships, each alone, what people write encrypted and in clear, both floors
    and the peer. Events are made beforehand."""
    ledger, alone = Ledger(pool), Ledger(pool, joined=False)
    keyed, bare, private = Floor(pool, "keyed"), Floor(pool, "bare"), PrivateLedger(pool, KEYS)

    def contestant(
        record: Callable[[StreamAppend], Awaitable[object]], make: Callable[[], StreamAppend] = fresh
    ) -> Contestant:
        async def run() -> float:
            made = iter([make() for _ in range(times)])
            return await rate(lambda: record(next(made)), times, WRITERS)

        return run

    contestants = {
        "keyed": contestant(keyed.one),
        "ours": contestant(lambda append: ledger.append([append])),
        "bare": contestant(bare.one),
        "ours alone": contestant(lambda append: alone.append([append])),
        "in clear": contestant(lambda append: ledger.append([append]), worded),
        "ours private": contestant(lambda append: private.append([append]), worded),
    }
    if peer:
        contestants["peer"] = lambda: peer.rate(max(times // 8, WRITERS), 1, WRITERS)
    return contestants


def _batches(pool: Pool, peer: Peer | None, times: int) -> dict[str, Contestant]:
    """Each kind of batch by ours and by both floors: figures in events a second."""
    ledger, floors = Ledger(pool), {"keyed": Floor(pool, "keyed"), "bare": Floor(pool, "bare")}
    contestants: dict[str, Contestant] = {}
    for name, (streams, events) in BATCHES.items():

        def contestant(
            record: Callable[[Sequence[StreamAppend]], Awaitable[object]],
            streams: int = streams,
            events: int = events,
        ) -> Contestant:
            async def run() -> float:
                made = iter([[fresh(events) for _ in range(streams)] for _ in range(times)])
                return 1000 * await rate(lambda: record(next(made)), times, BATCH_WRITERS)

            return run

        contestants[f"ours {name}"] = contestant(ledger.append)
        for table, floor in floors.items():
            contestants[f"{table} {name}"] = contestant(floor.many)
    if peer:
        contestants["peer"] = lambda: peer.rate(times * 1000, 1000, BATCH_WRITERS)
    return contestants


def _figure(
    found: dict[str, list[float]], row: str, what: str, floor: str, beside: str, size: str, events: int,
    bar: Bar | None = None, ours: str = "",
) -> list[Figure]:  # fmt: skip
    """The row, if its floor (the peer may be missing) was measured."""
    if floor not in found:
        return []
    mine, other, unit = found[f"ours {ours}".strip()], found[floor], "events/s"
    return [
        against(mine, other, row=row, what=what, size=size, unit=unit, beside=beside, bar=bar, events=events)
    ]
