"""A worker is killed at the worst moments: no goal is lost, none doubled, and whoever asked gets the right answer."""

import asyncio
import random
from datetime import timedelta

from activities.inputs import BeginWorkflowsInput
from activities.starting import begin_starter
from cairn_portal.gateway import CommandGateway
from tests.faults.conftest import Site
from tests.workflows.company import HR, MANAGER, Company, eventually
from workflows.starter import NAME

KILLS = 3
APPROVALS = 12


async def every_goal_is_there_once(company: Company) -> None:
    """What the plan says is in the log, once each and dense, and each goal has one workflow that runs."""
    plan = await company.plan()
    for sheet in plan.sheets:
        assert await company.story(sheet.sheet) == ["SheetOpened"]
        for goal in sheet.goals:
            log = await company.log(goal.goal)
            assert [event.version for event in log] == list(range(1, len(log) + 1))
            assert [event.type for event in log].count("GoalDrafted") == 1
    assert (await company.story(company.cycle_workflow)).count("LaunchFinished") == 1
    assert await company.count("WorkflowType = 'Goal'") == plan.goals


async def test_the_starter_from_the_first_position_doubles_nothing(site: Site) -> None:
    company = site.company()
    await company.launched(employees=5)
    await company.approved(company.goal("E1"))
    before = await company.pool.fetchval("select count(*) from ledger.event")
    await site.client.get_workflow_handle(NAME).terminate()
    await begin_starter(site.client, site.settings.task_queue, BeginWorkflowsInput())

    async def caught_up() -> bool:
        pending = (await site.client.get_workflow_handle(NAME).describe()).raw_description.pending_activities
        beats = [
            await site.client.data_converter.decode(info.heartbeat_details.payloads, [int])
            for info in pending
            if info.heartbeat_details.payloads  # none yet where it has just begun
        ]
        return any(beat[0] >= before for beat in beats)

    await eventually(caught_up)
    assert await company.pool.fetchval("select count(*) from ledger.event") == before
    assert await company.count("WorkflowType = 'Goal'") == (await company.plan()).goals
    assert (await company.status(company.goal("E1"))).stage == "approved"


async def test_approvals_survive_a_worker_killed_between_the_append_and_the_answer(site: Site) -> None:
    company = site.company()
    await company.launched(employees=APPROVALS)
    goals = [company.goal(f"E{number}") for number in range(1, APPROVALS + 1)]
    for goal in goals:
        await company.asks(goal, "submit", goal.split("-")[2])
    patient = CommandGateway(company.client, company.settings.task_queue, timedelta(seconds=60))
    asked = [
        asyncio.create_task(patient.goal(goal, "approve", MANAGER, {}, f"approve-{goal}")) for goal in goals
    ]
    await approved(company, 3)
    await site.kill("worker")
    in_the_log = await count_approved(company)
    site.works()
    for answer in await asyncio.gather(*asked):
        assert answer.refused is None and answer.events == ("GoalApproved",)
    for goal in goals:
        again = await patient.goal(goal, "approve", MANAGER, {}, f"approve-{goal}")
        assert again.events == ("GoalApproved",)
        assert await company.story(goal) == ["GoalDrafted", "GoalSubmitted", "GoalApproved"]
        assert (await company.status(goal)).stage == "approved"
    assert in_the_log < APPROVALS, "the worker was killed too late to tell anything"


async def count_approved(company: Company) -> int:
    query = "select count(*) from ledger.event where type = 'GoalApproved' and cycle = $1"
    count: int = await company.pool.fetchval(query, company.cycle)
    return count


async def approved(company: Company, number: int) -> None:
    """Looks as fast as it can: the answer is only milliseconds behind the append."""
    while await count_approved(company) < number:  # noqa: ASYNC110 - the fact is in a database
        await asyncio.sleep(0)


async def test_a_launch_survives_workers_killed_at_random_moments(site: Site) -> None:
    company = site.company()
    patient = CommandGateway(company.client, company.settings.task_queue, timedelta(seconds=60))
    fields = await company.prepared(employees=150)
    launching = asyncio.create_task(patient.cycle(company.cycle, "launch", HR, fields, "the-launch"))
    for _ in range(KILLS):
        await asyncio.sleep(random.uniform(0.0, 1.5))
        await site.kill("worker")
        site.works()
    assert (await launching).refused is None
    assert (await patient.cycle(company.cycle, "launch", HR, fields, "the-launch")).refused is None
    await company.has_happened(company.cycle_workflow, "LaunchFinished")
    await company.begun()
    await every_goal_is_there_once(company)
