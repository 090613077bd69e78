"""What an answer says that is not what was asked for: problems by RFC 9457, in the caller's language."""

import asyncio
import logging
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cairn.domain.refusal import Refusal
from cairn.i18n import Message, message, refusal_message, term
from cairn.ledger import UNWRITABLE, AwayFromHome
from cairn.policies import PolicyInvalid
from cairn.roster.reading import RosterInvalid
from cairn_portal.gateway import NoAnswer
from cairn_portal.presenting.mistakes import mistake_facts
from cairn_portal.signing_in.callers import NotFromOurPage, NotSignedIn
from cairn_portal.signing_in.portal import reader_of

log = logging.getLogger(__name__)
MEDIA = "application/problem+json"
MISREAD = frozenset(
    {
        "command.invalid", "command.field", "command.unknown", "command.key-reserved", "command.version-unreadable",
        "reading.as-of", "case.name",
    }
)  # fmt: skip
BEHIND = "reading.behind"
UNWRITABLE_SAID = message(
    "It holds a control character (U+0000) that cannot be kept: leave it out and repeat it."
)
OVERTAKEN = frozenset({"command.overtaken", "command.version-ahead"})


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal: what is wrong is told by its code, this is for whoever looks no further."""
    code = refusal.code
    if code in OVERTAKEN:
        return 412
    if code in MISREAD:
        return 422
    if code == BEHIND:
        return 503
    if code.endswith(".unknown"):
        return 404
    if code.endswith((".not-yours", ".own", ".not-hr", ".not-shown", ".left")) or "who" in refusal.facts:
        return 403
    return 409


def problem(
    request: Request, status: int, code: str, sentence: Message, field: str | None = None, **more: Any
) -> Response:
    """One problem. `code` is stable, `detail` is for people."""
    at = reader_of(request)
    told = {
        "type": f"/api/problems/{code}",
        "title": at.say(term("http", status)),
        "status": status,
        "detail": at.say(sentence),
        "instance": request.url.path,
        "code": code,
        "field": field,
        **more,
    }
    shown = {name: value for name, value in told.items() if value is not None}
    headers: dict[str, str] = {"Content-Language": at.language}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="cairn"'
    return JSONResponse(shown, status, headers, media_type=MEDIA)


def place_of(error: RequestValidationError) -> str:
    """Which part of a request cannot be read, as its caller named it."""
    named = [part for part in error.errors()[0]["loc"][1:] if isinstance(part, str)]
    return ".".join(named) or "body"


async def told(request: Request, error: Exception) -> Response:
    """The problem that an error is."""
    match error:
        case Refusal():
            who = error.facts.get("who")
            could = (
                {"right": who, "sentence": reader_of(request).say(term("right", who))}
                if isinstance(who, str)
                else None
            )
            facts = {name: value for name, value in error.facts.items() if name != "who"}
            sentence = refusal_message(error)
            if status_of(error) == 403:
                log.info("refused %s: %s", request.url.path, error)
            return problem(
                request,
                status_of(error),
                error.code,
                sentence,
                error.field,
                facts=facts or None,
                who_could=could,
            )
        case NotSignedIn():
            return problem(
                request,
                401,
                "not-signed-in",
                message("Nobody is signed in: send a token, or sign in on the pages."),
            )
        case NotFromOurPage():
            return problem(
                request, 403, "not-from-our-page",
                message("A session alone changes nothing: send `X-CSRF-Token` with it, or a token of your own."),
            )  # fmt: skip
        case NoAnswer():
            log.warning("no answer: %s", error)
            return problem(
                request, 503, "no-answer",
                message("No worker answered in time. It may still be done: repeat it with the same `Idempotency-Key`."),
            )  # fmt: skip
        case AwayFromHome():
            sentence = message("This ledger takes nothing in: it is not where it was recorded.")
            return problem(request, 503, "away-from-home", sentence)
        case PolicyInvalid() | RosterInvalid():
            code = "policy.invalid" if isinstance(error, PolicyInvalid) else "roster.invalid"
            count, at = len(error.mistakes), reader_of(request)
            sentence = message("{count} {count:plural,mistake,mistakes} to mend", count=count)
            mistakes = [mistake_facts(at, each) for each in error.mistakes]
            return problem(request, 422, code, sentence, mistakes=mistakes)
        case RequestValidationError():
            where = place_of(error)
            return problem(
                request, 422, "request.invalid", message("{where} cannot be read.", where=where), where
            )
        case HTTPException():
            answer = problem(request, error.status_code, "http", term("http", error.status_code))
            answer.headers.update(error.headers or {})
            return answer
        case _ if isinstance(error, UNWRITABLE):
            return problem(request, 422, "request.invalid", UNWRITABLE_SAID)
        case asyncio.CancelledError():
            raise error
    log.exception("a request failed", exc_info=error)
    return problem(
        request, 500, "internal", message("Something went wrong inside the program; its log says what.")
    )
