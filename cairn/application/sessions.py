"""What a database's address has to offer before anybody works with it: sessions of one's own."""

from cairn.i18n import message
from cairn.ledger import shares_sessions
from cairn.settings import Settings, SettingsProblem


async def require_sessions(settings: Settings) -> None:
    """Raises SettingsProblem where an address leads through a pooler that shares sessions.

    Leaders hold their lock by their session, and whoever waits for a seal listens by one: several would lead, and
    nobody would hear.
    """
    addresses = {
        "CAIRN_DATABASE": settings.database,
        "CAIRN_SEALER_DATABASE": settings.sealer_database,
        "CAIRN_FOLDING_DATABASE": settings.folding_database,
    }
    for name, address in addresses.items():
        if address and await shares_sessions(address):
            raise SettingsProblem(
                message(
                    "{name} leads through a pooler that lends a session for one transaction only (PgBouncer: "
                    "pool_mode = transaction or statement). Cairn holds locks and listens by its sessions: set "
                    "pool_mode = session for this database, with default_pool_size of 30 for each worker, or "
                    "set {name} to the server's own address.",
                    name=name,
                )
            )
