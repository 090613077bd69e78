"""Looking for people and goals by what is typed: for fields that name one, and for the palette."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn_portal.reading.finding import find_goals, find_people
from cairn_portal.signing_in.portal import ByVisitor
from cairn_portal.web.rendering import page

router = APIRouter(include_in_schema=False)


@router.get("/find/people")
async def people(request: Request, visit: ByVisitor) -> Response:
    """Options of a field that names somebody."""
    found = await find_people(visit.portal.records, _typed(request))
    options = [(each.id, f"{each.name} · {each.title}" if each.title else each.name) for each in found]
    return page(request, "options.html", visit, options=options)


@router.get("/find/goals")
async def goals(request: Request, visit: ByVisitor) -> Response:
    """Options of a field that names a goal, of those that may be read."""
    found = await find_goals(visit.portal.records, visit.person, _typed(request))
    return page(
        request,
        "options.html",
        visit,
        options=[(each.goal, visit.reader.title(each.title)) for each in found],
    )


def _typed(request: Request) -> str:
    """What stands in the field that asks, whatever its name."""
    return next((value for name, value in request.query_params.items() if name != "as"), "").strip()
