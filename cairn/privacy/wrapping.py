"""The key that wraps the keys of private text. It lies outside the database: by setting, or in the data folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cairn import keys as key_files
from cairn.i18n import message
from cairn.settings import Settings, SettingsProblem

KEY_FILE = "text.key"
USE = b"cairn-text-key-1"
NONCE = 12  # bytes, as GCM wants them
NO_KEY = message(
    "There is no key for what people write about each other, so it can be neither recorded nor read: set "
    "CAIRN_TEXT_KEY to 32 random bytes in Base64 (`openssl rand -base64 32`), the same for all workers and commands, "
    "and keep it safe."
)


@dataclass(frozen=True)
class WrappingKeys:
    """`current` wraps new keys, all of `known`, by their ids, unwrap; without any, private text can be neither written
    nor read here. `place` says where they come from."""

    current: str | None = None
    known: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    place: str = ""

    @classmethod
    def of(cls, current: bytes, *earlier: bytes, place: str = "") -> "WrappingKeys":
        known = {key_files.key_id(key, USE): key for key in (current, *earlier)}
        return cls(next(iter(known)), known, place)

    def wrap(self, key: bytes, id: UUID, owner: str) -> tuple[str, bytes]:
        """(id of the wrapping key, the wrapped key), bound to the key's id and owner. Raises SettingsProblem."""
        if self.current is None:
            raise SettingsProblem(NO_KEY)
        nonce = os.urandom(NONCE)
        return self.current, nonce + self._cipher(self.current).encrypt(nonce, key, _bound(id, owner))

    def unwrap(self, wrapped: bytes, wrapped_by: str, id: UUID, owner: str) -> bytes | None:
        """The key, None where it was wrapped by a key that is not known here, or is no longer whole."""
        if wrapped_by not in self.known:
            return None
        try:
            return self._cipher(wrapped_by).decrypt(wrapped[:NONCE], wrapped[NONCE:], _bound(id, owner))
        except (InvalidTag, ValueError):
            return None

    def _cipher(self, name: str) -> AESGCM:
        return AESGCM(self.known[name])


def wrapping_keys(settings: Settings) -> WrappingKeys:
    """The keys of these settings: CAIRN_TEXT_KEY, else the file in the data folder; none where neither is there.
    Raises SettingsProblem where what is there is no key."""
    if settings.text_key is not None:
        keys = key_files.given_keys(settings.text_key, settings.earlier_text_keys, "CAIRN_TEXT_KEY")
        return WrappingKeys.of(*keys, place="CAIRN_TEXT_KEY")
    file = settings.home / KEY_FILE
    lines = key_files.kept_lines(file)
    if lines is None:
        return WrappingKeys()
    return WrappingKeys.of(*key_files.kept_keys(lines, str(file)), place=str(file))


def require_wrapping_keys(settings: Settings) -> WrappingKeys:
    """The same for whoever records what people write. Raises SettingsProblem where there is none."""
    keys = wrapping_keys(settings)
    if keys.current is None:
        raise SettingsProblem(NO_KEY)
    return keys


def make_key(home: Path) -> Path:
    """The data folder's key file, made if it is not there: for its owner's eyes alone."""
    return key_files.make_key_file(home / KEY_FILE)


def _bound(id: UUID, owner: str) -> bytes:
    return f"cairn-text-key-1\n{id}\n{owner}".encode()
