"""Waiting for a deadline that may move: an absolute time on the cycle's clock."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

AGAIN = timedelta(minutes=10)
"""How long to wait before a deadline that would not pass is tried again."""


def clock(shift: float) -> datetime:
    """The cycle's time: Temporal's own, or in a rehearsal that many seconds beside it."""
    return workflow.now() + timedelta(seconds=shift)


async def passed(due: datetime | None, shift: float, changed: Callable[[], bool]) -> bool:
    """Waits until the deadline has passed (True) or something changed before it (False)."""
    if due is None:
        await workflow.wait_condition(changed)
        return False
    left = due - clock(shift)
    if left <= timedelta(0):
        return not changed()
    try:
        await workflow.wait_condition(changed, timeout=left)
    except TimeoutError:
        return True
    return False
