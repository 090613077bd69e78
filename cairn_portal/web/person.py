"""One person's page: their goals and cases as far as whoever looks may read them, and what may be begun about them."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cairn.application.clock import zone_of
from cairn_portal.presenting.words import number
from cairn_portal.reading.current import cycles_of
from cairn_portal.reading.persons import read_person
from cairn_portal.signing_in.portal import ByVisitor
from cairn_portal.web.case_fields import about_words
from cairn_portal.web.case_kinds import BEGUN_BY_PEOPLE
from cairn_portal.web.goals import cards
from cairn_portal.web.rendering import page

router = APIRouter(include_in_schema=False)


@router.get("/people/{who}")
async def person(request: Request, visit: ByVisitor, who: str, cycle: str | None = None) -> Response:
    if who == visit.person.id and visit.viewing is None:
        return RedirectResponse("/" if cycle is None else f"/?cycle={quote(cycle)}", 303)
    records = visit.portal.records
    read = await read_person(records, visit.person, who, cycle, BEGUN_BY_PEOPLE)
    reader = visit.reader.in_zone(zone_of(read.cycle)) if read.cycle else visit.reader
    results = read.own.results if read.own else ()
    return page(
        request, "person.html", visit, reader=reader, read=read, cycle=read.cycle, cycles=await cycles_of(records),
        names=await records.names(), about=about_words, cards=cards(reader, read.own) if read.own else [],
        result=" · ".join(f"{number(each.points)} {each.grade or ''}".strip() for each in results),
    )  # fmt: skip
