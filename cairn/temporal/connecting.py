"""Clients of the Temporal server that the settings name, with TLS and an API key where they are set."""

import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.service import TLSConfig

from cairn.i18n import message
from cairn.settings import Settings, SettingsProblem
from cairn.temporal.keys import payload_keys
from cairn.temporal.payloads import encrypting

DEFAULT_ADDRESS = "127.0.0.1:7233"


async def connect(settings: Settings, *, interceptors: Sequence[Any] = ()) -> Client:
    """A client that works with workflows: all it sends is encrypted. Raises SettingsProblem where there is no key."""
    return await Client.connect(
        settings.temporal_address or DEFAULT_ADDRESS,
        namespace=settings.namespace,
        data_converter=encrypting(payload_keys(settings)),
        interceptors=interceptors,
        **_way_in(settings),
    )


async def reach(settings: Settings, address: str | None = None) -> Client:
    """A client that looks after the server, without the key: it asks for no workflow's content."""
    address = address or settings.temporal_address or DEFAULT_ADDRESS
    return await Client.connect(address, namespace=settings.namespace, **_way_in(settings))


def _way_in(settings: Settings) -> dict[str, Any]:
    key = settings.temporal_api_key
    found: dict[str, Any] = {"identity": f"{os.getpid()}@{socket.gethostname()}", "tls": _tls(settings)}
    return found | ({"api_key": key} if key else {})


def _tls(settings: Settings) -> TLSConfig | bool:
    files = settings.temporal_ca, settings.temporal_certificate, settings.temporal_certificate_key
    if any(files) or settings.temporal_server_name:
        authority, certificate, key = (_content(file) for file in files)
        return TLSConfig(
            server_root_ca_cert=authority,
            domain=settings.temporal_server_name,
            client_cert=certificate,
            client_private_key=key,
        )
    return settings.temporal_tls if settings.temporal_tls is not None else bool(settings.temporal_api_key)


def _content(file: Path | None) -> bytes | None:
    try:
        return file.read_bytes() if file else None
    except OSError as unreadable:
        raise SettingsProblem(
            message("The file {file} cannot be read: {reason}.", file=file, reason=unreadable.strerror)
        ) from unreadable
