"""The ledger and its read models as people read them: who is who, which cycle, what time it is, who may read what."""

from collections.abc import Container, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cairn.application import Application, access
from cairn.application.access import Circle
from cairn.application.moves import Moves
from cairn.application.repository import overtaken
from cairn.domain.cycle.state import Cycle
from cairn.domain.people import Person
from cairn.domain.policy import Transparency
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day
from cairn.domain.sheet.events import SheetOpened
from cairn.domain.streams import cycle_of
from cairn.i18n.titles import Titles, titles_in
from cairn_portal.reading.newest import Newest
from cairn_portal.reading.people_cache import PeopleCache
from cairn_portal.reading.viewing import Viewer
from projections.engine.catch_up import cursor_of
from projections.models import dashboard as dashboards
from projections.models import goal as goals_model
from projections.models import person as people_model

CIRCLE = frozenset({SheetOpened.__name__})
"""Events that bring somebody among those who read a cycle's things."""


class _KeptCircle(NamedTuple):
    """A circle, the people and the policy it was put together from, and how far its sheets were read."""

    position: int
    people: Mapping[str, Person]
    policy: str
    circle: Circle


class Records:
    """What is asked for again and again while somebody reads."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.pool, self.ledger, self.clock = application.pool, application.ledger, application.clock
        self.newest = Newest(application.pool, application.ledger)
        self._circles: dict[str, _KeptCircle] = {}
        self._people = PeopleCache(application.pool, self.newest)
        self._titles: tuple[frozenset[str], Titles] = (frozenset(), {})

    async def person(self, who: str) -> Person:
        """Somebody in the roster. Raises Refusal for an unknown id."""
        known = await people_model.person(self.pool, who)
        if known is None:
            raise Refusal("person.unknown", field="by", by=who)
        return known

    async def everybody(self) -> dict[str, Person]:
        """All people by id as of today, those who left as well."""
        return (await self._people.everybody()).people

    async def names(self) -> dict[str, str]:
        """Names by id, of people who left as well, and of departments as `department.<id>`."""
        return (await self._people.everybody()).names

    async def trusting(self) -> list[str]:
        """The cycles in which what people report counts without being confirmed (RULES D6)."""
        return [
            each.cycle
            for each in await dashboards.cycles(self.pool)
            if (await self.application.policies.version(each.policy)).check_ins == "trusted"
        ]

    async def cycle(self, name: str) -> Cycle:
        """A launched cycle. Raises Refusal where there is none."""
        cycle = await self.application.cycles.load(name)
        if cycle.version == 0:
            raise Refusal("cycle.unknown", field="cycle", cycle=name)
        return cycle

    async def zones(self) -> dict[str, str]:
        """The time zone (IANA) of each cycle, by whose clock its moments are told."""
        return {each.cycle: each.schedule.calendar.timezone for each in await dashboards.cycles(self.pool)}

    async def titles(self) -> Titles:
        """Titles that the policies of all cycles gave to goals, by what was recorded (docs/decisions/0023)."""
        policies = frozenset(each.policy for each in await dashboards.cycles(self.pool))
        if policies != self._titles[0]:
            versions = [await self.application.policies.version(each) for each in sorted(policies)]
            self._titles = policies, titles_in(each.template_titles() for each in versions)
        return self._titles[1]

    def moves(self) -> Moves:
        """What follows from a change of people, and the doing of it."""
        return Moves(self.application.people, self.application.cycles)

    async def now_of(self, stream: str) -> datetime:
        """What time it is in the cycle of a goal or case."""
        return await self.clock.now(await self.cycle(cycle_of(stream)))

    async def require_as_seen(self, stream: str, at_version: int | None, also: Container[str] = ()) -> None:
        """Refuses a decision about a stream that others have changed since it was seen at a version (None: whatever
        was seen); `also` as of `overtaken`."""
        if at_version is None:
            return
        late = overtaken(stream, await self.ledger.read_stream(stream), at_version, also)
        if late is not None:
            raise late

    async def present(self) -> tuple[datetime, date]:
        """The present moment and day: of the cycle launched last that is not closed, by its own clock and in its own
        zone, else of the clock on the wall."""
        under_way = await self.moves().under_way()
        if not under_way:
            now = datetime.now(UTC)
            return now, now.date()
        now = await self.clock.now(under_way[-1])
        if (schedule := under_way[-1].schedule) is not None:
            now = now.astimezone(ZoneInfo(schedule.calendar.timezone))
        return now, now.date()

    async def viewer(self, who: str | None, cycle: Cycle) -> Viewer:
        """The viewer named in a cycle; nobody named reads everything. Refuses somebody who is not known or has left."""
        if who is None:
            return Viewer(None, None)
        policy = await self.application.policies.version(cycle.policy)
        today = local_day(await self.clock.now(cycle), policy.calendar)
        circle = await self._circle(cycle, policy.transparency)
        return Viewer(access.require_present(who, circle.people, today), circle)

    async def _circle(self, cycle: Cycle, rules: Transparency) -> Circle:
        """Among whom a cycle's things are read, kept until people change, the policy does or a sheet is opened."""
        position, people = await cursor_of(self.pool, "goal"), await self.everybody()
        kept = self._circles.get(cycle.id)
        if (
            kept is None
            or kept.people is not people
            or kept.policy != cycle.policy
            or position < kept.position
            or await self.newest.holds(CIRCLE, kept.position, position)
        ):
            sheets = await goals_model.sheets(self.pool, cycle=cycle.id)
            holders = {each.holder for each in sheets if each.kind == "person"}
            kept = _KeptCircle(position, people, cycle.policy, Circle(people, holders, rules))
        self._circles[cycle.id] = kept._replace(position=position)
        return kept.circle
