"""Sends notices by mail: what the read model tells somebody is found once, gathered, looked at again, handed over."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import asyncpg

from activities.noticing import Noticing, to_rate
from cairn.application import Application
from cairn.application.rater_notices import RaterNotice
from cairn.domain.people import places_of
from cairn.i18n.titles import Titles, titles_in
from cairn.ledger import LOST, PASSING, Connection, stop_if_cancelled
from cairn.notices.outbox import Mail
from cairn.notices.sending import Line, Refused, ServerAway, connected
from cairn.notices.setting_up import ADDRESS, Mailing
from cairn.notices.wording import composed
from projections.engine import catch_up
from projections.engine.following import keep_lead, leading
from projections.models import dashboard, notice
from projections.models import person as people_model

NAME = "mail"
POLL = 1.0
PAGE = 500
"""Events that are looked at in one go."""
AT_ONCE = 50
"""Mails of one round."""
RATERS_EVERY = 300.0
"""Seconds between two looks for unnamed raters who are to be told something."""
OLDEST = 3 * 86_400.0
"""Seconds after which a notice is no news any more: mail was not set up, or nobody ran."""
LATER = (60.0, 300.0, 1_800.0, 3_600.0, 4 * 3_600.0)
"""Seconds until a mail that was refused for now is tried again, the last one over and over."""
CANNOT_BE_MADE = 451
"""SMTP's code for an error in processing that may pass."""
GIVEN_UP = 2 * 86_400.0
"""Seconds after which a mail is given up."""
SERVER_AWAY = (5.0, 15.0, 60.0, 300.0)
"""Seconds until a server that was away is asked again."""

log = logging.getLogger(__name__)


class Mailer:
    """One of a ledger's workers leads. A mail that a crash leaves in doubt is sent again under the Message-ID it had.

    `folding` is the address of the login that keeps read models, whose session holds the lead.
    """

    def __init__(self, application: Application, folding: str, mailing: Mailing) -> None:
        self.application, self.folding, self.mailing = application, folding, mailing
        self.outbox, self.pool = application.outbox, application.pool
        self.noticing = Noticing(application)
        self._seen, self._held = 0, 0
        self._away, self._raters_at = 0, 0.0

    async def run(self) -> None:
        """Sends until cancelled, whatever happens to servers meanwhile."""
        while True:
            try:
                async with leading(self.folding, NAME) as connection:
                    await self._lead(connection)
            except (asyncpg.PostgresError, TimeoutError, *LOST) as error:
                stop_if_cancelled(error)
                log.warning("mail could not be looked after: %s; trying again", error)
                await asyncio.sleep(POLL)

    async def _lead(self, connection: Connection) -> None:
        await self.outbox.begin(await self.application.ledger.sealed_position())
        self._seen = self._held = 0
        while True:
            pause = await self.round(connection)
            for _ in range(int(pause / POLL) or 1):
                await asyncio.sleep(POLL)
                await keep_lead(connection)

    async def round(self, connection: Connection) -> float:
        """Finds, gathers, sends once; for how many seconds there is nothing to do."""
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

    # ---------------------------------------------------------------- finding

    async def find(self) -> None:
        """Notes whom the notices since the last look are for. What is parked in the read model is looked for again when
        it comes: the position stays before it."""
        after = await self.outbox.position()
        whole = await catch_up.whole(self.pool, notice.MODEL.name)
        if whole != self._held:
            self._seen, self._held = after, whole
        while True:
            start = max(after, self._seen)
            told = await notice.told_after(self.pool, start, PAGE)
            last = told[-1].position if told else start
            upto = max(after, min(whole, last) if told else whole)
            if told or upto > after:
                await self.outbox.found(await self._people(told), after, upto, OLDEST)
            self._seen, after = max(last, upto), upto
            if not told:
                return

    async def _people(self, told: Sequence[notice.Told]) -> list[tuple[int, str]]:
        """Whoever holds the places that are told today, without whoever did it, of the kinds that are mailed."""
        wanted = [each for each in told if notice.KINDS.get(each.type, "told") in self.mailing.kinds]
        if not wanted:
            return []
        holders = await self._holders()
        return sorted(
            {
                (each.position, person)
                for each in wanted
                for person in holders.get(each.place, [each.place])
                if person != each.by and not person.startswith("role:")
            }
        )

    async def _holders(self) -> Mapping[str, list[str]]:
        holders: dict[str, list[str]] = {}
        for person in await people_model.people(self.pool):
            for role in places_of(person.roles):
                holders.setdefault(role, []).append(person.id)
        return holders

    # ---------------------------------------------------------------- sending

    async def deliver(self, connection: Connection) -> None:
        """Sends what is due, one after the other. Raises ServerAway where the server takes nothing."""
        due = await self.outbox.due(AT_ONCE)
        if not due:
            return
        titles = await self._titles()
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
        found = await notice.of_positions(self.pool, await self.outbox.notices_of(mail.id))
        entries = await self.noticing.entries(person, found)
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
        if now < self._raters_at:
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

    async def _titles(self) -> Titles:
        policies = {each.policy for each in await dashboard.cycles(self.pool)}
        versions = [await self.application.policies.version(each) for each in sorted(policies)]
        return titles_in(each.template_titles() for each in versions)
