"""The keys by which payloads to Temporal are encrypted: by setting, or in a file of the data folder."""

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cairn.i18n import message
from cairn.settings import Settings, SettingsProblem

KEY_FILE = "payload.key"
SIZE = 32  # bytes: AES-256


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
    return hashlib.sha256(b"cairn-payload-key-1" + key).hexdigest()[:16]


def payload_keys(settings: Settings) -> PayloadKeys:
    """The keys of these settings: CAIRN_PAYLOAD_KEY, else the file in the data folder. Raises SettingsProblem."""
    plain = settings.plain_payloads
    if settings.payload_key is not None:
        texts = [settings.payload_key, *(settings.earlier_payload_keys or "").split(",")]
        keys = [_decoded(text, "CAIRN_PAYLOAD_KEY") for text in texts if text.strip()]
        return PayloadKeys.of(*keys, reads_plain=plain != "refuse")
    file = settings.home / KEY_FILE
    try:
        lines = file.read_text("ascii").split()
    except FileNotFoundError:
        raise SettingsProblem(
            message(
                "There is no key for what is sent to Temporal: set CAIRN_PAYLOAD_KEY to 32 random bytes in Base64 "
                "(`openssl rand -base64 32`), the same for all workers and commands, and keep it safe."
            )
        ) from None
    except (OSError, UnicodeDecodeError) as unreadable:
        raise SettingsProblem(
            message("The key file {file} cannot be read: {reason}.", file=file, reason=str(unreadable))
        ) from unreadable
    keys = [_decoded(text, str(file)) for text in lines if text != REFUSES_PLAIN]
    if not keys:
        raise SettingsProblem(message("{place} is no key: it has to be 32 bytes in Base64.", place=str(file)))
    return PayloadKeys.of(*keys, reads_plain=(plain or "read") == "read" and REFUSES_PLAIN not in lines)


REFUSES_PLAIN = "refuse-plain"
"""A line of the key file: nothing unencrypted was ever sent to this Temporal, so nothing unencrypted is believed."""


def make_key(home: Path, *, reads_plain: bool) -> Path:
    """The data folder's key file, made if it is not there: for its owner's eyes alone."""
    file = home / KEY_FILE
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file
    with os.fdopen(handle, "w", encoding="ascii") as made:
        made.write(base64.b64encode(secrets.token_bytes(SIZE)).decode() + "\n")
        made.write("" if reads_plain else f"{REFUSES_PLAIN}\n")
    return file


def _decoded(text: str, place: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != SIZE:
        raise SettingsProblem(message("{place} is no key: it has to be 32 bytes in Base64.", place=place))
    return key
