"""Records the histories that every later version must be able to replay: `python -m tests.workflows.record [NAME]…`.

Run it with its name when a story of a workflow is new; histories of released versions are kept, never recorded again.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter

import worker
from activities.inputs import BeginWorkflowsInput, CollectFeedInput
from cairn.ledger import open_pool
from cairn.settings import Settings
from cairn_portal.servers import down, start_all
from tests.workflows.company import HR, MANAGER, OTHER_MANAGER, Company
from tests.workflows.test_coaching import FACTS, PLAN
from tests.workflows.test_reviews import ANSWERS, MONTHLY
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


async def feedback_followed(company: Company, case: str) -> None:
    """Observed, reminded of, told late, its action followed up."""
    await company.asks_case(case, "observe", MANAGER, kind="problem", note="old prices")
    await company.goes_to(date(2026, 1, 9), case)
    action = {"facts": "3 quotes of 5 January", "action": "check the list", "action_due": "2026-01-15"}
    await company.asks_case(case, "give", MANAGER, **action)
    await company.goes_to(date(2026, 1, 16), case)
    await company.asks_case(case, "follow_up", MANAGER, outcome="done")


async def coaching_failed(company: Company, case: str) -> None:
    """Read and agreed, missed, helped late, failed, and nothing said to it; by a signal too, which is refused."""
    await company.asks_case(case, "open", MANAGER, **PLAN)
    await company.asks_case(case, "confirm", OTHER_MANAGER)
    await company.asks_case(case, "agree", "E1")
    await company.goes_to(date(2026, 1, 16), case)
    await company.signals(case, "judge", "E1", checkpoint=1, outcome="met")
    await company.has_happened(case, "CaseSignalRefused")
    await company.asks_case(case, "judge", MANAGER, checkpoint=1, outcome="not_met", comment="no test")
    await company.asks_case(case, "record", "E1", support=1)
    await company.goes_to(date(2026, 2, 2), case)
    await company.asks_case(case, "conclude", MANAGER, outcome="failed", facts=FACTS)
    await company.goes_to(date(2026, 2, 16), case)


async def review_shared(company: Company, case: str) -> None:
    """Opened by the cycle, overdue with a draft, handed in, shared; by a signal too, which is refused."""
    await company.goes_to(date(2026, 2, 2), company.cycle_workflow)
    await company.clock.begun(case)
    await company.goes_to(date(2026, 2, 2), case)
    await company.asks_case(case, "draft", "E1", side="report", texts=ANSWERS)
    await company.goes_to(date(2026, 2, 11), case)
    await company.asks_case(case, "submit", "E1")
    await company.signals(case, "comment", "E1", texts={"overall": "well done"})
    await company.has_happened(case, "CaseSignalRefused")
    await company.asks_case(case, "comment", MANAGER, texts={"overall": "as the data say"})


CASES: dict[str, Callable[[Company, str], Awaitable[None]]] = {
    "feedback-followed": feedback_followed,
    "coaching-failed": coaching_failed,
    "review-shared": review_shared,
}


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


async def record(settings: Settings, cases: Iterable[str], rest: bool) -> None:
    """Lives these stories of cases, and the rest where asked for, and writes what Temporal remembers of them."""
    pool = await open_pool(settings.database or "", size=8)
    # What is kept must be readable without a key.
    plain = await Client.connect(settings.temporal_address or "", data_converter=pydantic_data_converter)
    async with worker.running(settings, client=plain) as client:
        for name in cases:
            kind, _, story = name.partition("-")
            company = Company(settings, client, pool, story)
            company.policy = MONTHLY
            await company.launched()
            case = f"{kind}-{story}-E1-{'M01' if kind == 'review' else '1'}"
            await CASES[name](company, case)
            await write(company, name, case)
        if rest:
            await record_rest(settings, client, pool)
    await pool.close()


async def record_rest(settings: Settings, client: Client, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    """Goals, a cycle, a feed, the starter."""
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


async def main(named: Sequence[str]) -> None:
    """Servers for the recording alone, thrown away afterwards. `named` are stories of cases; none: all stories."""
    with tempfile.TemporaryDirectory(prefix="cairn-record-") as home:
        settings = Settings(home=Path(home), database=None, temporal_address=None)
        try:
            addresses = await start_all(settings, durable=False)
            await record(addresses.applied_to(settings), named or CASES, rest=not named)
        finally:
            down(settings)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
