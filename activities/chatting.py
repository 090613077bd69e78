"""Sends notices by chat, to people and to the rooms of roles, as the operator's file says."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from activities.telling import GIVEN_UP, LATER, POLL, Teller, told_to
from cairn.application import Application
from cairn.i18n.titles import Titles
from cairn.ledger import PASSING, Connection
from cairn.notices.channels import Channel, Channels
from cairn.notices.chat import hand_over
from cairn.notices.outbox import Mail
from cairn.notices.wording import Entry, chat_message
from projections.engine.following import keep_lead
from projections.models import notice
from projections.models import person as people_model

NAME = "chat"
AT_ONCE = 50
"""Messages of one round."""
SIDE_BY_SIDE = 8
"""So many are handed over at a time: a service that takes long holds back few others."""

log = logging.getLogger(__name__)


class Chatter(Teller):
    """Apart from mail in all, so that no service that fails holds back a mail. A message that a crash leaves in doubt
    is told to the operator and not sent again by itself: a chat service would show it twice."""

    name = NAME

    def __init__(self, application: Application, folding: str, channels: Channels) -> None:
        super().__init__(application, folding, application.chat_outbox)
        self.channels = channels

    @property
    def kinds(self) -> Collection[str]:
        return self.channels.kinds

    async def begin(self) -> None:
        await super().begin()
        await self.outbox.settle_doubts()

    async def round(self, connection: Connection) -> float:
        await self.find()
        await self.outbox.gather(self.channels.gather)
        due = await self.outbox.due(AT_ONCE)
        if due:
            titles, room = await self.titles(), asyncio.Semaphore(SIDE_BY_SIDE)
            await asyncio.gather(*(self._delivered(each, titles, room) for each in due))
            await keep_lead(connection)
        return POLL

    async def readers(self, told: Sequence[notice.Told]) -> list[tuple[int, str]]:
        """A role with a room of its own is told there; its people else, each by their own channel. Whoever has none is
        told by mail and in Cairn alone."""
        channels = self.channels
        found = told_to(told, await self.holders(), lambda place: channels.of_role(place) is not None)
        people = {each.id: each for each in await people_model.people(self.pool)}
        return [
            (position, reader)
            for position, reader in found
            if channels.of_role(reader) or (reader in people and channels.of_person(people[reader]))
        ]

    async def _delivered(self, mail: Mail, titles: Titles, room: asyncio.Semaphore) -> None:
        async with room:
            try:
                await self._deliver(mail, titles)
            except PASSING:
                raise
            except Exception:  # whatever one message causes: it keeps no other one waiting
                log.exception("the message %s cannot be put together", mail.id)
                await self._refused(mail)

    async def _deliver(self, mail: Mail, titles: Titles) -> None:
        channel, entries = await self._to_tell(mail)
        if channel is None or not entries:
            return await self.outbox.end(mail.id, "unneeded")
        quiet_until = channel.quiet.until(datetime.now(self.channels.zone)) if channel.quiet else None
        if quiet_until is not None:
            return await self.outbox.put_off(mail.id, quiet_until)
        title, text = chat_message(self.channels.portal, entries, titles, channel.language)
        await self.outbox.begun(mail.id)
        if await hand_over(channel.address, title, text):
            await self.outbox.end(mail.id, "sent")
        else:
            await self._refused(mail)

    async def _to_tell(self, mail: Mail) -> tuple[Channel | None, list[Entry]]:
        """Where to, and what of the notices is still true."""
        found = await notice.of_positions(self.pool, await self.outbox.notices_of(mail.id))
        role = mail.person.removeprefix("role:")
        if role != mail.person:
            return self.channels.of_role(mail.person), await self.noticing.entries("", [role], found)
        person = await people_model.person(self.pool, mail.person)
        if person is None or not person.here_on(datetime.now(UTC).date()):
            return None, []
        return self.channels.of_person(person), await self.noticing.entries(person.id, person.roles, found)

    async def _refused(self, mail: Mail) -> None:
        """A service that does not answer, and an address that it does not take, look alike from here."""
        if (datetime.now(UTC) - mail.made_at).total_seconds() > GIVEN_UP:
            log.warning("a message to %s is given up", mail.person)
            await self.outbox.end(mail.id, "failed", "chat")
            return
        await self.outbox.again(mail.id, "chat", LATER[min(mail.tries, len(LATER) - 1)])
