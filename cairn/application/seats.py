"""Who holds the company's roles on a day: HR, the committee, the management."""

from collections.abc import Iterable, Mapping
from datetime import date

from cairn.application.dated_roster import PEOPLE_TYPES, DatedRoster, dated_roster_at
from cairn.domain.goal.context import Seats
from cairn.domain.people import Person, Role
from cairn.domain.person_history import PersonHistory
from cairn.ledger import Ledger


class SeatHolders:
    """Follows the roster in the log; it is read whole again only when it has changed."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._upto = 0
        self._roster = DatedRoster({}, {})

    async def on(self, day: date) -> Seats:
        """Everybody with a role who is here on a day."""
        await self._follow()
        people = self._roster.on(day).people
        return Seats(
            hr=_with("hr", people, day),
            committee=_with("committee", people, day),
            executives=_with("executive", people, day),
        )

    async def roster(self) -> DatedRoster:
        """Everybody and every department, as of the log's last sealed position."""
        await self._follow()
        return self._roster

    async def histories(self) -> Mapping[str, PersonHistory]:
        """Everybody's history, by id."""
        await self._follow()
        return self._roster.histories

    async def _follow(self) -> None:
        sealed = await self.ledger.sealed_position()
        if sealed == self._upto:
            return
        news = await self.ledger.read_sealed(after=self._upto, upto=sealed, limit=1, types=PEOPLE_TYPES)
        if news:
            self._roster = await dated_roster_at(self.ledger, sealed)
        self._upto = sealed


def _with(role: Role, people: Iterable[Person], day: date) -> frozenset[str]:
    return frozenset(each.id for each in people if role in each.roles and each.here_on(day))
