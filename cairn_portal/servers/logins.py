"""Which logins Cairn has in its database, what each may do, and how long its transactions may take."""

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import unquote, urlsplit

import asyncpg

from cairn.ledger.logins import Login, ensure_logins, give_database, hand_over, let_read
from cairn.settings import Settings

FOLDER = "cairn_folder"
WORKER, SEALER, FOLDING, PORTAL = "worker", "sealer", "folding", "portal"
MIGRATION, BACKUP = "migration", "backup"
NAMES = {
    WORKER: "cairn_worker",
    SEALER: "cairn_worker_sealing",
    FOLDING: "cairn_worker_folding",
    PORTAL: "cairn_portal",
    MIGRATION: "cairn_migration",
    BACKUP: "cairn_backup",
}
"""The logins of an embedded database by what they are for; elsewhere the operator's addresses name them."""
GROUPS = {
    WORKER: ("cairn_writer",),
    SEALER: ("cairn_sealer",),
    FOLDING: (FOLDER,),
    PORTAL: ("cairn_writer", "pg_read_all_stats"),  # `cairn status` names who holds the log back
    MIGRATION: (FOLDER, "cairn_writer", "cairn_sealer", "cairn_reader"),
    BACKUP: ("pg_read_all_data",),
}
WRITES = {"transaction_timeout": "5s", "idle_in_transaction_session_timeout": "5s"}
"""A transaction that has written holds back all readers, so those who write by the day have little time for each.
Migrations and backups take what they need: they wait for nobody while they hold a transaction id."""
LIMITS: Mapping[str, Mapping[str, str]] = {
    WORKER: WRITES,
    SEALER: {
        "transaction_timeout": "3s",
        "idle_in_transaction_session_timeout": "3s",
        "idle_session_timeout": "5s",
    },
    FOLDING: WRITES,
    PORTAL: WRITES,
    MIGRATION: {"transaction_timeout": "0", "statement_timeout": "0"},
    BACKUP: {"default_transaction_read_only": "on", "transaction_timeout": "0", "statement_timeout": "0"},
}


def logins(passwords: Mapping[str, str]) -> list[Login]:
    """The embedded database's logins, with their passwords by what they are for."""
    return [_login(purpose, NAMES[purpose], password) for purpose, password in passwords.items()]


def logins_of(settings: Settings) -> list[Login]:
    """The logins that the operator's addresses name, without the administrator's own."""
    addresses = {
        WORKER: settings.database,
        SEALER: settings.sealer_database,
        FOLDING: settings.folding_database,
        PORTAL: settings.portal_database,
        MIGRATION: settings.migration_database,
        BACKUP: settings.backup_database,
    }
    administrator = user_of(settings.admin_database or "")
    found = {purpose: urlsplit(address) for purpose, address in addresses.items() if address}
    return [
        _login(purpose, unquote(each.username), unquote(each.password or ""))
        for purpose, each in found.items()
        if each.username and unquote(each.username) != administrator
    ]


def user_of(address: str) -> str:
    """The login in an address; empty where it has none."""
    return unquote(urlsplit(address).username or "")


def _login(purpose: str, name: str, password: str) -> Login:
    return Login(name, password, GROUPS[purpose], LIMITS[purpose])


async def prepare(
    administrator: str, wanted: list[Login], *, owner: str | None, iterations: int = 4096
) -> None:
    """Makes the logins, and gives the database to the one that migrates it (`owner`), with whatever is in it."""
    await ensure_logins(administrator, wanted, iterations=iterations)
    builders = [FOLDER] if any(FOLDER in each.groups for each in wanted) else []
    await give_database(administrator, owner=owner, builders=builders)
    if owner is not None:
        await hand_over(administrator, {"ledger": owner, "migration": owner})


async def hand_over_read_models(owner: str) -> None:
    """Gives what the read models are made of to those who fold it, and lets everybody who reads the log read it.

    Where the owner of the database may not do that, it keeps them, and is the one who folds.
    """
    with suppress(asyncpg.InsufficientPrivilegeError):
        await hand_over(owner, {"read": FOLDER})
    await let_read(owner, schemas=("read", "migration"), roles=("cairn_writer", "cairn_reader"))
