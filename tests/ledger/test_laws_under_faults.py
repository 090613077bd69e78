"""Whatever fails, whenever it fails: nothing acknowledged is lost, nothing doubled, nothing reordered."""

import asyncio
import random
from typing import Any

import pytest

from cairn.ledger import Ledger, Sealer, open_pool
from projections.engine.catch_up import Follower, wait_for
from tests.ledger.disturbing import (
    Appender,
    beside,
    cuts_connections,
    reads_with_a_cursor,
    stalls_now_and_then,
)
from tests.ledger.laws import Witness, as_of_breaks, broken_laws, read_model_breaks, record_of

APPENDERS = 10
COMMANDS = 24
STREAMS = [f"feed-{number}" for number in range(4)]
CUT = ["appender", "appender", "cairn-sealer", "follower", "reader", "stalled writer"]
Pool = Any


@pytest.mark.parametrize("seed", [1, 2])
async def test_no_law_breaks_while_writers_stall_and_connections_are_cut(readable: str, seed: int) -> None:
    """Two sealers, a follower and two readers are never started again: they go on by themselves."""
    witness, over = Witness(), asyncio.Event()
    async with (
        await open_pool(readable, size=12, application="appender") as appenders,
        await open_pool(readable, size=4, application="reader") as readers,
        await open_pool(readable, size=4, application="follower") as following,
        await open_pool(readable, size=2, application="witness") as calm,
        beside(
            Sealer(readable, interval=0.002).run(),
            Sealer(readable, interval=0.002).run(),
            Follower(following, ("reading",), poll=0.05).run(),
        ),
        asyncio.timeout(50),
        asyncio.TaskGroup() as tasks,
    ):
        for number in range(2):
            tasks.create_task(reads_with_a_cursor(Ledger(readers), f"reader {number}", witness, over))
        cut = await _work_among_faults(readable, Ledger(appenders), witness, seed)
        last = await _all_sealed(calm)
        over.set()
        await wait_for(calm, "reading", last, 20)

    async with await open_pool(readable, size=2) as pool:
        record = await record_of(pool)
        assert cut and len(witness.told) > APPENDERS * COMMANDS / 2
        assert broken_laws(record, witness) == []
        assert await read_model_breaks(pool, record.events) == []
        assert await as_of_breaks(Ledger(pool), record.events, random.Random(seed)) == []


async def _work_among_faults(dsn: str, ledger: Ledger, witness: Witness, seed: int) -> int:
    """Appenders on one ledger, as in a worker, until all have done their work; how many connections were cut."""
    calmed = asyncio.Event()
    async with asyncio.TaskGroup() as faults:
        cutting = faults.create_task(cuts_connections(dsn, CUT, random.Random(seed), calmed))
        for name in (f"{seed}-staller-{number}" for number in range(2)):
            faults.create_task(stalls_now_and_then(dsn, name, STREAMS, witness, calmed))
        works = [Appender(f"{seed}-{number}", ledger, STREAMS, witness) for number in range(APPENDERS)]
        await asyncio.gather(*(each.works(COMMANDS) for each in works))
        calmed.set()
    return cutting.result()


async def _all_sealed(pool: Pool) -> int:
    """Waits until the sealers have sealed whatever is recorded; the last position."""
    while True:
        count = await pool.fetchval("select count(*) from ledger.event")
        if (position := await Ledger(pool).sealed_position()) == count:
            return position
        await asyncio.sleep(0.01)
