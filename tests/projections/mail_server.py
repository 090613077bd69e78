"""A real mail server for tests: it takes what is sent to it, and refuses whom it does not know."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class MailServer:
    """`wrong` are addresses it does not know. `taken` is called with each mail before its sender is told that it is."""

    url: str = ""
    wrong: set[str] = field(default_factory=set)
    mails: list[EmailMessage] = field(default_factory=list)
    taken: Callable[[EmailMessage], object] = lambda mail: None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.wrong:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        self.mails.append(mail)
        self.taken(mail)
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    def texts(self) -> str:
        """All that anybody can read of all mails."""
        return "\n".join(f"{mail.items()}\n{mail.get_content()}" for mail in self.mails)


@asynccontextmanager
async def taking_mail() -> AsyncIterator[MailServer]:
    """A server on a port of its own for as long as the context lasts."""
    kept = MailServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(kept, loop=loop), "127.0.0.1", 0)
    kept.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield kept
    finally:
        server.close()
