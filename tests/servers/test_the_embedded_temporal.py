"""The embedded Temporal server: what it keeps, its web UI, its namespaces, and whose settings it follows."""

import asyncio
import json
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from cairn.settings import Settings
from cairn_portal.servers import data_folder, temporal
from cairn_portal.servers.steps import quietly
from cairn_portal.servers.temporal_ready import missing_search_attributes
from tests.servers.starting import started


def read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as answer:
        content: bytes = answer.read()
    return content


async def test_the_embedded_server_keeps_closed_workflows_for_ninety_days(shared: Settings) -> None:
    client = await Client.connect((await started(shared)).temporal_address)
    request = DescribeNamespaceRequest(namespace="default")
    described = await client.workflow_service.describe_namespace(request)
    assert described.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=90)


async def test_the_web_ui_comes_with_the_server(shared: Settings) -> None:
    address = (await started(shared)).ui_url
    assert address is not None
    told = await answered(f"{address}/api/v1/namespaces/default")
    assert json.loads(told)["namespaceInfo"]["name"] == "default"


async def answered(address: str) -> bytes:
    """What an address answers: the web UI says 503 until it has found the server that it came with."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await asyncio.to_thread(read, address)
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise
            await asyncio.sleep(0.2)


async def test_another_namespace_is_made_ready_too(shared: Settings) -> None:
    address = (await started(shared)).temporal_address
    again = shared.model_copy(update={"namespace": "another"})
    assert (await started(again)).temporal_address == address
    client = await Client.connect(address, namespace="another")
    assert await missing_search_attributes(client, "another") == []


async def test_what_people_set_for_their_own_use_of_the_tool_does_not_reach_the_server(
    fresh: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_of_the_tool = tmp_path / ".config" / "temporalio" / "temporal.yaml"
    settings_of_the_tool.parent.mkdir(parents=True)
    settings_of_the_tool.write_text("env: [cut short")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TEMPORAL_ENV", "of somebody")
    data_folder.make(fresh.home)
    assert await temporal.start(fresh, quietly)
