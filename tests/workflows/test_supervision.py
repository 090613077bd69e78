"""Whatever an operator does to workflows by accident, those of open streams are begun again from the log."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    ResetWorkflowExecutionRequest,
)
from temporalio.client import Client

from activities import supervisor
from activities.inputs import STARTER
from activities.schedules import TemporalSchedules
from activities.supervising import lost, open_streams
from cairn.application.feeds import Feeds, planned
from cairn.application.stored_events import to_events
from cairn.domain.operating import SUPERVISION, BegunAgain, Loss, WorkflowsBegunAgain
from cairn.feeds.feed import load_feed
from cairn.ledger import subscriptions
from cairn.settings import Settings
from cairn.temporal import builds_of, connect
from cairn_portal import recovery
from cairn_portal.servers.temporal_ready import make_usable
from projections.engine.catch_up import wait_for
from tests.workflows.company import HR, MANAGER, Company, eventually
from tests.workflows.conftest import company_at

EXAMPLE = Path(__file__).parent / "example"
Accident = Callable[[Company, str], Awaitable[None]]


@pytest_asyncio.fixture(loop_scope="session")
async def watched(
    settings: Settings, client: Client, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Company]:
    """A launched company whose supervisor looks twice a second, and from now on also at what was recorded a moment ago:
    what the launch brought has been begun."""
    async with watched_at(settings, client, monkeypatch) as company:
        yield company


@pytest_asyncio.fixture(loop_scope="session")
async def watched_alone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Company]:
    """The same in a namespace of the test's own: who compares it with the log asks every workflow there is in it."""
    own = settings.model_copy(update={"namespace": f"supervised-{uuid4().hex[:8]}"})
    await make_usable(await Client.connect(own.temporal_address or ""), own.namespace)
    async with watched_at(own, await connect(own), monkeypatch) as company:
        yield company


@asynccontextmanager
async def watched_at(
    settings: Settings, client: Client, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Company]:
    monkeypatch.setattr(supervisor, "ROUND", 0.5)
    async with company_at(settings, client, cached=2000) as company:
        await company.launched(employees=2)
        await passed_by_the_starter(company, await company.ledger.sealed_position())
        monkeypatch.setattr("activities.supervising.YOUNG", timedelta(0))
        yield company


async def passed_by_the_starter(company: Company, position: int) -> None:
    """Until the starter has begun what is recorded up to there: it would begin that again, and be in time."""

    async def passed() -> bool:
        return any(each.position >= position for each in await subscriptions(company.pool, STARTER))

    await eventually(passed)


async def is_terminated(company: Company, workflow: str) -> None:
    await company.handle(workflow).terminate("by accident")


async def is_cancelled(company: Company, workflow: str) -> None:
    await company.handle(workflow).cancel()


async def is_deleted(company: Company, workflow: str) -> None:
    await company.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=company.client.namespace, workflow_execution=WorkflowExecution(workflow_id=workflow)
        )
    )


async def is_reset(company: Company, workflow: str) -> None:
    """Back to its first task, as an operator does who wants to "try it again"."""
    run = (await company.handle(workflow).describe()).run_id
    await company.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=company.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow, run_id=run),
            reason="by accident",
            workflow_task_finish_event_id=4,
            request_id=f"reset {run}",
        )
    )


async def first_run(company: Company, workflow: str) -> str:
    return (await company.handle(workflow).describe()).run_id


async def runs_anew(company: Company, workflow: str, before: str) -> None:
    async def anew() -> bool:
        try:
            found = await company.handle(workflow).describe()
        except Exception:  # it is not there yet
            return False
        return found.run_id != before and found.status is not None and found.status.name == "RUNNING"

    await eventually(anew)


async def begun_again(company: Company) -> list[BegunAgain]:
    events = to_events(await company.log(SUPERVISION))
    return [each for event in events if isinstance(event, WorkflowsBegunAgain) for each in event.workflows]


