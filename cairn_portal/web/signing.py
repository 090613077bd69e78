"""Signing in and out, and the demo's own provider."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from authlib.integrations.base_client import OAuthError
from fastapi import APIRouter, Depends, Request
from joserfc.errors import JoseError
from starlette.responses import JSONResponse, RedirectResponse, Response

from cairn.domain.refusal import Refusal
from cairn.i18n import marked, refusal_message
from cairn_portal.reading.beginning import to_begin_with
from cairn_portal.signing_in.addresses import DEMO, portal_url
from cairn_portal.signing_in.callers import NotSignedIn
from cairn_portal.signing_in.demo_provider import DemoProvider, basic_secret, require_from_here
from cairn_portal.signing_in.portal import portal_of, reader_of
from cairn_portal.signing_in.reader import LANGUAGE_COOKIE, LANGUAGES
from cairn_portal.web.rendering import open_page
from cairn_portal.web.uploads import plain_form
from projections.models import person as people_model

router = APIRouter(include_in_schema=False)
BACK = "back"
PASS = "cairn_demo_pass"
"""The cookie that shows the pass of the demo's sign-in."""
NOBODY_YET = marked(
    "Nobody is known yet. Whoever runs the servers names the first HR person: cairn roster first-hr ID --name NAME. "
    "Then load this page again."
)
YEAR = 365 * 24 * 3600  # seconds
LONGEST = 1000
"""Characters of an address to go on to: the session's cookie carries it, and browsers keep four kilobytes of one."""


def own_path(path: str | None) -> str:
    """Where to go on: an address of the portal's own, whatever was asked for."""
    if path is None or not path.startswith("/") or path.startswith(("//", "/\\")) or len(path) > LONGEST:
        return "/"
    return path


@router.get("/sign-in")
async def sign_in(request: Request, back: str = "/") -> Response:
    return open_page(request, "sign_in.html", back=own_path(back), problem="")


async def counted(request: Request) -> None:
    """A try to sign in counts for the address it comes from."""
    await portal_of(request).limits.take_sign_in(request)


Counted = Depends(counted)


@router.get("/sign-in/go", dependencies=[Counted])
async def go(request: Request, back: str = "/") -> Response:
    portal = portal_of(request)
    here = portal_url(portal.settings)
    if str(request.base_url).rstrip("/") != here and not portal.settings.portal_url:
        # another name of this machine: the session has to begin where people come back to
        return RedirectResponse(f"{here}/sign-in/go?{urlencode({'back': own_path(back)})}", 303)
    request.session[BACK] = own_path(back)
    there: Response = await portal.sign_in.provider.authorize_redirect(request, f"{here}/sign-in/back")
    return there


@router.get("/sign-in/back", dependencies=[Counted])
async def back(request: Request) -> Response:
    sign_in, at = portal_of(request).sign_in, reader_of(request)
    try:
        token = await sign_in.provider.authorize_access_token(request)
        person = await sign_in.known(sign_in.claimed(token.get("userinfo") or {}))
    except (OAuthError, JoseError, NotSignedIn):
        said = at.say("The provider's answer was not understood or came too late. Please try again.")
        return open_page(request, "sign_in.html", 403, back="/", problem=said)
    except Refusal as refusal:
        said = refusal_message(refusal).text(at.language)
        if not await people_model.people(portal_of(request).records.pool):
            said = at.say(NOBODY_YET)
        return open_page(request, "sign_in.html", 403, back="/", problem=said)
    onward = own_path(request.session.get(BACK))
    await sign_in.begin(request, person)
    return RedirectResponse(onward, 303)


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    await portal_of(request).sign_in.caller(request)
    request.session.clear()
    return Response(status_code=204, headers={"HX-Redirect": "/sign-in"})


@router.get("/language/{language}")
async def language(request: Request, language: str, back: str = "/") -> Response:
    answer = RedirectResponse(own_path(back), 303)
    if language in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR, samesite="lax", httponly=True)
    return answer


@router.get(DEMO + "/{what:path}")
async def demo(request: Request, what: str, person: str = "") -> Response:
    provider, refused = _demo(request)
    if provider is None or refused is not None:
        return refused or JSONResponse({"error": "not_found"}, 404)
    match what:
        case ".well-known/openid-configuration":
            return JSONResponse(provider.metadata())
        case "jwks":
            return JSONResponse(provider.jwks())
        case _ if what.startswith("enter/"):
            answer = RedirectResponse("/", 303)
            answer.set_cookie(PASS, what.removeprefix("enter/"), max_age=YEAR, samesite="lax", httponly=True)
            return answer
        case _ if not provider.is_opened_by(request.cookies.get(PASS)):
            at = reader_of(request)
            said = at.say(
                "Open the portal by the address that `cairn up` printed: it holds the pass of this sign-in."
            )
            title = at.say("This sign-in is closed")
            return open_page(request, "problem.html", 403, title=title, sentence=said)
        case "authorize":
            return await _choose(request)
        case "choose":
            return await provider.choose(request, person)
    return JSONResponse({"error": "not_found"}, 404)


@router.post(DEMO + "/token", dependencies=[Counted])
async def demo_token(request: Request) -> Response:
    provider, refused = _demo(request)
    if provider is None or refused is not None:
        return refused or JSONResponse({"error": "not_found"}, 404)
    form = {name: str(value) for name, value in (await plain_form(request)).items()}
    return await provider.token(form, basic_secret(request.headers.get("authorization")))


def _demo(request: Request) -> tuple[DemoProvider | None, Response | None]:
    return portal_of(request).demo, require_from_here(request)


async def _choose(request: Request) -> Response:
    """Everybody of the sample company, and whom to begin with."""
    at, people = reader_of(request), await people_model.people(portal_of(request).records.pool)
    today = datetime.now(UTC).date()
    here = [each for each in people if each.here_on(today)]
    suggested = [(each, at.say(part)) for each, part in to_begin_with(here)]

    def address(person: str) -> str:
        return f"{DEMO}/choose?{urlencode({**request.query_params, 'person': person})}"

    return open_page(request, "demo_people.html", people=here, suggested=suggested, address=address)
