"""What a mail or a message tells of a notice, as things stand when it is sent: what waits, is late, or happened.

A notice that asks for something which was done meanwhile is told no more.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cairn.application import Application
from cairn.application.stored_events import to_event
from cairn.domain.calendar import end_of_day
from cairn.domain.goal.deadlines import DELIVERY
from cairn.domain.goal.events import DeadlineMissed, ReminderSent
from cairn.domain.goal.status import to_deliver
from cairn.domain.people import places_of
from cairn.domain.streams import IN_CYCLE, cycle_of, kind_of
from cairn.i18n import Message, message, term, verbatim
from cairn.notices.paths import path_of
from cairn.notices.wording import Entry
from projections.models import case as case_model
from projections.models import dashboard, inbox, notice
from projections.models import goal as goal_model


class _Waiting(NamedTuple):
    """What waits for somebody, by the stream that it is of."""

    stream: str
    what: Message
    until: datetime | None


class Noticing:
    """Reads what mails tell. One instance serves a whole process."""

    def __init__(self, application: Application) -> None:
        self.application, self.pool = application, application.pool

    async def entries(self, reader: str, roles: Iterable[str], found: Sequence[notice.Notice]) -> list[Entry]:
        """What is to be told of these notices now, the most urgent first; nothing is told twice. `reader` is a person's
        id, empty where all who have the roles read together."""
        cycles = {each.cycle: each for each in await dashboard.cycles(self.pool)}
        waiting = {each.stream: each for each in await self._waiting(reader, roles, cycles.values())}
        entries: dict[tuple[str, ...], Entry] = {}
        for each in found:
            cycle = cycles.get(cycle_of(each.stream)) if kind_of(each.stream) in IN_CYCLE else None
            made = await self._entry(each, reader, waiting.get(each.stream))
            if made is None:
                continue
            if made.until is not None and cycle is not None:
                zone = ZoneInfo(cycle.schedule.calendar.timezone)
                made = made._replace(until=made.until.astimezone(zone))
            key = (each.stream,) if made.kind == "asked" else (each.stream, each.type)
            entries[key] = made
        return sorted(entries.values(), key=lambda each: (each.until is None, each.until, each.path))

    async def _entry(self, each: notice.Notice, reader: str, waits: _Waiting | None) -> Entry | None:
        """What one notice tells; None where it is not true any more."""
        kind, what, until = notice.KINDS.get(each.type, "told"), term("event", each.type), None
        if waits is not None:
            kind, what, until = "asked", waits.what, waits.until
        elif await self._is_of_delivery(each):
            until = await self._delivery(each.stream)
            if until is None:
                return None
            what = term("task", "deliver")
        elif kind == "asked" or (each.type in notice.OPEN_LATENESS and not await self._is_late(each.stream)):
            return None
        named = kind == "told" and each.names_who
        return Entry(
            kind,
            what,
            await self._title(each.stream),
            (each.about_name or "") if each.about != reader else "",
            (each.by_name or "") if named else "",
            until,
            path_of(each.stream) or "/",
        )

    async def _waiting(
        self, reader: str, roles: Iterable[str], cycles: Iterable[dashboard.CycleRow]
    ) -> list[_Waiting]:
        """All that waits for somebody and the places they hold: their inbox."""
        trusting = [
            each.cycle
            for each in cycles
            if (await self.application.policies.version(each.policy)).check_ins == "trusted"
        ]
        tasks = await inbox.inbox(self.pool, reader, roles, trusting=trusting)
        turns = await case_model.turns(self.pool, datetime.now(UTC), of=[reader, *places_of(roles)])
        return [
            *(
                _Waiting(
                    f"cycle-{each.cycle}" if each.kind == "amendment" else each.name,
                    term("turn", f"{each.kind}.{each.step}"),
                    each.until,
                )
                for each in reversed(turns)
            ),
            *(_Waiting(each.goal, term("task", each.act), each.until) for each in reversed(tasks)),
        ]

    async def _is_of_delivery(self, each: notice.Notice) -> bool:
        """Whether a notice is of a day by which a goal has to be delivered, which waits in no inbox."""
        if each.type not in notice.OF_GOALS_DATES:
            return False
        rows = await self.application.ledger.read_stream(each.stream, after=each.version - 1)
        event = to_event(rows[0])
        return isinstance(event, ReminderSent | DeadlineMissed) and event.phase in DELIVERY

    async def _delivery(self, stream: str) -> datetime | None:
        """Until when a goal is to be delivered, None where nothing is (any more)."""
        goal, context = await self.application.goals.load(stream)
        if context.schedule is None or not goal.running:
            return None
        day = to_deliver(goal, context.schedule)
        return end_of_day(day, context.policy.calendar) if day else None

    async def _is_late(self, stream: str) -> bool:
        """Whether somebody is still waited for in a goal or a case, past the time it was due."""
        now = datetime.now(UTC)
        if kind_of(stream) == "goal":
            tasks = await inbox.tasks_of_goal(self.pool, stream)
            return any(each.until is None or each.until <= now for each in tasks)
        turns = await case_model.turns(self.pool, now, cycle=cycle_of(stream))
        return any(each.name == stream and each.until is not None and each.until <= now for each in turns)

    async def _title(self, stream: str) -> str | Message:
        """The title of a goal, else what the stream is of."""
        kind = kind_of(stream)
        if kind == "goal":
            row = await goal_model.goal(self.pool, stream)
            return row.title if row else verbatim(stream)
        return term("kind", kind)


def to_rate(colleagues: int, until: datetime) -> Entry:
    """What an unnamed rater is told: that there is somebody to rate, and not whom."""
    what = message("rate {count} {count:plural,colleague,colleagues}", count=colleagues)
    return Entry("asked", what, term("kind", "appraisal"), "", "", until, "/cases")
