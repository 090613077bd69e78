"""One message to a chat service, once: whether it took it."""

import asyncio
import logging

WITHIN = 20.0
"""Seconds the service has for one message."""

# What Apprise says of an address that fails may repeat the address, and secrets stand in it.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


def is_address(written: str) -> bool:
    """Whether Apprise knows the service, and the address has all that it needs; nothing is sent."""
    from apprise import Apprise  # half a second, for those alone who send

    return Apprise.instantiate(written, suppress_exceptions=True) is not None


async def hand_over(address: str, title: str, text: str) -> bool:
    """Whether the service says that it took the message. Apprise does not tell why one did not."""
    return await asyncio.to_thread(_hand_over, address, title, text)


def _hand_over(address: str, title: str, text: str) -> bool:
    from apprise import Apprise, AppriseAsset, NotifyFormat

    # Nothing in a text is a command to Apprise, and nothing of it lies on the disk.
    asset = AppriseAsset(async_mode=False, storage_mode="memory", service_timeout=WITHIN)
    service = Apprise(asset=asset)
    if not service.add(address):
        return False
    return bool(service.notify(text, title=title, body_format=NotifyFormat.TEXT, interpret_escapes=False))
