"""Waiting for a deadline that may move: an absolute time on the cycle's clock."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow


def cycle_time(clock_offset: float) -> datetime:
    """The cycle's time: Temporal's own, or in a rehearsal that many seconds beside it."""
    return workflow.now() + timedelta(seconds=clock_offset)


async def has_passed(due_at: datetime | None, clock_offset: float, changed: Callable[[], bool]) -> bool:
    """Waits until the deadline has passed (True) or something changed before it (False)."""
    if due_at is None:
        await workflow.wait_condition(changed)
        return False
    left = due_at - cycle_time(clock_offset)
    if left <= timedelta(0):
        return not changed()
    try:
        await workflow.wait_condition(changed, timeout=left)
    except TimeoutError:
        return True
    return False
