"""Finds whom each notice is for, once, for one way of sending: one of a ledger's workers leads."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

from activities.noticing import Noticing
from cairn.application import Application
from cairn.domain.people import places_of
from cairn.i18n.titles import Titles, titles_in
from cairn.ledger import Connection
from cairn.notices.outbox import Outbox
from projections.engine import catch_up
from projections.engine.following import keep_lead, lead
from projections.models import dashboard, notice
from projections.models import person as people_model

POLL = 1.0
PAGE = 500
"""Events that are looked at in one go."""
OLDEST = 3 * 86_400.0
"""Seconds after which a notice is no news any more: nothing was set up, or nobody ran."""
LATER = (60.0, 300.0, 1_800.0, 3_600.0, 4 * 3_600.0)
"""Seconds until what was refused for now is tried again, the last one over and over."""
GIVEN_UP = 2 * 86_400.0
"""Seconds after which it is given up."""


class Teller:
    """What every way of sending does alike: leads, finds, gathers. A way is a subclass that delivers what is due.

    `folding` is the address of the login that keeps read models, whose session holds the lead.
    """

    name: str
    """The lead's name."""

    def __init__(self, application: Application, folding: str, outbox: Outbox) -> None:
        self.application, self.pool, self.outbox = application, application.pool, outbox
        self.noticing = Noticing(application)
        self._folding = folding
        self._seen, self._held = 0, 0

    @property
    def kinds(self) -> Collection[str]:
        """The kinds of notices that are sent."""
        raise NotImplementedError

    async def run(self) -> None:
        """Sends until cancelled, whatever happens to servers meanwhile."""
        await lead(self._folding, self.name, self._lead, POLL)

    async def _lead(self, connection: Connection) -> None:
        await self.begin()
        while True:
            pause = await self.round(connection)
            for _ in range(int(pause / POLL) or 1):
                await asyncio.sleep(POLL)
                await keep_lead(connection)

    async def begin(self) -> None:
        """Takes up where whoever led before has ended."""
        await self.outbox.begin(await self.application.ledger.sealed_position())
        self._seen = self._held = 0

    async def round(self, connection: Connection) -> float:
        """Finds, gathers, sends once; for how many seconds there is nothing to do."""
        raise NotImplementedError

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
                wanted = [each for each in told if notice.KINDS.get(each.type, "told") in self.kinds]
                found = await self.readers(wanted) if wanted else []
                await self.outbox.found(found, after, upto, OLDEST)
            self._seen, after = max(last, upto), upto
            if not told:
                return

    async def readers(self, told: Sequence[notice.Told]) -> list[tuple[int, str]]:
        """Who is sent what, by position: whoever holds the places that are told today, without whoever did it."""
        raise NotImplementedError

    async def holders(self) -> Mapping[str, list[str]]:
        """The ids of those who have each role today."""
        holders: dict[str, list[str]] = {}
        for person in await people_model.people(self.pool):
            for role in places_of(person.roles):
                holders.setdefault(role, []).append(person.id)
        return holders

    async def titles(self) -> Titles:
        """How goals of the cycles' policies are called in each language."""
        policies = {each.policy for each in await dashboard.cycles(self.pool)}
        versions = [await self.application.policies.version(each) for each in sorted(policies)]
        return titles_in(each.template_titles() for each in versions)


def told_to(
    told: Sequence[notice.Told], holders: Mapping[str, list[str]], alone: Callable[[str], bool]
) -> list[tuple[int, str]]:
    """(position, reader) of each; a place for which `alone` is true is a reader itself, else its holders are."""
    return sorted(
        {
            (each.position, reader)
            for each in told
            for reader in ([each.place] if alone(each.place) else holders.get(each.place, [each.place]))
            if reader != each.by and (alone(reader) or not reader.startswith("role:"))
        }
    )
