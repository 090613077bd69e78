"""Records the histories that every later version must be able to replay: `python -m tests.workflows.record`.

Run it when a released story of a workflow is new; histories of released versions are kept, never recorded again.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter

import worker
from activities.inputs import BeginWorkflowsInput, CollectFeedInput
from cairn.ledger import open_pool
from cairn.settings import Settings
from cairn_portal.servers import down, start_all
from tests.workflows.company import HR, MANAGER, Company
from workflows.feed import FeedWorkflow
from workflows.starter import NAME, StarterWorkflow

HERE = Path(__file__).parent
EXAMPLE = Path("tests/workflows/example")
PROCESS = re.compile(r"\d+@[\w.-]+")
RAISED = {"target": "1300"}


async def adjusted(company: Company, goal: str) -> None:
    """A year with an adjustment and check-ins, closed at its end."""
    await company.active(goal)
    await company.asks(goal, "adjust", "E1", changes=RAISED, reason="a new client")
    await company.asks(goal, "confirm", HR, role="hr")
    await company.asks(goal, "confirm", MANAGER, role="manager")
    await company.asks(goal, "check_in", "E1", value="1300")
    await company.goes_to(date(2027, 2, 3), goal)


async def expired(company: Company, goal: str) -> None:
    """An adjustment that nobody confirms."""
    await company.active(goal)
    await company.asks(goal, "adjust", "E1", changes=RAISED, reason="a new client")
    await company.goes_to(date(2026, 3, 2), goal)


async def returned(company: Company, goal: str) -> None:
    """Returned, revised, moved to another manager; by signals too, of which one is refused; cancelled."""
    await company.signals(goal, "submit", "E1")
    await company.has_happened(goal, "GoalSubmitted")
    await company.asks(goal, "approve", "E1")
    await company.asks(goal, "return", MANAGER, comment="in which market?")
    await company.signals(goal, "approve", "nobody")
    await company.has_happened(goal, "SignalRefused")
    await company.asks(goal, "revise", "E1", title="Revenue in the north")
    await company.goes_to(date(2026, 1, 20), goal)
    await company.asks(goal, "change_manager", HR, manager="M2", effective="2026-01-20")
    await company.asks(goal, "cancel", HR, reason="a mistake")


async def whole_cycle(company: Company) -> None:
    """A cycle from launch to close, with one try to close it too early."""
    goals = [company.goal("E1", 1), company.goal("E1", 2)]
    for goal in goals:
        await company.approved(goal)
    for day in (date(2026, 4, 8), date(2027, 1, 20)):
        await company.goes_to(day, *goals, company.cycle_workflow)
    await company.asks_cycle("close", HR)
    await company.goes_to(date(2027, 2, 3), *goals, company.cycle_workflow)


async def started(company: Company) -> None:
    """The starter, looking at the log several times."""
    await company.client.start_workflow(
        StarterWorkflow.run, BeginWorkflowsInput(seconds=0.5), id=NAME, task_queue=company.settings.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
    )  # fmt: skip
    await asyncio.sleep(2)


async def collected(company: Company) -> None:
    feed = CollectFeedInput(
        path=str(EXAMPLE / "feeds/visits.yaml"), base=str(EXAMPLE), upto="2026-03-31", by=HR
    ).model_copy(update={"at": company.clock.business("feed")})
    await company.client.execute_workflow(
        FeedWorkflow.run, feed, id="feed-visits", task_queue=company.settings.task_queue
    )


async def record(settings: Settings) -> None:
    """Lives every story and writes what Temporal remembers of it."""
    pool = await open_pool(settings.database or "", size=8)
    # What is kept must be readable without a key.
    plain = await Client.connect(settings.temporal_address or "", data_converter=pydantic_data_converter)
    async with worker.running(settings, client=plain) as client:
        stories: dict[str, Callable[[Company, str], Awaitable[None]]] = {
            "goal-adjusted": adjusted, "goal-expired": expired, "goal-returned": returned,
        }  # fmt: skip
        for name, live in stories.items():
            company = Company(settings, client, pool, name.partition("-")[2])
            await company.launched()
            await live(company, company.goal())
            await write(company, name, company.goal())
        company = Company(settings, client, pool, "year")
        await company.launched()
        await whole_cycle(company)
        await write(company, "cycle-closed", company.cycle_workflow)
        await collected(company)
        await write(company, "feed-collected", "feed-visits")
        await started(company)
        await write(company, "starter-following", NAME)
    await pool.close()


async def write(company: Company, name: str, workflow: str) -> None:
    """Keeps a history without the names of processes and machines."""
    history = json.loads((await company.handle(workflow).fetch_history()).to_json())
    text = json.dumps(without_places(history), ensure_ascii=False, separators=(",", ":"))
    (HERE / "histories" / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def without_places(value: Any) -> Any:
    """A history without the names of processes and machines, and without where in which file something failed."""
    match value:
        case dict():
            return {key: without_places(part) for key, part in value.items() if key != "stackTrace"}
        case list():
            return [without_places(part) for part in value]
        case str():
            return PROCESS.sub("cairn", value)
        case _:
            return value


async def main() -> None:
    """Servers for the recording alone, thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="cairn-record-") as home:
        settings = Settings(home=Path(home), database=None, temporal_address=None)
        try:
            addresses = await start_all(settings, durable=False)
            await record(addresses.applied_to(settings))
        finally:
            down(settings)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
