"""The portal's application: what every request works with, what every answer carries, and what errors become."""

import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote, urlsplit, urlunsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from cairn.application import Application
from cairn.domain.refusal import Refusal
from cairn.i18n import message, refusal_message, term
from cairn.ledger import UNWRITABLE, AwayFromHome
from cairn.privacy import wrapping_keys
from cairn.settings import Settings, SettingsProblem
from cairn_portal.api.application import ROOT, create_api
from cairn_portal.api.problems import UNWRITABLE_SAID, place_of
from cairn_portal.asking import Commands
from cairn_portal.gateway import NOT_ANSWERED, NoAnswer
from cairn_portal.reading.records import Records
from cairn_portal.served import health
from cairn_portal.served.headers import SafeHeaders
from cairn_portal.servers.portal_key import session_key
from cairn_portal.signing_in.addresses import is_demo, portal_url, require_safe
from cairn_portal.signing_in.callers import NotFromOurPage, NotSignedIn, SignIn
from cairn_portal.signing_in.demo_provider import DemoProvider
from cairn_portal.signing_in.portal import Portal, reader_of
from cairn_portal.signing_in.rate_limits import Limits, TooOften
from cairn_portal.web import (
    auditing,
    calibration_board,
    cascade,
    cases,
    cycles,
    downloads,
    files,
    find,
    first_cycle,
    goal,
    goal_giving,
    goals,
    goals_import,
    history,
    inbox,
    launch_rehearsal,
    live,
    notices,
    palette,
    people_step,
    person,
    policy_step,
    scores,
    signing,
    targets_step,
    team,
    team_scores,
    urging,
    view_as,
    webhooks,
    year,
)
from cairn_portal.web.rendering import STATIC, open_page

log = logging.getLogger(__name__)
HOURS = 3600
SESSION_LASTS = 12 * HOURS


def create_app(settings: Settings) -> FastAPI:
    """The application of these settings. Raises SettingsProblem where it would be open to strangers."""
    require_safe(settings)
    database = settings.database
    if database is None:
        raise SettingsProblem(message("The portal needs CAIRN_DATABASE; `cairn up` starts it with one."))

    limits = Limits(settings)

    @asynccontextmanager
    async def wired(app: FastAPI) -> AsyncIterator[None]:
        keys = wrapping_keys(settings)
        async with Application.open(database, keys, name="cairn-portal") as application:
            records = Records(application)
            demo = DemoProvider(settings, application.pool) if is_demo(settings) else None
            commands, sign_in = Commands(settings, records), SignIn(settings, records, limits)
            portal = Portal(settings, records, commands, sign_in, demo, limits)
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
    app.add_middleware(SafeHeaders)
    mounted = Mount(ROOT, api, name="api")
    # A line break in an id is a letter like any other: without this it would be answered by the pages.
    mounted.path_regex = re.compile(mounted.path_regex.pattern, re.DOTALL)
    app.router.routes.append(mounted)
    # Pages are not compressed: they hold a token beside what somebody sent.
    app.mount("/static", GZipMiddleware(StaticFiles(directory=STATIC)), name="static")
    for router in (
        signing.router,
        inbox.router,
        notices.router,
        goals.router,
        goal_giving.router,
        goal.router,
        calibration_board.router,
        cascade.router,
        history.router,
        auditing.router,
        scores.router,
        cases.router,
        find.router,
        palette.router,
        person.router,
        team.router,
        team_scores.router,
        downloads.router,
        files.router,
        goals_import.router,
        launch_rehearsal.router,
        year.router,
        cycles.router,
        urging.router,
        first_cycle.router,
        policy_step.router,
        people_step.router,
        targets_step.router,
        view_as.router,
        webhooks.router,
        live.router,
        health.router,
    ):
        app.include_router(router)
    app.add_exception_handler(NotSignedIn, _not_signed_in)
    app.add_exception_handler(NotFromOurPage, _not_from_our_page)
    app.add_exception_handler(TooOften, _too_often)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(HTTPException, _not_there)
    for unread in (RequestValidationError, *UNWRITABLE):
        app.add_exception_handler(unread, _unread)
    for error in (NoAnswer, AwayFromHome, Exception):
        app.add_exception_handler(error, _failed)
    return app


async def _not_signed_in(request: Request, _: Exception) -> Response:
    there = f"/sign-in?back={quote(_page_of(request))}"
    if request.url.path.endswith("/save"):  # somebody is typing: their page stays, with the words in it
        return open_page(request, "sign_in_again.html", 401, there=there)
    if request.headers.get("hx-request"):
        if request.method == "GET":  # a page that asks again by itself stays, too
            return Response(status_code=204)
        return Response(status_code=401, headers={"HX-Redirect": there})
    return RedirectResponse(there, 303)


def _page_of(request: Request) -> str:
    """The page somebody was at, with all that its address says, to which they come back once they are signed in."""
    path, query = (request.url.path, request.url.query) if request.method == "GET" else ("", "")
    if request.headers.get("hx-request"):
        _, _, path, query, _ = urlsplit(request.headers.get("hx-current-url", ""))
    return urlunsplit(("", "", path or "/", query, ""))


async def _not_from_our_page(request: Request, _: Exception) -> Response:
    at = reader_of(request)
    said = at.say("Please load the page again and repeat it.")
    return _problem(request, 403, at.say("Not from this page"), said)


async def _too_often(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooOften)
    if request.method == "GET" and request.headers.get(
        "hx-request"
    ):  # a page that asks again by itself stays
        return Response(status_code=204, headers=error.headers)
    at = reader_of(request)
    answer = _problem(request, 429, at.say(term("http", 429)), error.sentence.text(at.language))
    answer.headers.update(error.headers)
    return answer


async def _not_there(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = reader_of(request).say(term("http", error.status_code))
    answer = _problem(request, error.status_code, title, request.url.path)
    answer.headers.update(error.headers or {})
    return answer


async def _unread(request: Request, error: Exception) -> Response:
    """An address whose part cannot be read, or a character that no text in the database can hold."""
    at = reader_of(request)
    if isinstance(error, RequestValidationError):
        said = at.say("{where} cannot be read.", where=place_of(error))
    else:
        said = at.say(UNWRITABLE_SAID)
    return _problem(request, 422, at.say(term("http", 422)), said)


async def _failed(request: Request, error: Exception) -> Response:
    """Servers that do not answer, and whatever is nobody's mistake: the log has it."""
    at = reader_of(request)
    match error:
        case NoAnswer():
            log.warning("no answer: %s", error)
            return _problem(request, 503, at.say(term("http", 503)), at.say(NOT_ANSWERED))
        case AwayFromHome():
            said = at.say("This ledger takes nothing in: it is not where it was recorded.")
            return _problem(request, 503, at.say(term("http", 503)), said)
    log.exception("a request failed", exc_info=error)
    said = at.say("Something went wrong inside the program; its log says what.")
    return _problem(request, 500, at.say(term("http", 500)), said)


def _problem(request: Request, status: int, title: str, said: str) -> Response:
    """A page that says what is the matter, or the part of one that htmx asked for."""
    template = "problem_part.html" if request.headers.get("hx-request") else "problem.html"
    return open_page(request, template, status, title=title, sentence=said)


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    at = reader_of(request)
    status = 404 if refusal.code.endswith(".unknown") else 403
    if status == 403:
        log.info("refused %s: %s", request.url.path, refusal)
    return _problem(
        request, status, at.say("This cannot be shown"), refusal_message(refusal).text(at.language)
    )
