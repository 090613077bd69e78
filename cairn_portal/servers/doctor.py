"""What `cairn doctor` looks at: each check is a name, a verdict and a sentence that says what to do."""

import importlib
import importlib.util
import platform
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg
from temporalio.service import RPCError

from cairn.settings import Settings
from cairn_portal.servers import data_folder, migrate, postgres, process, temporal, temporal_program
from cairn_portal.servers.problem import ServerProblem
from cairn_portal.servers.temporal_ready import connected, missing_search_attributes, server_version

PACKAGES = ("cairn", "projections", "activities", "workflows", "cairn_portal", "worker")


@dataclass(frozen=True)
class Check:
    """One look at one thing. `ok` is None where there is nothing to judge yet (a server not started)."""

    name: str
    ok: bool | None
    sentence: str


async def checks(settings: Settings) -> list[Check]:
    """Everything, from the interpreter to the migrations; never raises."""
    found = [_python(), *map(_package, PACKAGES)]
    found += [_program(settings), _disk(settings), _ports(settings)]
    for name, look in (("Postgres", _postgres), ("Migrations", _migrations), ("Temporal", _temporal)):
        found.append(await _looked(name, look, settings))
    return found


async def _looked(name: str, look: Callable[[Settings], Awaitable[Check]], settings: Settings) -> Check:
    try:
        return await look(settings)
    except (ServerProblem, OSError, asyncpg.PostgresError, RPCError, RuntimeError, TimeoutError) as failed:
        return Check(name, False, str(failed) or type(failed).__name__)


def _python() -> Check:
    enough = sys.version_info >= (3, 11)
    advice = "" if enough else "; Cairn needs 3.11 or newer"
    return Check("Python", enough, f"{platform.python_version()} at {sys.executable}{advice}")


def _package(name: str) -> Check:
    """Others ship packages of such plain names too: what counts is which file is loaded."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        return Check(f"Package {name}", False, "not found; install Cairn anew (`make setup`)")
    place = spec.origin or next(iter(spec.submodule_search_locations or []), "?")
    home = importlib.util.find_spec("cairn")
    root = str(home.origin).removesuffix("cairn/__init__.py") if home else ""
    ours = place.startswith(root)
    sentence = place if ours else f"{place} is not Cairn's: another package took its name"
    return Check(f"Package {name}", ours, sentence)


def _program(settings: Settings) -> Check:
    if settings.temporal_address is not None:
        return Check("Temporal server", True, f"not started by Cairn: {settings.temporal_address}")
    program = temporal_program.present(settings)
    if program is None and temporal_program.download_in_reach():
        return Check("Temporal server", None, "none yet; the next start downloads one")
    return Check("Temporal server", program is not None, str(program or temporal_program.NEED))


def _disk(settings: Settings) -> Check:
    free = shutil.disk_usage(data_folder.existing(settings.home)).free
    enough = free >= data_folder.ROOM_TO_START
    advice = "" if enough else f"; starting needs {data_folder.megabytes(data_folder.ROOM_TO_START)}"
    return Check("Disk", enough, f"{data_folder.megabytes(free)} free under {settings.home}{advice}")


def _ports(settings: Settings) -> Check:
    servers = [found for found in process.recorded(settings.home) if found.address and found.alive()]
    if not servers:
        return Check("Ports", None, "no server is running; free ports are chosen at the start unless set")
    return Check("Ports", True, ", ".join(f"{server.name} {server.address}" for server in servers))


async def _database(settings: Settings) -> str | None:
    if settings.database is not None:
        return settings.database
    return postgres.address(settings.home) if process.running(settings.home, postgres.NAME) else None


async def _postgres(settings: Settings) -> Check:
    dsn = await _database(settings)
    if dsn is None:
        return Check("Postgres", None, "not running; `cairn up` starts it")
    connection = await asyncpg.connect(dsn, timeout=5)
    try:
        version = str(connection.get_settings().server_version)
    finally:
        await connection.close()
    enough = int(version.split(".")[0].split()[0]) >= 15
    return Check("Postgres", enough, f"version {version}" + ("" if enough else "; Cairn needs 15 or newer"))


async def _migrations(settings: Settings) -> Check:
    dsn = await _database(settings)
    if dsn is None:
        return Check("Migrations", None, "unknown while Postgres is not running")
    pending = await migrate.pending(dsn)
    if not pending:
        return Check("Migrations", True, "the database is up to date")
    own = (
        "`cairn up` applies them" if settings.database is None else "`python -m cairn_portal.servers.migrate`"
    )
    return Check("Migrations", False, f"pending: {', '.join(pending)}; {own}")


async def _temporal(settings: Settings) -> Check:
    server = process.running(settings.home, temporal.NAME)
    address = settings.temporal_address or (server.address if server else None)
    if address is None:
        return Check("Temporal", None, "not running; `cairn up` starts it")
    client = await connected(address, settings.namespace)
    version = await server_version(client)
    missing = await missing_search_attributes(client, settings.namespace)
    lacking = (
        f"; missing search attributes: {', '.join(missing)}" if missing else ", search attributes registered"
    )
    return Check("Temporal", not missing, f"version {version} on {address}{lacking}")
