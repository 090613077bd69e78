"""Who else is told of what happens, for HR: what is registered, how each stands, told again, told no more."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn.application.webhooks import TELLABLE
from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message, term
from cairn.webhooks.addresses import allowed_of
from cairn_portal.presenting.webhooks import Standing, webhooks_of, word_of_standing
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.rendering import page
from cairn_portal.web.uploads import plain_form, text_of

router = APIRouter(include_in_schema=False)
HERE = "/webhooks"


class Hook(NamedTuple):
    """One webhook in words; `again` is whether somebody has to have it told again."""

    name: str
    url: str
    told_of: str
    position: int
    standing: str
    tone: str
    again: bool


class Said(NamedTuple):
    """What came of a form: why it was refused, or that it was done, with the secret that is shown this once."""

    refused: str = ""
    done: str = ""
    secret: str = ""


@router.get(HERE)
async def listed(request: Request, visit: ByVisitor) -> Response:
    return await _shown(request, visit, Said())


@router.post(HERE)
async def register(request: Request, visit: ByVisitor) -> Response:
    form = await plain_form(request)
    name, url = text_of(form, "name").strip(), text_of(form, "url").strip()
    kinds = [str(each) for each in form.getlist("kind")]
    try:
        secret = await visit.portal.records.application.webhooks.register(
            name, url, kinds, allowed_of(visit.portal.settings), visit.person.id, datetime.now(UTC)
        )
    except Refusal as refusal:
        return await _refused(request, visit, refusal, {"name": name, "url": url, "kinds": kinds})
    said = visit.reader.say(
        "✓ {name} is told from now on. Its messages are signed with this secret:", name=name
    )
    return await _shown(request, visit, Said(done=said, secret=secret))


@router.post(HERE + "/{name}/resume")
async def resume(request: Request, visit: ByVisitor, name: str) -> Response:
    try:
        await visit.portal.records.application.webhooks.resume(name, None, visit.person.id, datetime.now(UTC))
    except Refusal as refusal:
        return await _refused(request, visit, refusal)
    return await _shown(request, visit, Said(done=visit.reader.say("✓ {name} is told again.", name=name)))


@router.post(HERE + "/{name}/remove")
async def remove(request: Request, visit: ByVisitor, name: str) -> Response:
    try:
        await visit.portal.records.application.webhooks.remove(name, visit.person.id, datetime.now(UTC))
    except Refusal as refusal:
        return await _refused(request, visit, refusal)
    return await _shown(request, visit, Said(done=visit.reader.say("✓ {name} is told no more.", name=name)))


async def _refused(
    request: Request, visit: Visit, refusal: Refusal, typed: dict[str, object] | None = None
) -> Response:
    said = Said(refused=refusal_message(refusal).text(visit.reader.language))
    return await _shown(request, visit, said, typed, 422)


async def _shown(
    request: Request, visit: Visit, said: Said, typed: dict[str, object] | None = None, status: int = 200
) -> Response:
    """The page, for HR alone."""
    application, at = visit.portal.records.application, visit.reader
    await application.webhooks.require_hr(visit.person.id, datetime.now(UTC))
    return page(
        request,
        "webhooks.html",
        visit,
        status,
        said=said,
        typed=typed or {"name": "", "url": "", "kinds": ()},
        hooks=_hooks(at, await webhooks_of(application)),
        kinds=[(each, at.say(term("kind", each))) for each in TELLABLE],
    )


def _hooks(at: PageReader, found: Sequence[Standing]) -> list[Hook]:
    return [
        Hook(
            name=each.hook.name,
            url=each.hook.url,
            told_of=at.say("everything")
            if each.hook.kinds == TELLABLE
            else at.say("separator:list").join(at.say(term("kind", kind)) for kind in each.hook.kinds),
            position=each.position,
            standing=at.say(word_of_standing(each)),
            tone="running" if each.is_well else "late",
            again=each.hook.given_up is not None,
        )
        for each in found
    ]
