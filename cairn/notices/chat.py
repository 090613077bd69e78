"""One message to a chat service, once: whether it took it, refused it, or may have taken it."""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

CONNECT, READ, WITHIN = 4.0, 15.0, 20.0
"""Seconds: until there is a connection; until the service says something; for one message in all."""
SIDE_BY_SIDE = 8
"""So many are handed over at a time: a service that takes long holds back few others."""
Outcome = Literal["taken", "refused", "in_doubt"]
"""`refused` is also what was never sent; `in_doubt` what the service may have taken, for it did not answer in time."""

# Of their own: in the loop's own threads, names of hosts are looked up and files are read, by mail and feeds too.
_threads = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="chat")

# What Apprise says of an address that fails may repeat the address, and secrets stand in it.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


def is_address(written: str) -> bool:
    """Whether Apprise knows the service, and the address has all that it needs; nothing is sent."""
    from apprise import Apprise  # half a second, for those alone who send

    return Apprise.instantiate(written, suppress_exceptions=True) is not None


async def hand_over(address: str, title: str, text: str) -> Outcome:
    """What became of the message. Apprise does not tell why one was not taken."""
    handing = _threads.submit(_hand_over, address, title, text)
    done, _ = await asyncio.wait([asyncio.wrap_future(handing)], timeout=WITHIN)
    if done:
        return handing.result()
    return "refused" if handing.cancel() else "in_doubt"  # what can be cancelled has not begun


def _hand_over(address: str, title: str, text: str) -> Outcome:
    from apprise import Apprise, AppriseAsset, NotifyFormat

    # Nothing in a text is a command to Apprise, and nothing of it lies on the disk. With a limit of its own it would
    # send from a few threads that it keeps, and tell what never left the queue as out of time.
    asset = AppriseAsset(async_mode=False, storage_mode="memory", service_timeout=0)
    service = Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if service is None:
        return "refused"
    service.socket_connect_timeout, service.socket_read_timeout = CONNECT, READ
    service.retry = 0  # what is sent again is decided here
    sender = Apprise(asset=asset)
    sender.add(service)
    began = time.monotonic()
    if sender.notify(text, title=title, body_format=NotifyFormat.TEXT, interpret_escapes=False):
        return "taken"
    # To Apprise no answer within READ is a failure like any other; a connection that does not come about fails before.
    return "in_doubt" if time.monotonic() - began >= READ else "refused"
