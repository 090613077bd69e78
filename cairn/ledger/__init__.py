"""The event store: append, seal and read the log that is the only record of what happened."""

from cairn.ledger.conflict import (
    AppendConflict,
    EventRefused,
    IdReused,
    PartlyRecorded,
    WrongExpectedVersion,
)
from cairn.ledger.event import Appended, NewEvent, StoredEvent, StreamAppend
from cairn.ledger.horizon import Horizon, horizon
from cairn.ledger.migrate import MigrationError, migrate, pending_migrations
from cairn.ledger.pool import LOST, application_name, open_pool, stop_if_cancelled, unlimited
from cairn.ledger.pooler import shares_sessions
from cairn.ledger.sealer import Sealer, SealRefused
from cairn.ledger.store import Ledger
from cairn.ledger.upcast import UPCASTERS, Upcasters, upcast

__all__ = [
    "LOST",
    "UPCASTERS",
    "AppendConflict",
    "Appended",
    "EventRefused",
    "Horizon",
    "IdReused",
    "Ledger",
    "MigrationError",
    "NewEvent",
    "PartlyRecorded",
    "SealRefused",
    "Sealer",
    "StoredEvent",
    "StreamAppend",
    "Upcasters",
    "WrongExpectedVersion",
    "application_name",
    "horizon",
    "migrate",
    "open_pool",
    "pending_migrations",
    "shares_sessions",
    "stop_if_cancelled",
    "unlimited",
    "upcast",
]
