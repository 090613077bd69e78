"""Brings everything up in the right order, takes it down again, and says what is running."""

import asyncio
import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from cairn import privacy
from cairn.i18n import message
from cairn.settings import Settings
from cairn.temporal import make_key
from cairn_portal.servers import data_folder, logins, migrate, postgres, process, temporal, temporal_ready
from cairn_portal.servers.problem import ServerProblem
from cairn_portal.servers.process import Process
from cairn_portal.servers.steps import OnStep, Step, quietly

WORKER = "worker"


@dataclass(frozen=True)
class Addresses:
    """Where the servers listen: a Postgres DSN, Temporal's host:port, and the URL of an embedded Temporal's UI.

    The DSN has the login that a worker, or a person's command, records and reads with; those who seal, keep the read
    models and migrate have others where the settings, or an embedded server, give them one.
    """

    database_dsn: str = field(repr=False)
    temporal_address: str
    ui_url: str | None = None
    sealer_dsn: str | None = field(default=None, repr=False)
    folding_dsn: str | None = field(default=None, repr=False)
    migration_dsn: str | None = field(default=None, repr=False)

    def applied_to(self, settings: Settings) -> Settings:
        """The settings with these addresses, as a worker needs them."""
        return settings.model_copy(
            update={
                "database": self.database_dsn,
                "temporal_address": self.temporal_address,
                "sealer_database": self.sealer_dsn,
                "folding_database": self.folding_dsn,
            }
        )


@dataclass(frozen=True)
class ServerStatus:
    """One of Cairn's processes: `since` (UTC) is None where it is not running."""

    name: str
    running: bool
    pid: int | None
    since: datetime | None
    address: str
    log: str


async def start_all(settings: Settings, on_step: OnStep = quietly, *, durable: bool = True) -> Addresses:
    """Starts what is not running yet: the database with its migrations, and Temporal with its web UI.

    A server whose address is set is not started, only used. `durable=False`: an embedded database that
    does not wait for the disk, for tests. Raises `ServerProblem`.
    """
    home = settings.home
    data_folder.make(home)
    async with data_folder.locked(home / "run", on_step, message("starting the servers")):
        data_folder.require_room(home, data_folder.ROOM_TO_START, message("starting Cairn"))
        _, address = await asyncio.gather(_database(settings, on_step, durable), _temporal(settings, on_step))
    ui = temporal.ui_url(home) if settings.temporal_address is None else None
    return replace(databases(settings, logins.WORKER), temporal_address=address, ui_url=ui)


def databases(settings: Settings, purpose: str) -> Addresses:
    """The addresses of the database for this purpose and for all others; none of Temporal yet.

    Raises `ServerProblem` where it is Cairn's own and was never started.
    """
    home = settings.home
    if settings.database is None:
        found = (
            postgres.login(home, each) for each in (purpose, logins.SEALER, logins.FOLDING, logins.MIGRATION)
        )
        database, sealer, folding, migration = found
        return Addresses(database, "", None, sealer, folding, migration)
    database = (settings.portal_database if purpose == logins.PORTAL else None) or settings.database
    given = settings.sealer_database, settings.folding_database
    return Addresses(database, "", None, *given, settings.migration_database)


def down(settings: Settings) -> list[str]:
    """Stops every process, the workers first and Postgres last; gives the names of those that ran."""
    home = settings.home
    stopped = [name for name in _others(home, (temporal.NAME, postgres.NAME)) if _stop(home, name)]
    stopped += [temporal.NAME] if temporal.stop(home) else []
    stopped += [postgres.NAME] if postgres.stop(home) else []
    return stopped


def status(settings: Settings) -> list[ServerStatus]:
    """Every process that was started and not stopped, and whether it still runs."""
    return [_status(found) for found in process.recorded(settings.home)]


def start_worker(settings: Settings, addresses: Addresses, name: str = WORKER) -> Process:
    """One worker (`worker.py`), settings in its environment; the running one if there is one."""
    module = importlib.util.find_spec("worker")
    if module is None or module.origin is None:
        raise ServerProblem(message("worker.py was not found beside Cairn's packages; run `make setup`."))
    return start_process(settings, addresses, name, [sys.executable, module.origin])


def stop_worker(settings: Settings, name: str | None = None) -> list[str]:
    """Stops the worker of this name, or every worker; gives the names of those that ran."""
    home = settings.home
    workers = [found.name for found in process.recorded(home) if found.name.startswith(WORKER)]
    return [each for each in ([name] if name else workers) if _stop(home, each)]


