"""Who else is told of what happens, for HR: registered, listed, told again, removed."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from cairn.application.webhooks import TELLABLE
from cairn.webhooks.addresses import LONGEST, allowed_of
from cairn_portal.presenting.as_json import plain_value
from cairn_portal.presenting.webhooks import webhook_facts, webhooks_of
from cairn_portal.signing_in.portal import ByVisitor

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


class NewWebhook(BaseModel):
    """Where another system is told, and of streams of which kinds; of all that can be told where none is named."""

    model_config = ConfigDict(extra="forbid")
    name: str
    url: Annotated[str, Field(max_length=LONGEST)]
    kinds: Annotated[list[str], Field(max_length=20, description=", ".join(TELLABLE))] = []


class Again(BaseModel):
    """Told again what comes after a position of the log; from where it stood, where none is named."""

    model_config = ConfigDict(extra="forbid")
    after: Annotated[int | None, Field(ge=0)] = None


@router.get(
    "", operation_id="webhooks_list", response_model=dict[str, Any], summary="how each of them stands"
)
async def listed(visit: ByVisitor) -> Response:
    application = visit.portal.records.application
    await application.webhooks.require_hr(visit.person.id, datetime.now(UTC))
    items = [webhook_facts(visit.reader, each) for each in await webhooks_of(application)]
    return JSONResponse(plain_value({"items": items, "next": None}, visit.reader.language))


@router.post(
    "", operation_id="webhooks_register", response_model=dict[str, Any],
    summary="have another system told, or change where and of what; answers the secret that signs its messages",
)  # fmt: skip
async def register(visit: ByVisitor, given: NewWebhook) -> Response:
    secret = await visit.portal.records.application.webhooks.register(
        given.name,
        given.url,
        given.kinds,
        allowed_of(visit.portal.settings),
        visit.person.id,
        datetime.now(UTC),
    )
    return JSONResponse({"webhook": given.name, "secret": secret})


@router.post(
    "/{name}/resume", operation_id="webhooks_resume", response_model=dict[str, Any], summary="tell it again"
)
async def resume(visit: ByVisitor, name: str, given: Again) -> Response:
    webhooks = visit.portal.records.application.webhooks
    await webhooks.resume(name, given.after, visit.person.id, datetime.now(UTC))
    return JSONResponse({"webhook": name, "after": given.after})


@router.delete(
    "/{name}", operation_id="webhooks_remove", response_model=dict[str, Any], summary="tell it no more"
)
async def remove(visit: ByVisitor, name: str) -> Response:
    await visit.portal.records.application.webhooks.remove(name, visit.person.id, datetime.now(UTC))
    return JSONResponse({"webhook": name})
