"""What Temporal keeps is encrypted, and whoever has the key alone can give commands where that is asked for."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cairn.domain.identity import digest
from cairn.settings import Settings
from cairn.temporal import keyed_digest
from cairn_portal.gateway import CommandGateway
from tests.workflows.company import HR, MANAGER, Company
from tests.workflows.conftest import company_at

SECRET = "who earns how much in the north"


BOOKKEEPING = {
    "seq", "attempt", "activity_id", "activity_type", "complete_time", "backoff", "original_schedule_time",
    "activation_index",
}  # fmt: skip
"""What Temporal's own library notes in the clear of a local activity."""


def plain_content(payload: dict[str, Any]) -> bytes | None:
    """What a payload says to everybody; None for an encrypted one."""
    if base64.b64decode(payload["metadata"]["encoding"]) == b"binary/encrypted":
        return None
    return base64.b64decode(payload["data"])


def payloads(value: Any) -> Iterator[dict[str, Any]]:
    """Every payload in a history, but for search attributes, which the server has to read."""
    match value:
        case {"metadata": {"encoding": _}}:
            yield value
        case dict():
            for key, part in value.items():
                if key != "searchAttributes":
                    yield from payloads(part)
        case list():
            for part in value:
                yield from payloads(part)


async def history(company: Company, workflow: str) -> str:
    """What the server has of a workflow, as it keeps it."""
    return (await company.handle(workflow).fetch_history()).to_json()


async def plain_client(company: Company) -> Client:
    """Another program of this machine, which found the port and has no key."""
    address = company.settings.temporal_address or ""
    return await Client.connect(
        address, namespace=company.client.namespace, data_converter=pydantic_data_converter
    )


@pytest_asyncio.fixture(loop_scope="session")
async def distrusting(
    own_database: str, settings: Settings, client: Client, tmp_path: Path
) -> AsyncIterator[Company]:
    """A company with a key and nothing said of payloads that nobody encrypted."""
    async with company_at(settings.model_copy(update={"plain_payloads": None}), client, cached=0) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def believing(
    own_database: str, settings: Settings, client: Client, tmp_path: Path
) -> AsyncIterator[Company]:
    """A company some of whose workflows began before there was a key."""
    async with company_at(settings.model_copy(update={"plain_payloads": "read"}), client, cached=0) as made:
        yield made


async def test_nothing_that_a_person_says_and_no_refusal_is_readable_in_temporal(company: Company) -> None:
    await company.launched()
    goal = company.goal()
    await company.asks(goal, "submit", HR)
    await company.asks(goal, "return", MANAGER, comment=SECRET)
    await company.signals(goal, "approve", "a stranger called Smith")
    await company.has_happened(goal, "SignalRefused")
    for workflow in (goal, company.cycle_workflow):
        kept = await history(company, workflow)
        found = list(payloads(json.loads(kept)))
        plain = [json.loads(each) for each in map(plain_content, found) if each is not None]
        assert all(entry.keys() == BOOKKEEPING for entry in plain) and len(found) > len(plain)
        for secret in (SECRET, "Smith", "Revenue", "goal.own"):
            assert secret not in kept and base64.b64encode(secret.encode()).decode()[:-4] not in kept


async def test_nobody_without_the_key_can_guess_at_what_was_said_by_the_name_of_a_message(
    company: Company,
) -> None:
    """Temporal keeps the ids of updates in clear: one that anybody can compute would tell whether a guess is right."""
    await company.launched()
    goal, fields = company.goal(), {"comment": "no"}
    await company.asks(goal, "submit", "E1")
    await company.asks(goal, "return", MANAGER, "the key", **fields)
    kept = await history(company, goal)
    message = json.dumps({"by": MANAGER, "command_id": "the key", "fields": fields}, sort_keys=True)
    assert keyed_digest(company.client, "the key", "return", message) in kept
    assert digest("the key", "return", message) not in kept
    stranger = keyed_digest(await plain_client(company), "the key", "return", message)
    assert stranger not in kept and len(stranger) == 32


async def test_a_workflow_that_began_without_a_key_goes_on_with_one(believing: Company) -> None:
    await believing.launched()
    goal = believing.goal()
    plain = CommandGateway(await plain_client(believing), believing.settings.task_queue)
    await plain.client.get_workflow_handle(goal).signal("submit", {"by": HR})
    await believing.has_happened(goal, "GoalSubmitted")
    assert (await believing.asks(goal, "approve", MANAGER)).events == ("GoalApproved",)


async def test_without_the_key_nobody_gives_a_command_where_nothing_plain_is_believed(
    distrusting: Company,
) -> None:
    await distrusting.launched()
    goal = distrusting.goal()
    await distrusting.asks(goal, "submit", HR)
    stranger = (await plain_client(distrusting)).get_workflow_handle(goal)
    await stranger.signal("cancel", {"by": HR, "fields": {"reason": "because I can"}})
    await distrusting.has_happened(goal, "SignalRefused")
    assert (await distrusting.asks(goal, "approve", MANAGER)).events == ("GoalApproved",)
    assert await distrusting.story(goal) == ["GoalDrafted", "GoalSubmitted", "SignalRefused", "GoalApproved"]
