"""Every command that people give, from its row: one endpoint each, with its fields as they are declared."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Body, Header, Path
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, create_model
from starlette.responses import JSONResponse, Response

from cairn.application.cases import KINDS
from cairn.domain.cycle.commands import CYCLE_COMMANDS
from cairn.domain.event import Command
from cairn.domain.goal.commands import COMMANDS
from cairn.domain.refusal import Refusal
from cairn.domain.streams import kind_of
from cairn.i18n import message
from cairn_portal.api.answers import Answered, CaseAnswered, CycleAnswered, GoalAnswered
from cairn_portal.asking import Done
from cairn_portal.signing_in.portal import ByVisitor, Visit

Key = Annotated[
    str | None,
    Header(
        description="the caller's own id of this command: given again with the same content it is done once"
    ),
]
Match = Annotated[
    str | None, Header(description="the version that was read; 412 where others changed it since")
]
Unmatched = Annotated[str | None, Header(include_in_schema=False)]
Fields = Annotated[dict[str, Any] | None, Body()]


class Given(NamedTuple):
    """A command as it came: to what, by which name, with which fields; `key` is the caller's, `at_version` what they
    have read."""

    of: str
    name: str
    fields: Mapping[str, Any]
    key: str | None
    at_version: int | None


Give = Callable[[Visit, Given], Awaitable[Done]]


class Target(NamedTuple):
    """What commands are given to: where, under which name in the address, from which rows, and what they answer;
    `versioned` where a command can be refused since others changed it meanwhile."""

    place: str
    parameter: str
    commands: Mapping[str, type[Command]]
    give: Give
    answered: type[Answered]
    kind: str | None = None
    versioned: bool = True


async def _to_goal(visit: Visit, came: Given) -> Done:
    return await visit.portal.commands.goal(
        came.of, came.name, visit.person.id, came.fields, came.key, came.at_version
    )


async def _to_case(visit: Visit, came: Given) -> Done:
    return await visit.portal.commands.case(
        came.of, came.name, visit.person.id, came.fields, came.key, came.at_version
    )


async def _to_cycle(visit: Visit, came: Given) -> Done:
    return await visit.portal.commands.cycle(came.of, came.name, visit.person.id, came.fields, came.key)


PLACES = {"feedback": "feedback", "coaching": "coaching"}
"""Kinds of cases whose name has no plural."""
TARGETS = (
    Target("goals", "goal", COMMANDS, _to_goal, GoalAnswered),
    Target("cycles", "cycle", CYCLE_COMMANDS, _to_cycle, CycleAnswered, versioned=False),
    *(
        Target(PLACES.get(name, f"{name}s"), "case", kind.commands, _to_case, CaseAnswered, name)
        for name, kind in KINDS.items()
    ),
)
NOT_TYPED = frozenset({"by", "at", "goal", "case", "cycle"})
"""Fields that the address, the session and the clock say."""


def router() -> APIRouter:
    """An endpoint for every row."""
    found = APIRouter()
    for target in TARGETS:
        for name, command in target.commands.items():
            found.add_api_route(
                f"/{target.place}/{{{target.parameter}}}/{name}",
                _endpoint(target, name),
                methods=["POST"],
                name=f"{target.place}.{name}",
                operation_id=f"{target.place}_{name}",
                summary=message(f"command:{name}").text("en"),
                description=(command.__doc__ or "").strip(),
                tags=[target.place],
                response_model=target.answered,
                openapi_extra={"requestBody": _body(command)},
            )
    return found


def _endpoint(target: Target, name: str) -> Callable[..., Awaitable[Response]]:
    match = Match if target.versioned else Unmatched

    async def given(
        visit: ByVisitor,
        of: Annotated[str, Path(alias=target.parameter)],
        fields: Fields = None,
        idempotency_key: Key = None,
        if_match: match = None,  # type: ignore[valid-type]
    ) -> Response:
        done = await give(visit, target, Given(of, name, fields or {}, idempotency_key, version_of(if_match)))
        headers = {"ETag": f'"{done.status.version}"'} if done.status is not None else {}
        return JSONResponse(answer(done), headers=headers)

    return given


async def give(visit: Visit, target: Target, came: Given) -> Done:
    """Gives one command, be it of a single request or of a row; raises Refusal."""
    if target.kind is not None and kind_of(came.of) != target.kind:
        raise Refusal("case.name", field=target.parameter, case=came.of, known=[target.kind])
    if came.at_version is not None and not target.versioned:
        raise Refusal("command.no-version", field="version", version=came.at_version)
    return await target.give(visit, came)


def version_of(etag: str | None) -> int | None:
    """The version that an entity tag names, `"12"` or `12`; refuses what is none."""
    if etag is None or etag.strip() == "*":
        return None
    text = etag.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Refusal("command.version-unreadable", field="If-Match", given=etag[:80])
    return int(text)


def answer(done: Done) -> dict[str, Any]:
    """What a command came to: its events, the status after it, and the position from which it can be read."""
    return {
        "events": done.events,
        "replayed": done.replayed,
        "position": done.position,
        "status": jsonable_encoder(done.status),
    }


def _body(command: type[Command]) -> dict[str, Any]:
    schema, required = fields_schema(command)
    return {"required": required, "content": {"application/json": {"schema": schema}}}


@cache
def fields_schema(command: type[Command]) -> tuple[dict[str, Any], bool]:
    """The fields of a command as a schema of OpenAPI, and whether any of them has to be given."""
    kept = {
        name: (field.annotation, field)
        for name, field in command.model_fields.items()
        if name not in NOT_TYPED | command.looked_up
    }
    shape: type[BaseModel] = create_model(command.__name__, **kept)  # type: ignore[call-overload]
    schema = shape.model_json_schema(mode="validation")
    required = any(field.is_required() for _, field in kept.values())
    return _inlined(schema, schema.pop("$defs", {})), required


def _inlined(value: Any, definitions: Mapping[str, Any], within: frozenset[str] = frozenset()) -> Any:
    """A schema with what it refers to in its place: it stands alone in the document."""
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str) and (name := reference.removeprefix("#/$defs/")) in definitions:
            if name in within:
                return {}
            return _inlined(definitions[name], definitions, within | {name})
        return {
            key: _inlined(each, definitions, within) for key, each in value.items() if key != "discriminator"
        }
    if isinstance(value, list):
        return [_inlined(each, definitions, within) for each in value]
    return value
