"""One message to one receiver, once: whether it was taken, or what the receiver did."""

import asyncio
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
"""Seconds a receiver has to answer, its name being looked up included."""
LONGEST_WAIT = 600.0
"""Seconds until the next try that a receiver may ask for itself."""
GONE = 410
"""By which a receiver says that it wants no more."""

logging.getLogger("httpx2").setLevel(logging.WARNING)  # it would write the address into the worker's log


class NotTaken(Exception):
    """A receiver did not take a message; `status` is what it answered, where it did, and `again_in` in how many seconds
    it wants to be asked again, where it says so."""

    def __init__(self, why: WhyNotTold, status: int | None = None, again_in: float | None = None) -> None:
        self.why, self.status, self.again_in = why, status, again_in
        super().__init__(why if status is None else f"{why} {status}")


class Sender:
    """Sends what is looked up, checked and signed. One instance serves a whole process."""

    def __init__(self, allowed: Allowed) -> None:
        self.allowed = allowed
        self._trust = ssl.create_default_context()

    async def send(self, url: str, secrets: Sequence[bytes], row: StoredEvent) -> None:
        """Taken is what is answered with a 2xx status; a redirect is not followed. Raises NotTaken."""
        try:
            async with asyncio.timeout(WITHIN):
                status, wait = await self._answered(url, secrets, row)
        except Inside:
            raise NotTaken("inside") from None
        except (TimeoutError, httpx2.TimeoutException):  # an OSError too: looked at first
            raise NotTaken("timeout") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, UnicodeError):
            raise NotTaken("unreachable") from None
        if not 200 <= status < 300:
            raise NotTaken("gone" if status == GONE else "status", status, wait)

    async def _answered(
        self, url: str, secrets: Sequence[bytes], row: StoredEvent
    ) -> tuple[int, float | None]:
        """The status that a receiver answers, and in how many seconds it wants to be asked again."""
        content = body(row)
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
            return answer.status_code, wait_of(answer.headers.get("retry-after"))


def wait_of(retry_after: str | None) -> float | None:
    """The seconds that a receiver asks for; None where it names none, a date, or more than it may ask for."""
    text = (retry_after or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        return None
    return max(1.0, float(text)) if float(text) <= LONGEST_WAIT else None
