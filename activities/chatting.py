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
from cairn.notices.chat import SIDE_BY_SIDE, hand_over
from cairn.notices.outbox import IN_DOUBT, Mail
from cairn.notices.wording import Entry, chat_message
from projections.engine.following import keep_lead
from projections.models import notice
from projections.models import person as people_model

NAME = "chat"
AT_ONCE = 50
"""Messages of one round."""

log = logging.getLogger(__name__)


class Chatter(Teller):
    """Apart from mail in all, so that no service that fails holds back a mail. A message that a crash or a service that
    does not answer leaves in doubt is told to the operator and not sent again by itself: it would be shown twice."""

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
        titles = await self.titles() if due else {}
        for first in range(0, len(due), SIDE_BY_SIDE):
            group = due[first : first + SIDE_BY_SIDE]
            # Each is ended before another one's error ends the lead: nothing is handed over behind the next one's back.
            ended = await asyncio.gather(
                *(self._delivered(each, titles) for each in group), return_exceptions=True
            )
            for error in filter(None, ended):
                raise error
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

    async def _delivered(self, mail: Mail, titles: Titles) -> None:
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
        if not await self.outbox.claim(mail.id):
            return  # another one leads, and has it
        match await hand_over(channel.address, title, text):
            case "taken":
                await self.outbox.end(mail.id, "sent")
            case "in_doubt":
                await self.outbox.end(mail.id, "failed", IN_DOUBT)
            case "refused":
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
        """A service that cannot be reached, and an address that it does not take, look alike from here."""
        if (datetime.now(UTC) - mail.made_at).total_seconds() > GIVEN_UP:
            log.warning("a message to %s is given up", mail.person)
            await self.outbox.end(mail.id, "failed", "chat")
            return
        await self.outbox.again(mail.id, "chat", LATER[min(mail.tries, len(LATER) - 1)])
