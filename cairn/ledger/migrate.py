"""Brings a database to the schema this program needs: numbered .sql files, each once, each a transaction."""

import asyncio
import hashlib
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import asyncpg

from cairn.ledger.pool import application_name
from cairn.ledger.statements import read_statements

_SQL = read_statements(Path(__file__).with_suffix(".sql"))
LEDGER = Path(__file__).with_name("migrations")
OUTSIDE = "-- outside a transaction"
"""Begins a file whose statements are no transaction together."""
MOMENT = "400ms"
"""How long a migration waits for a table: whoever has written and waits holds back the sealing of the log."""
TRIES = 200
TURN = 0.05
"""Seconds between two tries to be the one who migrates."""


class MigrationError(Exception):
    """The database and this program's migrations do not fit together.

    `problem` is changed, missing, failed or unknown, `facts` say which; the sentence is `migration:<problem>`.
    """

    def __init__(self, problem: str, **facts: str | list[str]) -> None:
        self.problem, self.facts = problem, facts
        super().__init__(f"{problem}: " + ", ".join(f"{name} {value}" for name, value in facts.items()))


async def migrate(
    dsn: str, *, folders: Sequence[Path] = (), on_step: Callable[[str], None] | None = None
) -> list[str]:
    """Applies what is missing: the ledger's migrations, then each folder's, in the order of their names.

    Returns and reports (`on_step`) "<folder>/<file>" for each one applied. Safe to run again, and at once
    from several places. Raises MigrationError if an applied file has changed or is unknown, or if one fails;
    a failed migration leaves nothing behind.

    People may work meanwhile: a migration does not wait for a table with what it has done already, but begins again. A
    file whose first line is OUTSIDE has its statements executed one by one, each for itself, as an index that is built
    concurrently needs it: it holds nothing back, and may be half done where it fails, so each can be repeated.
    """
    connection = await asyncpg.connect(
        dsn, server_settings={"application_name": application_name("cairn-migrate")}
    )
    try:
        while not await connection.fetchval(_SQL["lock"]):  # noqa: ASYNC110 - the other one is elsewhere
            await asyncio.sleep(TURN)
        await connection.execute(_SQL["prepare"])
        done: list[str] = []
        for folder in dict.fromkeys([LEDGER, *folders]):
            done += await _apply_folder(connection, folder, on_step)
        return done
    finally:
        await connection.close()


async def pending_migrations(dsn: str, *, folders: Sequence[Path] = ()) -> list[str]:
    """What `migrate` would apply, as "<folder>/<file>"; changes nothing."""
    connection = await asyncpg.connect(
        dsn, timeout=10, server_settings={"application_name": application_name("cairn-migrate")}
    )
    try:
        rows = await connection.fetch(_SQL["everything_applied"])
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        rows = []  # nobody has migrated this database yet
    finally:
        await connection.close()
    applied = {(row["folder"], row["name"]) for row in rows}
    known = [(_name(folder), file.name) for folder in [LEDGER, *folders] for file in _files(folder)]
    return [f"{folder}/{name}" for folder, name in known if (folder, name) not in applied]


async def _apply_folder(
    connection: "asyncpg.Connection[asyncpg.Record]", folder: Path, on_step: Callable[[str], None] | None
) -> list[str]:
    """Applies what is missing of one folder."""
    name = _name(folder)
    files = _files(folder)
    applied = {row["name"]: row["sha256"] for row in await connection.fetch(_SQL["applied"], name)}
    _refuse_unknown(name, applied.keys() - {file.name for file in files})
    done = []
    for file in files:
        step, text = f"{name}/{file.name}", file.read_text("utf-8")
        digest = hashlib.sha256(text.encode()).hexdigest()
        if applied.get(file.name, digest) != digest:
            raise MigrationError("changed", step=step)
        if file.name not in applied:
            await _apply(connection, name, file.name, text, digest)
            done.append(step)
            if on_step:
                on_step(step)
    return done


def _name(folder: Path) -> str:
    """What the database calls a folder: by the package it lies in."""
    return folder.parent.name if folder.name == "migrations" else folder.name


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.sql"))
    if not files:
        raise MigrationError("missing", folder=str(folder))
    return files


async def _apply(
    connection: "asyncpg.Connection[asyncpg.Record]", folder: str, name: str, text: str, digest: str
) -> None:
    work = _one_by_one if text.startswith(OUTSIDE) else _as_one
    try:
        for _ in range(TRIES - 1):
            try:
                return await work(connection, text, folder, name, digest)
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
                await asyncio.sleep(random.uniform(0.05, 0.5))
        await work(connection, text, folder, name, digest)
    except asyncpg.PostgresError as error:
        raise MigrationError("failed", step=f"{folder}/{name}", reason=str(error)) from error


async def _as_one(
    connection: "asyncpg.Connection[asyncpg.Record]", text: str, folder: str, name: str, digest: str
) -> None:
    async with connection.transaction():
        await connection.execute(f"set local lock_timeout = '{MOMENT}'")
        await connection.execute(text)
        await connection.execute(_SQL["record"], folder, name, digest)


async def _one_by_one(
    connection: "asyncpg.Connection[asyncpg.Record]", text: str, folder: str, name: str, digest: str
) -> None:
    """Without a limit for locks: whoever builds concurrently waits for others and holds up nobody."""
    for statement in re.split(r";[ \t]*$", text, flags=re.MULTILINE):
        if re.sub(r"--.*", "", statement).strip():
            await connection.execute(statement)
    await connection.execute(_SQL["record"], folder, name, digest)


def _refuse_unknown(folder: str, unknown: set[str]) -> None:
    if unknown:
        raise MigrationError("unknown", folder=folder, unknown=sorted(unknown))