@pytest.mark.parametrize(
    ("accident", "loss"),
    [(is_terminated, "terminated"), (is_cancelled, "cancelled"), (is_deleted, "missing")],
)
@pytest.mark.parametrize("which", ["goal", "cycle", "starter"])
async def test_a_workflow_that_was_ended_by_accident_is_begun_again_and_recorded(
    watched: Company, which: str, accident: Accident, loss: Loss
) -> None:
    """workflow: "starter, schedule or cycle terminated or deleted"; "a goal … whose workflow was terminated"."""
    workflow = {"goal": watched.goal(), "cycle": watched.cycle_workflow, "starter": STARTER}[which]
    before = await first_run(watched, workflow)
    await accident(watched, workflow)
    await runs_anew(watched, workflow, before)
    assert BegunAgain(workflow=workflow, loss=loss) in await begun_again(watched)
    assert (await watched.asks(watched.goal(), "submit", "E1")).events == ("GoalSubmitted",)


async def feedback_of(company: Company) -> str:
    """An observation whose clock runs: a case with a workflow."""
    case = f"feedback-{company.cycle}-E1-1"
    noted = await company.asks_case(case, "observe", MANAGER, kind="problem", note="old prices")
    assert noted.refused is None
    await passed_by_the_starter(company, await company.ledger.wait_sealed(case, 1, 10))
    return case


@pytest.mark.parametrize(
    ("accident", "loss"),
    [(is_terminated, "terminated"), (is_cancelled, "cancelled"), (is_deleted, "missing")],
)
async def test_a_case_that_was_ended_by_accident_is_begun_again_and_recorded(
    watched: Company, accident: Accident, loss: Loss
) -> None:
    """workflow: what people deal with beside goals has clocks too, which nobody else would keep."""
    case = await feedback_of(watched)
    before = await first_run(watched, case)
    await accident(watched, case)
    await runs_anew(watched, case, before)
    assert BegunAgain(workflow=case, loss=loss) in await begun_again(watched)


async def test_a_case_that_is_over_is_missed_by_nobody_though_the_read_model_is_behind(
    watched: Company,
) -> None:
    """workflow: a case ends its workflow by itself; that the read model has not heard of it is no loss."""
    case = await feedback_of(watched)
    assert (await watched.asks_case(case, "withdraw", MANAGER, reason="a mistake")).refused is None
    await watched.handle(case).result()
    await wait_for(watched.pool, "feedback", await watched.ledger.wait_sealed(case, 2, 10))
    await watched.pool.execute("update read.feedback set stage = 'observed' where name = $1", case)
    found = await open_streams(watched.pool)
    assert case in found.streams
    builds = await builds_of(watched.client, watched.settings.task_queue)
    losses = await lost(
        watched.client, watched.settings.task_queue, watched.ledger, watched.cases, found, builds
    )
    assert case not in {each.workflow for each in losses}


async def test_a_workflow_that_was_reset_learns_where_it_stands(watched: Company) -> None:
    """workflow: a reset workflow knows what it knew then, and would keep the dates of that day."""
    goal = watched.goal()
    await watched.approved(goal)
    now = (await watched.status(goal)).version
    before = await first_run(watched, goal)
    await is_reset(watched, goal)
    await runs_anew(watched, goal, before)

    async def knows() -> bool:
        return (await watched.status(goal)).version == now

    await eventually(knows)
    assert (await watched.status(goal)).stage == "approved"
    assert goal not in {each.workflow for each in await begun_again(watched)}


async def test_a_closed_goals_workflow_that_was_deleted_is_missed_by_nobody(watched: Company) -> None:
    """workflow: Temporal keeps closed workflows for a shorter time than the cycle lasts."""
    goal = watched.goal()
    assert (await watched.asks(goal, "cancel", HR, reason="a mistake")).refused is None
    await watched.handle(goal).result()
    await is_deleted(watched, goal)
    await watched.handle(STARTER).terminate()  # and begun again it passes by that goal's draft

    async def begun() -> bool:
        return any(each.workflow == STARTER for each in await begun_again(watched))

    await eventually(begun)
    losses = await lost(
        watched.client,
        watched.settings.task_queue,
        watched.ledger,
        watched.cases,
        await open_streams(watched.pool),
        await builds_of(watched.client, watched.settings.task_queue),
    )
    assert goal not in {each.workflow for each in losses}
    assert {each.workflow for each in await begun_again(watched)} == {STARTER}


