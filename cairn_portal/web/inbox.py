"""The inbox: all that waits for whoever is signed in."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn_portal.reading.inbox import inbox_of
from cairn_portal.signing_in.portal import ByVisitor
from cairn_portal.web.rendering import page
from cairn_portal.web.tasks import shown_tasks

router = APIRouter(include_in_schema=False)


@router.get("/inbox")
async def inbox(request: Request, visit: ByVisitor) -> Response:
    records = visit.portal.records
    found = await inbox_of(records, visit.person)
    tasks = await shown_tasks(visit.reader, records, visit.person, found)
    return page(request, "inbox.html", visit, tasks=tasks)
