"""One mail to the server, once: whether it took it, or whose fault it was that it did not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage

import aiosmtplib

from cairn.notices.setting_up import MailServer

WITHIN = 20.0
"""Seconds the server has for each answer."""
TEMPORARY = range(400, 500)


class ServerAway(Exception):
    """No mail at all can be sent now; `why` is a code: unreachable, login, sender."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Refused(Exception):
    """The server does not take this mail; `later` says that it may after a while. `why` is `refused:` and its code."""

    def __init__(self, code: int) -> None:
        self.why, self.later = f"refused:{code}", code in TEMPORARY
        super().__init__(self.why)


class Line:
    """An open connection to the server."""

    def __init__(self, smtp: aiosmtplib.SMTP) -> None:
        self._smtp = smtp

    async def send(self, mail: EmailMessage) -> None:
        """Hands a mail over. Raises Refused where it is this mail's fault, ServerAway where it is not, ValueError where
        an address cannot be written."""
        try:
            await self._smtp.send_message(mail)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            raise Refused(refused.recipients[0].code) from None
        except aiosmtplib.SMTPSenderRefused as refused:
            raise ServerAway("sender") from refused
        except aiosmtplib.SMTPResponseException as refused:
            if refused.code == 421:  # the server is shutting down
                raise ServerAway("unreachable") from refused
            raise Refused(refused.code) from None
        except aiosmtplib.SMTPNotSupported as refused:  # a character that this server has no way to write
            raise Refused(553) from refused
        except (aiosmtplib.SMTPException, OSError) as lost:
            raise ServerAway("unreachable") from lost


@asynccontextmanager
async def connected(server: MailServer) -> AsyncIterator[Line]:
    """A connection for as long as the context lasts. Raises ServerAway where there is none to be had."""
    smtp = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_tls=server.tls == "tls",
        start_tls={"starttls": True, "tls": False}.get(server.tls),
        timeout=WITHIN,
    )
    try:
        await smtp.connect()
    except aiosmtplib.SMTPAuthenticationError as refused:
        raise ServerAway("login") from refused
    except (aiosmtplib.SMTPException, OSError) as away:
        raise ServerAway("unreachable") from away
    try:
        yield Line(smtp)
    finally:
        with suppress(aiosmtplib.SMTPException, OSError):
            await smtp.quit()
