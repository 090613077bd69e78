"""Whether the portal serves, for whoever starts it again when it does not: no session, and nothing about anybody."""

import asyncio
import logging

import asyncpg
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from cairn.ledger import LOST

router = APIRouter(include_in_schema=False)
PATIENCE = 5  # seconds for the database
log = logging.getLogger(__name__)


@router.api_route("/health", methods=["GET", "HEAD"])
async def health(request: Request) -> JSONResponse:
    """200 where the database answers, else 503."""
    pool = request.app.state.portal.records.pool
    try:
        async with asyncio.timeout(PATIENCE):
            await pool.fetchval("select 1")
    except (asyncpg.PostgresError, TimeoutError, *LOST) as error:
        log.warning("the portal's database does not answer: %s", error or type(error).__name__)
        return JSONResponse({"database": False}, 503)
    return JSONResponse({"database": True})
