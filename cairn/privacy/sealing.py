"""One private value encrypted: AES-SIV (RFC 5297), which needs no nonce, so that the same text in the same place comes
out the same and a repeated append is known for what it is (ADR 0013)."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from pydantic_core import from_json, to_json

from cairn.domain.private_text import KEY, SEALED

SIZE = 64  # bytes: AES-256-SIV takes two keys


class TextKey:
    """The key of one person's private text."""

    def __init__(self, id: UUID, key: bytes) -> None:
        self.name = str(id)
        self._cipher = AESSIV(key)

    def seal(self, value: Any, place: Sequence[bytes]) -> dict[str, str]:
        """JSON's value, encrypted and bound to a place: stream, event id and path of the field."""
        return {SEALED: self.seal_bytes(to_json(value), place), KEY: self.name}

    def open(self, sealed: str, place: Sequence[bytes]) -> Any:
        """The value again. Raises ValueError where it was changed, or stood elsewhere."""
        return from_json(self.open_bytes(sealed, place))

    def seal_bytes(self, plain: bytes, place: Sequence[bytes]) -> str:
        return base64.urlsafe_b64encode(self._cipher.encrypt(plain, list(place))).decode()

    def open_bytes(self, sealed: str, place: Sequence[bytes]) -> bytes:
        try:
            return self._cipher.decrypt(base64.urlsafe_b64decode(sealed), list(place))
        except (InvalidTag, binascii.Error, ValueError) as changed:
            raise ValueError("not what was encrypted here") from changed
