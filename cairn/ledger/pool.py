"""Opens the connections the ledger works with: no work between two uses, and no transaction left hanging."""

import asyncio

import asyncpg

LOST = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that was cut off in the middle of an answer
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""What a connection that is gone, or cannot be had now, shows as: whoever runs for good waits a little and goes on."""

# A writing transaction that hangs holds back every reader of sealed events: the server ends idle ones.
_SESSION = {"idle_in_transaction_session_timeout": "30s", "jit": "off"}


async def open_pool(
    dsn: str, *, role: str | None = None, size: int = 10, application: str = "cairn"
) -> "asyncpg.Pool[asyncpg.Record]":
    """A pool of up to `size` connections to `dsn`, acting as `role` (cairn_writer, cairn_reader, …) if given.

    asyncpg's own pools send a reset query after every use, a second round trip for each append. Nothing in
    Cairn changes a session's settings, so this pool does not.
    """
    settings = _SESSION | {"application_name": application} | ({"role": role} if role else {})
    return await asyncpg.create_pool(
        dsn, min_size=1, max_size=size, server_settings=settings, reset=_as_it_is
    )


async def _as_it_is(connection: object) -> None:
    """Leaves a released connection as it is; asyncpg itself has ended its transaction and its listeners."""


def stop_if_cancelled(error: BaseException) -> None:
    """Ends the task that catches `error` if it was told to stop meanwhile.

    Giving back a connection that was cut off fails as well, and that failure takes the place of the cancellation:
    whoever goes on after LOST would go on for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError from error
