"""Joins appends that wait at the same time into one transaction: a group commit, each with an outcome of its own."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

from cairn.ledger.conflict import AppendConflict, EventRefused, PartlyRecorded
from cairn.ledger.event import NewEvent, StreamAppend
from cairn.ledger.home import AwayFromHome
from cairn.ledger.pool import LOST


class Record(Protocol):
    """Records all of the events or none; gives the versions of an earlier append of the same events, None for new ones.

    With `hurry` it gives up, with a LockNotAvailableError, where it would have to wait for somebody else's transaction.
    """

    def __call__(
        self, appends: Sequence[StreamAppend], *, hurry: bool = False
    ) -> Awaitable[list[int] | None]: ...


LANES = 2
"""Transactions under way at once: while one waits for the disk, the next one is made."""
LARGEST = 256
"""Events in a group. What is larger by itself neither waits nor is joined."""
STUCK = 0.1
"""Seconds after which a transaction that is under way counts no more: it waits for somebody, and others need not."""
PARTS = 8
"""Into so many groups one is split whose culprit nobody can name."""


class _Waiting(NamedTuple):
    appends: Sequence[StreamAppend]
    outcome: "asyncio.Future[list[int] | None]"


Group = list[_Waiting]


class _Lane:
    """A lane that a transaction has taken: given back once, when it has ended or is STUCK."""

    def __init__(self, give_back: Callable[[], None]) -> None:
        self._give_back: Callable[[], None] | None = give_back
        self._timer = asyncio.get_running_loop().call_later(STUCK, self._end)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        self._end()

    def _end(self) -> None:
        give_back, self._give_back = self._give_back, None
        if give_back:
            give_back()


class GroupCommit:
    """Sends appends on to `record`: at once where a lane is free, else with all others that wait by then.

    An append that is refused never makes another one fail, and one that waits for a transaction of somebody else makes
    no other one wait: a group that is not recorded as a whole has written nothing; those it failed for are recorded by
    themselves, all others once more together.
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
        with self._take_lane():
            return await self._record(appends)

    def _take_lane(self) -> "_Lane":
        self._free -= 1
        return _Lane(self._give_back)

    def _give_back(self) -> None:
        """Gives the lane to those who wait, if any: it is theirs at once, before anybody else comes."""
        self._free += 1
        group = self._next_group()
        if group:
            task = asyncio.get_running_loop().create_task(self._record_group(group, self._take_lane()))
            self._groups.add(task)
            task.add_done_callback(self._groups.discard)

    def _next_group(self) -> Group:
        """The longest waiting ones whose streams are all different; what does not fit waits for the next lane."""
        group: Group = []
        left: Group = []
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

    async def _record_group(self, group: Group, lane: "_Lane") -> None:
        try:
            with lane:
                await self._record_joined(group)
                # Whoever was answered just now may have more to record: let them join the next group.
                await asyncio.sleep(0)
        finally:
            for waiting in group:
                waiting.outcome.cancel()  # nothing to do but where this task was cancelled itself

    async def _record_joined(self, group: Group, *, again: bool = True) -> None:
        """Records a group in one transaction; where that fails, what failed by itself and the rest once more.

        A connection that was lost is no append's fault: the whole group is sent `again`, once.
        """
        if len(group) == 1:
            await self._record_alone(group[0])
            return
        try:
            earlier = await self._record([each for one in group for each in one.appends], hurry=True)
        except LOST as error:
            if again:
                await self._record_joined(group, again=False)
            else:
                _fail(group, error)
            return
        except AwayFromHome as error:
            _fail(group, error)
            return
        except Exception as error:
            await asyncio.gather(*map(self._record_joined, _split(group, error)))
            return
        if earlier is not None:  # all of them were recorded before: each is told by itself
            await asyncio.gather(*map(self._record_alone, group))
            return
        for waiting in group:
            if not waiting.outcome.done():
                waiting.outcome.set_result(None)

    async def _record_alone(self, waiting: _Waiting) -> None:
        try:
            earlier = await self._record(waiting.appends)
        except Exception as error:
            if not waiting.outcome.done():
                waiting.outcome.set_exception(error)
        else:
            if not waiting.outcome.done():
                waiting.outcome.set_result(earlier)


def _fail(group: Group, error: Exception) -> None:
    for waiting in group:
        if not waiting.outcome.done():
            waiting.outcome.set_exception(error)


def _split(group: Group, error: Exception) -> list[Group]:
    """The groups to go on with after an error: each append it speaks of by itself and all others together; where it
    speaks of none, some smaller groups."""
    guilty = [waiting for waiting in group if _is_about(error, waiting.appends)]
    if guilty and len(guilty) < len(group):
        innocent = [waiting for waiting in group if waiting not in guilty]
        return [innocent, *([waiting] for waiting in guilty)]
    size = -(-len(group) // PARTS)
    return [group[start : start + size] for start in range(0, len(group), size)]


def _is_about(error: Exception, appends: Sequence[StreamAppend]) -> bool:
    """Whether an append is one that an error of its group speaks of."""
    match error:
        case PartlyRecorded():
            # What is lacking is new; what is recorded was asked for before, and is answered by itself.
            return any(event.id not in error.lacking for append in appends for event in append.events)
        case AppendConflict():
            return any(append.stream in error.streams for append in appends)
        case EventRefused():
            return any(_is_malformed(event) for append in appends for event in append.events)
        case _:
            return False


def _is_malformed(event: NewEvent) -> bool:
    """Whether the database refuses an event for what it is: its data is no JSON."""
    try:
        json.loads(event.data)
    except ValueError:
        return True
    return False


def _size(appends: Sequence[StreamAppend]) -> int:
    return sum(len(append.events) for append in appends)
