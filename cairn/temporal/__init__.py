"""How everybody talks to Temporal: over TLS where that is set, and always in payloads that it cannot read."""

from cairn.temporal.builds import DEPLOYMENT, Builds, builds_of, on_build, set_current
from cairn.temporal.connecting import connect, reach
from cairn.temporal.keys import KEY_FILE, PayloadKeys, make_key, payload_keys
from cairn.temporal.owner import NamespaceTaken, claim_namespace, require_namespace
from cairn.temporal.payloads import PayloadEncryption, encrypting, keyed_digest

__all__ = [
    "DEPLOYMENT",
    "KEY_FILE",
    "Builds",
    "NamespaceTaken",
    "PayloadEncryption",
    "PayloadKeys",
    "builds_of",
    "claim_namespace",
    "connect",
    "encrypting",
    "keyed_digest",
    "make_key",
    "on_build",
    "payload_keys",
    "reach",
    "require_namespace",
    "set_current",
]
