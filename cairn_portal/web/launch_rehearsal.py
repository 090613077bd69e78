"""The launch played before it is made: a clock that a button moves from date to date of the plan."""

import heapq
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cairn.application import access
from cairn.domain.launch.foretold import Acting, Happening
from cairn.domain.launch.plan import LaunchPlan
from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message, term
from cairn_portal.presenting.words import measure, percent
from cairn_portal.reading.foretelling import Moment, rehearse_launch
from cairn_portal.signing_in.portal import ByVisitor
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.cycles import mistakes_of, planned
from cairn_portal.web.rendering import page
from cairn_portal.web.typed import whole

router = APIRouter(include_in_schema=False)
HERE = "/cycles/new/rehearsal"
NAMED = 12
"""So many names are shown at once."""
TONES = {"late": "late", "lapses": "late", "reminded": "waiting", "done": "running", "begins": "running"}


class Event(NamedTuple):
    """One thing that happens, in words: who is waited for, who is told, and what would be missing."""

    title: str
    tone: str
    waits: str
    told: str
    lacks: tuple[str, ...]


class Step(NamedTuple):
    """A moment of the clock for the eye; `number` counts from 0."""

    number: int
    at: str
    events: tuple[Event, ...]


@router.get(HERE)
async def rehearsal(
    request: Request, visit: ByVisitor, cycle: str = "", title: str = "", starts: str = "", ends: str = "",
    shift: str = "", acting: str = "nobody", step: str = "0", who: str = "",
) -> Response:  # fmt: skip
    """Everything up to a date, or what one person is asked and told of it."""
    access.require_prepares_launch(visit.person)
    at, given = visit.reader, {"cycle": cycle, "title": title, "starts": starts, "ends": ends, "shift": shift}
    if mistakes_of(at, given):
        return RedirectResponse(f"/cycles/new?{urlencode(given)}", 303)
    try:
        preview = await planned(visit, given)
    except Refusal as refusal:
        said = [("cycle", refusal_message(refusal).text(at.language))]
        return page(request, "launch.html", visit, 422, given=given, mistakes=said, preview=None)
    how: Acting = "everybody" if acting == "everybody" else "nobody"
    moments = await rehearse_launch(visit.portal.records, preview, how)
    now = min(wanted, len(moments) - 1) if (wanted := whole(step)) is not None else 0
    names = await visit.portal.records.names()
    reader = at.in_zone(preview.plan.schedule.calendar.timezone)
    one = who.strip() if who.strip() in names else ""
    steps = [_step(reader, number, moments[number], names, one) for number in range(now, -1, -1)]
    shown = [each for each in steps if each.events or not one]

    def address(number: int, other: str = how) -> str:
        return f"{HERE}?{urlencode({**given, 'acting': other, 'step': number, 'who': one})}"

    return page(
        request, "launch_rehearsal.html", visit, reader=reader, given=given, plan=preview.plan, shown=shown, now=now,
        clock=reader.moment(moments[now].at), one=one, called=names.get(one, ""),
        goals=_goals(reader, preview.plan, one),
        people=sorted((sheet.owner, names.get(sheet.owner, "")) for sheet in preview.plan.sheets if sheet.owner),
        last=len(moments) - 1, acting=how, address=address, preview=f"/cycles/new?{urlencode(given)}",
        ahead=[
            (reader.moment(moments[number].at), address(number), label)
            for number, label in _ahead(at, moments, now)
        ],
    )  # fmt: skip


def _ahead(at: PageReader, moments: Sequence[Moment], now: int) -> list[tuple[int, str]]:
    """Where the clock may be moved: the next date, the next deadline, the end."""
    if now + 1 >= len(moments):
        return []
    deadline = next((n for n in range(now + 1, len(moments)) if moments[n].is_deadline), None)
    found = [(now + 1, at.say("Forward to the next date"))]
    if deadline is not None and deadline != now + 1:
        found.append((deadline, at.say("to the next deadline")))
    return [*found, (len(moments) - 1, at.say("to the end"))]


def _goals(at: PageReader, plan: LaunchPlan, one: str) -> list[tuple[str, str, str]]:
    """The goals that somebody begins with: title, weight and measure."""
    return [
        (goal.title, percent(goal.weight), measure(at, goal.measure.model_dump(mode="json")))
        for sheet in plan.sheets
        if one and sheet.owner == one
        for goal in sheet.goals
    ]


def _step(at: PageReader, number: int, moment: Moment, names: Mapping[str, str], one: str) -> Step:
    """A moment, or what concerns one person of it."""
    found = (_of_one(each, one) if one else each for each in moment.happenings)
    return Step(number, at.moment(moment.at), tuple(_event(at, each, names) for each in found if each))


def _of_one(each: Happening, one: str) -> Happening | None:
    """What somebody is waited for and told of; None where it is not about them."""
    waits, told = each.waits.get(one, 0), each.told.get(one, 0)
    if not waits and not told:
        return None
    return each._replace(
        goals=max(waits, told),
        waits={one: waits} if waits else {},
        told={one: told} if told else {},
        lacks=(),
    )


def _event(at: PageReader, each: Happening, names: Mapping[str, str]) -> Event:
    lacks = tuple(refusal_message(refusal).text(at.language) for refusal in each.lacks)
    told = _people(at, each.told, names) if each.kind in ("reminded", "late") else ""
    return Event(_title(at, each), TONES.get(each.kind, "off"), _people(at, each.waits, names), told, lacks)


def _title(at: PageReader, each: Happening) -> str:
    goals = each.goals
    match each.kind:
        case "launched":
            return at.say(
                "The cycle is launched; {goals} {goals:plural,goal,goals} are asked for", goals=goals
            )
        case "done":
            act = at.say(f"task:{each.name}")
            return at.say("{act}: {goals} {goals:plural,goal,goals}, as assumed", act=act, goals=goals)
        case "cycle":
            named = at.say(f"cycle_stage:{each.stage}") if each.stage else each.period or ""
            return f"{at.say(f'cycle_phase:{each.name}')} {named}".strip()
        case _:
            named = f"{at.say(term('phase', each.name))} {each.period or ''}".strip()
            return at.say("{what}: {goals} {goals:plural,goal,goals}", what=named, goals=goals)


def _people(at: PageReader, found: Mapping[str, int], names: Mapping[str, str]) -> str:
    """Who they are, whoever has the most first."""
    first = heapq.nsmallest(NAMED, found.items(), key=lambda pair: (-pair[1], pair[0]))
    told = [
        f"{_called(at, who, names)} {count}" if count > 1 else _called(at, who, names) for who, count in first
    ]
    more = len(found) - NAMED
    said = at.say("separator:list").join(told)
    return f"{said} {at.say('and {n} more', n=more)}" if more > 0 else said


def _called(at: PageReader, who: str, names: Mapping[str, str]) -> str:
    return at.say(term("awaited", who)) if ":" in who else f"{who} {names.get(who, '')}".strip()
