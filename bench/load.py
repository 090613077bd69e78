"""A process that keeps a ledger busy while others are timed: `python -m bench.load DSN WRITERS PER_SECOND`.

Says so when it has begun; told anything on its input it stops and prints its appends a second. PER_SECOND 0 means as
fast as it can.
"""

import asyncio
import sys
from time import perf_counter
from uuid import uuid4

from bench.company import drafted, fresh, new
from bench.stand import connected
from cairn.ledger import Ledger, StreamAppend

EVERY = 10
"""One append in so many is a new goal, which the read models take in; the rest are events they pass by."""


async def write(ledger: Ledger, writers: int, per_second: float, until: asyncio.Event) -> int:
    """Appends until told to stop; each writer keeps its share of the pace. Returns the number of appends."""
    done = 0

    async def writer(number: int) -> None:
        nonlocal done
        pause = writers / per_second if per_second else 0.0
        due = perf_counter() + pause * number / writers
        while not until.is_set():
            await ledger.append([goal() if done % EVERY == 0 else fresh()])
            done += 1
            due = max(due + pause, perf_counter() - 1.0)  # what a stall cost is made up for, up to a second
            if pause:
                await asyncio.sleep(max(due - perf_counter(), 0))

    await asyncio.gather(*(writer(number) for number in range(writers)))
    return done


def goal() -> StreamAppend:
    """A drafted goal that the read model of goals takes in."""
    holder = uuid4().hex
    name = f"goal-2026-{holder}-1"
    return StreamAppend(name, 0, [new(drafted(name, f"sheet-2026-{holder}-1", holder))])


async def _main(dsn: str, writers: int, per_second: float) -> None:
    until = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, until.set)
    async with connected(dsn, writers) as pool:
        print("begun", flush=True)
        began = perf_counter()
        done = await write(Ledger(pool), writers, per_second, until)
        print(done / (perf_counter() - began))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
