"""Sends notices by mail: what the read model tells somebody is found once, gathered, looked at again, handed over."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from activities.noticing import to_rate
from activities.telling import GIVEN_UP, LATER, POLL, Teller, told_to
from cairn.application import Application
from cairn.application.rater_notices import RaterNotice
from cairn.i18n.titles import Titles
from cairn.ledger import PASSING, Connection
from cairn.notices.outbox import Mail
from cairn.notices.sending import Line, Refused, ServerAway, connected
from cairn.notices.setting_up import ADDRESS, Mailing
from cairn.notices.wording import composed
from projections.engine.following import keep_lead
from projections.models import notice
from projections.models import person as people_model

NAME = "mail"
AT_ONCE = 50
"""Mails of one round."""
RATERS_EVERY = 300.0
"""Seconds between two looks for unnamed raters who are to be told something."""
CANNOT_BE_MADE = 451
"""SMTP's code for an error in processing that may pass."""
SERVER_AWAY = (5.0, 15.0, 60.0, 300.0)
"""Seconds until a server that was away is asked again."""

log = logging.getLogger(__name__)


class Mailer(Teller):
    """A mail that a crash leaves in doubt is sent again under the Message-ID it had."""

    name = NAME

    def __init__(self, application: Application, folding: str, mailing: Mailing) -> None:
        super().__init__(application, folding, application.outbox)
        self.mailing = mailing
        self._away, self._raters_at = 0, 0.0

    @property
    def kinds(self) -> Collection[str]:
        return self.mailing.kinds

    async def round(self, connection: Connection) -> float:
        await self.find()
        await self.outbox.gather(self.mailing.gather)
        try:
            await self.deliver(connection)
            await self.tell_raters(connection)
        except ServerAway as away:
            log.warning("the mail server takes nothing: %s; trying again", away.why)
            await self.outbox.server_away(away.why, GIVEN_UP)
            self._away += 1
            return SERVER_AWAY[min(self._away, len(SERVER_AWAY)) - 1]
        self._away = 0
        return POLL

    async def readers(self, told: Sequence[notice.Told]) -> list[tuple[int, str]]:
        return told_to(told, await self.holders(), lambda place: False)

    # ---------------------------------------------------------------- sending

    async def deliver(self, connection: Connection) -> None:
        """Sends what is due, one after the other. Raises ServerAway where the server takes nothing."""
        due = await self.outbox.due(AT_ONCE)
        if not due:
            return
        titles = await self.titles()
        async with connected(self.mailing.server) as line:
            for mail in due:
                try:
                    await self._deliver(mail, line, titles)
                except (ServerAway, *PASSING):
                    raise
                except Exception:  # whatever one mail causes: it keeps no other one waiting
                    log.exception("the mail %s cannot be put together", mail.id)
                    await self._refused(mail, Refused(CANNOT_BE_MADE))
                await keep_lead(connection)

    async def _deliver(self, mail: Mail, line: Line, titles: Titles) -> None:
        person = await people_model.person(self.pool, mail.person)
        today = datetime.now(UTC).date()
        if person is None or not person.here_on(today):
            return await self.outbox.end(mail.id, "unneeded")
        quiet_until = self._quiet_until()
        if quiet_until is not None:
            return await self.outbox.put_off(mail.id, quiet_until)
        found = await notice.of_positions(self.pool, await self.outbox.notices_of(mail.id))
        entries = await self.noticing.entries(person.id, person.roles, found)
        if not entries:
            return await self.outbox.end(mail.id, "unneeded")
        if not ADDRESS.fullmatch(person.email):
            return await self.outbox.end(mail.id, "failed", "address" if person.email else "no_address")
        try:
            made = composed(self.mailing, mail.id, person.email, person.name, entries, titles)
            await line.send(made)
        except ValueError:  # what no mail can be addressed to
            await self.outbox.end(mail.id, "failed", "address")
        except Refused as refused:
            await self._refused(mail, refused)
        else:
            await self.outbox.end(mail.id, "sent")

    def _quiet_until(self) -> datetime | None:
        """When the quiet hours end in which it is now, None outside of them."""
        quiet = self.mailing.quiet
        return quiet.until(datetime.now(self.mailing.zone)) if quiet else None

    async def _refused(self, mail: Mail, refused: Refused) -> None:
        """One address that is wrong, or full, holds back no other."""
        old = (datetime.now(UTC) - mail.made_at).total_seconds() > GIVEN_UP
        if old or not refused.later:
            log.warning("mail to %s is given up: %s", mail.person, refused.why)
            await self.outbox.end(mail.id, "failed", refused.why)
            return
        await self.outbox.again(mail.id, refused.why, LATER[min(mail.tries, len(LATER) - 1)])

    async def tell_raters(self, connection: Connection) -> None:
        """Asks the appraisals for whom no read model may name, now and then. Raises ServerAway."""
        now = asyncio.get_running_loop().time()
        if now < self._raters_at or self._quiet_until() is not None:
            return
        due = await self.application.rater_notices.due()
        if due:
            async with connected(self.mailing.server) as line:
                for each in due:
                    await self._tell_rater(each, line)
                    await keep_lead(connection)
        self._raters_at = now + RATERS_EVERY

    async def _tell_rater(self, each: RaterNotice, line: Line) -> None:
        """What becomes of it is told nobody by name: that somebody is a rater would be told with it."""
        person = await people_model.person(self.pool, each.person)
        if (
            person is not None
            and person.here_on(datetime.now(UTC).date())
            and ADDRESS.fullmatch(person.email)
        ):
            entry = to_rate(len(each.appraisals), each.until)
            try:
                await line.send(composed(self.mailing, each.id, person.email, person.name, [entry], {}))
            except Refused as refused:
                if refused.later:
                    return
                log.warning("a mail to an unnamed rater is given up: %s", refused.why)
            except ValueError:
                log.warning("a mail to an unnamed rater cannot be addressed")
        await self.application.rater_notices.sent(each)
