"""What somebody was told: each thing once, the latest first, with the way to it."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cairn.domain.streams import IN_CYCLE, cycle_of, kind_of
from cairn.i18n import term
from cairn.notices.kinds import Kind
from cairn_portal.presenting.story import event_name
from cairn_portal.reading.notices import Told, told_to
from cairn_portal.signing_in.portal import ByVisitor
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.rendering import page

router = APIRouter(include_in_schema=False)
A_PAGE = 50
TONES: Mapping[Kind, str] = {"asked": "waiting", "late": "late", "told": "off"}


class Line(NamedTuple):
    """One notice in words; `kind` says what it is for."""

    what: str
    kind: str
    tone: str
    title: str
    path: str | None
    about: str
    by: str
    when: str


@router.get("/notices")
async def notices(
    request: Request, visit: ByVisitor, before: Annotated[int | None, Query(ge=1, le=2**62)] = None
) -> Response:
    records = visit.portal.records
    found = await told_to(records, visit.person, before=before, limit=A_PAGE)
    zones = await records.zones()
    lines = [_line(visit.reader, each, visit.person.id, zones) for each in found.items]
    return page(request, "notices.html", visit, lines=lines, earlier=found.next)


def _line(at: PageReader, told: Told, reader: str, zones: Mapping[str, str]) -> Line:
    of = kind_of(told.stream)
    local = at.in_zone(zones.get(cycle_of(told.stream))) if of in IN_CYCLE else at
    title = at.title(told.title or "") if of == "goal" else at.say(term("kind", of))
    return Line(
        what=event_name(at, told.type),
        kind=at.say(term("notice", told.kind)),
        tone=TONES[told.kind],
        title=title,
        path=told.path,
        about="" if told.about == reader else f"{told.about} {told.about_name or ''}".strip(),
        by=f"{told.by} {told.by_name or ''}".strip() if told.by else "",
        when=local.moment(told.at),
    )
