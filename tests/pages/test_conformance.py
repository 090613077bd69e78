"""Whatever a program asks the API, it answers as its document says and never fails: schemathesis makes what to ask."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from cairn.settings import Settings
from cairn_portal.api.application import create_api
from tests.databases import Databases
from tests.pages.conftest import Served, append, begun, company, result_of

SCHEMA = schemathesis.openapi.from_dict(create_api().openapi())
OPERATIONS = {
    operation.label: operation
    for found in SCHEMA.get_all_operations()
    if isinstance(found, Ok)
    for operation in (found.ok(),)
}
CONFORMS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
TIMES = int(os.environ.get("CAIRN_EXAMPLES", "1"))
"""So many times as many examples: `CAIRN_EXAMPLES=10` looks for what is seldom."""
WAITING = {"reading.behind", "no-answer"}
"""What may be 503 on a machine that is well: a position that is not there yet, a command that nobody takes."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def open_handed(
    databases: Databases, temporal_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """A company without limits that nobody else looks at, for HR may change all of it, and a result in it."""
    its_own = Settings(
        home=tmp_path_factory.mktemp("open-handed"), database="postgresql://", temporal_address=temporal_server,
        limit_token="off", limit_sign_in="off",
    )  # fmt: skip
    files = tmp_path_factory.mktemp("open-handed-company")
    async with (
        company("conformance-tests", its_own, databases, files) as own,
        begun(own, "any", 0) as cycle,
    ):
        result = await result_of(own, cycle, "E1", "90", "A")
        await append(own, result.sheet, result)
        yield replace(own, cycle=cycle)


def examples_of(label: str) -> int:
    """Of each kind of data and names. Commands are some two hundred operations, which all go the same way."""
    return TIMES * (1 if label.startswith("POST") and label.count("/") == 3 else 5)


def named(label: str, cycle: str) -> dict[str, Any]:
    """What the parameters of an address may name that is there."""
    place = label.partition(" /")[2].partition("/")[0]
    return {
        "goal": f"goal-{cycle}-E1-1",
        "cycle": "given-up",
        "stream": f"sheet-{cycle}-E1-1",
        "of": f"sheet-{cycle}-E1-1",
        "period": "result",
        "case": f"{place.removesuffix('s')}-{cycle}-E1-1",
        "name": "warehouse",
    }


@pytest.mark.parametrize("label", OPERATIONS)
async def test_every_operation_answers_whatever_it_is_asked_as_the_document_says(
    open_handed: Served, label: str
) -> None:
    operation, token = OPERATIONS[label], await open_handed.token("H1")
    there = named(label, open_handed.cycle)
    parameters = {each.name: there[each.name] for each in operation.path_parameters}
    asked = [
        operation.as_strategy(generation_mode=mode, path_parameters=known)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        for known in ((parameters, None) if parameters else (None,))
    ]

    @given(case=st.one_of(asked))
    @settings(
        max_examples=examples_of(label) * len(asked),
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: schemathesis.Case[Any]) -> None:
        base = f"{open_handed.url}/api/v1"
        answer = case.call(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        if not str(answer.request.url).startswith(f"{base}/"):
            return  # dots in a name lead out of the API, where pages answer
        assert "json" in answer.headers["content-type"][0], f"{answer.request.url}\n{answer.text[:500]}"
        told = answer.json()
        assert answer.status_code < 500 or told["code"] in WAITING, f"{case.as_curl_command()}\n{told}"
        case.validate_response(answer, checks=CONFORMS)

    await asyncio.to_thread(ask)
