"""Whether the worker of this host works: `python -m cairn_portal.servers.worker_health`; 0 if so, else 1 and why not.

For whoever watches it (compose, Kubernetes, a timer). The worker itself is not asked: its read models look into the log
several times a second by sessions of their own, and it asks Temporal for tasks at least once a minute. Both can be
seen from outside, so one that is frozen, lost its database or polls no more is told from one that works. Sessions and
pollers carry the host's name; where several workers share a host, one that works is enough.
"""

import asyncio
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from cairn.i18n import Message, message
from cairn.ledger import applications_here, connect
from cairn.ledger.statements import read_statements
from cairn.settings import Settings, SettingsProblem
from cairn.temporal import reach
from projections.engine.sessions import SESSIONS

SQL = read_statements(Path(__file__).with_suffix(".sql"))
DATABASE_SILENCE = timedelta(seconds=30)
TEMPORAL_SILENCE = timedelta(seconds=150)  # an idle poll is answered after a minute
PATIENCE = 6.0  # seconds, for database and Temporal each
KINDS = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)


async def problem(settings: Settings) -> Message | None:
    """What keeps this host's worker from working, None where nothing does."""
    database = settings.folding_database or settings.database
    if database is None:
        return message("CAIRN_DATABASE is not set: say which database the worker works with.")
    return await _in_database(database) or await _in_temporal(settings)


async def _in_database(dsn: str) -> Message | None:
    try:
        async with asyncio.timeout(PATIENCE):
            connection = await connect(dsn, application="cairn-health")
            try:
                silent = await connection.fetchval(SQL["silent"], applications_here(SESSIONS))
            finally:
                connection.terminate()
    except (OSError, TimeoutError, asyncpg.PostgresError) as failed:
        return message("The database cannot be reached: {reason}", reason=_words(failed))
    if silent is None:
        return message(
            "No worker of this host ({host}) is connected to the database.", host=socket.gethostname()
        )
    if silent > DATABASE_SILENCE:
        return message(
            "The worker has asked nothing of the database for {seconds} seconds: it hangs.",
            seconds=round(silent.total_seconds()),
        )
    return None


async def _in_temporal(settings: Settings) -> Message | None:
    try:
        async with asyncio.timeout(PATIENCE):
            client = await reach(settings)
            pollers = [each for kind in KINDS for each in await _pollers(client, settings, kind)]
    except SettingsProblem as wrong:
        return wrong.sentence
    except (RPCError, RuntimeError, TimeoutError) as failed:
        return message("Temporal cannot be reached: {reason}", reason=_words(failed))
    recent = datetime.now(UTC) - TEMPORAL_SILENCE
    if any(each.last_access_time.ToDatetime(UTC) > recent for each in pollers):
        return None
    return message(
        "No worker of this host ({host}) asks Temporal for tasks of the queue {queue}.",
        host=socket.gethostname(),
        queue=settings.task_queue,
    )


async def _pollers(client: Client, settings: Settings, kind: TaskQueueType.ValueType) -> list[PollerInfo]:
    """Who of this host asked for tasks of this kind in the last minutes."""
    request = DescribeTaskQueueRequest(
        namespace=settings.namespace, task_queue=TaskQueue(name=settings.task_queue), task_queue_type=kind
    )
    found = (await client.workflow_service.describe_task_queue(request)).pollers
    return [each for each in found if each.identity.endswith(f"@{socket.gethostname()}")]


def _words(failed: BaseException) -> str:
    return str(failed) or type(failed).__name__


def _main() -> int:
    settings = Settings()
    found = asyncio.run(problem(settings))
    if found is not None:
        print(found.text(settings.language), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(_main())
