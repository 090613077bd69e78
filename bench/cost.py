"""Where the time of an append goes: each step's price is what it adds to the step before it, on one connection."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

from bench.appending import Floor
from bench.company import fresh
from bench.figure import Figure
from bench.rounds import in_turns
from bench.stand import Pool, connected
from cairn.ledger import Ledger, StreamAppend

Work = Callable[[Sequence[StreamAppend]], Awaitable[object]]
SIZES = {"one event": (1, 200), "an event of 1,000": (1000, 6)}
"""Name → events in an append (each to a stream of its own), and appends a round."""


class Spent(NamedTuple):
    """Microseconds for one event, and bytes of write-ahead log."""

    wall: float
    client: float
    wal: float


async def measure(dsn: str, *, rounds: int) -> list[Figure]:
    """The price of one append, by steps that sum to the whole; the log and the floors are there already."""
    async with connected(dsn, 1) as pool:
        await pool.execute("create table if not exists floor.number (n integer)")
        figures = []
        for size, (events, times) in SIZES.items():
            spent: dict[str, list[Spent]] = {}
            contestants = {
                name: _timed(name, work, pool, events, times, spent) for name, work in _steps(pool).items()
            }
            await in_turns(contestants, rounds)
            figures += _figures(size, {name: _typical(found[1:]) for name, found in spent.items()})
        return figures


def _steps(pool: Pool) -> dict[str, Work]:
    ledger, keyed, bare = Ledger(pool), Floor(pool, "keyed"), Floor(pool, "bare")
    return {
        "trip": lambda _appends: pool.fetchval("select $1::integer", 1),
        "commit": lambda _appends: pool.execute("insert into floor.number values ($1)", 1),
        "row": bare.record,
        "keys": keyed.record,
        "ours": ledger.append,
    }


def _timed(
    name: str, work: Work, pool: Pool, events: int, times: int, spent: dict[str, list[Spent]]
) -> Callable[[], Awaitable[float]]:
    async def run() -> float:
        made = [[fresh() for _ in range(events)] for _ in range(times)]
        wal = await _written(pool)
        began, cpu = perf_counter(), process_time()
        for appends in made:
            await work(appends)
        took = Spent(perf_counter() - began, process_time() - cpu, await _written(pool) - wal)
        each = Spent(*(amount / times / events for amount in took))
        spent.setdefault(name, []).append(Spent(1e6 * each.wall, 1e6 * each.client, each.wal))
        return each.wall

    return run


async def _written(pool: Pool) -> float:
    return float(await pool.fetchval("select pg_current_wal_insert_lsn() - '0/0'"))


def _typical(found: Sequence[Spent]) -> Spent:
    return Spent(*(median(column) for column in zip(*found, strict=True)))


def _figures(size: str, spent: Mapping[str, Spent]) -> list[Figure]:
    parts = {
        "round trip of an empty question": spent["trip"].wall,
        "commit, forced to the disk": spent["commit"].wall - spent["trip"].wall,
        "the row, its arguments and its log record": spent["row"].wall - spent["commit"].wall,
        "four keys and their log records": spent["keys"].wall - spent["row"].wall,
        "version, hash and the function": spent["ours"].wall - spent["keys"].wall,
        "an append, the sum of these": spent["ours"].wall,
        "client's processor time for the arguments": spent["row"].client - spent["commit"].client,
        "client's processor time for an append": spent["ours"].client,
    }
    figures = [_figure(part, size, value, "µs") for part, value in parts.items()]
    logged = {"bare row": "row", "row with keys": "keys", "an append": "ours"}
    return figures + [
        _figure(f"log of {what}", size, spent[step].wal, "bytes") for what, step in logged.items()
    ]


def _figure(part: str, size: str, value: float, unit: str) -> Figure:
    return Figure(f"cost-{part.replace(' ', '-').replace(',', '')}", part, size, unit, value)
