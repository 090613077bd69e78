"""Joins appends that wait at the same time into one transaction: a group commit, each with an outcome of its own."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from cairn.ledger.event import StreamAppend

Record = Callable[[Sequence[StreamAppend]], Awaitable[list[int] | None]]
"""Records all of the events or none; gives the versions of an earlier append of the same events, None for a new one."""

LANES = 2
"""Transactions under way at once: while one waits for the disk, the next one is made."""
LARGEST = 256
"""Events in a group. What is larger by itself neither waits nor is joined."""


class _Waiting(NamedTuple):
    appends: Sequence[StreamAppend]
    outcome: "asyncio.Future[list[int] | None]"


class GroupCommit:
    """Sends appends on to `record`: at once where a lane is free, else with all others that wait by then.

    An append that is refused never makes another one fail: a group that is not recorded as a whole has written nothing,
    and its appends are then recorded one by one.
    """

    def __init__(self, record: Record, *, lanes: int = LANES) -> None:
        self._record = record
        self._free = lanes
        self._queue: deque[_Waiting] = deque()
        self._groups: set[asyncio.Task[None]] = set()  # the loop itself holds its tasks only weakly

    async def record(self, appends: Sequence[StreamAppend]) -> list[int] | None:
        """As `record` itself, and with its errors."""
        if _size(appends) > LARGEST:
            return await self._record(appends)
        if not self._free:
            waiting = _Waiting(appends, asyncio.get_running_loop().create_future())
            self._queue.append(waiting)
            return await waiting.outcome
        self._free -= 1
        try:
            return await self._record(appends)
        finally:
            self._free_lane()

    def _free_lane(self) -> None:
        """Gives the lane to those who wait, if any."""
        self._free += 1
        group = self._next_group()
        if group:
            self._free -= 1
            task = asyncio.get_running_loop().create_task(self._record_group(group))
            self._groups.add(task)
            task.add_done_callback(self._groups.discard)

    def _next_group(self) -> list[_Waiting]:
        """The longest waiting ones whose streams are all different; what does not fit waits for the next lane."""
        group: list[_Waiting] = []
        left: list[_Waiting] = []
        streams: set[str] = set()
        room = LARGEST
        while self._queue and room > 0:
            waiting = self._queue.popleft()
            names = {append.stream for append in waiting.appends}
            if waiting.outcome.done():  # its caller was cancelled
                continue
            if names & streams or _size(waiting.appends) > room:
                left.append(waiting)
                room = room if names & streams else 0
            else:
                group.append(waiting)
                room -= _size(waiting.appends)
            # Whatever comes later for a stream stays behind what came earlier for it.
            streams |= names
        self._queue.extendleft(reversed(left))
        # Two workers' groups over the same streams then wait for each other in one order.
        return sorted(group, key=lambda waiting: waiting.appends[0].stream)

    async def _record_group(self, group: list[_Waiting]) -> None:
        try:
            if len(group) == 1 or not await self._recorded_as_one(group):
                await asyncio.gather(*(self._record_alone(waiting) for waiting in group))
            # Whoever was answered just now may have more to record: let them join the next group.
            await asyncio.sleep(0)
        finally:
            for waiting in group:
                waiting.outcome.cancel()  # nothing to do but where this task was cancelled itself
            self._free_lane()

    async def _recorded_as_one(self, group: list[_Waiting]) -> bool:
        """Whether all of them were recorded, as new events, in one transaction."""
        try:
            earlier = await self._record([append for waiting in group for append in waiting.appends])
        except Exception:  # whatever it was, each of them gets its own answer next
            return False
        if earlier is not None:
            return False
        for waiting in group:
            if not waiting.outcome.done():
                waiting.outcome.set_result(None)
        return True

    async def _record_alone(self, waiting: _Waiting) -> None:
        try:
            earlier = await self._record(waiting.appends)
        except Exception as error:
            if not waiting.outcome.done():
                waiting.outcome.set_exception(error)
        else:
            if not waiting.outcome.done():
                waiting.outcome.set_result(earlier)


def _size(appends: Sequence[StreamAppend]) -> int:
    return sum(len(append.events) for append in appends)
