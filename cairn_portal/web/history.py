"""The history of a goal, a sheet or any other stream: one moment after the other, with what it had come to by then."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cairn.application.clock import zone_of
from cairn.application.replays import Recorded
from cairn.documents import dates
from cairn.documents.mistakes import Mistake
from cairn.documents.moments import end_of_day
from cairn.domain.event import SYSTEM
from cairn.domain.streams import IN_CYCLE, cycle_of, kind_of
from cairn_portal.presenting.recorded import lines_of
from cairn_portal.presenting.story import event_name
from cairn_portal.reading.current import cycle_or_current
from cairn_portal.reading.goals import read_goal
from cairn_portal.reading.history import NO_BOUND, Bound
from cairn_portal.reading.replays import Story, story_of
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.moments import history_address, named, rows_of
from cairn_portal.web.rendering import page
from cairn_portal.web.showing import titled
from cairn_portal.web.typed import whole

router = APIRouter(include_in_schema=False)
LATE = timedelta(days=1)
"""What was recorded later than this after it happened is marked."""


class Moment(NamedTuple):
    """One event of a story in words, by both clocks. `late`: recorded only later. `policy` is what it went by."""

    number: int
    position: int | None
    stream: str
    leaf: str
    happened: str
    recorded: str
    late: bool
    who: str
    what: str
    details: Sequence[str]
    policy: str

    @property
    def address(self) -> str:
        return f"?event={self.number}"


class Asked(NamedTuple):
    """Up to where a history is to be shown: an event by its number or position, or a day by one of the clocks."""

    event: str = ""
    position: str = ""
    day: str = ""
    clock: str = ""


@router.get("/goals/{goal}/history")
async def of_goal(
    request: Request, visit: ByVisitor, goal: str, event: str = "", position: str = "", day: str = "",
    clock: str = "",
) -> Response:  # fmt: skip
    read = await read_goal(visit.portal.records, visit.person.id, goal)
    at = visit.reader.in_zone(zone_of(read.cycle))
    title = at.title(read.row.title)
    asked = Asked(event, position, day, clock)
    return await _page(request, visit, at, goal, asked, title=title, back=f"/goals/{goal}")


@router.get("/audit/streams/{stream}")
async def of_stream(
    request: Request, visit: ByVisitor, stream: str, event: str = "", position: str = "", day: str = "",
    clock: str = "",
) -> Response:  # fmt: skip
    if kind_of(stream) == "goal":
        return RedirectResponse(history_address(stream, request.url.query), 303)
    records = visit.portal.records
    named_in = cycle_of(stream) if kind_of(stream) in IN_CYCLE else None
    cycle = await cycle_or_current(records, named_in)  # whose clock tells moments, of what is in no cycle too
    zone = zone_of(cycle) if cycle else None
    asked = Asked(event, position, day, clock)
    return await _page(request, visit, visit.reader.in_zone(zone), stream, asked, title=stream, back="")


async def _page(
    request: Request, visit: Visit, at: PageReader, stream: str, asked: Asked, *, title: str, back: str
) -> Response:
    records, who = visit.portal.records, visit.person.id
    full = await story_of(records, who, stream)
    bound, problem = _bound(at, asked, full)
    then = await story_of(records, who, stream, bound) if bound != NO_BOUND else full
    names = await records.names()
    moments = _moments(at, then, names)
    chosen = moments[-1] if moments else None
    return page(
        request, "history.html", visit, reader=at, stream=stream, title=title, back=back,
        path_of=history_address(stream), moments=moments, chosen=chosen, total=len(full.events),
        marks=_marks(at, full), rows=rows_of(at, then, names), is_goal=kind_of(stream) == "goal", asked=asked,
        problem=problem,
    )  # fmt: skip


def _bound(at: PageReader, asked: Asked, story: Story) -> tuple[Bound, str]:
    """Up to where to replay, and what is wrong with what was asked for."""
    event, position = whole(asked.event), whole(asked.position)
    if event is not None and story.events:
        number = min(max(event, 1), len(story.events))
        return (_upto(story.events[number - 1]) if number < len(story.events) else NO_BOUND), ""
    if position is not None:
        return Bound(position=position), ""
    if not asked.day:
        return NO_BOUND, ""
    found = dates.read_date(asked.day)
    if isinstance(found, Mistake):
        return NO_BOUND, at.say(found.message)
    moment = end_of_day(found, ZoneInfo(at.zone or "UTC"))
    return (Bound(recorded=moment) if asked.clock == "recorded" else Bound(occurred=moment)), ""


def _upto(event: Recorded) -> Bound:
    """All up to an event; one that is not sealed yet has no position."""
    return Bound(position=event.position) if event.position else Bound(recorded=event.recorded_at)


def _moments(at: PageReader, story: Story, names: Mapping[str, str]) -> list[Moment]:
    return [
        Moment(
            number=number,
            position=each.position,
            stream=each.stream,
            leaf=each.leaf,
            happened=at.moment(each.occurred_at),
            recorded=at.moment(each.recorded_at),
            late=each.recorded_at - each.occurred_at > LATE,
            who=at.say("system") if each.actor == SYSTEM else named(each.actor, names),
            what=event_name(at, each.type),
            details=lines_of(at, each),
            policy=each.policy or "",
        )
        for number, each in enumerate(story.events, 1)
    ]


def _marks(at: PageReader, story: Story) -> list[tuple[int, str]]:
    """What the slider says at each of its places."""
    return [
        (number, f"{titled(event_name(at, each.type))} · {at.moment(each.occurred_at)}")
        for number, each in enumerate(story.events, 1)
    ]
