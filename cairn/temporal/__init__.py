"""How everybody talks to Temporal: over TLS where that is set, and always in payloads that it cannot read."""

from cairn.temporal.connecting import connect, reach
from cairn.temporal.keys import KEY_FILE, KeyProblem, PayloadKeys, make_key, payload_keys
from cairn.temporal.payloads import PayloadEncryption, encrypting

__all__ = [
    "KEY_FILE",
    "KeyProblem",
    "PayloadEncryption",
    "PayloadKeys",
    "connect",
    "encrypting",
    "make_key",
    "payload_keys",
    "reach",
]
