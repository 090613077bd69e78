"""Fair comparison on a shared machine: the contestants take turns, and a busy moment hits each of them."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter

Work = Callable[[], Awaitable[object]]


async def rate(work: Work, times: int, writers: int) -> float:
    """How often a second `work` is done by so many writers at once, `times` times altogether."""

    async def write() -> None:
        for _ in range(times // writers):
            await work()

    began = perf_counter()
    await asyncio.gather(*(write() for _ in range(writers)))
    return times // writers * writers / (perf_counter() - began)


async def seconds(work: Work) -> float:
    """How long it takes once."""
    began = perf_counter()
    await work()
    return perf_counter() - began


async def in_turns(
    contestants: Mapping[str, Callable[[], Awaitable[float]]], rounds: int, *, warm_up: bool = True
) -> dict[str, list[float]]:
    """Each contestant's figures, one a round; every other round runs backwards. A warm-up round does not count."""
    names = list(contestants)
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(0 if warm_up else 1, rounds + 1):
        for name in names if number % 2 else reversed(names):
            gc.collect()
            figure = await contestants[name]()
            if number:
                found[name].append(figure)
    return found
