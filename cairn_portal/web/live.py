"""What is new in the ledger, told to pages that are open, by server-sent events; their id is the ledger's position."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from cairn_portal.signing_in.portal import ByVisitor, Portal

router = APIRouter(include_in_schema=False)
LOOK = 1.0
"""Seconds between two looks at the ledger; a page is told at most so often."""
ALIVE = 20.0
"""Seconds after which something is sent all the same: whoever stands between does not cut what is silent."""


@router.get("/live")
async def live(request: Request, visit: ByVisitor) -> Response:
    known = request.headers.get("last-event-id", "")
    since = int(known) if known.isdigit() else None
    return StreamingResponse(
        _told(request, visit.portal, since),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _told(request: Request, portal: Portal, since: int | None) -> AsyncIterator[str]:
    """An event for every look at which there was something new that can be read by now."""
    ledger = portal.records.ledger
    position = since if since is not None else await ledger.sealed_position()
    yield f"retry: 2000\nid: {position}\n\n"
    silent = 0.0
    while not await request.is_disconnected():
        found = await ledger.sealed_position()
        if found > position and await portal.commands.readable(found, "inbox", "progress"):
            position, silent = found, 0.0
            yield f"id: {position}\nevent: ledger\ndata: {position}\n\n"
        elif silent >= ALIVE:
            silent = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(LOOK)
        silent += LOOK
