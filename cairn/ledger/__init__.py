"""The event store: append, seal and read the log that is the only record of what happened."""

from cairn.ledger.conflict import (
    AppendConflict,
    EventRefused,
    IdReused,
    PartlyRecorded,
    WrongExpectedVersion,
)
from cairn.ledger.event import Appended, NewEvent, Proof, StoredEvent, StreamAppend
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
from cairn.ledger.newer import Newer, newer_events
from cairn.ledger.pool import (
    LOST,
    PASSING,
    UNWRITABLE,
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
from cairn.ledger.subscription import (
    Following,
    Page,
    ParkedStream,
    PositionMoved,
    Subscription,
    ask_again,
    leave_out,
    parked_streams,
    subscriptions,
)
from cairn.ledger.upcast import NEWER, UPCASTERS, NewerEvent, Upcasters, upcast
from cairn.ledger.verifying import Fault, Verified, verify

__all__ = [
    "LOST",
    "NEWER",
    "PASSING",
    "UNWRITABLE",
    "UPCASTERS",
    "AppendConflict",
    "Appended",
    "AwayFromHome",
    "Connection",
    "EventRefused",
    "Fault",
    "Following",
    "Home",
    "Horizon",
    "IdReused",
    "Ledger",
    "MigrationError",
    "NewEvent",
    "Newer",
    "NewerEvent",
    "OpeningRefused",
    "Page",
    "ParkedStream",
    "PartlyRecorded",
    "Place",
    "PositionMoved",
    "Proof",
    "Sealer",
    "StoredEvent",
    "StreamAppend",
    "Subscription",
    "Upcasters",
    "Verified",
    "WrongExpectedVersion",
    "application_name",
    "applications_here",
    "ask_again",
    "connect",
    "home",
    "horizon",
    "leave_out",
    "ledger_id",
    "migrate",
    "newer_events",
    "open_epoch",
    "open_pool",
    "parked_streams",
    "pending_migrations",
    "shares_sessions",
    "stop_if_cancelled",
    "strays",
    "subscriptions",
    "unlimited",
    "unsealed",
    "upcast",
    "verify",
]
