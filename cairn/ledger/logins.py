"""Makes the logins of a ledger's database, each with the rights and the limits of its work, and hands over schemas."""

import asyncio
import base64
import hashlib
import hmac
import os
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from cairn.ledger.pool import Connection, application_name, can_limit
from cairn.ledger.statements import read_statements

TRIES = 100

_SQL = read_statements(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True)
class Login:
    """A login: the roles whose rights it has, and the settings each of its sessions begins with on the server."""

    name: str
    password: str = field(repr=False)
    groups: tuple[str, ...]
    settings: Mapping[str, str]


async def ensure_logins(administrator: str, logins: Sequence[Login], *, iterations: int = 4096) -> None:
    """Makes these logins and the roles they are in where they are missing, and sets what they have.

    `administrator` is the address of a login that may make roles. Only a hash of a password is sent: what a server
    writes into its log tells nobody. `iterations` of hashing protect a short password from whoever reads that hash.
    """
    connection = await _connected(administrator)
    try:
        await _insist(connection, _SQL["one_at_a_time"])
        async with connection.transaction():
            for login in logins:
                await _ensure(connection, login, iterations)
    finally:
        await connection.close()


async def hand_over(owner: str, schemas: Mapping[str, str]) -> None:
    """Makes each role the owner of everything in its schemas (a `like` pattern), as far as they are there.

    `owner` is the address of who owns them now, or of a superuser. One thing at a time, each in a moment of its own:
    whoever works with them meanwhile goes on.
    """
    connection = await _connected(owner)
    try:
        await _insist(connection, _SQL["one_at_a_time"])
        for pattern, role in schemas.items():
            for row in await connection.fetch(_SQL["foreign"], pattern, role):
                await _insist(connection, row["statement"])
    finally:
        await connection.close()


async def give_database(administrator: str, *, owner: str | None, builders: Sequence[str]) -> None:
    """Makes `owner` the owner of the database, if one is named, and lets the builders make schemas in it."""
    connection = await _connected(administrator)
    try:
        for role in builders:
            await _say(connection, "let_build", role)
        if owner is not None:
            await _say(connection, "give_database", owner)
    finally:
        await connection.close()


async def let_read(owner: str, *, schemas: Sequence[str], roles: Sequence[str]) -> None:
    """Lets roles read all tables of the schemas that are there now; `owner` is who owns them or a superuser."""
    connection = await _connected(owner)
    try:
        for schema in schemas:
            for role in roles:
                await _say(connection, "let_read", schema, role)
    finally:
        await connection.close()


async def may_tamper(dsn: str) -> tuple[str, bool]:
    """The name of an address's login, and whether it could change or remove what is recorded.

    Raises asyncpg.UndefinedTableError where there is no log yet.
    """
    connection = await _connected(dsn)
    try:
        found = await connection.fetchrow(_SQL["may_tamper"])
        return found["login"], found["mighty"]
    finally:
        await connection.close()


async def _insist(connection: Connection, statement: str) -> None:
    """Executes a statement that needs a table for itself: not waiting long for it, but again and again."""
    for _ in range(TRIES - 1):
        try:
            await connection.execute(statement)
            return
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            await asyncio.sleep(random.uniform(0.05, 0.3))
    await connection.execute(statement)


async def _connected(dsn: str) -> Connection:
    settings = {"application_name": application_name("cairn-logins"), "lock_timeout": "400ms"}
    return await asyncpg.connect(dsn, timeout=10, server_settings=settings)


async def _ensure(connection: Connection, login: Login, iterations: int) -> None:
    for role in (*login.groups, login.name):
        await _say(connection, "create_role", role)
    await _say(connection, "let_in", login.name, _verifier(login.password, iterations))
    for group in login.groups:
        if group.startswith("pg_"):  # the server's own: only its superuser has them to give
            with suppress(asyncpg.InsufficientPrivilegeError):
                async with connection.transaction():
                    await _say(connection, "add_to", group, login.name)
        else:
            await _say(connection, "add_to", group, login.name)
    for name, value in login.settings.items():
        if name != "transaction_timeout" or can_limit(connection):
            await _say(connection, "set_for", login.name, name, value)


async def _say(connection: Connection, template: str, *values: str) -> None:
    """Executes the statement that a template makes of names and values, each quoted as it has to be."""
    statement = await connection.fetchval(_SQL[template], *values)
    if statement is not None:
        await connection.execute(statement)


def _verifier(password: str, iterations: int) -> str:
    """What Postgres keeps of a password (SCRAM-SHA-256); other than ASCII it has to normalise itself."""
    if not password.isascii():
        return password
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    client = hmac.digest(salted, b"Client Key", "sha256")
    server = hmac.digest(salted, b"Server Key", "sha256")
    stored = hashlib.sha256(client).digest()
    told = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return "SCRAM-SHA-256${}:{}${}:{}".format(iterations, *told)
