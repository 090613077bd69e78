"""Makes a Temporal server usable for Cairn: namespace, search attributes, and proof that they work."""

import asyncio
import atexit
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import (
    CountWorkflowExecutionsRequest,
    DescribeNamespaceRequest,
    GetSystemInfoRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from cairn.i18n import message
from cairn.settings import Settings, SettingsProblem
from cairn.temporal import reach
from cairn_portal.servers.problem import ServerProblem

OLDEST = (1, 32)
SEARCH_ATTRIBUTES = ("CairnCycle", "CairnDepartment")
RETENTION = 90 * 24 * 3600  # seconds a closed workflow's history is kept; the record is the ledger
PATIENCE = 30.0  # seconds
CACHES_FOLLOW = 0.3  # seconds until every part of the embedded server has read a new search attribute

Answer = TypeVar("Answer")

# The SDK's own threads may still be handing over the last answer when the interpreter ends, which then aborts
# ("PyGILState_Release … finalizing", one short run in fifteen). A moment's wait at exit lets them finish.
atexit.register(time.sleep, 0.05)


async def make_usable(client: Client, namespace: str) -> None:
    """Registers the namespace and the search attributes where they are missing, and waits until both work.

    Raises `ServerProblem` with the server's own words where it refuses.
    """
    if await _eventually(lambda: _registered(client, namespace)):
        await asyncio.sleep(CACHES_FOLLOW)
    missing = await _eventually(lambda: missing_search_attributes(client, namespace))
    if missing:
        await _eventually(lambda: _add_search_attributes(client, namespace, missing))
        await asyncio.sleep(CACHES_FOLLOW)
    await _eventually(lambda: _count_awaited(client, namespace))
    await _eventually(lambda: _history_answers(client))


async def keep_histories(client: Client, namespace: str) -> None:
    """Has the histories of closed workflows kept for `RETENTION`: the embedded server begins with a day.

    Not for a server that others run: how long it keeps them is theirs to say.
    """
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=namespace)
    )
    if described.config.workflow_execution_retention_ttl.ToSeconds() < RETENTION:
        config = NamespaceConfig(workflow_execution_retention_ttl=Duration(seconds=RETENTION))
        request = UpdateNamespaceRequest(namespace=namespace, config=config)
        await client.workflow_service.update_namespace(request)


async def connected(settings: Settings, address: str) -> Client:
    """A client for a server that should run. Raises `ServerProblem` if it does not answer or is too old."""
    try:
        client = await reach(settings, address)
    except SettingsProblem as problem:
        raise ServerProblem(problem.sentence) from problem
    except RuntimeError as refused:
        raise ServerProblem(
            message(
                "No Temporal server answers on {address} (CAIRN_TEMPORAL_ADDRESS). Start it, correct "
                "the address, or unset it to have Cairn start its own.",
                address=address,
            )
        ) from refused
    version = await server_version(client)
    if too_old(version):
        raise ServerProblem(
            message(
                "The Temporal server on {address} has version {version}; Cairn needs 1.32 or newer. "
                "Upgrade it.",
                address=address,
                version=version,
            )
        )
    return client


def too_old(version: str) -> bool:
    """True below the first server that can skip time, which rehearsals live on."""
    parts = version.split(".")[:2]
    return all(part.isdigit() for part in parts) and tuple(map(int, parts)) < OLDEST


async def missing_search_attributes(client: Client, namespace: str) -> list[str]:
    """Which of Cairn's search attributes the namespace lacks."""
    request = ListSearchAttributesRequest(namespace=namespace)
    listed = await client.operator_service.list_search_attributes(request)
    return [name for name in SEARCH_ATTRIBUTES if name not in listed.custom_attributes]


async def server_version(client: Client) -> str:
    """For instance 1.32.1."""
    return (await client.workflow_service.get_system_info(GetSystemInfoRequest())).server_version


async def _registered(client: Client, namespace: str) -> bool:
    """True if the namespace is new."""
    retention = Duration(seconds=RETENTION)
    request = RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=retention)
    try:
        await client.workflow_service.register_namespace(request)
    except RPCError as refused:
        if refused.status == RPCStatusCode.ALREADY_EXISTS:
            return False
        raise
    return True


async def _add_search_attributes(client: Client, namespace: str, names: list[str]) -> None:
    keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    request = AddSearchAttributesRequest(namespace=namespace, search_attributes=dict.fromkeys(names, keyword))
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as refused:
        if refused.status != RPCStatusCode.ALREADY_EXISTS:
            raise


async def _count_awaited(client: Client, namespace: str) -> None:
    """A list by search attribute is what fails last on a young server."""
    query = " AND ".join(f"{name} = 'nobody'" for name in SEARCH_ATTRIBUTES)
    request = CountWorkflowExecutionsRequest(namespace=namespace, query=query)
    await client.workflow_service.count_workflow_executions(request)


async def _history_answers(client: Client) -> None:
    """Asking for a workflow that never was shows whether workflows can be reached at all."""
    try:
        await client.get_workflow_handle("cairn-is-anybody-there").describe()
    except RPCError as refused:
        if refused.status != RPCStatusCode.NOT_FOUND:
            raise


async def _eventually(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Asks again while the server is still waking up or has not read its own news yet."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return await ask()
        except RPCError as refused:
            waking = refused.status in (
                RPCStatusCode.UNAVAILABLE,
                RPCStatusCode.DEADLINE_EXCEEDED,
                RPCStatusCode.INVALID_ARGUMENT,
                RPCStatusCode.NOT_FOUND,
                RPCStatusCode.RESOURCE_EXHAUSTED,
            )
            if not waking or time.monotonic() > until:
                raise ServerProblem(
                    message("The Temporal server refused what Cairn needs: {reason}", reason=refused.message)
                ) from refused
        await asyncio.sleep(0.05)
