"""What people write about each other: encrypted under a key of whom it is about, on its way into the log and back."""

from cairn.privacy.data_keys import keys_by_wrapping
from cairn.privacy.erasing import Written, delete_keys, may_delete, returned_keys, written_about
from cairn.privacy.private_ledger import PrivateLedger
from cairn.privacy.wrapping import (
    KEY_FILE,
    NO_KEY,
    WrappingKeys,
    make_key,
    require_wrapping_keys,
    wrapping_keys,
)

__all__ = [
    "KEY_FILE",
    "NO_KEY",
    "PrivateLedger",
    "WrappingKeys",
    "Written",
    "delete_keys",
    "keys_by_wrapping",
    "make_key",
    "may_delete",
    "require_wrapping_keys",
    "returned_keys",
    "wrapping_keys",
    "written_about",
]
