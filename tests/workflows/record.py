"""Records the histories that every later version must be able to replay: `python -m tests.workflows.record`.

Run it with its name when a story of a workflow is new, by default for all; histories of released versions are kept,
never recorded again.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter

import worker
from activities.inputs import BeginWorkflowsInput, CollectFeedInput
from cairn.ledger import open_pool
from cairn.settings import Settings
from cairn_portal.servers import down, start_all
from tests.workflows import test_calibrating as calibrating
from tests.workflows import test_results as results
from tests.workflows.company import BOSS, HR, MANAGER, OTHER_MANAGER, POLICY, Company
from tests.workflows.payroll import Paid
from tests.workflows.test_appraisals import RATED, whole
from tests.workflows.test_coaching import FACTS, PLAN
from tests.workflows.test_reviews import ANSWERS, MONTHLY
from workflows.feed import FeedWorkflow
from workflows.starter import NAME, StarterWorkflow

HERE = Path(__file__).parent
EXAMPLE = Path("tests/workflows/example")
PROCESS = re.compile(r"\d+@[\w.-]+")
Story = TypeVar("Story")
RAISED = {"target": "1300"}
POLICIES = {
    "review-shared": MONTHLY,
    "appraisal-scored": RATED,
    "result-signed": f"{POLICY}{results.STEPS}",
    "calibration-cancelled": f"{POLICY}{calibrating.STEPS}",
}
"""Under which policy a story is told, where it is not the usual one."""


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


async def followed(company: Company) -> str:
    """Feedback: observed, reminded of, told late, its action followed up."""
    case = f"feedback-{company.cycle}-E1-1"
    await company.asks_case(case, "observe", MANAGER, kind="problem", note="old prices")
    await company.goes_to(date(2026, 1, 9), case)
    action = {"facts": "3 quotes of 5 January", "action": "check the list", "action_due": "2026-01-15"}
    await company.asks_case(case, "give", MANAGER, **action)
    await company.goes_to(date(2026, 1, 16), case)
    await company.asks_case(case, "follow_up", MANAGER, outcome="done")
    return case


async def failed(company: Company) -> str:
    """A coaching plan: read and agreed, missed, helped late, failed, and nothing said to it; by a signal too, which is
    refused."""
    case = f"coaching-{company.cycle}-E1-1"
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
    return case


async def delivered(company: Company) -> str:
    """Help from another department, promised, late, delivered and confirmed."""
    await company.has_department("lab", OTHER_MANAGER)
    case = f"request-{company.cycle}-department.lab-1"
    need = {"goal": company.goal(), "need": "a bench", "needed_by": "2026-01-20", "reason": "a late supplier"}
    await company.asks_case(case, "open", MANAGER, **need)
    await company.goes_to(date(2026, 1, 7), case)
    await company.asks_case(case, "accept", OTHER_MANAGER)
    await company.goes_to(date(2026, 1, 21), case)
    await company.asks_case(case, "deliver", OTHER_MANAGER, what="a bench")
    await company.asks_case(case, "confirm", MANAGER)
    return case


async def kept(company: Company) -> str:
    """A promise that was kept after its day."""
    case = f"promise-{company.cycle}-E1-1"
    await company.asks_case(
        case, "make", MANAGER, what="a second bench", due="2026-01-14", goal=company.goal()
    )
    await company.goes_to(date(2026, 1, 15), case)
    await company.asks_case(case, "keep", MANAGER, shown="it is there")
    return case


async def shared(company: Company) -> str:
    """A stage review: opened by the cycle, overdue with a draft, handed in, shared; a signal in it is refused."""
    case = f"review-{company.cycle}-E1-M01"
    await company.goes_to(date(2026, 2, 2), company.cycle_workflow)
    await company.clock.begun(case)
    await company.goes_to(date(2026, 2, 2), case)
    await company.asks_case(case, "draft", "E1", side="report", texts=ANSWERS)
    await company.goes_to(date(2026, 2, 11), case)
    await company.asks_case(case, "submit", "E1")
    await company.signals(case, "comment", "E1", texts={"overall": "well done"})
    await company.has_happened(case, "CaseSignalRefused")
    await company.asks_case(case, "comment", MANAGER, texts={"overall": "as the data say"})
    return case


async def scored(company: Company) -> str:
    """An appraisal: opened by the cycle, reminded, answered by name, taken in twice, ended."""
    case, goal = f"appraisal-{company.cycle}-E1-1", company.goal("E1", 2)
    await company.approved(goal)
    await company.goes_to(date(2027, 1, 4), company.cycle_workflow)
    await company.clock.begun(case)
    await company.goes_to(date(2027, 1, 4), case)
    await company.asks_case(case, "submit", "E1", role="self", marks=whole(goal, "90", "5"))
    await company.goes_to(date(2027, 1, 15), case)
    await company.asks_case(case, "draft", MANAGER, role="manager", marks={"teamwork": "3"})
    await company.asks_case(case, "submit", MANAGER, role="manager", marks={goal: "80"})
    await company.goes_to(date(2027, 1, 27), case)
    await company.has_happened(case, "AppraisalEnded")
    return case


async def signed(company: Company) -> str:
    """A result: shown, reminded of, signed, appealed, upheld, closed; a signal in it is refused."""
    await results.reaches_its_results(company)
    case = f"result-{company.cycle}-E1-1"
    await company.goes_to(date(2027, 1, 26), case)
    await company.asks_case(case, "acknowledge", "E1", number=1)
    await company.asks_case(case, "appeal", "E1", grounds="the March order was counted for Q2")
    await company.signals(case, "vote", MANAGER, grade="A", reason="x")
    await company.has_happened(case, "CaseSignalRefused")
    await company.asks_case(case, "vote", BOSS, reason="it was of April")
    await company.goes_to(date(2027, 2, 10), case)
    return case


async def cancelled(company: Company) -> str:
    """A calibration: reminded of, overdue, called off."""
    case = f"calibration-{company.cycle}-department.sales-1"
    await company.asks_case(case, "open", HR)
    await company.goes_to(date(2027, 1, 26), case)
    await company.asks_case(case, "cancel", HR, reason="merged with another unit")
    return case


async def sent(company: Company) -> str:
    """A hand-over: made, sent to a webhook that is not set up, acknowledged; a signal in it is refused."""
    paid = Paid(company)
    await paid.launched()
    await paid.makes((await paid.looked_at()).digest)
    await company.has_happened(paid.name, "MessageNotTaken")
    await company.signals(paid.name, "agree", "E1", proposal=1)
    await company.has_happened(paid.name, "CaseSignalRefused")
    await paid.asks("acknowledge", HR, batch=1)
    return paid.name


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
        for name, live in asked_for(stories):
            company = Company(settings, client, pool, name.partition("-")[2])
            await company.launched()
            await live(company, company.goal())
            await write(company, name, company.goal())
        cases: dict[str, Callable[[Company], Awaitable[str]]] = {
            "feedback-followed": followed, "coaching-failed": failed, "request-delivered": delivered,
            "promise-kept": kept, "review-shared": shared, "appraisal-scored": scored, "result-signed": signed,
            "calibration-cancelled": cancelled,
        }  # fmt: skip
        for name, tell in asked_for(cases):
            company = Company(settings, client, pool, name.partition("-")[2])
            company.policy = POLICIES.get(name, company.policy)
            await company.launched()
            await write(company, name, await tell(company))
        for name, tell in asked_for({"handover-sent": sent}):
            company = Company(settings, client, pool, name.partition("-")[2])
            await write(company, name, await tell(company))
        company = Company(settings, client, pool, "year")
        await company.launched()
        rest: dict[str, tuple[Callable[[Company], Awaitable[None]], str]] = {
            "cycle-closed": (whole_cycle, company.cycle_workflow), "feed-collected": (collected, "feed-visits"),
            "starter-following": (started, NAME),
        }  # fmt: skip
        for name, (story, workflow) in asked_for(rest):
            await story(company)
            await write(company, name, workflow)
    await pool.close()


def asked_for(stories: Mapping[str, Story]) -> list[tuple[str, Story]]:
    """Those of the stories that were named when this was begun, by default all."""
    return [(name, story) for name, story in stories.items() if name in sys.argv[1:] or not sys.argv[1:]]


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
