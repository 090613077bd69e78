"""Waiting for a deadline that may move: an absolute time on the cycle's clock."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

AGAIN = timedelta(minutes=10)
"""How long to wait before a deadline that would not pass is tried again."""

HOPELESS = (
    "ValueError", "TypeError", "KeyError", "IndexError", "LookupError", "AttributeError", "AssertionError",
    "ArithmeticError", "OverflowError", "ZeroDivisionError", "InvalidOperation", "DivisionByZero", "Overflow",
    "RecursionError", "NotImplementedError", "UnicodeEncodeError", "UnicodeDecodeError", "ValidationError",
    "PydanticSerializationError", "EventRefused", "Refusal", "DataError", "CharacterNotInRepertoireError",
    "UntranslatableCharacterError", "NumericValueOutOfRangeError", "ProgramLimitExceededError",
)  # fmt: skip
"""What trying again does not mend: a message or a program that is wrong. All else is a server that is away."""
FOREVER = RetryPolicy(
    initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=30),
    non_retryable_error_types=HOPELESS,
)  # fmt: skip


def clock(clock_offset: float) -> datetime:
    """The cycle's time: Temporal's own, or in a rehearsal that many seconds beside it."""
    return workflow.now() + timedelta(seconds=clock_offset)


async def passed(due: datetime | None, clock_offset: float, changed: Callable[[], bool]) -> bool:
    """Waits until the deadline has passed (True) or something changed before it (False)."""
    if due is None:
        await workflow.wait_condition(changed)
        return False
    left = due - clock(clock_offset)
    if left <= timedelta(0):
        return not changed()
    try:
        await workflow.wait_condition(changed, timeout=left)
    except TimeoutError:
        return True
    return False
