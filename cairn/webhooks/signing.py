"""Signatures as Standard Webhooks has them (https://www.standardwebhooks.com): HMAC-SHA256 of id, time and body."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret."""


class SecretUnusable(ValueError):
    """A secret that is none: it has to be whsec_ and 24 to 64 bytes in Base64."""


def secrets_of(stated: str) -> tuple[bytes, ...]:
    """The secrets of a setting, with commas between: the first is the current one, a receiver may still know others.
    Raises SecretUnusable, which never quotes what was stated."""
    found = []
    for each in stated.split(","):
        text = each.strip().removeprefix(PREFIX)
        try:
            secret = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise SecretUnusable from None
        if not SHORTEST <= len(secret) <= LONGEST:
            raise SecretUnusable
        found.append(secret)
    return tuple(found)


def headers(secrets: Sequence[bytes], id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one sending, at a time in seconds since 1970."""
    signed = f"{id}.{timestamp}.".encode() + body
    signatures = (
        base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in secrets
    )
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }
