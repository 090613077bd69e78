"""Payloads on their way to Temporal and back: encrypted with AES-256-GCM, which also shows who had the key."""

import dataclasses
import hmac
import logging
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)

from cairn.temporal.keys import PayloadKeys

ENCODING = b"binary/encrypted"
BOUND_TO = b"cairn-payload-1"
NONCE = 12  # bytes, as GCM wants them
NOTHING = Payload(metadata={"encoding": b"binary/null"})

log = logging.getLogger(__name__)


class UnreadablePayload(Exception):
    """A payload that none of the known keys opens."""


def keyed_digest(client: Client, *parts: str) -> str:
    """A short digest of texts in their order that only who has the key of this client's payloads can compute: by one
    that all can compute, people could guess at short texts."""
    codec = client.data_converter.payload_codec
    key = codec.keys.known[codec.keys.current] if isinstance(codec, PayloadEncryption) else b""
    return hmac.digest(key, "\n".join(("cairn-digest-1", *parts)).encode(), "sha256").hex()[:32]


class PayloadEncryption(PayloadCodec):
    """Encrypts whatever is sent, and decrypts what comes back, with the key that its id names.

    What was changed on its way, or is unencrypted where that is not believed, arrives as nothing at all: whoever sent
    it gets the refusal that a message without content gets, and the workflow goes on. A key that is not known here is
    the operator's mistake, and an error until it is mended.
    """

    def __init__(self, keys: PayloadKeys) -> None:
        self.keys = keys
        self._ciphers = {name: AESGCM(key) for name, key in keys.known.items()}

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._decrypted(payload) for payload in payloads]

    def _encrypted(self, payload: Payload) -> Payload:
        nonce = os.urandom(NONCE)
        cipher = self._ciphers[self.keys.current]
        metadata = {"encoding": ENCODING, "key": self.keys.current.encode()}
        data = nonce + cipher.encrypt(nonce, payload.SerializeToString(), BOUND_TO)
        return Payload(metadata=metadata, data=data)

    def _decrypted(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload if self.keys.reads_plain else self._disbelieved(payload)
        name = payload.metadata.get("key", b"").decode("ascii", "replace")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise UnreadablePayload(
                f"A payload was encrypted with the key {name}, which is not known here: set CAIRN_PAYLOAD_KEY (or "
                "CAIRN_EARLIER_PAYLOAD_KEYS) to what the others have."
            )
        try:
            return Payload.FromString(cipher.decrypt(payload.data[:NONCE], payload.data[NONCE:], BOUND_TO))
        except (InvalidTag, ValueError):
            log.warning("A payload was made by somebody without the key and is taken for nothing.")
            return NOTHING

    def _disbelieved(self, payload: Payload) -> Payload:
        encoding = payload.metadata.get("encoding", b"?")
        if encoding != NOTHING.metadata["encoding"]:
            log.warning("A payload came unencrypted (%r) and is taken for nothing.", encoding)
        return NOTHING


def encrypting(keys: PayloadKeys) -> DataConverter:
    """Pydantic's values as JSON, encrypted, and failures with their texts encrypted as well."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=PayloadEncryption(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
