"""Rows of the feeds: read models that unfold batches of readings, beside a plain INSERT of the same rows."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter

from bench.company import AT, new
from bench.figure import Figure, against
from bench.rounds import in_turns
from bench.stand import Pool, Stand, connected
from cairn.domain.event import SYSTEM
from cairn.domain.reading import ReadingsRecorded, Row
from cairn.ledger import Ledger, Sealer, StreamAppend
from cairn.ledger.statements import read_statements
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import rebuild

SQL = read_statements(Path(__file__).with_suffix(".sql"))
DAYS, SUBJECTS = 100, 1000
"""A batch a day, with a row for each subject."""
MODELS = ("reading", "progress")


async def measure(stand: Stand, *, rounds: int) -> list[Figure]:
    """Rebuilds of the read models of readings, in rows a second."""
    rows = DAYS * SUBJECTS
    async with stand.database("bench_feeds") as dsn, connected(dsn, 6) as pool:
        await _record(pool)
        await catch_up(pool, names=MODELS)
        await pool.execute(SQL["table"])

        def one(name: str) -> Callable[[], Awaitable[float]]:
            async def timed() -> float:
                began = perf_counter()
                await rebuild(pool, name)
                return rows / (perf_counter() - began)

            return timed

        async def plain() -> float:
            await pool.execute("truncate floor.reading")
            began = perf_counter()
            await pool.execute(SQL["insert"])
            return rows / (perf_counter() - began)

        found = await in_turns({"plain": plain, **{name: one(name) for name in MODELS}}, rounds)
    return [
        against(
            found[name], found["plain"], row=f"rebuild-rows-{name}", what=f"rebuild of “{name}” from readings",
            size=f"{rows:,} rows", unit="rows/s", beside="INSERT of the same rows",
            note=f"{DAYS} batches of {SUBJECTS:,} rows",
        )
        for name in MODELS
    ]  # fmt: skip


async def _record(pool: Pool) -> None:
    """A feed's days, recorded and sealed."""
    ledger = Ledger(pool)
    for day in range(DAYS):
        on = date(2026, 1, 1) + timedelta(day)
        batch = ReadingsRecorded(
            feed="sales", content=f"day-{day}", by=SYSTEM, at=AT + timedelta(day),
            rows=tuple(Row(metric="revenue", subject=f"E{n:04d}", on=on, value=Decimal(n)) for n in range(SUBJECTS)),
        )  # fmt: skip
        await ledger.append([StreamAppend(batch.stream, day, [new(batch)])])
    while await Sealer(pool).seal_once() < DAYS:
        pass
