"""One message to one receiver, once: whether it was taken, or what the receiver did."""

import logging
import ssl
import time
from collections.abc import Sequence

import httpx2

from cairn.domain.operating import WhyNotTold
from cairn.ledger import StoredEvent
from cairn.webhooks.addresses import Allowed, Inside, place_of
from cairn.webhooks.message import body, message_id
from cairn.webhooks.signing import headers

WITHIN = 15.0
"""Seconds a receiver has to answer."""
GONE = 410
"""By which a receiver says that it wants no more."""

logging.getLogger("httpx2").setLevel(logging.WARNING)  # it would write the address into the worker's log


class NotTaken(Exception):
    """A receiver did not take a message; `status` is what it answered, where it did."""

    def __init__(self, why: WhyNotTold, status: int | None = None) -> None:
        self.why, self.status = why, status
        super().__init__(why if status is None else f"{why} {status}")


class Sender:
    """Sends what is looked up, checked and signed. One instance serves a whole process."""

    def __init__(self, allowed: Allowed) -> None:
        self.allowed = allowed
        self._trust = ssl.create_default_context()

    async def send(self, url: str, secrets: Sequence[bytes], row: StoredEvent) -> None:
        """Taken is what is answered with a 2xx status; a redirect is not followed. Raises NotTaken."""
        content = body(row)
        try:
            place = await place_of(url, self.allowed)
            sent = {
                "host": place.named,
                "content-type": "application/json",
                "user-agent": "cairn",
                **headers(secrets, message_id(row), int(time.time()), content),
            }
            async with (
                httpx2.AsyncClient(
                    timeout=WITHIN, follow_redirects=False, trust_env=False, verify=self._trust
                ) as client,
                client.stream(
                    "POST", place.url, content=content, headers=sent, extensions={"sni_hostname": place.host}
                ) as answer,
            ):
                status, taken = answer.status_code, answer.is_success
        except Inside:
            raise NotTaken("inside") from None
        except httpx2.TimeoutException:
            raise NotTaken("timeout") from None
        except (httpx2.HTTPError, OSError, UnicodeError):
            raise NotTaken("unreachable") from None
        if not taken:
            raise NotTaken("gone" if status == GONE else "status", status)
