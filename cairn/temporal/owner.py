"""Whose a Temporal namespace is: workflows of two ledgers in one would take each other's names and tasks."""

import logging

from temporalio.api.namespace.v1 import UpdateNamespaceInfo
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

KEY = "cairn-ledger"
"""Under which the namespace's own data name the ledger."""

log = logging.getLogger(__name__)


class NamespaceTaken(Exception):
    """The namespace belongs to another ledger."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        super().__init__(
            f"The Temporal namespace {namespace} belongs to another ledger: set CAIRN_NAMESPACE to one of this "
            "ledger's own."
        )


async def require_namespace(client: Client, ledger: str) -> None:
    """Raises NamespaceTaken where the client's namespace belongs to another ledger than this one."""
    owner = await _owner(client)
    if owner not in (None, ledger):
        raise NamespaceTaken(client.namespace)


async def claim_namespace(client: Client, ledger: str) -> None:
    """The namespace is this ledger's from now on, if it is nobody's yet. Raises NamespaceTaken.

    Where a server lets nobody write a note on a namespace, it is nobody's, and whoever runs it sees to it."""
    await require_namespace(client, ledger)
    if await _owner(client) == ledger:
        return
    noted = UpdateNamespaceInfo(data={KEY: ledger})
    try:
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(namespace=client.namespace, update_info=noted)
        )
    except RPCError as refused:
        if refused.status not in (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED):
            raise
        log.warning("the namespace %s takes no note of its ledger: %s", client.namespace, refused.message)
        return
    await require_namespace(client, ledger)  # of two at once the later one has written last


async def _owner(client: Client) -> str | None:
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    return described.namespace_info.data.get(KEY)
