"""The composition root of a worker: one pool, one ledger, sealer and read models beside it, and Temporal's tasks."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig

from activities.cases import CaseActivities
from activities.chatting import Chatter
from activities.cycles import CycleActivities
from activities.feeds import FeedActivities
from activities.goals import GoalActivities
from activities.handovers import HandoverActivities
from activities.inputs import BeginWorkflowsInput
from activities.mailing import Mailer
from activities.rescoring import Rescorer
from activities.starting import Starting, begin_starter
from activities.supervisor import Supervisor
from activities.webhooks import WebhookTeller
from cairn.application import Application
from cairn.application.sessions import require_sessions
from cairn.collector import spare_the_collector
from cairn.ledger import AwayFromHome, Sealer, application_name, open_pool, stop_if_cancelled
from cairn.notices.channels import channels_of
from cairn.notices.setting_up import mailing_of
from cairn.payroll.setting_up import webhook_of
from cairn.privacy import require_wrapping_keys
from cairn.settings import Settings, SettingsProblem
from cairn.temporal import DEPLOYMENT, NamespaceTaken, claim_namespace, connect
from cairn.webhooks.addresses import allowed_of
from cairn.webhooks.sending import Sender
from projections.engine.catch_up import CONCURRENT_FOLDS, Follower
from projections.engine.sessions import SESSIONS
from workflows.appending import scores_queue
from workflows.registration import WORKFLOWS, sandbox

log = logging.getLogger("cairn.worker")
PAUSE = 2.0
SCORES_AT_ONCE = 10
STOPPED_WITHIN = timedelta(seconds=10)


def activities(application: Application, client: Client, settings: Settings) -> list[Any]:
    """Every activity with what it needs."""
    of_goals = GoalActivities(application.goals, application.pool)
    of_cases = CaseActivities(application.cases)
    of_cycles = CycleActivities(
        application.cycles,
        application.evaluation,
        application.amendments,
        application.reviews,
        application.appraisals,
        application.results,
    )
    of_handovers = HandoverActivities(application.cases, webhook_of(settings))
    starting = Starting(application.ledger, application.cycles, client, settings.task_queue)
    return [
        of_goals.record,
        of_goals.on_deadline,
        of_goals.status,
        of_goals.record_refused_signal,
        of_cases.record,
        of_cases.on_deadline,
        of_cases.status,
        of_cases.record_refused_signal,
        of_cycles.launch,
        of_cycles.launch_sheets,
        of_cycles.show_results,
        of_cycles.add_sheets,
        of_cycles.reach_stage,
        of_cycles.score_period,
        of_cycles.open_reviews,
        of_cycles.open_appraisals,
        of_cycles.issue_results,
        of_cycles.close,
        of_cycles.abandon,
        of_cycles.amend,
        of_cycles.status,
        of_cycles.record_refused_signal,
        of_handovers.unsent,
        of_handovers.send,
        starting.begin,
        FeedActivities(application.ledger, settings.language).collect,
    ]


def build(client: Client, settings: Settings, acts: Sequence[Any], *, cached: int = 2000) -> Worker:
    """The Temporal worker. CAIRN_BUILD names its build: then workflows stay on the build they began with and move
    on where they continue as new. With nothing cached every task replays in the strict sandbox, as tests do."""
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=WORKFLOWS,
        activities=acts,
        workflow_runner=sandbox(strict=cached == 0),
        max_cached_workflows=cached,
        max_concurrent_workflow_tasks=100,
        max_concurrent_local_activities=100,
        max_concurrent_activities=50,
        graceful_shutdown_timeout=STOPPED_WITHIN,
        deployment_config=_deployment(settings),
    )


def build_scores(client: Client, settings: Settings, acts: Sequence[Any]) -> Worker:
    """The same for goals' scores alone: few at a time, fewer than the connections there are, so that commands find
    room however long scores wait for the log to be sealed."""
    return Worker(
        client,
        task_queue=scores_queue(settings.task_queue),
        activities=acts,
        max_concurrent_activities=SCORES_AT_ONCE,
        graceful_shutdown_timeout=STOPPED_WITHIN,
        deployment_config=_deployment(settings),
    )


def _deployment(settings: Settings) -> WorkerDeploymentConfig | None:
    if not settings.build:
        return None
    version = WorkerDeploymentVersion(deployment_name=DEPLOYMENT, build_id=settings.build)
    return WorkerDeploymentConfig(
        version=version, use_worker_versioning=True, default_versioning_behavior=VersioningBehavior.PINNED
    )


@asynccontextmanager
async def running(
    settings: Settings, *, cached: int = 2000, client: Client | None = None
) -> AsyncIterator[Client]:
    """A whole worker for as long as the context lasts: sealer, read models, starter and Temporal's tasks. `client`
    where it is to be another one than the settings give. Raises AwayFromHome where the ledger takes nothing in,
    NamespaceTaken where the namespace is another ledger's."""
    client = client or await connect(settings)
    await require_sessions(settings)
    keys, database, mailing = require_wrapping_keys(settings), settings.database or "", mailing_of(settings)
    folding_database, sender = settings.folding_database or database, Sender(allowed_of(settings))
    channels = channels_of(settings)
    async with (
        Application.open(database, keys, name="cairn-worker", size=20) as application,
        _folding_pool(folding_database) as folding,
    ):
        if not (await application.operation.home()).takes_appends:
            raise AwayFromHome
        await claim_namespace(client, await application.operation.ledger_id())
        sealer = Sealer(settings.sealer_database or database)
        rescorer = Rescorer(
            application.goals, application.evaluation, application.results, application.pool, folding_database
        )
        supervisor = Supervisor(
            application.ledger,
            application.cases,
            application.pool,
            folding_database,
            client,
            settings.task_queue,
        )
        teller = WebhookTeller(application, folding_database, sender)
        beside = [sealer.run, Follower(folding).run, rescorer.run, supervisor.run, teller.run]
        if mailing is not None:
            beside.append(Mailer(application, folding_database, mailing).run)
        if channels is not None:
            beside.append(Chatter(application, folding_database, channels).run)
        tasks = [asyncio.create_task(_kept_going(each)) for each in beside]
        try:
            acts = activities(application, client, settings)
            async with (
                build(client, settings, acts, cached=cached),
                build_scores(client, settings, acts),
            ):
                await begin_starter(client, settings.task_queue, BeginWorkflowsInput())
                yield client
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _folding_pool(dsn: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    """The connections of those who keep the read models: one that listens, and one for each that folds at a time."""
    pool = await open_pool(dsn, size=CONCURRENT_FOLDS + 2, application=application_name(SESSIONS))
    try:
        yield pool
    finally:
        pool.terminate()


async def _kept_going(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """What runs beside Temporal's tasks reconnects by itself; what it did not foresee is logged and begun again."""
    while True:
        try:
            await work()
        except AwayFromHome as away:
            log.error("%s", away)
        except Exception as error:
            stop_if_cancelled(error)
            log.exception("a task beside the worker ended; it begins again in %s s", PAUSE)
        await asyncio.sleep(PAUSE)


async def main() -> None:
    """Runs until it is told to stop (SIGTERM, SIGINT)."""
    spare_the_collector()
    settings = Settings()
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    stop = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    try:
        async with running(settings):
            log.info("the worker is ready on task queue %s", settings.task_queue)
            await stop.wait()
            log.info("the worker was told to stop: it takes no more tasks and finishes those at hand")
    except (AwayFromHome, NamespaceTaken) as elsewhere:
        raise SystemExit(str(elsewhere)) from None
    log.info("the worker has stopped")


def run() -> int:
    """The worker as a program: 2 where it is not set up to run, with a sentence that says what is missing."""
    try:
        asyncio.run(main())
    except SettingsProblem as problem:
        print(problem.sentence.text(Settings().language), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(run())
