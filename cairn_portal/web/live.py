"""What is new on an open page, told to it by server-sent events; their id is the position of what concerns it.

A page hears of what it shows and its reader may read, and of nothing else (`reading/news`).
"""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from cairn_portal.reading.news import Shows, last_concerning, shown_at
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.web.typed import whole

router = APIRouter(include_in_schema=False)
LOOK = 1.0
"""Seconds between two looks at the ledger; a page is told at most so often."""
RENDERED = 5.0
"""Seconds that a page may take between what it was made of and its stream: what happened meanwhile is told too."""
ALIVE = 20.0
"""Seconds after which something is sent all the same: whoever stands between does not cut what is silent."""
LASTS = 600.0
"""Seconds after which the page asks anew, by itself: whoever was signed out meanwhile hears no more."""


@router.get("/live")
async def live(request: Request, visit: ByVisitor, page: str = "") -> Response:
    shows = shown_at(page)
    if shows is None:
        return Response(status_code=204)  # no page that moves by itself: its browser does not ask again
    since = whole(request.headers.get("last-event-id", ""))
    return StreamingResponse(
        _told(request, visit, shows, since),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _told(request: Request, visit: Visit, shows: Shows, since: int | None) -> AsyncIterator[str]:
    """An event for every look at which there was something new of the page that can be read by now. A page that was
    never told anything is told no position: how fast the ledger grows concerns nobody. It begins a little before now:
    what happened since the page was made is not lost."""
    records = visit.portal.records
    position = since
    if position is None:
        position = min(await records.ledger.sealed_before(RENDERED), await records.newest.readable())
    yield "retry: 2000\n\n"
    silent = lasted = 0.0
    while lasted < LASTS and not await request.is_disconnected():
        found = await records.newest.readable()
        if found > position:
            news = await records.newest.between(position, found)
            position = found
            concerns = await last_concerning(records, visit.person, shows, news)
            if concerns is not None:
                silent = 0.0
                yield f"id: {concerns}\nevent: ledger\ndata: {concerns}\n\n"
        if silent >= ALIVE:
            silent = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(LOOK)
        silent, lasted = silent + LOOK, lasted + LOOK
