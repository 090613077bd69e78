"""One message to payroll's webhook, once: whether it was taken, or what the receiver did."""

import logging
import time
from collections.abc import Sequence
from typing import NamedTuple

import httpx2

from cairn.domain.handover.events import WhyNotTaken
from cairn.domain.handover.state import Message
from cairn.payroll.message import body, message_id
from cairn.webhooks.signing import headers

WITHIN = 15.0
"""Seconds a receiver has to answer."""


logging.getLogger("httpx2").setLevel(logging.WARNING)  # it would write the address into the worker's log


class Answer(NamedTuple):
    """What a receiver did: `why` is None where it took the message."""

    why: WhyNotTaken | None
    status: int | None = None


class Webhook:
    """Payroll's webhook: where it is, and the secrets that messages are signed with."""

    def __init__(self, url: str, secrets: Sequence[bytes]) -> None:
        self.url, self.secrets = url, tuple(secrets)

    async def send(self, handover: str, message: Message) -> Answer:
        """Sends a message. Taken is what is answered with a 2xx status; a redirect is not followed."""
        content = body(handover, message)
        signed = headers(self.secrets, message_id(handover, message), int(time.time()), content)
        sent = {"content-type": "application/json", "user-agent": "cairn", **signed}
        try:
            async with (
                httpx2.AsyncClient(timeout=WITHIN, follow_redirects=False) as client,
                client.stream("POST", self.url, content=content, headers=sent) as answer,
            ):
                return Answer(None if answer.is_success else "status", answer.status_code)
        except httpx2.TimeoutException:
            return Answer("timeout")
        except (httpx2.HTTPError, OSError):
            return Answer("unreachable")
