"""Rows of the way from an append to the read models: how old the news is that people see, under load."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from time import perf_counter
from typing import NamedTuple

from bench.figure import Bar, Figure, named, quantile
from bench.load import goal
from bench.stand import Pool, connected
from cairn.ledger import Ledger, Sealer
from projections.engine.catch_up import Follower, catch_up, wait_for

WRITERS = 16
WARM_UP = 1.0  # seconds


class Lag(NamedTuple):
    """Milliseconds from the acknowledged append to the seal, and to the read model of goals."""

    sealed: list[float]
    read: list[float]
    load: float


async def measure(dsn: str, events: int, *, per_second: float, seconds: float, whole: bool) -> list[Figure]:
    """Lag under a paced load, with sealer and all read models in this process and the writers in another.

    `whole` read models hold the whole log; else they begin at its end, which spares minutes where it is long.
    """
    async with connected(dsn, 24) as pool:
        await catch_up(pool, upto=None if whole else 0)
        if not whole:
            await pool.execute("update read.projection set cursor = ledger.sealed_position()")
        found = await under_load(pool, dsn, per_second, seconds)
    size, count = named(events), len(found.read)
    note = f"{found.load:,.0f} appends/s by {WRITERS} writers, {count} probes"
    note += "" if whole else "; read models begun at the end of the log"
    rows = []
    for share, reach in ((0.5, 40), (0.99, 120)):
        name = f"p{share * 100:.0f}"
        sealed = f"of it append → sealed {quantile(found.sealed, share):.0f} ms; {note}"
        rows.append(
            Figure(f"lag-{name}", f"append → sealed → read model, {name}", size, "ms", quantile(found.read, share),
                   bar=Bar(reach, at_least=False, of="figure"), events=events, note=sealed)
        )  # fmt: skip
    return rows


async def under_load(pool: Pool, dsn: str, per_second: float, seconds: float) -> Lag:
    """Probes one after the other: append a goal, wait for its seal, wait until its read model has it."""
    ledger, sealed, read = Ledger(pool), [], []
    async with _running(pool, dsn), _load(dsn, per_second) as stop:
        await asyncio.sleep(WARM_UP)
        until = perf_counter() + seconds
        while perf_counter() < until:
            probe = goal()
            await ledger.append([probe])
            began = perf_counter()
            position = await ledger.wait_sealed(probe.stream, 1, 30)
            sealed.append(1000 * (perf_counter() - began))
            await wait_for(pool, "goal", position, 30)
            read.append(1000 * (perf_counter() - began))
            await asyncio.sleep(0.005)
        rate = await stop()
    return Lag(sealed, read, rate)


@asynccontextmanager
async def _running(pool: Pool, dsn: str) -> AsyncIterator[None]:
    """What a worker has beside Temporal's tasks."""
    tasks = [asyncio.create_task(work) for work in (Sealer(dsn).run(), Follower(pool).run())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _load(dsn: str, per_second: float) -> AsyncIterator[Callable[[], Awaitable[float]]]:
    """The load's process; what is given stops it and tells its appends a second."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.load", dsn, str(WRITERS), str(per_second),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip

    assert process.stdout is not None
    await process.stdout.readline()

    async def stop() -> float:
        out, _ = await process.communicate(b"stop\n")
        return float(out)

    try:
        yield stop
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
