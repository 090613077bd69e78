"""What an answer says that is not what was asked for: problems by RFC 9457, in the caller's language."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cairn.domain.refusal import Refusal
from cairn.i18n import Message, message, refusal_message, term
from cairn.ledger import UNWRITABLE, AwayFromHome
from cairn.policies import PolicyInvalid
from cairn.roster.reading import RosterInvalid
from cairn.targets.reading import TargetsInvalid
from cairn_portal.api.document import MEDIA
from cairn_portal.gateway import NoAnswer
from cairn_portal.presenting.mistakes import mistake_facts
from cairn_portal.signing_in.callers import NotFromOurPage, NotSignedIn
from cairn_portal.signing_in.portal import reader_of
from cairn_portal.signing_in.rate_limits import TooOften
from cairn_portal.signing_in.reader import PageReader

log = logging.getLogger(__name__)
MISREAD = frozenset(
    {
        "command.invalid", "command.field", "command.unknown", "command.key-reserved", "command.version-unreadable",
        "command.no-version", "reading.as-of", "case.name", "webhook.url", "webhook.plain", "webhook.name",
        "webhook.kind", "webhook.position",
    }
)  # fmt: skip
INVALID: dict[type[Exception], str] = {
    PolicyInvalid: "policy.invalid", RosterInvalid: "roster.invalid", TargetsInvalid: "targets.invalid"
}  # fmt: skip
"""The code of what was handed in and cannot be used."""
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


class Problem(NamedTuple):
    """What an answer says that is not what was asked for, as a value: a request's answer, or a row's."""

    status: int
    told: dict[str, Any]
    headers: Mapping[str, str] = {}

    def answer(self) -> Response:
        return JSONResponse(self.told, self.status, dict(self.headers), media_type=MEDIA)


def place_of(error: RequestValidationError) -> str:
    """Which part of a request cannot be read, as its caller named it: `rows.3.goal`. A place alone is that of a broken
    text."""
    parts = error.errors()[0]["loc"][1:]
    return ".".join(map(str, parts)) if any(isinstance(part, str) for part in parts) else "body"


async def told(request: Request, error: Exception) -> Response:
    """The answer that an error is."""
    if isinstance(error, asyncio.CancelledError):
        raise error
    return problem_of(reader_of(request), request.url.path, error).answer()


def problem_of(at: PageReader, path: str, error: Exception) -> Problem:
    """The problem that an error is, in the language of its reader; `path` is where it happened."""

    def problem(
        status: int, code: str, sentence: Message, field: str | None = None,
        headers: Mapping[str, str] | None = None, **more: Any,
    ) -> Problem:  # fmt: skip
        """One problem. `code` is stable, `detail` is for people."""
        told = {
            "type": f"/api/problems/{code}",
            "title": at.say(term("http", status)),
            "status": status,
            "detail": at.say(sentence),
            "instance": path,
            "code": code,
            "field": field,
            **more,
        }
        shown = {name: value for name, value in told.items() if value is not None}
        return Problem(status, shown, {"Content-Language": at.language, **(headers or {})})

    match error:
        case Refusal():
            who = error.facts.get("who")
            could = {"right": who, "sentence": at.say(term("right", who))} if isinstance(who, str) else None
            facts = {name: value for name, value in error.facts.items() if name != "who"}
            status, sentence = status_of(error), refusal_message(error)
            if status == 403:
                log.info("refused %s: %s", path, error)
            return problem(status, error.code, sentence, error.field, facts=facts or None, who_could=could)
        case NotSignedIn():
            sentence = message("Nobody is signed in: send a token, or sign in on the pages.")
            return problem(
                401, "not-signed-in", sentence, headers={"WWW-Authenticate": 'Bearer realm="cairn"'}
            )
        case NotFromOurPage():
            sentence = message(
                "A session alone changes nothing: send `X-CSRF-Token` with it, or a token of your own."
            )
            return problem(403, "not-from-our-page", sentence)
        case TooOften():
            return problem(429, "too-often", error.sentence, headers=error.headers)
        case NoAnswer():
            log.warning("no answer: %s", error)
            sentence = message(
                "No worker answered in time. It may still be done: repeat it with the same `Idempotency-Key`."
            )
            return problem(503, "no-answer", sentence)
        case AwayFromHome():
            sentence = message("This ledger takes nothing in: it is not where it was recorded.")
            return problem(503, "away-from-home", sentence)
        case PolicyInvalid() | RosterInvalid() | TargetsInvalid():
            sentence = message("{count} {count:plural,mistake,mistakes} to mend", count=len(error.mistakes))
            mistakes = [mistake_facts(at, each) for each in error.mistakes]
            return problem(422, INVALID[type(error)], sentence, mistakes=mistakes)
        case RequestValidationError():
            where = place_of(error)
            return problem(422, "request.invalid", message("{where} cannot be read.", where=where), where)
        case HTTPException():
            return problem(error.status_code, "http", term("http", error.status_code), headers=error.headers)
        case _ if isinstance(error, UNWRITABLE):
            return problem(422, "request.invalid", UNWRITABLE_SAID)
    log.exception("a request failed", exc_info=error)
    return problem(500, "internal", message("Something went wrong inside the program; its log says what."))
