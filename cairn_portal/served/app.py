"""The portal's application: what every request works with, what every answer carries, and what errors become."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from cairn.application import Application
from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message
from cairn.privacy import wrapping_keys
from cairn.settings import Settings
from cairn_portal.api.application import ROOT, create_api
from cairn_portal.asking import Commands
from cairn_portal.reading.records import Records
from cairn_portal.servers.portal_key import session_key
from cairn_portal.signing_in.addresses import is_demo, portal_url, require_safe
from cairn_portal.signing_in.callers import NotFromOurPage, NotSignedIn, SignIn
from cairn_portal.signing_in.demo_provider import DemoProvider
from cairn_portal.signing_in.portal import Portal, reader_of
from cairn_portal.web import cycles, goal, goals, inbox, live, signing, team
from cairn_portal.web.rendering import STATIC, open_page

HOURS = 3600
SESSION_LASTS = 12 * HOURS
POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
        "font-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    )
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
FOR_GOOD = "public, max-age=31536000, immutable"


def create_app(settings: Settings) -> FastAPI:
    """The application of these settings. Raises SettingsProblem where it would be open to strangers."""
    require_safe(settings)

    @asynccontextmanager
    async def wired(app: FastAPI) -> AsyncIterator[None]:
        assert settings.database is not None
        keys = wrapping_keys(settings)
        async with Application.open(settings.database, keys, name="cairn-portal") as application:
            records = Records(application)
            demo = DemoProvider(settings, application.pool) if is_demo(settings) else None
            portal = Portal(settings, records, Commands(settings, records), SignIn(settings, records), demo)
            app.state.portal = api.state.portal = portal
            yield

    api = create_api()
    app = FastAPI(title="Cairn", lifespan=wired, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(
        SessionMiddleware,
        secret_key=session_key(settings).hex(),
        session_cookie="cairn_session",
        max_age=SESSION_LASTS,
        same_site="lax",
        https_only=portal_url(settings).startswith("https://"),
    )
    app.middleware("http")(_with_headers)
    app.mount(ROOT, api, name="api")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for router in (
        signing.router,
        inbox.router,
        goals.router,
        goal.router,
        team.router,
        cycles.router,
        live.router,
    ):
        app.include_router(router)
    app.add_exception_handler(NotSignedIn, _not_signed_in)
    app.add_exception_handler(NotFromOurPage, _not_from_our_page)
    app.add_exception_handler(Refusal, _refused)
    return app


async def _with_headers(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    answer = await go_on(request)
    for name, value in HEADERS.items():
        answer.headers[name] = value
    if request.url.path.startswith("/static/") and "v" in request.query_params:
        answer.headers["Cache-Control"] = FOR_GOOD
    else:
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer


async def _not_signed_in(request: Request, _: Exception) -> Response:
    there = f"/sign-in?back={quote(request.url.path)}" if request.method == "GET" else "/sign-in"
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": there})
    return RedirectResponse(there, 303)


async def _not_from_our_page(request: Request, _: Exception) -> Response:
    at = reader_of(request)
    title, said = at.say("Not from this page"), at.say("Please load the page again and repeat it.")
    template = "problem_part.html" if request.headers.get("hx-request") else "problem.html"
    return open_page(request, template, 403, title=title, sentence=said)


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    at = reader_of(request)
    said = refusal_message(refusal).text(at.language)
    status = 404 if refusal.code.endswith(".unknown") else 403
    template = "problem_part.html" if request.headers.get("hx-request") else "problem.html"
    return open_page(request, template, status, title=at.say("This cannot be shown"), sentence=said)
