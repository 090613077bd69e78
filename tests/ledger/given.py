"""Short ways to say which events the ledger's tests are about."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from cairn.ledger import NewEvent, Sealer, StreamAppend

NEW_YEAR = datetime(2025, 1, 1, 9, 0, tzinfo=UTC)


def event_id(stream: str, command: str, ordinal: int = 0) -> UUID:
    """The id that the command's event in this stream has, every time it is made."""
    return uuid5(uuid5(NAMESPACE_URL, stream), f"{command}/{ordinal}")


def event(stream: str, command: str, ordinal: int = 0, **fields: object) -> NewEvent:
    """An event of a command; `fields` replace what is usual."""
    usual: dict[str, object] = {
        "id": event_id(stream, command, ordinal),
        "type": "GoalSubmitted",
        "data": f'{{"command": "{command}"}}',
        "occurred_at": NEW_YEAR,
        "actor": "lin",
    }
    return NewEvent(**(usual | fields))  # type: ignore[arg-type]


def to(stream: str, expected: int, command: str, n: int = 1) -> StreamAppend:
    """An append of the command's n events to a stream that has `expected` events."""
    return StreamAppend(stream, expected, [event(stream, command, ordinal) for ordinal in range(n)])


async def seal_all(pool: Any) -> int:
    """Seals every event there is and returns the last position; a vacuum may hold it up for a moment."""
    async with asyncio.timeout(10):
        while True:
            position = await Sealer(pool).seal_once()
            if position == await pool.fetchval("select count(*) from ledger.event"):
                return position
            await asyncio.sleep(0.01)
