"""What every request works with, and who gave it."""

from dataclasses import replace
from typing import Annotated, NamedTuple

from fastapi import Depends
from starlette.requests import Request

from cairn.application.access import require_views_as
from cairn.domain.people import Person
from cairn.domain.refusal import Refusal
from cairn.ledger import UNWRITABLE
from cairn.settings import Settings
from cairn_portal.asking import Commands
from cairn_portal.reading.records import Records
from cairn_portal.signing_in.callers import SAFE, Caller, SignIn
from cairn_portal.signing_in.demo_provider import DemoProvider
from cairn_portal.signing_in.rate_limits import Limits
from cairn_portal.signing_in.reader import PageReader, language_of

VIEWING, END = "viewing", "/view-as/end"
"""Whose pages are looked at, in the session; and what ends it."""


class Portal(NamedTuple):
    """What is made once for a process; `demo` is None where people sign in at their company's provider."""

    settings: Settings
    records: Records
    commands: Commands
    sign_in: SignIn
    demo: DemoProvider | None
    limits: Limits


class Visit(NamedTuple):
    """One request of somebody who is signed in; `viewing` is whose pages they look at, as HR, and only look."""

    portal: Portal
    person: Person
    reader: PageReader
    csrf: str | None
    viewing: Person | None = None


def portal_of(request: Request) -> Portal:
    """What was wired when the process began."""
    found: Portal = request.app.state.portal
    return found


def reader_of(request: Request) -> PageReader:
    """Whoever reads, signed in or not."""
    return PageReader(language_of(request, portal_of(request).settings.language))


async def visit(request: Request) -> Visit:
    """The request of somebody who is signed in, which counts. Raises what `SignIn.caller` raises, TooOften, and one
    of UNWRITABLE for an address with a character that no database keeps."""
    portal = portal_of(request)
    caller = await portal.sign_in.caller(request)
    await portal.limits.take(request, caller.person.id, caller.csrf)
    if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise UNWRITABLE[0]  # what Postgres would say, before anything else is asked with it
    reader = replace(reader_of(request), titles=await portal.records.titles())
    viewing = await _viewing(request, portal, caller)
    return Visit(portal, caller.person, reader, caller.csrf, viewing)


async def _viewing(request: Request, portal: Portal, caller: Caller) -> Person | None:
    """Whose pages somebody looks at in their session; nobody's any more once they may not, which ends the looking.
    Raises Refusal for whatever would change anything meanwhile: a session of looking gives no command."""
    whom = request.session.get(VIEWING) if caller.csrf else None
    if not isinstance(whom, str):
        return None
    changes = request.method not in SAFE and request.url.path != END
    try:
        person = await portal.records.person(whom)
        require_views_as(caller.person, person)
    except Refusal:
        request.session.pop(VIEWING, None)
        if changes:
            raise
        return None
    if changes:
        raise Refusal("viewing.read-only", person=person.id)
    return person


ByVisitor = Annotated[Visit, Depends(visit)]
