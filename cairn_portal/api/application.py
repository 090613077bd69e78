"""The API as an application of its own, below /api/v1 of the portal's."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from cairn.domain.refusal import Refusal
from cairn.ledger import UNWRITABLE, AwayFromHome
from cairn.policies import PolicyInvalid
from cairn.roster.reading import RosterInvalid
from cairn.targets.reading import TargetsInvalid
from cairn_portal.api import auditing, bulk, commands, paying, preparing, reads, targets, webhooks
from cairn_portal.api.document import Documented
from cairn_portal.api.problems import told
from cairn_portal.gateway import NoAnswer
from cairn_portal.signing_in.callers import NotFromOurPage, NotSignedIn
from cairn_portal.signing_in.rate_limits import TooOften

VERSION = "1"
ROOT = f"/api/v{VERSION}"
ERRORS = (
    Refusal, NotSignedIn, NotFromOurPage, TooOften, NoAnswer, AwayFromHome, PolicyInvalid, RosterInvalid,
    TargetsInvalid, RequestValidationError, HTTPException, *UNWRITABLE, Exception,
)  # fmt: skip


def create_api() -> FastAPI:
    """Every endpoint, with what errors become there."""
    app = Documented(
        title="Cairn",
        version=VERSION,
        description="Performance goals: every command, and what can be read. Problems are those of RFC 9457.",
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(reads.router)
    app.include_router(auditing.router)
    app.include_router(preparing.router)
    app.include_router(targets.router)
    app.include_router(paying.router)
    app.include_router(webhooks.router)
    app.include_router(bulk.router())
    app.include_router(commands.router())
    for error in ERRORS:
        app.add_exception_handler(error, told)
    return app