def start_process(
    settings: Settings, addresses: Addresses, name: str, command: Sequence[str], *, address: str = ""
) -> Process:
    """Starts any program of Cairn's (the portal, a worker), told by CAIRN_… where the servers are."""
    running = process.running(settings.home, name)
    if running is not None:
        return running
    env = {**os.environ, **environment(settings, addresses)}
    return process.start(settings.home, name, command, env=env, address=address)


def environment(settings: Settings, addresses: Addresses) -> dict[str, str]:
    """The settings as environment variables for another process, with the servers' addresses."""
    return {
        "CAIRN_HOME": str(settings.home),
        "CAIRN_CACHE": str(settings.cache),
        "CAIRN_DATABASE": addresses.database_dsn,
        "CAIRN_SEALER_DATABASE": addresses.sealer_dsn or "",
        "CAIRN_FOLDING_DATABASE": addresses.folding_dsn or "",
        "CAIRN_TEMPORAL_ADDRESS": addresses.temporal_address,
        "CAIRN_PAYLOAD_KEY": settings.payload_key or "",
        "CAIRN_TEXT_KEY": settings.text_key or "",
        "CAIRN_NAMESPACE": settings.namespace,
        "CAIRN_TASK_QUEUE": settings.task_queue,
        "CAIRN_LANGUAGE": settings.language,
        "CAIRN_PORTAL_HOST": settings.portal_host,
        "CAIRN_PORTAL_PORT": str(settings.portal_port or ""),
        "CAIRN_PORTAL_URL": settings.portal_url or "",
        "CAIRN_PORTAL_KEY": settings.portal_key or "",
        "CAIRN_PORTAL_PROXIES": settings.portal_proxies or "",
        "CAIRN_LIMIT_SESSION": settings.limit_session,
        "CAIRN_LIMIT_TOKEN": settings.limit_token,
        "CAIRN_LIMIT_SIGN_IN": settings.limit_sign_in,
        "CAIRN_WEBHOOK_INSIDE": settings.webhook_inside or "",
        "CAIRN_OIDC_ISSUER": settings.oidc_issuer or "",
        "CAIRN_OIDC_CLIENT_ID": settings.oidc_client_id,
        "CAIRN_OIDC_CLIENT_SECRET": settings.oidc_client_secret or "",
        "CAIRN_OIDC_CLAIM": settings.oidc_claim,
        "CAIRN_OIDC_AUDIENCE": settings.oidc_audience or "",
        "CAIRN_SMTP_URL": settings.smtp_url or "",
        "CAIRN_CHAT_FILE": str(settings.chat_file or ""),
        "CAIRN_LOG_LEVEL": settings.log_level,
    }


async def _database(settings: Settings, on_step: OnStep, durable: bool) -> None:
    """The ledger's database. One that the operator runs is migrated by the operator, not by a start."""
    if settings.database is not None:
        return
    privacy.make_key(settings.home)
    await postgres.start(settings, on_step, durable=durable)
    applied = await migrate.migrate_all(postgres.login(settings.home, logins.MIGRATION))
    if applied:
        on_step(Step("migrations", message("Migrations: {applied}", applied=applied), finished=True))


async def _temporal(settings: Settings, on_step: OnStep) -> str:
    if settings.temporal_address is None:
        # A folder without Temporal's data has never sent anything that was not encrypted.
        make_key(settings.home, reads_plain=(settings.home / temporal.NAME).exists())
        return await temporal.start(settings, on_step)
    on_step(
        Step(
            temporal.NAME,
            message("Temporal: asking {address}", address=settings.temporal_address),
        )
    )
    client = await temporal_ready.connected(settings, settings.temporal_address)
    await temporal_ready.make_usable(client, settings.namespace)
    on_step(
        Step(
            temporal.NAME,
            message("Temporal: ready on {address}", address=settings.temporal_address),
            finished=True,
        )
    )
    return settings.temporal_address


def _others(home: Path, servers: tuple[str, ...]) -> list[str]:
    return [found.name for found in process.recorded(home) if found.name not in servers]


def _stop(home: Path, name: str) -> bool:
    running = process.running(home, name)
    if running is not None:
        process.stop(home, running)
    return running is not None


def _status(found: Process) -> ServerStatus:
    alive = found.alive()
    since = datetime.fromtimestamp(found.started, UTC) if alive else None
    return ServerStatus(found.name, alive, found.pid if alive else None, since, found.address, found.log)
