"""Makes servers ready for this version: `python -m cairn_portal.servers.migrate`; a start does the same.

The database gets the logins that addresses name (with CAIRN_ADMIN_DATABASE) and its missing migrations, a Temporal
server whose address is set its search attributes.
"""

import asyncio
import sys
from pathlib import Path

import asyncpg

import projections
from cairn.i18n import Message
from cairn.ledger import MigrationError, migrate, pending_migrations
from cairn.settings import Settings
from cairn_portal.servers import logins
from cairn_portal.servers.problem import ServerProblem
from cairn_portal.servers.temporal_ready import connected, make_usable

READ_MODELS = Path(projections.__file__).with_name("migrations")


async def migrate_all(dsn: str) -> list[str]:
    """Applies what is missing in the ledger and the read models; gives the names of what was applied.

    `dsn` is the address of the database's owner; what was made is then given to those who work with it.
    """
    try:
        applied = await migrate(dsn, folders=[READ_MODELS])
        await logins.hand_over_read_models(dsn)
        return applied
    except MigrationError as failed:
        raise ServerProblem(Message(f"migration:{failed.problem}", failed.facts)) from failed


async def pending(dsn: str) -> list[str]:
    """Which migrations the database still lacks, as `ledger/0001_log.sql`."""
    return await pending_migrations(dsn, folders=[READ_MODELS])


async def _prepare(settings: Settings, address: str) -> None:
    await make_usable(await connected(settings, address), settings.namespace)
    print(f"Temporal on {address}: namespace {settings.namespace} and search attributes are ready.")


async def _logins(administrator: str, settings: Settings) -> None:
    wanted = logins.logins_of(settings)
    owner = logins.user_of(settings.migration_database or "")
    await logins.prepare(administrator, wanted, owner=owner or None)
    print(f"Logins: {', '.join(each.name for each in wanted)}")


def _main() -> int:
    settings = Settings()
    address = settings.migration_database or settings.admin_database or settings.database
    if address is None:
        print("CAIRN_DATABASE is not set: say which database to migrate.", file=sys.stderr)
        return 2
    try:
        if settings.admin_database is not None:
            asyncio.run(_logins(settings.admin_database, settings))
        applied = asyncio.run(migrate_all(address))
        print(
            f"Applied: {', '.join(applied)}" if applied else "Nothing to apply: the database is up to date."
        )
        if settings.temporal_address is not None:
            asyncio.run(_prepare(settings, settings.temporal_address))
    except (ServerProblem, OSError, asyncpg.PostgresError) as failed:
        print(f"Not ready: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(_main())
