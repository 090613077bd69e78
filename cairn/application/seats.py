"""Who holds the company's roles on a day: HR, the committee, the management."""

from datetime import date, datetime

from cairn.application.people import PEOPLE_TYPES, roster_at
from cairn.domain.goal.context import GoalContext, Seats
from cairn.domain.people import Person, Role
from cairn.domain.schedule import local_day
from cairn.ledger import Ledger


class SeatHolders:
    """Follows the roster in the log; it is read whole again only when it has changed."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._upto = 0
        self._people: tuple[Person, ...] = ()

    async def on(self, at: datetime, context: GoalContext) -> Seats:
        """Everybody with a role who is here on the local day of a moment, by the calendar of the goal's policy."""
        await self._follow()
        day = local_day(at, context.policy.calendar)
        return Seats(
            hr=self._with("hr", day),
            committee=self._with("committee", day),
            executives=self._with("executive", day),
        )

    def _with(self, role: Role, day: date) -> frozenset[str]:
        return frozenset(each.id for each in self._people if role in each.roles and each.here_on(day))

    async def _follow(self) -> None:
        sealed = await self.ledger.sealed_position()
        if sealed == self._upto:
            return
        news = await self.ledger.read_sealed(after=self._upto, upto=sealed, limit=1, types=PEOPLE_TYPES)
        if news:
            self._people = (await roster_at(self.ledger, sealed)).people
        self._upto = sealed
