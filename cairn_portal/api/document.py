"""The document of the API: who may ask, and problems, in one place for every operation."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from cairn_portal.api.answers import Problem

MEDIA = "application/problem+json"
BEARER, SESSION, TOKEN = "bearer", "session", "csrf"
REFERENCE = "#/components/schemas/{model}"


class Documented(FastAPI):
    """An application whose document says what every operation has in common. Making it takes more than a second, so it
    is made by a thread when somebody first asks."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(openapi_url=None, **settings)
        self.add_api_route("/openapi.json", self._document, include_in_schema=False)

    async def _document(self) -> Response:
        return JSONResponse(await run_in_threadpool(self.openapi))

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = _completed(super().openapi())
        return self.openapi_schema


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    _, of_problem = models_json_schema([(Problem, "serialization")], ref_template=REFERENCE)
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(of_problem["$defs"])
    components["securitySchemes"] = {
        BEARER: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        SESSION: {"type": "apiKey", "in": "cookie", "name": "cairn_session"},
        TOKEN: {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
    }
    document["security"] = [{BEARER: []}, {SESSION: [], TOKEN: []}]
    problem = {
        "description": "A problem (RFC 9457), in the language of Accept-Language",
        "content": {MEDIA: {"schema": {"$ref": REFERENCE.format(model="Problem")}}},
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)  # what FastAPI says of its own problems
            operation["responses"]["default"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    return document
