"""The event store: append, seal and read the log that is the only record of what happened."""

from cairn.ledger.conflict import (
    AppendConflict,
    EventRefused,
    IdReused,
    PartlyRecorded,
    WrongExpectedVersion,
)
from cairn.ledger.event import Appended, NewEvent, StoredEvent, StreamAppend
from cairn.ledger.home import (
    AwayFromHome,
    Home,
    OpeningRefused,
    Place,
    home,
    ledger_id,
    open_epoch,
    strays,
    unsealed,
)
from cairn.ledger.horizon import Horizon, horizon
from cairn.ledger.migrate import MigrationError, migrate, pending_migrations
from cairn.ledger.pool import (
    LOST,
    Connection,
    application_name,
    applications_here,
    connect,
    open_pool,
    stop_if_cancelled,
    unlimited,
)
from cairn.ledger.pooler import shares_sessions
from cairn.ledger.sealer import Sealer
from cairn.ledger.store import Ledger
from cairn.ledger.upcast import UPCASTERS, Upcasters, upcast
from cairn.ledger.verifying import Fault, Verified, verify

__all__ = [
    "LOST",
    "UPCASTERS",
    "AppendConflict",
    "Appended",
    "AwayFromHome",
    "Connection",
    "EventRefused",
    "Fault",
    "Home",
    "Horizon",
    "IdReused",
    "Ledger",
    "MigrationError",
    "NewEvent",
    "OpeningRefused",
    "PartlyRecorded",
    "Place",
    "Sealer",
    "StoredEvent",
    "StreamAppend",
    "Upcasters",
    "Verified",
    "WrongExpectedVersion",
    "application_name",
    "applications_here",
    "connect",
    "home",
    "horizon",
    "ledger_id",
    "migrate",
    "open_epoch",
    "open_pool",
    "pending_migrations",
    "shares_sessions",
    "stop_if_cancelled",
    "strays",
    "unlimited",
    "unsealed",
    "upcast",
    "verify",
]