async def test_a_workflow_that_knows_more_than_an_older_log_is_left_to_whoever_compares_them(
    watched_alone: Company,
) -> None:
    """restore: "an older dump in place: goals completed since" are begun again, and not before somebody could ask."""
    goal, other = watched_alone.goal(), watched_alone.goal("E2")
    assert (await watched_alone.asks(goal, "cancel", HR, reason="a mistake")).refused is None
    await watched_alone.handle(goal).result()
    await loses(watched_alone, goal, "GoalCancelled")
    before = await first_run(watched_alone, other)
    await is_terminated(watched_alone, other)
    await runs_anew(watched_alone, other, before)  # the workers have looked
    builds = await builds_of(watched_alone.client, watched_alone.settings.task_queue)
    queue, found = watched_alone.settings.task_queue, await open_streams(watched_alone.pool)
    assert BegunAgain(workflow=goal, loss="ahead") in await lost(
        watched_alone.client, queue, watched_alone.ledger, watched_alone.cases, found, builds
    )
    assert [each.workflow for each in await begun_again(watched_alone)] == [other]
    assert goal in {
        each.stream for each in await recovery.ahead_of_the_log(watched_alone.client, watched_alone.ledger)
    }
    ended = await first_run(watched_alone, goal)
    await recovery.recover(
        watched_alone.client, queue, watched_alone.ledger, watched_alone.cases, watched_alone.pool, builds
    )
    await runs_anew(watched_alone, goal, ended)
    assert await recovery.ahead_of_the_log(watched_alone.client, watched_alone.ledger) == []


async def loses(company: Company, goal: str, event: str) -> None:
    """Takes a goal's last event out of log and read model, as an older backup lacks it."""
    await company.pool.execute("alter table ledger.event disable trigger user")
    await company.pool.execute("delete from ledger.event where stream = $1 and type = $2", goal, event)
    await company.pool.execute("alter table ledger.event enable trigger user")
    await company.pool.execute("update read.goal set stage = 'draft' where goal = $1", goal)


async def test_what_is_ended_again_and_again_is_left_after_five_times_a_day(watched: Company) -> None:
    """workflow: begun again with a bound, and named by the status then."""
    goal = watched.goal()
    for _ in range(supervisor.MOST_A_DAY):
        before = await first_run(watched, goal)
        await is_terminated(watched, goal)
        await runs_anew(watched, goal, before)
    await is_terminated(watched, goal)
    other = watched.goal("E2")
    before = await first_run(watched, other)
    await is_terminated(watched, other)
    await runs_anew(watched, other, before)
    assert [each.workflow for each in await begun_again(watched)].count(goal) == supervisor.MOST_A_DAY
    assert (await watched.handle(goal).describe()).status.name == "TERMINATED"  # type: ignore[union-attr]


async def test_a_schedule_that_was_deleted_is_made_again_from_the_log(watched: Company) -> None:
    """workflow: "schedules are not restored"."""
    feed, at = load_feed(EXAMPLE / "feeds/visits.yaml"), datetime.now(UTC)
    schedules = TemporalSchedules(watched.client, watched.settings.task_queue)
    plan = planned(feed, EXAMPLE / "feeds/visits.yaml", EXAMPLE, HR, at)
    feeds = Feeds(watched.ledger)
    await feeds.schedule(plan, schedules)
    handle = watched.client.get_schedule_handle(feed.stream)
    first = (await handle.describe()).schedule
    await handle.delete()

    async def is_back() -> bool:
        return not await schedules.missing([plan])

    await eventually(is_back)
    again = (await handle.describe()).schedule
    assert (again.spec, again.policy) == (first.spec, first.policy)
    await feeds.unschedule(feed, schedules, HR, at)

    async def is_gone() -> bool:
        return await schedules.missing([plan]) == [plan]

    await eventually(is_gone)  # a look that was under way may have made it again, and takes it back


async def test_all_of_it_comes_back_when_temporal_has_lost_everything_at_once(watched: Company) -> None:
    """workflow: "Temporal's data lost", without anybody's recover."""
    goals = [watched.goal(f"E{n}", number) for n in (1, 2) for number in (1, 2)]
    everything = [STARTER, watched.cycle_workflow, *goals]
    before = {name: await first_run(watched, name) for name in everything}
    for name in everything:
        await is_deleted(watched, name)
    for name, run in before.items():
        await runs_anew(watched, name, run)
    await watched.approved(watched.goal())
