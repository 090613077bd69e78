"""A backup: the log as pg_dump writes it, with a note of what it must verify to; and back from it into a database.

A folder with `log.dump` and `backup.json`, for its owner alone. Read models are left out, they are folded anew. Any
Postgres that is not older can take it in; the log knows that it is not where it was recorded, and takes nothing in
until an epoch is opened there (docs/ledger.md).
"""

import asyncio
import hashlib
import os
import shutil
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg
from pydantic import BaseModel, ConfigDict, ValidationError

from cairn.i18n import message
from cairn.ledger.statements import read_statements
from cairn.settings import Settings
from cairn_portal.servers import migrate, postgres
from cairn_portal.servers.problem import ServerProblem

_SQL = read_statements(Path(__file__).with_suffix(".sql"))
DUMP, NOTE = "log.dump", "backup.json"
CHUNK = 1024 * 1024


class Backup(BaseModel):
    """What a backup holds: `events` in the log, the first `sealed` of them sealed under `root` (hex); the epoch and
    cluster it comes from; `sha256` (hex) and `bytes` of the dump."""

    model_config = ConfigDict(frozen=True)

    made_at: datetime
    postgres: str
    epoch: int
    cluster: int
    events: int
    sealed: int
    root: str | None
    sha256: str
    bytes: int


def administrator(settings: Settings) -> str:
    """The address with the login that owns the ledger: who restores and opens epochs."""
    given = settings.migration_database or settings.admin_database or settings.database
    return given or postgres.address(settings.home)


def reader(settings: Settings) -> str:
    """The address with the login that reads all and changes nothing, where there is one: who backs up."""
    return settings.backup_database or administrator(settings)


async def back_up(dsn: str, folder: Path) -> Backup:
    """Writes a backup into a new folder while everybody works; there is a whole one or none. Raises ServerProblem."""
    draft = folder.with_name(f"{folder.name}.new")
    _require_new(folder)
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        made = await _dumped(dsn, draft)
        note = draft / NOTE
        note.touch(mode=0o600)
        note.write_text(made.model_dump_json(indent=2) + "\n", encoding="utf-8")
        draft.rename(folder)
        return made
    except OSError as failed:
        raise ServerProblem(
            message(
                "The backup in {folder} cannot be written: {reason}", folder=folder, reason=failed.strerror
            )
        ) from failed
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _require_new(folder: Path) -> None:
    if folder.exists():
        raise ServerProblem(message("{folder} exists already: name a new folder.", folder=folder))


async def _dumped(dsn: str, folder: Path) -> Backup:
    """The dump and the note are of one snapshot. Nothing is written, so sealing does not wait for it."""
    file = folder / DUMP
    file.touch(mode=0o600)
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "cairn backup"})
    try:
        await connection.execute(_SQL["without_timeout"])
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            (facts,) = await connection.fetch(_SQL["facts"])
            snapshot = await connection.fetchval("select pg_export_snapshot()")
            await _run(
                _program("pg_dump", connection), dsn, "--format=custom", f"--snapshot={snapshot}",
                "--exclude-table-data=read.*", f"--file={file}",
            )  # fmt: skip
    finally:
        await connection.close()
    digest = await asyncio.to_thread(_sha256, file)
    return Backup(**facts, sha256=digest, bytes=file.stat().st_size)


def read(folder: Path) -> Backup:
    """A backup's note, its dump compared with it. Raises ServerProblem for anything that is no whole backup."""
    try:
        found = Backup.model_validate_json((folder / NOTE).read_text("utf-8"))
        whole = _sha256(folder / DUMP) == found.sha256
    except (OSError, ValidationError, UnicodeDecodeError) as failed:
        raise ServerProblem(
            message(
                "{folder} is not a backup: it needs {dump} and {note} as `cairn backup` wrote them.",
                folder=folder,
                dump=DUMP,
                note=NOTE,
            )
        ) from failed
    if not whole:
        raise ServerProblem(
            message(
                "{file} is not what was backed up: its SHA-256 differs from the one in {note}. Take another copy.",
                file=folder / DUMP,
                note=NOTE,
            )
        )
    return found


async def put_back(dsn: str, folder: Path) -> list[str]:
    """Restores a backup into a database without events and migrates it; gives the migrations that were applied.

    All or nothing: a restore that fails leaves the database empty. Raises ServerProblem.
    """
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "cairn restore"})
    try:
        await _require_empty(connection)
        await connection.execute(_SQL["clear"])
        await connection.execute(_SQL["roles"])
        program = _program("pg_restore", connection)
        await _run(program, dsn, "--no-owner", "--exit-on-error", "--single-transaction", str(folder / DUMP))
    except asyncpg.InsufficientPrivilegeError as refused:
        raise ServerProblem(
            message(
                "This login may not restore into the database ({reason}): do it as the database's owner, who may "
                "create roles.",
                reason=refused,
            )
        ) from refused
    finally:
        await connection.close()
    return await migrate.migrate_all(dsn)


async def _require_empty(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    try:
        occupied = await connection.fetchval(_SQL["has_events"])
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return
    if occupied:
        raise ServerProblem(
            message(
                "This database has a log with events in it, which nothing overwrites. Set CAIRN_HOME to a new folder, "
                "or CAIRN_DATABASE to an empty database, and restore there."
            )
        )


def _program(name: str, connection: "asyncpg.Connection[asyncpg.Record]") -> str:
    """pg_dump or pg_restore that fits the server: those that come along for versions up to theirs, else one on PATH."""
    server = connection.get_server_version().major
    if server <= postgres.MAJOR:
        ours = postgres.programs_for(server) / name
        if ours.exists():
            return str(ours)
    found = shutil.which(name)
    if found is None:
        raise ServerProblem(
            message(
                "Postgres {server} needs the program {name} of its own version: install its client programs.",
                server=server,
                name=name,
            )
        )
    return found


async def _run(program: str, dsn: str, *options: str) -> None:
    """Runs a client program; the password goes through its environment, where no list of processes shows it."""
    address, secret = _without_secret(dsn)
    process = await asyncio.create_subprocess_exec(
        program, f"--dbname={address}", *options, env={**_plain(), **secret},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        _, words = await process.communicate()
    finally:
        if process.returncode is None:  # we were stopped
            process.kill()
    if process.returncode:
        raise ServerProblem(
            message(
                "{program} failed: {reason}", program=Path(program).name, reason=words.decode().strip()[-600:]
            )
        )


def _without_secret(dsn: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(dsn)
    if parts.password is None:
        return dsn, {}
    user, place = (parts.username or ""), parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}@{place}")), {"PGPASSWORD": unquote(parts.password)}


def _plain() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("LC_")}
    return {**kept, "LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"}


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as read:
        while block := read.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()
