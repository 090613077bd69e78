"""Templates: every value escaped, every sentence a message, no style or handler inline."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from cairn.application.access import audits, sees_cycles
from cairn.i18n import term
from cairn_portal.presenting import words
from cairn_portal.signing_in.addresses import is_demo
from cairn_portal.signing_in.portal import Visit, portal_of, reader_of
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web import showing
from cairn_portal.web.showing import titled

HERE = Path(__file__).parent
STATIC = HERE / "static"


@cache
def environment() -> Environment:
    """The templates' environment, made once."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    found.globals.update(term=term, asset=asset, showing=showing)
    found.filters.update(number=words.number, percent=words.percent, day=words.day, titled=titled)
    return found


@cache
def asset(name: str) -> str:
    """The address of a file of the page's own, which changes with its content."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def page(
    request: Request, template: str, visit: Visit, status: int = 200, *, reader: PageReader | None = None,
    **shown: Any,
) -> HTMLResponse:  # fmt: skip
    """A page, or a part of one, for somebody who is signed in."""
    told = {
        "visit": visit,
        "person": visit.person,
        "csrf": visit.csrf,
        "nav": places(visit),
        "viewing": visit.viewing,
        **shown,
    }
    return _rendered(request, template, reader or visit.reader, status, told)


def go_to(request: Request, path: str) -> Response:
    """On to another page, also in a browser without scripts."""
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


def open_page(request: Request, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page for anybody, signed in or not."""
    return _rendered(
        request,
        template,
        reader_of(request),
        status,
        {"person": None, "csrf": None, "viewing": None, **shown},
    )


def _rendered(
    request: Request, template: str, reader: PageReader, status: int, told: dict[str, Any]
) -> HTMLResponse:
    settings = portal_of(request).settings
    path, query = request.url.path, request.url.query
    text = environment().get_template(template).render(
        at=reader, say=reader.say, request=request, demo=is_demo(settings), path=path,
        this_page=f"{path}?{query}" if query else path, **told,
    )  # fmt: skip
    return HTMLResponse(text, status)


def places(visit: Visit) -> list[tuple[str, str, str]]:
    """Where somebody can go: address, icon, message id. What they may not do there is refused there, not here."""
    say = visit.reader.say
    found = [
        ("/", "target", say("My goals")),
        ("/inbox", "inbox", say("Inbox")),
        ("/cases", "message-square-text", say("Cases")),
        ("/team", "users", say("Team")),
    ]
    if sees_cycles(visit.person):
        found.append(("/cycles", "calendar-range", say("Cycles")))
    if audits(visit.person):
        found.append(("/audit", "history", say("Audit")))
    return found
