"""Activities as workflows call them: one append in a local activity, long work in a regular one that heartbeats."""

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.inputs import Value

Answer = TypeVar("Answer", bound=Value)

NON_RETRYABLE = (
    "ValueError", "TypeError", "KeyError", "IndexError", "LookupError", "AttributeError", "AssertionError",
    "ArithmeticError", "OverflowError", "ZeroDivisionError", "InvalidOperation", "DivisionByZero", "Overflow",
    "RecursionError", "NotImplementedError", "UnicodeEncodeError", "UnicodeDecodeError", "ValidationError",
    "PydanticSerializationError", "EventRefused", "Refusal", "UnreadableEvent", "DataError",
    "CharacterNotInRepertoireError", "UntranslatableCharacterError", "NumericValueOutOfRangeError",
    "ProgramLimitExceededError",
)  # fmt: skip
"""What trying again does not mend: a message or a program that is wrong. All else is a server that is away."""
_APPEND_RETRIES = RetryPolicy(
    initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=30),
    non_retryable_error_types=NON_RETRYABLE,
)  # fmt: skip
_LONG_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
ONE_APPEND = timedelta(seconds=20)
ONE_SCORE = timedelta(minutes=1)
ONE_CYCLE = timedelta(minutes=10)
LONG = timedelta(hours=6)
HEARTBEAT = timedelta(seconds=30)
"""A worker that was killed is missed after this long, and another one goes on."""


async def append(
    activity: str, input: Value, answer: type[Answer], one_try: timedelta = ONE_APPEND
) -> Answer:
    """One append in a local activity: a third of the time and half the history of a regular one. It is tried again
    until Postgres answers; `one_try` is how long one try may take."""
    outcome: Answer = await workflow.execute_local_activity(
        activity, input, result_type=answer, start_to_close_timeout=one_try, retry_policy=_APPEND_RETRIES
    )
    return outcome


async def append_all(activity: str, input: Value, answer: type[Answer]) -> Answer:
    """One append that looks at a whole cycle first, in a regular activity: too long for a local one."""
    outcome: Answer = await workflow.execute_activity(
        activity, input, result_type=answer, start_to_close_timeout=ONE_CYCLE, retry_policy=_APPEND_RETRIES
    )
    return outcome


async def score(activity: str, input: Value, answer: type[Answer]) -> Answer:
    """A score, on a task queue of its own with few at a time: however long all of them wait for the log to be sealed,
    people's commands find room."""
    outcome: Answer = await workflow.execute_activity(
        activity, input, result_type=answer, start_to_close_timeout=ONE_SCORE, retry_policy=_APPEND_RETRIES,
        task_queue=scores_queue(workflow.info().task_queue),
    )  # fmt: skip
    return outcome


def scores_queue(task_queue: str) -> str:
    """The task queue on which the scores of a worker's goals are computed."""
    return f"{task_queue}-scores"


async def work(activity: str, input: Value, answer: type[Answer], tries: int = 0) -> Answer:
    """Work on a whole cycle, up to six hours, that heartbeats and goes on elsewhere when its worker dies; tried so
    often, or (0) until it is done."""
    outcome: Answer = await workflow.execute_activity(
        activity, input, result_type=answer, start_to_close_timeout=LONG, heartbeat_timeout=HEARTBEAT,
        retry_policy=replace(_LONG_RETRIES, maximum_attempts=tries),
    )  # fmt: skip
    return outcome
