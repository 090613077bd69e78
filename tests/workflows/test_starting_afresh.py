"""A workflow whose history grew long starts afresh, and nobody notices: no deadline, no answer, no fact is lost."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from cairn.settings import Settings
from cairn.temporal import connect
from cairn_portal.servers import data_folder, down, temporal
from cairn_portal.servers.steps import quietly
from cairn_portal.servers.temporal_ready import make_usable
from tests.workflows.company import HR, MANAGER, Company
from tests.workflows.conftest import NAMESPACE, company_at, settings_at

SHORT = "25"
"""Events after which this server suggests to start afresh; others do so after thousands."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def impatient_server() -> AsyncIterator[Client]:
    """A Temporal server that finds every history long."""
    with tempfile.TemporaryDirectory(prefix="cairn-test-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setitem(temporal.DYNAMIC, "limit.historyCount.suggestContinueAsNew", SHORT)
        own = Settings(home=Path(folder), database=None, temporal_address=None)
        data_folder.make(own.home)
        address = await temporal.start(own, quietly)
        await make_usable(await Client.connect(address), NAMESPACE)
        yield await connect(Settings(temporal_address=address, namespace=NAMESPACE))
        down(own)


@pytest_asyncio.fixture(loop_scope="session", params=[2000, 0], ids=["cached", "replayed"])
async def restless(
    request: pytest.FixtureRequest, own_database: str, impatient_server: Client, tmp_path: Path
) -> AsyncIterator[Company]:
    """A company on that server."""
    address = impatient_server.service_client.config.target_host
    own = settings_at(own_database, address, tmp_path, NAMESPACE)
    async with company_at(own, impatient_server, cached=request.param) as made:
        yield made


async def runs(company: Company, workflow: str) -> int:
    """How often a workflow has started."""
    query = f"WorkflowId = '{workflow}'"
    return (await company.client.count_workflows(query)).count


async def test_a_year_in_many_runs_is_the_same_year(restless: Company) -> None:
    await restless.launched()
    goal = restless.goal()
    await restless.active(goal)
    await restless.asks(goal, "adjust", "E1", changes={"target": "1300"}, reason="a new client")
    await restless.asks(goal, "confirm", HR, role="hr")
    await restless.asks(goal, "confirm", MANAGER, role="manager")
    for number in range(6):
        await restless.asks(goal, "check_in", "E1", value=str(100 + number))
    await restless.goes_to(date(2027, 2, 3), goal)
    await restless.has_happened(
        goal, "GoalClosed"
    )  # the clock may be there a moment before a run that began afresh
    told = await restless.story(goal)
    assert told[-1] == "GoalClosed"
    assert (told.count("GoalScored"), told.count("CheckedIn"), told.count("GoalAdjusted")) == (5, 6, 1)
    assert await runs(restless, goal) > 2


async def test_a_command_asked_again_in_a_later_run_gets_the_earlier_answer(restless: Company) -> None:
    await restless.launched()
    goal = restless.goal()
    await restless.asks(goal, "submit", "E1", "the-submission")
    await restless.asks(goal, "approve", MANAGER, "the-approval")
    for number in range(8):
        await restless.asks(goal, "check_in", "E1", note=f"visit {number}")
    assert await runs(restless, goal) > 1
    again = await restless.asks(goal, "approve", MANAGER, "the-approval")
    assert (again.events, again.replayed) == (("GoalApproved",), True)
    assert (await restless.story(goal)).count("GoalApproved") == 1


async def test_commands_at_once_around_a_fresh_start_are_all_recorded_once(restless: Company) -> None:
    await restless.launched()
    goal = restless.goal()
    await restless.approved(goal)
    commands = [f"note-{number}" for number in range(30)]

    async def note(command: str) -> None:
        answer = await restless.asks(goal, "check_in", "E1", command, note=command)
        assert answer.events == ("CheckedIn",)

    for start in range(0, len(commands), 6):
        await asyncio.gather(*map(note, commands[start : start + 6]))
    assert sorted(each.note for each in await restless.all(goal, "CheckedIn")) == sorted(commands)
    assert await runs(restless, goal) > 2


async def test_refusals_alone_make_a_goal_start_afresh_too(restless: Company) -> None:
    await restless.launched()
    goal = restless.goal()
    for _ in range(12):
        assert (await restless.asks(goal, "approve", "E1")).refused is not None
    assert await runs(restless, goal) > 1
    assert (await restless.status(goal)).stage == "draft"
    assert await restless.count(f"WorkflowId = '{goal}' AND ExecutionStatus = 'Running'") == 1
