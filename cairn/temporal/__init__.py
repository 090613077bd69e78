"""How everybody talks to Temporal: over TLS where that is set, and always in payloads that it cannot read."""

from cairn.temporal.connecting import connect, reach
from cairn.temporal.keys import KEY_FILE, PayloadKeys, make_key, payload_keys
from cairn.temporal.payloads import PayloadEncryption, encrypting, keyed_digest

__all__ = [
    "KEY_FILE",
    "PayloadEncryption",
    "PayloadKeys",
    "connect",
    "encrypting",
    "keyed_digest",
    "make_key",
    "payload_keys",
    "reach",
]
