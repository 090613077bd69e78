"""The keys by which payloads to Temporal are encrypted: by setting, or in a file of the data folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cairn import keys as key_files
from cairn.i18n import message
from cairn.settings import Settings, SettingsProblem

KEY_FILE = "payload.key"
USE = b"cairn-payload-key-1"


@dataclass(frozen=True)
class PayloadKeys:
    """`current` encrypts; all of `known`, by their ids, decrypt. `reads_plain`: whether a payload that nobody encrypted
    is taken for what it says, as workflows that began before there was a key need it."""

    current: str
    known: Mapping[str, bytes] = field(repr=False)
    reads_plain: bool = True

    @classmethod
    def of(cls, current: bytes, *earlier: bytes, reads_plain: bool = True) -> "PayloadKeys":
        return cls(key_id(current), {key_id(key): key for key in (current, *earlier)}, reads_plain)


def key_id(key: bytes) -> str:
    """What names a key without telling it."""
    return key_files.key_id(key, USE)


def payload_keys(settings: Settings) -> PayloadKeys:
    """The keys of these settings: CAIRN_PAYLOAD_KEY, else the file in the data folder. Raises SettingsProblem."""
    plain = settings.plain_payloads
    if settings.payload_key is not None:
        keys = key_files.given_keys(settings.payload_key, settings.earlier_payload_keys, "CAIRN_PAYLOAD_KEY")
        return PayloadKeys.of(*keys, reads_plain=plain == "read")
    file = settings.home / KEY_FILE
    lines = key_files.kept_lines(file)
    if lines is None:
        raise SettingsProblem(
            message(
                "There is no key for what is sent to Temporal: set CAIRN_PAYLOAD_KEY to 32 random bytes in Base64 "
                "(`openssl rand -base64 32`), the same for all workers and commands, and keep it safe."
            )
        )
    keys = key_files.kept_keys([line for line in lines if line != REFUSES_PLAIN], str(file))
    return PayloadKeys.of(*keys, reads_plain=(plain or "read") == "read" and REFUSES_PLAIN not in lines)


REFUSES_PLAIN = "refuse-plain"
"""A line of the key file: nothing unencrypted was ever sent to this Temporal, so nothing unencrypted is believed."""


def make_key(home: Path, *, reads_plain: bool) -> Path:
    """The data folder's key file, made if it is not there: for its owner's eyes alone."""
    return key_files.make_key_file(home / KEY_FILE, *(() if reads_plain else (REFUSES_PLAIN,)))
