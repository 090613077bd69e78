"""One command for many goals, cycles or cases: row by row as each would be given alone, with an answer for each row."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cairn.domain.event import Command
from cairn.domain.streams import holder_of
from cairn.i18n import message
from cairn_portal.api.answers import CasesAnswered, CyclesAnswered, GoalsAnswered
from cairn_portal.api.commands import TARGETS, Given, Key, Target, answer, fields_schema, give
from cairn_portal.api.problems import problem_of
from cairn_portal.asking import AT_ONCE
from cairn_portal.gateway import NoAnswer
from cairn_portal.signing_in.portal import ByVisitor, Visit

MOST = 200
"""Rows of a request: some seconds of work at the rate of one portal."""
ANSWERS = {"goal": GoalsAnswered, "case": CasesAnswered, "cycle": CyclesAnswered}


class Row(BaseModel):
    """What all rows have beside the goal, cycle or case that they name: the fields of the command, and the version that
    was read, where the row is to be refused if others changed it since."""

    model_config = ConfigDict(extra="forbid")
    fields: dict[str, Any] = Field(default_factory=dict)
    version: int | None = Field(None, ge=0)


class Asked(NamedTuple):
    """A row as it is given: `place` is where it stands in the request, from 0; `lane` are the rows that come one after
    another."""

    place: int
    lane: str
    came: Given


def router() -> APIRouter:
    """An endpoint for every row of the domain that has one for a single command."""
    found = APIRouter(prefix="/bulk")
    for target in TARGETS:
        rows = _rows_of(target)
        for name, command in target.commands.items():
            found.add_api_route(
                f"/{target.place}/{name}",
                _endpoint(target, name, rows),
                methods=["POST"],
                name=f"bulk.{target.place}.{name}",
                operation_id=f"bulk_{target.place}_{name}",
                summary=message(f"command:{name}").text("en"),
                description=f"Of many at once. {(command.__doc__ or '').strip()}",
                tags=["bulk"],
                response_model=ANSWERS[target.parameter],
                openapi_extra={"requestBody": _body(target, command)},
            )
    return found


def _rows_of(target: Target) -> type[BaseModel]:
    """The body: `rows`, each naming what it is for as the address of a single command does."""
    row = create_model(f"{target.place}_row", __base__=Row, **{target.parameter: (str, ...)})  # type: ignore[call-overload]
    body: type[BaseModel] = create_model(
        f"{target.place}_rows",
        __config__=ConfigDict(extra="forbid"),
        rows=(list[row], Field(min_length=1, max_length=MOST)),
    )
    return body


def _endpoint(target: Target, name: str, body: type[BaseModel]) -> Callable[..., Awaitable[Response]]:
    async def given(
        request: Request,
        visit: ByVisitor,
        asked: body,  # type: ignore[valid-type]
        idempotency_key: Key = None,
    ) -> Response:
        rows = _numbered(target, name, asked.rows, idempotency_key)  # type: ignore[attr-defined]
        await visit.portal.limits.take_rows(request, visit.person.id, visit.csrf, len(rows))
        told = await _given(visit, target, rows, request.url.path)
        done = sum("answer" in row for row in told)
        return JSONResponse({"done": done, "refused": len(told) - done, "rows": told})

    return given


def _numbered(target: Target, name: str, rows: Sequence[Any], key: str | None) -> list[Asked]:
    """The rows with the key of each. A command is its stream and its key (ADR 0009), so the request's key serves every
    row, and the second row for the same goal or case adds its number: repeated whole or in part, in whatever order of
    the others, nothing is done twice."""
    times: Counter[str] = Counter()
    found = []
    for place, row in enumerate(rows):
        of = getattr(row, target.parameter)
        times[of] += 1
        own = key if key is None or times[of] == 1 else f"{key}:{times[of]}"
        # What makes room in a sheet comes before what takes it, so the goals of one holder keep their order.
        lane = holder_of(of) if target.parameter == "goal" else of
        found.append(Asked(place, lane, Given(of, name, row.fields, own, row.version)))
    return found


async def _given(visit: Visit, target: Target, rows: Sequence[Asked], path: str) -> list[dict[str, Any]]:
    """What became of each row, in the order they came. Once no worker answered, the rest are not asked: each would wait
    as long."""
    told: dict[int, dict[str, Any]] = {}
    silent: list[NoAnswer] = []
    gate = asyncio.Semaphore(AT_ONCE)
    lanes: dict[str, list[Asked]] = {}
    for row in rows:
        lanes.setdefault(row.lane, []).append(row)

    async def one(row: Asked) -> dict[str, Any]:
        try:
            if silent:
                raise silent[0]
            return {"answer": answer(await give(visit, target, row.came))}
        except Exception as error:  # whatever one row causes, the others are asked
            if isinstance(error, NoAnswer) and not silent:
                silent.append(error)
            return {"problem": problem_of(visit.reader, path, error).told}

    async def lane(of: Sequence[Asked]) -> None:
        async with gate:
            for row in of:
                told[row.place] = {target.parameter: row.came.of, **await one(row)}

    await asyncio.gather(*map(lane, lanes.values()))
    return [told[row.place] for row in rows]


def _body(target: Target, command: type[Command]) -> dict[str, Any]:
    fields, required = fields_schema(command)
    version = {
        "anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}],
        "description": "the version that was read; the row is refused where others changed it since",
    }
    row = {
        "type": "object",
        "properties": {
            target.parameter: {"type": "string"},
            "fields": fields,
            **({"version": version} if target.versioned else {}),
        },
        "required": [target.parameter, *(["fields"] if required else [])],
        "additionalProperties": False,
    }
    rows = {"type": "array", "items": row, "minItems": 1, "maxItems": MOST}
    schema = {
        "type": "object",
        "properties": {"rows": rows},
        "required": ["rows"],
        "additionalProperties": False,
    }
    return {"required": True, "content": {"application/json": {"schema": schema}}}
