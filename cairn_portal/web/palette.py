"""What the palette finds: pages and actions, people, goals, as far as somebody may reach them."""

from typing import NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn.i18n import term
from cairn_portal.reading.finding import find_goals, find_people
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.web.case_kinds import BEGUN_BY_PEOPLE, may_begin
from cairn_portal.web.rendering import page, places
from cairn_portal.web.showing import titled

router = APIRouter(include_in_schema=False)
MOST = 8


class Found(NamedTuple):
    """One thing that can be gone to."""

    address: str
    sign: str
    title: str
    note: str = ""


@router.get("/find")
async def find(request: Request, visit: ByVisitor, q: str = "") -> Response:
    typed, say, records = q.strip(), visit.reader.say, visit.portal.records
    actions = await _actions(visit, typed)
    people, goals = [], []
    if typed:
        for each in await find_people(records, typed):
            people.append(Found(f"/people/{quote(each.id)}", "users", f"{each.name} {each.id}", each.title))
        for row in await find_goals(records, visit.person, typed):
            note = f"{row.goal} · {say(f'stage:{row.stage}')}"
            goals.append(Found(f"/goals/{row.goal}", "target", row.title, note))
    groups = [
        (say("Pages and actions"), actions[:MOST]),
        (say("People"), people),
        (say("Goals"), goals),
    ]
    return page(
        request, "palette_found.html", visit, groups=[each for each in groups if each[1]], typed=typed
    )


async def _actions(visit: Visit, typed: str) -> list[Found]:
    """Pages that somebody has, and what they may begin, by what they typed: only of what fits it is asked whether they
    may."""
    say = visit.reader.say
    found = [Found(address, sign, label) for address, sign, label in places(visit)]
    if "hr" in visit.person.roles:
        found.append(Found("/start", "rocket", say("A first cycle in five steps")))
    found.append(Found("/goals/new", "pencil", say("Draft a goal")))
    begun = {kind: say("New: {kind}", kind=say(term("kind", kind))) for kind in BEGUN_BY_PEOPLE}
    fitting = [kind for kind, title in begun.items() if _fits(title, typed)]
    allowed = await may_begin(visit, fitting)
    found = [each for each in found if _fits(each.title, typed)]
    found += [Found(f"/cases/new/{kind}", "pencil", begun[kind]) for kind in allowed]
    return [each._replace(title=titled(each.title)) for each in found]


def _fits(title: str, typed: str) -> bool:
    return typed.casefold() in title.casefold()
