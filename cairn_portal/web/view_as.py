"""Looking at somebody's pages as HR: my goals and the inbox of that person, read only, recorded, with a banner."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cairn.application import access
from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message
from cairn_portal.signing_in.portal import VIEWING, ByVisitor, Visit
from cairn_portal.web.rendering import page
from cairn_portal.web.uploads import plain_form
from projections.models import person as people_model

router = APIRouter(include_in_schema=False)
HERE = "/view-as"


@router.get(HERE)
async def choose(request: Request, visit: ByVisitor, person: str = "") -> Response:
    access.require_prepares(visit.person)
    return await _asked(request, visit, person)


@router.post(HERE)
async def begin(request: Request, visit: ByVisitor) -> Response:
    """Records who looks at whose pages and why, then shows them."""
    access.require_prepares(visit.person)
    form = await plain_form(request)
    whom, reason = str(form.get("person", "")).strip(), str(form.get("reason", ""))
    try:
        person = await visit.portal.sign_in.known(whom)
        await visit.portal.commands.view_as(visit.person, person, reason)
    except Refusal as refusal:
        said = refusal_message(refusal).text(visit.reader.language)
        return await _asked(request, visit, whom, said, reason, 422)
    request.session[VIEWING] = person.id
    return _to(request, "/")


@router.post(f"{HERE}/end")
async def end(request: Request, visit: ByVisitor) -> Response:
    request.session.pop(VIEWING, None)
    return _to(request, "/")


def _to(request: Request, there: str) -> Response:
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": there})
    return RedirectResponse(there, 303)


async def _asked(
    request: Request, visit: Visit, whom: str, refused: str = "", reason: str = "", status: int = 200
) -> Response:
    people = await people_model.people(visit.portal.records.pool)
    today = datetime.now(UTC).date()
    return page(
        request, "view_as.html", visit, status, whom=whom, refused=refused, reason=reason,
        people=[each for each in people if each.here_on(today) and each.id != visit.person.id],
    )  # fmt: skip
